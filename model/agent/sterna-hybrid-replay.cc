/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-hybrid-replay.h"

#include "ns3/assert.h"
#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaHybridReplay");

namespace
{

/// Flags per number: a float holds all integers of this many bits exactly.
constexpr Eigen::Index FLAGS_PER_WORD = 16;

} // namespace

HybridReplay::HybridReplay(Eigen::Index capacity, const AgentSpaces& spaces)
    : m_capacity(capacity),
      m_spaces(spaces),
      m_flags(spaces.actors * spaces.choices),
      m_words((m_flags + FLAGS_PER_WORD - 1) / FLAGS_PER_WORD)
{
    NS_LOG_FUNCTION(this << capacity);
    NS_ASSERT_MSG(capacity > 0, "a replay buffer needs room");
    const Eigen::Index choices = m_flags > 0 ? spaces.actors : 0;
    m_rows.resize(capacity, ActionBegin() + choices + spaces.actors * spaces.parameters);
    m_state.resize(StateSize());
}

Eigen::Index
HybridReplay::StateSize() const
{
    return m_spaces.features + m_words;
}

Eigen::Index
HybridReplay::ActionBegin() const
{
    return StateSize() + 2;
}

void
HybridReplay::Pack(const Observation& observation, float* state) const
{
    std::copy(observation.features.begin(), observation.features.end(), state);
    const bool all = observation.mask.size() == 0;
    for (Eigen::Index word = 0; word < m_words; ++word)
    {
        const Eigen::Index begin = word * FLAGS_PER_WORD;
        unsigned bits = 0;
        for (Eigen::Index i = begin; i < std::min(begin + FLAGS_PER_WORD, m_flags); ++i)
        {
            bits |= (all || observation.mask.data()[i] ? 1u : 0u) << (i - begin);
        }
        state[m_spaces.features + word] = static_cast<float>(bits);
    }
}

void
HybridReplay::Unpack(const float* state,
                     RowMatrixXf& inputs,
                     RowMatrixXf& mask,
                     Eigen::Index i) const
{
    std::copy_n(state, m_spaces.features, inputs.row(i).data());
    for (Eigen::Index flag = 0; flag < m_flags; ++flag)
    {
        const auto bits = static_cast<unsigned>(state[m_spaces.features + flag / FLAGS_PER_WORD]);
        mask(i, flag) = (bits >> (flag % FLAGS_PER_WORD) & 1u) != 0 ? 1.0f : 0.0f;
    }
}

void
HybridReplay::Push(const Transition& transition)
{
    const Eigen::Index slot = m_position;
    float* row = m_rows.row(slot).data();
    m_ends.erase(slot);
    Pack(transition.observation, row);
    const Eigen::Index last = (slot + m_capacity - 1) % m_capacity;
    const auto end = m_ends.find(last);
    if (m_size > 0 && end != m_ends.end() &&
        std::equal(end->second.begin(), end->second.end(), row))
    {
        m_rows(last, StateSize()) = FOLLOWS;
        m_ends.erase(end);
    }
    row[StateSize()] = transition.terminated ? NONE : SEPARATE;
    row[StateSize() + 1] = transition.reward;
    if (!transition.terminated)
    {
        Pack(transition.next, m_state.data());
        m_ends[slot] = m_state;
    }
    float* action = row + ActionBegin();
    for (Eigen::Index u = 0; m_flags > 0 && u < m_spaces.actors; ++u)
    {
        *action++ = static_cast<float>(transition.action.choice[u]);
    }
    for (Eigen::Index u = 0; u < m_spaces.actors; ++u)
    {
        const bool acted = m_flags == 0 || transition.action.choice[u] >= 0;
        for (Eigen::Index p = 0; p < m_spaces.parameters; ++p)
        {
            *action++ = acted ? transition.action.parameters(u, p) : 0.0f;
        }
    }
    m_position = (m_position + 1) % m_capacity;
    m_size = std::min(m_size + 1, m_capacity);
}

Eigen::Index
HybridReplay::GetSize() const
{
    return m_size;
}

Eigen::Index
HybridReplay::GetSeparateStates() const
{
    return static_cast<Eigen::Index>(m_ends.size());
}

void
HybridReplay::DrawSlots(Generator& random, std::vector<Eigen::Index>& slots) const
{
    NS_ASSERT_MSG(m_size > 0, "nothing to draw");
    for (Eigen::Index& slot : slots)
    {
        slot = random.Index(m_size);
    }
}

void
HybridReplay::Gather(const std::vector<Eigen::Index>& slots, HybridBatch& batch) const
{
    const auto count = static_cast<Eigen::Index>(slots.size());
    const Eigen::Index parameters = m_spaces.actors * m_spaces.parameters;
    const Eigen::Index choices = m_flags > 0 ? m_spaces.actors : 0;
    batch.inputs.resize(count, m_spaces.features + parameters);
    batch.nextInputs.setZero(count, m_spaces.features + parameters);
    batch.mask.resize(count, m_flags);
    batch.nextMask.resize(count, m_flags);
    batch.choices.resize(count, choices);
    batch.rewards.resize(count);
    batch.terminated.resize(count);
    for (Eigen::Index i = 0; i < count; ++i)
    {
        const Eigen::Index slot = slots[i];
        const auto row = m_rows.row(slot);
        Unpack(row.data(), batch.inputs, batch.mask, i);
        batch.inputs.row(i).tail(parameters) = row.tail(parameters);
        batch.choices.row(i) = row.segment(ActionBegin(), choices).cast<int>();
        const auto place = static_cast<int>(row[StateSize()]);
        batch.terminated[i] = place == NONE ? 1.0f : 0.0f;
        batch.rewards[i] = row[StateSize() + 1];
        const float* next = row.data(); // of a termination any state will do
        if (place == SEPARATE)
        {
            next = m_ends.at(slot).data();
        }
        else if (place == FOLLOWS)
        {
            next = m_rows.row((slot + 1) % m_capacity).data();
        }
        Unpack(next, batch.nextInputs, batch.nextMask, i);
    }
}

void
HybridReplay::Store(Safetensors& file, const std::string& prefix) const
{
    const float* begin = m_rows.data();
    file.tensors[prefix + ".rows"] = {{m_size, m_rows.cols()},
                                      {begin, begin + m_size * m_rows.cols()}};
    auto& ends = file.tensors[prefix + ".ends"];
    ends.shape = {GetSeparateStates(), StateSize()};
    for (const auto& [slot, state] : m_ends)
    {
        ends.data.insert(ends.data.end(), state.begin(), state.end());
    }
    file.metadata[prefix + ".size"] = std::to_string(m_size);
    file.metadata[prefix + ".position"] = std::to_string(m_position);
}

void
HybridReplay::Load(const Safetensors& file, const std::string& prefix, const std::string& path)
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
    const Eigen::Map<const RowMatrixXf> filled(rows.data.data(), size, m_rows.cols());
    const auto places = filled.col(StateSize()).array();
    const Eigen::Index separate = (places == static_cast<float>(SEPARATE)).count();
    const auto& ends = file.Get(prefix + ".ends", {separate, StateSize()}, path);
    m_rows.topRows(size) = filled;
    m_ends.clear();
    const float* state = ends.data.data();
    for (Eigen::Index slot = 0; slot < size; ++slot)
    {
        if (places[slot] == static_cast<float>(SEPARATE))
        {
            m_ends[slot] = Eigen::Map<const Eigen::VectorXf>(state, StateSize());
            state += StateSize();
        }
    }
    m_size = size;
    m_position = position;
}

} // namespace sterna
} // namespace ns3
