/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-replay-buffer.h"

#include "ns3/assert.h"
#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaReplayBuffer");

ReplayBuffer::ReplayBuffer(Eigen::Index capacity,
                           Eigen::Index features,
                           Eigen::Index actions,
                           Eigen::Index choices)
    : m_capacity(capacity),
      m_features(features),
      m_actions(actions),
      m_choices(choices),
      m_rows(capacity, 2 * features + actions + 2 + choices)
{
    NS_LOG_FUNCTION(this << capacity << features << actions << choices);
    NS_ASSERT_MSG(capacity > 0, "a replay buffer needs room");
}

Eigen::Index
ReplayBuffer::Push(const Eigen::Ref<const Eigen::VectorXf>& features,
                   const Eigen::Ref<const Eigen::VectorXf>& action,
                   float reward,
                   const Eigen::Ref<const Eigen::VectorXf>& nextFeatures,
                   const bool* nextMask,
                   bool terminated)
{
    const Eigen::Index slot = m_position;
    auto row = m_rows.row(slot);
    row.head(m_features) = features.transpose();
    row.segment(m_features, m_actions) = action.transpose();
    row[m_features + m_actions] = reward;
    row[m_features + m_actions + 1] = terminated ? 1.0f : 0.0f;
    row.segment(m_features + m_actions + 2, m_features) = nextFeatures.transpose();
    for (Eigen::Index i = 0; i < m_choices; ++i)
    {
        row[row.size() - m_choices + i] = nextMask == nullptr || nextMask[i] ? 1.0f : 0.0f;
    }
    m_position = (m_position + 1) % m_capacity;
    m_size = std::min(m_size + 1, m_capacity);
    return slot;
}

Eigen::Index
ReplayBuffer::GetSize() const
{
    return m_size;
}

Eigen::Index
ReplayBuffer::GetCapacity() const
{
    return m_capacity;
}

void
ReplayBuffer::DrawSlots(Generator& random, std::vector<Eigen::Index>& slots) const
{
    NS_ASSERT_MSG(m_size > 0, "nothing to draw");
    for (Eigen::Index& slot : slots)
    {
        slot = random.Index(m_size);
    }
}

void
ReplayBuffer::Gather(const std::vector<Eigen::Index>& slots, ReplayBatch& batch) const
{
    const auto count = static_cast<Eigen::Index>(slots.size());
    batch.features.resize(count, m_features);
    batch.actions.resize(count, m_actions);
    batch.rewards.resize(count);
    batch.nextFeatures.resize(count, m_features);
    batch.nextMask.resize(count, m_choices);
    batch.terminated.resize(count);
    for (Eigen::Index i = 0; i < count; ++i)
    {
        const auto row = m_rows.row(slots[i]);
        batch.features.row(i) = row.head(m_features);
        batch.actions.row(i) = row.segment(m_features, m_actions);
        batch.rewards[i] = row[m_features + m_actions];
        batch.terminated[i] = row[m_features + m_actions + 1];
        batch.nextFeatures.row(i) = row.segment(m_features + m_actions + 2, m_features);
        batch.nextMask.row(i) = row.tail(m_choices);
    }
}

void
ReplayBuffer::Store(Safetensors& file, const std::string& prefix) const
{
    const float* begin = m_rows.data();
    file.tensors[prefix + ".rows"] = {{m_size, m_rows.cols()},
                                      {begin, begin + m_size * m_rows.cols()}};
    file.metadata[prefix + ".size"] = std::to_string(m_size);
    file.metadata[prefix + ".position"] = std::to_string(m_position);
}

void
ReplayBuffer::Load(const Safetensors& file, const std::string& prefix, const std::string& path)
{
    const auto size = static_cast<Eigen::Index>(file.GetCount(prefix + ".size", path));
    const auto position = static_cast<Eigen::Index>(file.GetCount(prefix + ".position", path));
    // Until it is full the buffer is written from the front.
    if (size < 0 || size > m_capacity || position < 0 ||
        position != (size < m_capacity ? size : position % m_capacity))
    {
        throw InputError("Cannot read '" + path + "': its replay holds " + std::to_string(size) +
                         " transitions, written up to " + std::to_string(position) +
                         ", which does not fit a ReplayCapacity of " + std::to_string(m_capacity) +
                         ".");
    }
    const auto& rows = file.Get(prefix + ".rows", {size, m_rows.cols()}, path);
    std::copy(rows.data.begin(), rows.data.end(), m_rows.data());
    m_size = size;
    m_position = position;
}

} // namespace sterna
} // namespace ns3
