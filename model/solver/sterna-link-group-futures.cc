/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-futures.h"

namespace ns3
{
namespace sterna
{

namespace
{

/// Gains of one link in the slots to come, of which the first is the next one.
using FillAhead =
    std::function<void(uint32_t transmitter, uint32_t device, Eigen::Ref<Eigen::ArrayXd> gains)>;

LinkGroupInstance
MakeFuture(const LinkGroupProblem& problem,
           const LinkGroupProblem::State& state,
           const FillAhead& fill)
{
    const uint32_t slots = problem.System().slotsPerCycle - state.slot;
    const uint32_t devices = problem.Devices();
    Eigen::ArrayXXd gains(slots, problem.Transmitters() * devices);
    for (uint32_t n = 0; n < problem.Transmitters(); ++n)
    {
        for (uint32_t k = 0; k < devices; ++k)
        {
            if (problem.IsValidLink(n, k))
            {
                auto path = gains.col(n * devices + k);
                path(0) = state.gains(n, k);
                fill(n, k, path.tail(slots - 1));
            }
        }
    }
    return MakeInstance(problem, state, slots, [&](uint32_t n, uint32_t k, uint32_t ahead) {
        return gains(ahead, n * devices + k);
    });
}

/// Without a forecast, all stays as it is.
double
MeanGain(const LinkGroupProblem::State& state, uint32_t transmitter, uint32_t device)
{
    const auto* forecast = state.gains.Forecast();
    return forecast ? forecast->Mean(transmitter, device) : state.gains(transmitter, device);
}

} // namespace

LinkGroupInstance
DrawFuture(const LinkGroupProblem& problem,
           const LinkGroupProblem::State& state,
           Ptr<UniformRandomVariable> random)
{
    if (state.givenRates)
    {
        auto future = MakeInstance(problem, state);
        const auto& all = state.givenRates->rates;
        for (uint32_t t = 1; t < future.Slots(); ++t)
        {
            for (uint32_t k = 0; k < future.Devices(); ++k)
            {
                future.rates[t].row(k) = all[random->GetInteger(0, all.size() - 1)].row(k);
            }
        }
        return future;
    }
    const std::function<double()> uniform = [&random]() { return random->GetValue(); };
    return MakeFuture(problem,
                      state,
                      [&](uint32_t n, uint32_t k, Eigen::Ref<Eigen::ArrayXd> gains) {
                          if (const auto* forecast = state.gains.Forecast())
                          {
                              forecast->Draw(n, k, uniform, gains);
                          }
                          else
                          {
                              gains.setConstant(MeanGain(state, n, k));
                          }
                      });
}

LinkGroupInstance
MeanFuture(const LinkGroupProblem& problem, const LinkGroupProblem::State& state)
{
    if (state.givenRates)
    {
        auto future = MakeInstance(problem, state);
        const auto& all = state.givenRates->rates;
        Eigen::ArrayXXd mean = all.front();
        for (std::size_t t = 1; t < all.size(); ++t)
        {
            mean += all[t];
        }
        mean /= double(all.size());
        for (uint32_t t = 1; t < future.Slots(); ++t)
        {
            future.rates[t] = mean;
        }
        return future;
    }
    return MakeFuture(problem,
                      state,
                      [&](uint32_t n, uint32_t k, Eigen::Ref<Eigen::ArrayXd> gains) {
                          gains.setConstant(MeanGain(state, n, k));
                      });
}

} // namespace sterna
} // namespace ns3
