/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-index-training.h"

#include "ns3/config.h"
#include "ns3/log.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-link-group-index-policy.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupIndexTraining");

namespace
{

/// Distance of training's run numbers from evaluation's.
constexpr uint64_t TRAINING_RUNS = uint64_t(1) << 32;
/// Cycles of a run.
constexpr uint32_t LENGTH = 10;
/// Stream of the network's first weights and of the order of lessons.
constexpr int64_t TRAINING_STREAM = 1;
const std::string NETWORK = "index";

/// Puts back the run number, and the load that is the default, whatever happens.
class TrainingScope
{
  public:
    TrainingScope()
        : m_run(RngSeedManager::GetRun())
    {
        for (const auto& [type, attribute] :
             {std::pair{"ns3::sterna::LinkGroupTraffic", "Scale"},
              std::pair{"ns3::sterna::LinkGroupScheduler", "ServedEmphasis"}})
        {
            TypeId::AttributeInformation information;
            TypeId::LookupByName(type).LookupAttributeByName(attribute, &information);
            m_defaults.emplace_back(std::string(type) + "::" + attribute, information.initialValue);
        }
    }

    ~TrainingScope()
    {
        RngSeedManager::SetRun(m_run);
        for (const auto& [name, value] : m_defaults)
        {
            Config::SetDefault(name, *value);
        }
    }

    uint64_t Run(uint32_t index) const
    {
        return m_run + TRAINING_RUNS + index;
    }

  private:
    uint64_t m_run;
    std::vector<std::pair<std::string, Ptr<const AttributeValue>>> m_defaults;
};

/// Lets the teacher judge every slot, and the student or the teacher decide it.
class Lecture : public LinkGroupDecider
{
  public:
    Lecture(const Mlp& network, uint32_t futures, bool teacherLeads, LinkGroupIndexLessons& lessons)
        : m_teacherLeads(teacherLeads),
          m_lessons(lessons),
          m_student(CreateObject<LinkGroupIndexPolicy>()),
          m_teacher(CreateObject<LinkGroupRollingHorizon>())
    {
        m_student->SetNetwork(network);
        m_student->SetAttribute("Futures", UintegerValue(0));
        m_teacher->SetAttribute("Futures", UintegerValue(futures));
    }

    void BeginCycle(const LinkGroupProblem& problem, const LinkGroupProblem::State& state) override
    {
        m_student->BeginCycle(problem, state);
        m_idleObjective = problem.IdleObjective(state);
    }

    LinkGroup Decide(const LinkGroupProblem& problem, const LinkGroupProblem::State& state) override
    {
        const auto choice = m_student->Decide(problem, state);
        const auto judgements = m_teacher->Judge(
            problem,
            state,
            {choice, m_greedy->Decide(problem, state), m_progress->Decide(problem, state)});
        const double completion = LinkGroupLinkFeatures::Completion(state);
        m_lessons.Add(m_student->Observed(),
                      MakeSlotInstance(problem, state),
                      judgements,
                      completion,
                      state.present * completion / m_idleObjective);
        const auto best = std::min_element(
            judgements.begin(),
            judgements.end(),
            [](const auto& a, const auto& b) { return a.objective < b.objective; });
        return m_teacherLeads ? best->group : choice;
    }

    int64_t AssignStreams(int64_t stream) override
    {
        return m_teacher->AssignStreams(stream);
    }

  private:
    bool m_teacherLeads;
    LinkGroupIndexLessons& m_lessons;
    Ptr<LinkGroupIndexPolicy> m_student;
    Ptr<LinkGroupRollingHorizon> m_teacher;
    Ptr<LinkGroupGreedy> m_greedy{CreateObject<LinkGroupGreedy>()};
    Ptr<LinkGroupThresholdProgress> m_progress{CreateObject<LinkGroupThresholdProgress>()};
    double m_idleObjective{1};
};

/// All that a training is made of, between two rounds.
struct Training
{
    Mlp network;
    Generator generator;
    LinkGroupIndexLessons lessons;
    uint32_t rounds{0}; //!< done

