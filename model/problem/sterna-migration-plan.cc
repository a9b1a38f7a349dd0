/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-plan.h"

#include "ns3/sterna-error.h"

#include <utility>

namespace ns3
{
namespace sterna
{

bool
MigrationSlot::IsVisible(uint32_t satellite, uint32_t user) const
{
    return efficiency(satellite, user) > 0;
}

bool
MigrationSlot::IsActive(uint32_t user) const
{
    return arrivals(user) > 0;
}

MigrationPlan::MigrationPlan(std::vector<MigrationSlot> slots)
    : m_slots(std::move(slots)),
      m_stay(m_slots.size())
{
    if (m_slots.empty())
    {
        throw InputError("A migration plan has 0 slots; it needs 1 or more.");
    }
    for (std::size_t n = m_slots.size(); n-- > 0;)
    {
        const auto& efficiency = m_slots[n].efficiency;
        if (efficiency.rows() != Satellites() || efficiency.cols() != Users() ||
            m_slots[n].arrivals.size() != Users())
        {
            throw InputError(Sentence("Slot ",
                                      n,
                                      " of a migration plan is for ",
                                      efficiency.rows(),
                                      " satellites and ",
                                      efficiency.cols(),
                                      " users, with arrivals of ",
                                      m_slots[n].arrivals.size(),
                                      "; all slots must be for ",
                                      Satellites(),
                                      " and ",
                                      Users(),
                                      "."));
        }
        m_stay[n] = (efficiency > 0).cast<int>();
        if (n + 1 < m_slots.size())
        {
            m_stay[n] *= 1 + m_stay[n + 1];
        }
    }
}

uint32_t
MigrationPlan::Slots() const
{
    return m_slots.size();
}

uint32_t
MigrationPlan::Satellites() const
{
    return m_slots.front().efficiency.rows();
}

uint32_t
MigrationPlan::Users() const
{
    return m_slots.front().efficiency.cols();
}

const MigrationSlot&
MigrationPlan::Slot(uint32_t slot) const
{
    return m_slots.at(slot);
}

uint32_t
MigrationPlan::Stay(uint32_t slot, uint32_t satellite, uint32_t user) const
{
    return m_stay.at(slot)(satellite, user);
}

} // namespace sterna
} // namespace ns3
