/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-admm-heuristic.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupAdmmHeuristic");

NS_OBJECT_ENSURE_REGISTERED(LinkGroupAdmmHeuristic);

TypeId
LinkGroupAdmmHeuristic::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::LinkGroupAdmmHeuristic")
            .SetParent<LinkGroupPlanner>()
            .SetGroupName("Sterna")
            .AddConstructor<LinkGroupAdmmHeuristic>()
            .AddAttribute("Iterations",
                          "Iterations of ADMM, I_iter of Algorithm 1.",
                          UintegerValue(100),
                          MakeUintegerAccessor(&LinkGroupAdmmHeuristic::m_iterations),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Rho",
                          "Penalty rho of (17), in units of the mean weight eta_k.",
                          DoubleValue(10),
                          MakeDoubleAccessor(&LinkGroupAdmmHeuristic::m_rho),
                          MakeDoubleChecker<double>(1e-9))
            .AddAttribute("Tolerance",
                          "Duality gap that (18) is solved to, as a share of (14a) when idle.",
                          DoubleValue(1e-6),
                          MakeDoubleAccessor(&LinkGroupAdmmHeuristic::m_tolerance),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("Parallel",
                          "Whether all blocks of an iteration see the last iteration's values, as "
                          "(18)-(20) are printed, or what is new.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&LinkGroupAdmmHeuristic::m_parallel),
                          MakeBooleanChecker())
            .AddAttribute("Descent",
                          "Whether the rounded plan is improved slot by slot.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&LinkGroupAdmmHeuristic::m_descent),
                          MakeBooleanChecker());
    return tid;
}

LinkGroupPlan
LinkGroupAdmmHeuristic::Plan(const LinkGroupInstance& instance)
{
    const LinkGroupOffers offers(instance);
    LinkGroupAdmm admm(offers, {m_iterations, m_rho, m_tolerance, m_parallel});
    LinkGroupDescent descent(offers);
    admm.Relax();
    auto choices = admm.Round();
    m_relaxedValue = admm.RelaxedValue();
    m_roundedValue = descent.Objective(choices);
    m_value = m_descent ? descent.Descend(choices) : m_roundedValue;
    NS_LOG_INFO("relaxed " << m_relaxedValue << ", rounded " << m_roundedValue << ", played "
                           << m_value);
    return descent.ToPlan(choices);
}

double
LinkGroupAdmmHeuristic::GetRelaxedValue() const
{
    return m_relaxedValue;
}

double
LinkGroupAdmmHeuristic::GetRoundedValue() const
{
    return m_roundedValue;
}

double
LinkGroupAdmmHeuristic::GetValue() const
{
    return m_value;
}

} // namespace sterna
} // namespace ns3
