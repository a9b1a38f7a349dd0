/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-chooser.h"

#include "ns3/sterna-compat.h"

namespace ns3
{
namespace sterna
{

NS_OBJECT_ENSURE_REGISTERED(MigrationChooser);

TypeId
MigrationChooser::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::MigrationChooser")
            .SetParent<MigrationDecider>()
            .SetGroupName("Sterna")
            .AddAttribute("Shares",
                          "How the users of a satellite share its bandwidth",
                          EnumValue(MigrationShares::NEED_FIRST),
                          EnumAccessor<MigrationShares::Rule>(&MigrationChooser::m_shares),
                          MakeEnumChecker(MigrationShares::EQUAL,
                                          "Equal",
                                          MigrationShares::PROPORTIONAL,
                                          "Proportional",
                                          MigrationShares::NEED_FIRST,
                                          "NeedFirst",
                                          MigrationShares::UTILITY,
                                          "Utility"));
    return tid;
}

MigrationDecision
MigrationChooser::Decide(const MigrationProblem& problem, const MigrationState& state)
{
    const MigrationShares shares(problem, m_shares);
    return problem.Project(state, shares.Complete(state.Slot(), Choose(problem, state)));
}

MigrationShares::Rule
MigrationChooser::ShareRule() const
{
    return m_shares;
}

} // namespace sterna
} // namespace ns3