    void Save(const std::string& path) const
    {
        Safetensors file;
        network.Store(file, NETWORK);
        lessons.Store(file);
        file.metadata["generator.index"] = generator.GetState();
        file.metadata["rounds"] = std::to_string(rounds);
        file.Write(path);
    }

    void Load(const std::string& path)
    {
        const auto file = Safetensors::Read(path);
        network = Mlp::Load(file, NETWORK, Mlp::Hidden::TANH, Mlp::Output::IDENTITY, path);
        lessons.Load(file, path);
        generator.SetState(file.GetMetadata("generator.index", path));
        rounds = uint32_t(file.GetCount("rounds", path));
    }
};

} // namespace

std::vector<LinkGroupPreset>
LinkGroupIndexRecipe::MixedLoads()
{
    const auto paper = LinkGroupPreset::FromName("paper");
    auto fifth = paper;
    fifth.devices /= 5;
    std::vector<LinkGroupPreset> loads;
    for (uint32_t i = 0; i < 9; ++i)
    {
        loads.push_back(LinkGroupPreset::FromName("small"));
        loads.push_back(LinkGroupPreset::FromName("learn"));
    }
    loads.push_back(fifth);
    loads.push_back(paper);
    return loads;
}

Mlp
TrainIndexPolicy(const LinkGroupExperiment& experiment,
                 const LinkGroupIndexRecipe& recipe,
                 const std::string& checkpoint,
                 const std::function<void(uint32_t, const LinkGroupCycle&)>& onCycle)
{
    if (recipe.loads.empty() || recipe.rounds == 0)
    {
        throw InputError("An index is trained on " + std::to_string(recipe.loads.size()) +
                         " loads in " + std::to_string(recipe.rounds) +
                         " rounds; at least one of each is needed.");
    }

    const uint32_t runs = (experiment.cycles + LENGTH - 1) / LENGTH;
    const TrainingScope scope;
    Training training;
    const auto stream = CreateObject<UniformRandomVariable>();
    stream->SetStream(TRAINING_STREAM);
    training.network = LinkGroupIndexPolicy::Untrained(stream);
    training.generator.Seed(stream);
    if (!checkpoint.empty() && std::filesystem::exists(checkpoint))
    {
        training.Load(checkpoint);
    }
    while (training.rounds < recipe.rounds)
    {
        const uint32_t end = runs * (training.rounds + 1) / recipe.rounds;
        for (uint32_t r = runs * training.rounds / recipe.rounds; r < end; ++r)
        {
            const auto& load = recipe.loads[r % recipe.loads.size()];
            load.SetDefaults();
            RngSeedManager::SetRun(scope.Run(r));
            auto run = experiment;
            run.setting.devices = load.devices;
            run.fidelity = SlotScheduler::Fidelity::FLOW;
            run.cyclesPerRun = LENGTH;
            run.cycles = std::min(LENGTH, experiment.cycles - r * LENGTH);
            const auto outcome = RunDecider(
                run,
                "Lecture",
                [&]() {
                    return CreateObject<Lecture>(training.network,
                                                 recipe.futures,
                                                 training.rounds == 0,
                                                 training.lessons);
                },
                [](const LinkGroupSlotRecord&) {},
                [](uint32_t) {});
            for (uint32_t c = 0; c < outcome.cycles.size(); ++c)
            {
                onCycle(r * LENGTH + c + 1, outcome.cycles[c]);
            }
        }
        const double regret =
            training.lessons.Fit(recipe.fit, training.generator, training.network);
        NS_LOG_INFO("round " << training.rounds << ": " << training.lessons.Size()
                             << " lessons, regret " << regret);
        ++training.rounds;
        if (!checkpoint.empty())
        {
            training.Save(checkpoint);
        }
    }
    return training.network;
}

} // namespace sterna
} // namespace ns3
