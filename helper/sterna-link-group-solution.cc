/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-solution.h"

#include "sterna-link-group-recording.h"

#include "ns3/rng-seed-manager.h"

#include <chrono>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace sterna
{

LinkGroupSolution
SolveInstance(std::shared_ptr<const LinkGroupInstance> instance,
              const std::string& name,
              Ptr<LinkGroupDecider> decider)
{
    const auto problem = MakeProblem(*instance);
    auto state = MakeState(instance);
    decider->Check(problem);
    LinkGroupSolution solution{name, 0, 0, 0, {}};
    const auto begin = std::chrono::steady_clock::now();
    decider->BeginCycle(problem, state);
    for (uint32_t t = 0; t < instance->Slots(); ++t)
    {
        auto group = decider->Decide(problem, state);
        if (!problem.Refusal(state, group).empty())
        {
            ++solution.refused;
            group = LinkGroup(problem.Transmitters());
        }
        problem.Account(state, group, problem.Deliverable(state, group));
        solution.plan.push_back(group);
    }
    const auto wall = std::chrono::steady_clock::now() - begin;
    solution.seconds = std::chrono::duration<double>(wall).count();
    solution.objective = instance->Objective(solution.plan);
    return solution;
}

LinkGroupInstance
FirstInstance(const LinkGroupExperiment& experiment)
{
    auto one = experiment;
    one.cycles = 1;
    const auto cycle = RecordCycles(one, RngSeedManager::GetRun()).front();
    const uint32_t slot = 0;
    return MakeInstance(cycle.Problem(), cycle.Start(slot));
}

void
WriteSolutions(const LinkGroupInstance& instance,
               double bound,
               const std::vector<LinkGroupSolution>& solutions,
               std::ostream& stream)
{
    auto file = nlohmann::json::object();
    for (const auto& solution : solutions)
    {
        auto plan = nlohmann::json::array();
        for (const auto& group : solution.plan)
        {
            auto links = nlohmann::json::array();
            for (uint32_t n = 0; n < group.serves.size(); ++n)
            {
                if (group.serves[n] != LinkGroup::IDLE)
                {
                    links.push_back({instance.transmitters[n], group.serves[n]});
                }
            }
            plan.push_back(links);
        }
        file[solution.decider] = {{"objective", solution.objective},
                                  {"certified_lower_bound", bound},
                                  {"plan", plan}};
    }
    stream << file.dump(1) << "\n";
}

} // namespace sterna
} // namespace ns3
