/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-foresight.h"

#include "sterna-link-budget.h"

#include "ns3/propagation-loss-model.h"
#include "ns3/simulator.h"
#include "ns3/sterna-earth.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-fixed-course-mobility-model.h"
#include "ns3/sterna-rain-loss-model.h"
#include "ns3/sterna-visibility.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

namespace
{

Vector
PositionAt(const Ptr<Node>& node, double time_s)
{
    const auto course = node->GetObject<FixedCourseMobilityModel>();
    return course ? course->PositionAt(time_s) : node->GetObject<MobilityModel>()->GetPosition();
}

Ptr<RainLossModel>
FindRain(Ptr<PropagationLossModel> loss)
{
    while (loss && !DynamicCast<RainLossModel>(loss))
    {
        loss = loss->GetNext();
    }
    return DynamicCast<RainLossModel>(loss);
}

/// Everything that does not change from slot to slot.
class Observatory
{
  public:
    Observatory(const std::vector<Ptr<Terminal>>& satellites,
                const std::vector<MigrationSubscriber>& users,
                const Ptr<SternaChannel>& channel,
                double minElevation)
        : m_users(users),
          m_rain(FindRain(channel->GetPathLoss())),
          m_minElevation(minElevation)
    {
        for (const auto& satellite : satellites)
        {
            m_satellites.push_back(satellite->GetObject<Node>());
            if (!satellite->GetObject<FixedCourseMobilityModel>())
            {
                throw InputError(Sentence("Satellite node ",
                                          m_satellites.back()->GetId(),
                                          " has no course that can be foreseen; give it a "
                                          "CircularOrbitMobilityModel or an Sgp4MobilityModel."));
            }
            for (const auto& user : users)
            {
                m_budgets.emplace_back(channel, satellite, user.node->GetObject<Terminal>());
            }
        }
    }

    MigrationSlot Observe(double time_s) const
    {
        std::vector<Vector> high;
        std::vector<Vector> low;
        for (const auto& satellite : m_satellites)
        {
            high.push_back(PositionAt(satellite, time_s));
        }
        for (const auto& user : m_users)
        {
            low.push_back(PositionAt(user.node, time_s));
        }
        const Positions satellites = ToPositions(high);
        const Positions users = ToPositions(low);
        const auto visibility = ComputeVisibility(satellites, users);
        const auto nothing = Eigen::ArrayXXd::Zero(high.size(), low.size());
        MigrationSlot slot{visibility.elevation,
                           visibility.range,
                           nothing,
                           nothing,
                           Eigen::ArrayXd::Zero(low.size()),
                           satellites / satellites.colwise().norm().maxCoeff(),
                           users / EARTH_RADIUS};
        for (std::size_t u = 0; u < low.size(); ++u)
        {
            slot.arrivals(u) = m_users[u].IsActive(time_s) ? m_users[u].arrivalRate : 0.0;
            for (std::size_t s = 0; s < high.size(); ++s)
            {
                if (slot.elevation(s, u) >= m_minElevation)
                {
                    const double snr = m_budgets[s * low.size() + u].Snr(high[s], low[u]);
                    slot.efficiency(s, u) = std::log2(1 + snr);
                    slot.rain(s, u) = m_rain ? m_rain->AttenuationDb({low[u], high[s]}) : 0.0;
                }
            }
        }
        return slot;
    }

  private:
    const std::vector<MigrationSubscriber>& m_users;
    std::vector<Ptr<Node>> m_satellites;
    std::vector<LinkBudget> m_budgets; //!< satellite by satellite
    Ptr<RainLossModel> m_rain;
    double m_minElevation;
};

} // namespace

bool
MigrationSubscriber::IsActive(double time_s) const
{
    return activity.empty() ||
           std::any_of(activity.begin(), activity.end(), [time_s](const CruisePhase& phase) {
               return phase.start_s <= time_s && time_s <= phase.end_s;
           });
}

MigrationPlan
ForeseeMigration(const std::vector<Ptr<Terminal>>& satellites,
                 const std::vector<MigrationSubscriber>& users,
                 const Ptr<SternaChannel>& channel,
                 const MigrationForesight& foresight)
{
    const Observatory observatory(satellites, users, channel, foresight.minElevation);
    const double begin = Simulator::Now().GetSeconds();
    const double length = foresight.slot.GetSeconds();
    std::vector<MigrationSlot> slots;
    for (uint32_t n = 0; n < foresight.slots; ++n)
    {
        slots.push_back(observatory.Observe(begin + (n + 0.5) * length));
    }
    return MigrationPlan(std::move(slots));
}

} // namespace sterna
} // namespace ns3
