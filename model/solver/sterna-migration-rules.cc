/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-rules.h"

#include "ns3/double.h"
#include "ns3/log.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaMigrationRules");

NS_OBJECT_ENSURE_REGISTERED(MigrationRandom);
NS_OBJECT_ENSURE_REGISTERED(MigrationLongestVisibility);
NS_OBJECT_ENSURE_REGISTERED(MigrationMaxElevation);
NS_OBJECT_ENSURE_REGISTERED(MigrationLoadBalanced);
NS_OBJECT_ENSURE_REGISTERED(MigrationOverloadBump);

namespace
{

/**
 * Leaves users where they are, if their satellite is in sight and has a beam.
 *
 * \param stays whether a user would stay; asked in the order of the users
 * \return active users without a place
 */
template <typename Stays>
std::vector<uint32_t>
PlaceStaying(const MigrationState& state, MigrationLoads& loads, Stays stays)
{
    std::vector<uint32_t> others;
    const auto& slot = state.Slot();
    for (uint32_t u = 0; u < slot.arrivals.size(); ++u)
    {
        const int host = state.host(u);
        if (!slot.IsActive(u))
        {
            continue;
        }
        if (host >= 0 && slot.IsVisible(host, u) && loads.HasBeam(host, u) && stays(u))
        {
            loads.Place(u, host);
        }
        else
        {
            others.push_back(u);
        }
    }
    return others;
}

/// Places each user on the satellite with a beam that is worth most, the first of equals.
template <typename Worth>
void
PlaceLargest(MigrationLoads& loads, const std::vector<uint32_t>& users, Worth worth)
{
    for (const uint32_t u : users)
    {
        int choice = -1;
        for (const uint32_t s : loads.InSight(u))
        {
            if (loads.HasBeam(s, u) && (choice < 0 || worth(s, u) > worth(choice, u)))
            {
                choice = int(s);
            }
        }
        if (choice >= 0)
        {
            loads.Place(u, choice);
        }
    }
}

/// A user that moves on to another satellite.
struct Move
{
    uint32_t user;
    uint32_t to;
};

/// The roomiest satellite that takes a user without being overloaded, other than two; or -1.
int
FindRoom(const MigrationLoads& loads, uint32_t user, int except, int exceptToo = -1)
{
    int choice = -1;
    double most = -INFINITY;
    for (const uint32_t s : loads.InSight(user))
    {
        const double left = loads.Room(s) - loads.Need(s, user);
        if (int(s) != except && int(s) != exceptToo && loads.Fits(s, user) && left > most)
        {
            most = left;
            choice = int(s);
        }
    }
    return choice;
}

/**
 * The user of a satellite that should move on so that another user gets its place.
 *
 * \param loads are as they were in the end
 * \param fits whether the newcomer has a place, once somebody has left
 * \param [out] bump is the one that leaves most room where it goes
 * \return whether there is one
 */
template <typename Fits>
bool
FindBump(MigrationLoads& loads, uint32_t satellite, int except, Fits fits, Move& bump)
{
    bool found = false;
    double most = -INFINITY;
    const auto served = loads.Served(satellite);
    for (const uint32_t u : served)
    {
        const int to = FindRoom(loads, u, int(satellite), except);
        if (to < 0 || loads.Room(to) - loads.Need(to, u) <= most)
        {
            continue;
        }
        loads.Remove(u);
        if (fits())
        {
            most = loads.Room(to) - loads.Need(to, u);
            bump = {u, uint32_t(to)};
            found = true;
        }
        loads.Place(u, satellite);
    }
    return found;
}

void
Apply(MigrationLoads& loads, const Move& move)
{
    loads.Remove(move.user);
    loads.Place(move.user, move.to);
}

/// Takes what most relieves a satellite: a user moves to another, where one may have to move on.
bool
Relieve(MigrationLoads& loads, uint32_t satellite)
{
    auto users = loads.Served(satellite);
    std::stable_sort(users.begin(), users.end(), [&](uint32_t a, uint32_t b) {
        return loads.Need(satellite, a) > loads.Need(satellite, b);
    });
    for (const uint32_t u : users)
    {
        const int to = FindRoom(loads, u, int(satellite));
        if (to >= 0)
        {
            Apply(loads, {u, uint32_t(to)});
            return true;
        }
    }
    for (const uint32_t u : users)
    {
        for (const uint32_t s : loads.InSight(u))
        {
            Move bump{};
            const auto fits = [&] { return loads.Fits(s, u); };
            if (s != satellite && FindBump(loads, s, int(satellite), fits, bump))
            {
                Apply(loads, bump);
                Apply(loads, {u, s});
                return true;
            }
        }
    }
    return false;
}

/// Gives a user a place: one with room, or where room can be made, or a beam at least.
void
Settle(MigrationLoads& loads, uint32_t user)
{
    const int place = FindRoom(loads, user, -1);
    if (place >= 0)
    {
        loads.Place(user, place);
        return;
    }
    const auto settleByBump = [&](auto suffices) {
        for (const uint32_t s : loads.InSight(user))
        {
            Move bump{};
            if (FindBump(
                    loads,
                    s,
                    -1,
                    [&] { return suffices(s); },
                    bump))
            {
                Apply(loads, bump);
                loads.Place(user, s);
                return true;
            }
        }
        return false;
    };
    if (!settleByBump([&](uint32_t s) { return loads.Fits(s, user); }) &&
        !loads.PlaceRoomiest(user))
    {
        settleByBump([&](uint32_t s) { return loads.HasBeam(s, user); });
    }
}

} // namespace

