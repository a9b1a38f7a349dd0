/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-candidate-memory.h"

#include "sterna-unit-packing.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaCandidateMemory");

namespace
{

/// The first steps of a Fisher-Yates shuffle: every subset is equally likely. The order stays.
void
KeepSubset(std::vector<Eigen::Index>& rows, size_t count, Generator& random)
{
    for (size_t i = 0; i < count; ++i)
    {
        const auto left = static_cast<Eigen::Index>(rows.size() - i);
        std::swap(rows[i], rows[i + random.Index(left)]);
    }
    rows.resize(count);
    std::sort(rows.begin(), rows.end());
}

} // namespace

CandidateMemory::CandidateMemory(Eigen::Index slots, Eigen::Index embedding, Eigen::Index limit)
    : m_embedding(embedding),
      m_limit(limit),
      m_slots(slots)
{
    NS_LOG_LOGIC(slots << " slots of at most " << limit << " choices");
}

void
CandidateMemory::Set(Eigen::Index slot,
                     const RowMatrixXf& choices,
                     std::vector<Eigen::Index> valid,
                     Generator& random)
{
    Slot& kept = m_slots[slot];
    kept.offered = static_cast<int32_t>(valid.size());
    if (valid.size() > static_cast<size_t>(m_limit))
    {
        KeepSubset(valid, static_cast<size_t>(m_limit), random);
    }
    kept.values.resize(valid.size() * m_embedding);
    auto value = kept.values.begin();
    for (const Eigen::Index row : valid)
    {
        for (Eigen::Index column = 0; column < m_embedding; ++column)
        {
            *value++ = PackUnit(choices(row, column));
        }
    }
}

Eigen::Index
CandidateMemory::Get(Eigen::Index slot, RowMatrixXf& choices) const
{
    const Slot& kept = m_slots[slot];
    choices.resize(static_cast<Eigen::Index>(kept.values.size()) / m_embedding, m_embedding);
    std::transform(kept.values.begin(), kept.values.end(), choices.data(), [](int16_t value) {
        return UnpackUnit(value);
    });
    return kept.offered;
}

void
CandidateMemory::Store(Safetensors& file, const std::string& prefix, Eigen::Index size) const
{
    Safetensors::Tensor counts{{size, 2}, {}};
    Safetensors::Tensor values;
    for (Eigen::Index slot = 0; slot < size; ++slot)
    {
        const Slot& kept = m_slots[slot];
        counts.data.push_back(static_cast<float>(kept.offered));
        counts.data.push_back(static_cast<float>(kept.values.size()));
        values.data.insert(values.data.end(), kept.values.begin(), kept.values.end());
    }
    values.shape = {static_cast<int64_t>(values.data.size())};
    file.tensors[prefix + ".counts"] = std::move(counts);
    file.tensors[prefix + ".values"] = std::move(values);
}

void
CandidateMemory::Load(const Safetensors& file,
                      const std::string& prefix,
                      Eigen::Index size,
                      const std::string& path)
{
    const auto& counts = file.Get(prefix + ".counts", {size, 2}, path).data;
    double total = 0.0;
    for (Eigen::Index slot = 0; slot < size; ++slot)
    {
        const double offered = counts[2 * slot];
        const double count = counts[2 * slot + 1];
        const double kept = std::min(offered, static_cast<double>(m_limit));
        // Floats hold whole numbers up to 2^24 exactly.
        if (offered < 0.0 || offered > 0x1p24 || offered != std::floor(offered) ||
            count != kept * static_cast<double>(m_embedding))
        {
            throw InputError("Cannot read '" + path + "': it keeps " + std::to_string(count) +
                             " numbers for " + std::to_string(offered) +
                             " next choices of a transition, but of at most " +
                             std::to_string(m_limit) + " it must be " +
                             std::to_string(m_embedding) + " numbers each.");
        }
        total += count;
    }
    const auto& values = file.Get(prefix + ".values", {static_cast<int64_t>(total)}, path).data;
    auto position = values.begin();
    for (Eigen::Index slot = 0; slot < size; ++slot)
    {
        m_slots[slot].offered = static_cast<int32_t>(counts[2 * slot]);
        const auto end = position + static_cast<std::ptrdiff_t>(counts[2 * slot + 1]);
        m_slots[slot].values.resize(end - position);
        std::transform(position, end, m_slots[slot].values.begin(), [](float value) {
            return static_cast<int16_t>(std::clamp(value, -UNIT_STEPS, UNIT_STEPS));
        });
        position = end;
    }
}

} // namespace sterna
} // namespace ns3
