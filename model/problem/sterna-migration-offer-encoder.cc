/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-offer-encoder.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

namespace
{

constexpr uint32_t SOON = 3;  // slots within which a satellite that sets is as good as gone
constexpr uint32_t LONG = 12; // slots beyond which it does not matter when it sets

double
UpTo(uint32_t slots, uint32_t limit)
{
    return std::min(slots, limit) / double(limit);
}

} // namespace

MigrationOfferEncoder::MigrationOfferEncoder(const MigrationProblem& problem, bool guess)
    : m_problem(problem),
      m_guess(guess)
{
}

Eigen::Index
MigrationOfferEncoder::FeatureSize() const
{
    return GLOBAL + OFFER * Eigen::Index(m_problem.System().satellites);
}

double
MigrationOfferEncoder::ReferenceUtility(const MigrationProblem& problem, const MigrationPlan& plan)
{
    double sum = 0;
    uint64_t count = 0;
    for (uint32_t n = 0; n < plan.Slots(); ++n)
    {
        for (uint32_t u = 0; u < plan.Users(); ++u)
        {
            if (plan.Slot(n).IsActive(u))
            {
                sum += problem.Utility(plan.Slot(n), u, 1);
                ++count;
            }
        }
    }
    return sum > 0 ? sum / double(count) : 1.0;
}

void
MigrationOfferEncoder::Begin(const MigrationPlan& plan)
{
    m_reference = ReferenceUtility(m_problem, plan);
}

double
MigrationOfferEncoder::Reference() const
{
    return m_reference;
}

void
MigrationOfferEncoder::Observe(
    const MigrationState& state,
    const MigrationOutlook& outlook,
    uint32_t user,
    Eigen::VectorXf& features,
    Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>& mask) const
{
    const auto& slot = state.Slot();
    const uint32_t satellites = m_problem.System().satellites;
    const int host = state.host(user);
    features = Eigen::VectorXf::Zero(FeatureSize());
    mask.resize(1, satellites);
    uint32_t inSight = 0;
    for (uint32_t s = 0; s < satellites; ++s)
    {
        mask(0, s) = outlook.IsOpen(s);
        inSight += slot.IsVisible(s, user);
        if (mask(0, s))
        {
            Describe(state, outlook, user, s, features.data() + GLOBAL + s * OFFER);
        }
    }
    const uint32_t left = state.plan->Slots() - state.slot;
    features(0) = float(m_problem.Utility(slot, user, 1) / m_reference);
    features(1) = float(inSight) / 4;
    features(2) = float(left) / float(state.plan->Slots());
    features(3) = host < 0;
    features(4) = host >= 0 && !slot.IsVisible(host, user);
}

void
MigrationOfferEncoder::Describe(const MigrationState& state,
                                const MigrationOutlook& outlook,
                                uint32_t user,
                                uint32_t satellite,
                                float* offer) const
{
    const auto& slot = state.Slot();
    const uint32_t stay = state.plan->Stay(state.slot, satellite, user);
    const uint32_t last = outlook.Steps() - 1;
    const auto gain = [&](uint32_t step) {
        return step <= last ? float(outlook.Gain(step, satellite) / m_reference) : 0.0f;
    };
    float mean = 0;
    for (uint32_t k = 0; k <= last; ++k)
    {
        mean += gain(k) / float(last + 1);
    }
    const double need = m_problem.Share(slot, satellite, user, m_problem.RequiredMargin(user));
    offer[0] = state.host(user) == int(satellite);
    offer[1] = gain(0);
    offer[2] = float(5 * need);
    offer[3] = float(outlook.Load(0, satellite));
    offer[4] = float(outlook.Users(0, satellite)) / float(m_problem.System().beams);
    offer[5] = float(slot.elevation(satellite, user) / M_PI_2);
    offer[6] = float(slot.efficiency(satellite, user) / 5);
    offer[7] = MigrationProblem::IsMigration(state, user, int(satellite));
    offer[8] = gain(3);
    offer[9] = float(UpTo(stay, LONG));
    offer[10] = float(UpTo(stay, SOON));
    offer[11] = mean;
    offer[12] = float(outlook.Load(std::min(SOON, last), satellite));
    offer[13] = float(outlook.Load(last, satellite));
    offer[14] = float(Homeless(state, outlook, user, satellite));
    offer[15] = gain(1);
    offer[16] = gain(2);
    offer[17] = gain(5);
    offer[18] = gain(8);
    offer[19] =
        m_guess ? float((outlook.Worth(satellite) - outlook.Worth(outlook.Best())) / m_reference)
                : 0.0f;
}

double
MigrationOfferEncoder::Homeless(const MigrationState& state,
                                const MigrationOutlook& outlook,
                                uint32_t user,
                                uint32_t satellite) const
{
    const auto& plan = *state.plan;
    const auto& slot = state.Slot();
    const auto staysInSight = [&](uint32_t s, uint32_t u) {
        return plan.Stay(state.slot, s, u) > SOON;
    };
    double needs = 0;
    for (uint32_t u = 0; u < m_problem.Users(); ++u)
    {
        const int place = outlook.Place(0, u);
        if (u == user || !slot.IsActive(u) || !staysInSight(satellite, u) ||
            (place >= 0 && staysInSight(place, u)))
        {
            continue;
        }
        uint32_t choices = 0;
        for (uint32_t s = 0; s < m_problem.System().satellites; ++s)
        {
            choices += staysInSight(s, u);
        }
        needs += m_problem.Share(slot, satellite, u, m_problem.RequiredMargin(u)) / choices;
    }
    return needs;
}

} // namespace sterna
} // namespace ns3
