/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_USER_TRAFFIC_H
#define STERNA_LINK_GROUP_USER_TRAFFIC_H

#include "sterna-link-group-event-traffic.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Users enter and leave, Fig. 4 of Yuan et al., IEEE TWC 2022, over a fixed population of UEs.
 *
 * A UE is present or absent for a whole cycle; BSs and TSTs are always present. Present UEs have
 * demands as in LinkGroupTraffic; absent ones have none and are not scheduled.
 *
 * **Arrivals.** In each cycle a Poisson number of users of mean lambda arrives; each takes the first
 * absent UE from a random one on, and is turned away if there is none. Update i, at slot
 * i UpdatePeriod, begins an abnormal event of EventCycles cycles, in which the mean is lambda
 * HighFactor or lambda LowFactor.
 *
 * **Departures.** A user stays for ceil(X) cycles, X exponential of mean m = MeanDwell, so the
 * probability to stay one more is q = exp(-1/m). With LeaveWhenServed, one whose whole demand has
 * been delivered (all but 0.1 Mbit, a few packets) leaves at the end of the cycle.
 *
 * **How many.** lambda = N (1 - q), with N = ActiveShare x number of UEs. The number of users is
 * then that of the discrete M/G/inf queue: while nobody leaves served and nobody is turned away it
 * is Poisson with mean and variance N, from the first cycle on; both effects lower it. After c
 * cycles of an event of factor F its mean is N (F + (1 - F) q^c), and it returns to N as q^c. A
 * backlog lives no longer than its user.
 *
 * Arrivals are a function of stream and cycle; which UE they take depends on who has left served.
 */
class LinkGroupUserTraffic : public LinkGroupEventTraffic
{
  public:
    static TypeId GetTypeId();
    LinkGroupUserTraffic();

    Demands Next(const std::vector<LinkGroupSystem::Device>& devices,
                 const Eigen::ArrayXd& backlog,
                 uint64_t slot) override;
    int64_t AssignStreams(int64_t stream) override;

    /// \return users that arrived at the latest cycle's start, those turned away included.
    uint32_t GetArrivals() const;
    /// \return users of the latest cycle.
    uint32_t GetUsers() const;

  private:
    /// Where the UEs are among the devices; nobody is present yet.
    void FindUes(const std::vector<LinkGroupSystem::Device>& devices);
    bool IsPresent(uint32_t device) const;

    /// Number of points of a Poisson process in an interval that holds `mean` on average.
    uint32_t DrawPoisson(double mean);
    /// How many arrive at the start of this cycle.
    uint32_t DrawArrivals(uint64_t slot);
    /// One user comes.
    void Arrive();
    void SetMeanDwell(double cycles);
    double GetMeanDwell() const;

    Ptr<ExponentialRandomVariable> m_gap;   //!< of the Poisson process, mean 1
    Ptr<ExponentialRandomVariable> m_dwell; //!< mean 1
    Ptr<UniformRandomVariable> m_place;     //!< of the UE that an arrival takes
    double m_activeShare;
    double m_meanDwell; //!< cycles
    double m_highFactor;
    double m_lowFactor;
    uint32_t m_eventCycles;
    bool m_leaveWhenServed;

    std::vector<uint32_t> m_ues;        //!< the devices that are UEs
    std::vector<uint64_t> m_absentFrom; //!< cycle from which a device is absent (again)
    uint64_t m_cycle{0};                //!< the one that is prepared, or comes next
    uint32_t m_eventLeft{0};            //!< cycles until the event is over
    uint32_t m_arrivals{0};
    uint32_t m_users{0};
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_USER_TRAFFIC_H */