TypeId
MigrationRandom::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::MigrationRandom")
                            .SetParent<MigrationChooser>()
                            .SetGroupName("Sterna")
                            .AddConstructor<MigrationRandom>()
                            .AddAttribute("Redraw",
                                          "Probability that a user is given a satellite anew",
                                          DoubleValue(0.5),
                                          MakeDoubleAccessor(&MigrationRandom::m_redraw),
                                          MakeDoubleChecker<double>(0, 1));
    return tid;
}

MigrationRandom::MigrationRandom()
    : m_random(CreateObject<UniformRandomVariable>())
{
}

int64_t
MigrationRandom::AssignStreams(int64_t stream)
{
    m_random->SetStream(stream);
    return 1;
}

Eigen::VectorXi
MigrationRandom::Choose(const MigrationProblem& problem, const MigrationState& state)
{
    const auto& slot = state.Slot();
    const MigrationLoads loads(problem, slot);
    Eigen::VectorXi satellites = Eigen::VectorXi::Constant(problem.Users(), -1);
    for (uint32_t u = 0; u < problem.Users(); ++u)
    {
        const auto& options = loads.InSight(u);
        const int host = state.host(u);
        if (!slot.IsActive(u) || options.empty())
        {
            continue;
        }
        const bool stays =
            host >= 0 && slot.IsVisible(host, u) && m_random->GetValue(0, 1) >= m_redraw;
        satellites(u) = stays ? host : int(options[m_random->GetInteger(0, options.size() - 1)]);
    }
    return satellites;
}

TypeId
MigrationLongestVisibility::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::MigrationLongestVisibility")
                            .SetParent<MigrationChooser>()
                            .SetGroupName("Sterna")
                            .AddConstructor<MigrationLongestVisibility>();
    return tid;
}

Eigen::VectorXi
MigrationLongestVisibility::Choose(const MigrationProblem& problem, const MigrationState& state)
{
    MigrationLoads loads(problem, state.Slot());
    const auto users = PlaceStaying(state, loads, [](uint32_t) { return true; });
    PlaceLargest(loads, users, [&](uint32_t s, uint32_t u) {
        return std::make_pair(state.plan->Stay(state.slot, s, u), state.Slot().elevation(s, u));
    });
    return loads.Satellites();
}

TypeId
MigrationMaxElevation::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::MigrationMaxElevation")
                            .SetParent<MigrationChooser>()
                            .SetGroupName("Sterna")
                            .AddConstructor<MigrationMaxElevation>();
    return tid;
}

Eigen::VectorXi
MigrationMaxElevation::Choose(const MigrationProblem& problem, const MigrationState& state)
{
    MigrationLoads loads(problem, state.Slot());
    const auto users = PlaceStaying(state, loads, [](uint32_t) { return false; });
    PlaceLargest(loads, users, [&](uint32_t s, uint32_t u) {
        return state.Slot().elevation(s, u);
    });
    return loads.Satellites();
}

TypeId
MigrationLoadBalanced::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::MigrationLoadBalanced")
                            .SetParent<MigrationChooser>()
                            .SetGroupName("Sterna")
                            .AddConstructor<MigrationLoadBalanced>();
    return tid;
}

Eigen::VectorXi
MigrationLoadBalanced::Choose(const MigrationProblem& problem, const MigrationState& state)
{
    MigrationLoads loads(problem, state.Slot());
    auto users = PlaceStaying(state, loads, [](uint32_t) { return false; });
    loads.SortByChoices(users);
    PlaceLargest(loads, users, [&](uint32_t s, uint32_t u) {
        return std::make_tuple(-int(loads.Served(s).size()),
                               state.host(u) == int(s),
                               loads.Room(s) - loads.Need(s, u));
    });
    return loads.Satellites();
}

TypeId
MigrationOverloadBump::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::MigrationOverloadBump")
                            .SetParent<MigrationChooser>()
                            .SetGroupName("Sterna")
                            .AddConstructor<MigrationOverloadBump>();
    return tid;
}

Eigen::VectorXi
MigrationOverloadBump::Choose(const MigrationProblem& problem, const MigrationState& state)
{
    MigrationLoads loads(problem, state.Slot());
    auto users = PlaceStaying(state, loads, [](uint32_t) { return true; });
    loads.SortByChoices(users);
    for (const uint32_t u : users)
    {
        Settle(loads, u);
    }
    for (uint32_t s = 0; s < problem.System().satellites; ++s)
    {
        while (loads.IsOverloaded(s) && Relieve(loads, s))
        {
            NS_LOG_LOGIC("slot " << state.slot << " relieved satellite " << s);
        }
    }
    return loads.Satellites();
}

} // namespace sterna
} // namespace ns3
