/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-recording.h"

#include "ns3/rng-seed-manager.h"

namespace ns3
{
namespace sterna
{

/// Gains of a cycle (transmitters x devices), per slot and averaged over fading.
struct LinkGroupRecording::Gains : public LinkForecast
{
    std::vector<Eigen::ArrayXXd> slots;
    Eigen::ArrayXXd mean;

    double Mean(uint32_t transmitter, uint32_t device) const override
    {
        return mean(transmitter, device);
    }
};

LinkGroupRecording::LinkGroupRecording(const LinkGroupProblem& problem,
                                       const LinkGroupProblem::State& state)
    : m_start(state)
{
    auto gains = std::make_shared<Gains>();
    const auto& source = state.gains;
    const auto fetch = [&](const auto& gain) {
        Eigen::ArrayXXd all = Eigen::ArrayXXd::Zero(problem.Transmitters(), problem.Devices());
        for (uint32_t n = 0; n < problem.Transmitters(); ++n)
        {
            for (uint32_t k = 0; k < problem.Devices(); ++k)
            {
                all(n, k) = gain(n, k);
            }
        }
        return all;
    };
    for (uint32_t t = 0; t < problem.System().slotsPerCycle; ++t)
    {
        gains->slots.push_back(
            fetch([&](uint32_t n, uint32_t k) { return source.Ahead(n, k, t); }));
    }
    gains->mean = source.Forecast()
                      ? fetch([&](uint32_t n, uint32_t k) { return source.Forecast()->Mean(n, k); })
                      : gains->slots.front();
    m_gains = gains;
    m_problem = std::make_shared<LinkGroupProblem>(problem); // after the airtimes were fetched
}

const LinkGroupProblem&
LinkGroupRecording::Problem() const
{
    return *m_problem;
}

LinkGroupProblem::State
LinkGroupRecording::Start(const uint32_t& slot) const
{
    auto state = m_start;
    state.gains = LinkGains(
        m_problem->Transmitters(),
        m_problem->Devices(),
        [gains = m_gains, &slot](uint32_t n, uint32_t k, uint32_t ahead) {
            return gains->slots[slot + ahead](n, k);
        },
        m_gains);
    return state;
}

double
LinkGroupRecording::Play(LinkGroupDecider& decider) const
{
    uint32_t slot = 0;
    auto state = Start(slot);
    decider.BeginCycle(*m_problem, state);
    for (; slot < m_gains->slots.size(); ++slot)
    {
        auto group = decider.Decide(*m_problem, state);
        if (!m_problem->Refusal(state, group).empty())
        {
            group = LinkGroup(m_problem->Transmitters());
        }
        m_problem->Account(state, group, m_problem->Deliverable(state, group));
    }
    return m_problem->Objective(state);
}

namespace
{

/// Does nothing but keep each cycle as it begins.
class Recorder : public LinkGroupDecider
{
  public:
    explicit Recorder(std::vector<LinkGroupRecording>& cycles)
        : m_cycles(cycles)
    {
    }

    void BeginCycle(const LinkGroupProblem& problem, const LinkGroupProblem::State& state) override
    {
        m_cycles.emplace_back(problem, state);
    }

    LinkGroup Decide(const LinkGroupProblem& problem, const LinkGroupProblem::State&) override
    {
        return LinkGroup(problem.Transmitters());
    }

  private:
    std::vector<LinkGroupRecording>& m_cycles;
};

} // namespace

std::vector<LinkGroupRecording>
RecordCycles(const LinkGroupExperiment& experiment, uint64_t firstRun)
{
    std::vector<LinkGroupRecording> cycles;
    auto flow = experiment;
    flow.fidelity = SlotScheduler::Fidelity::FLOW;
    const uint64_t run = RngSeedManager::GetRun();
    RngSeedManager::SetRun(firstRun);
    RunDecider(
        flow,
        "Recorder",
        [&]() { return CreateObject<Recorder>(cycles); },
        [](const LinkGroupSlotRecord&) {},
        [](uint32_t) {});
    RngSeedManager::SetRun(run);
    return cycles;
}

} // namespace sterna
} // namespace ns3
