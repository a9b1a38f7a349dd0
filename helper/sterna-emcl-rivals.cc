/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-emcl-rivals.h"

#include "sterna-output-folder.h"
#include "sterna-progress-bar.h"
#include "sterna-scheduler-helper.h"

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/sterna-ac-ddpg-agent.h"
#include "ns3/sterna-ac-maml-agent.h"
#include "ns3/sterna-emcl-agent.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-meta-critic.h"
#include "ns3/sterna-meta-initialization.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <filesystem>
#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaEmclRivals");

namespace
{

/// First stream of the shared learners, apart from those of scenarios and agents.
constexpr int64_t SHARED_STREAM = 900;

template <typename Learner>
Ptr<Learner>
MakeOnline()
{
    // 1000 slots of a run are all there is to learn from
    auto agent = CreateObject<Learner>();
    agent->SetAttribute("LearningStarts", UintegerValue(32));
    return agent;
}

} // namespace

EmclRivals::EmclRivals(const EmclTraining& training, const std::string& folder)
    : m_training(training),
      m_folder(folder)
{
}

std::string
EmclRivals::EmclPath() const
{
    return m_folder + "/emcl.safetensors";
}

std::string
EmclRivals::MamlPath() const
{
    return m_folder + "/ac-maml.safetensors";
}

bool
EmclRivals::IsName(const std::string& name)
{
    return name == "EMCL" || name == "EMCL-simple" || name == "AC-MAML" || name == "AC-DDPG";
}

std::vector<LinkGroupTask>
EmclRivals::Tasks() const
{
    using Kind = LinkGroupDynamics::Kind;
    std::vector<LinkGroupTask> tasks;
    for (const Kind kind : {Kind::USERS, Kind::DEMAND, Kind::CHANNEL})
    {
        LinkGroupTask task;
        task.setting.devices = m_training.devices;
        task.setting.dynamics.kind = m_training.dynamics ? kind : Kind::NONE;
        const LinkGroupPreset preset{m_training.devices,
                                     m_training.trafficScale,
                                     m_training.servedEmphasis};
        task.setDefaults = [preset, dynamics = task.setting.dynamics]() {
            preset.SetDefaults();
            dynamics.SetDefaults();
        };
        tasks.push_back(task);
    }
    return tasks;
}

template <typename Shared, typename Member>
void
EmclRivals::TrainShared(const std::string& title,
                        const std::string& attribute,
                        const std::string& path)
{
    if (std::filesystem::exists(path))
    {
        return;
    }
    const auto tasks = Tasks();
    auto shared = CreateObject<Shared>();
    shared->SetAttribute("Tasks", UintegerValue(tasks.size()));
    shared->AssignStreams(SHARED_STREAM);
    std::vector<Ptr<Agent>> agents;
    for (std::size_t i = 0; i < tasks.size(); ++i)
    {
        auto agent = MakeOnline<Member>();
        agent->SetAttribute(attribute, PointerValue(shared));
        agents.push_back(agent);
    }
    LinkGroupExperiment length;
    length.cycles = m_training.episodes * m_training.cycles;
    length.cyclesPerRun = m_training.cycles;
    ProgressBar progress("training " + title, length.cycles);
    const std::string checkpoint = path + ".checkpoint";
    TrainTasks(agents, tasks, length, checkpoint, [&](uint32_t done, const LinkGroupCycle&) {
        progress.Update(done);
    });
    std::ostringstream made;
    made << title << ": " << tasks.size() << " tasks of K = " << m_training.devices
         << ", demands x " << m_training.trafficScale << ", emphasis x "
         << m_training.servedEmphasis << ", " << m_training.episodes << " episodes of "
         << m_training.cycles << " cycles, dynamics "
         << (m_training.dynamics ? "users, demand and channel" : "none");
    agents.front()->SavePolicy(path,
                               {{"sterna.training", made.str()},
                                {"sterna.seed", std::to_string(RngSeedManager::GetSeed())},
                                {"sterna.run", std::to_string(RngSeedManager::GetRun())},
                                {"sterna.ns3", Ns3Version()}});
    for (std::size_t i = 0; i < agents.size(); ++i)
    {
        std::filesystem::remove(i == 0 ? checkpoint : checkpoint + "." + std::to_string(i));
    }
    std::filesystem::remove(checkpoint + ".runs");
}

void
EmclRivals::Train()
{
    Config::SetDefault("ns3::sterna::LinkGroupAgentDecider::Embedding",
                       EnumValue(m_training.embedding));
    std::filesystem::create_directories(m_folder);
    TrainShared<MetaCritic, EmclAgent>("EMCL", "MetaCritic", EmclPath());
    TrainShared<MetaInitialization, AcMamlAgent>("AC-MAML", "MetaInitialization", MamlPath());
}

Ptr<LinkGroupDecider>
EmclRivals::Make(const std::string& name) const
{
    if (!IsName(name))
    {
        throw InputError("There is no learner '" + name +
                         "'; known ones are EMCL, EMCL-simple, AC-MAML and AC-DDPG.");
    }
    Ptr<Agent> agent;
    if (name == "AC-DDPG")
    {
        agent = MakeOnline<AcDdpgAgent>();
    }
    else if (name == "AC-MAML")
    {
        agent = MakeOnline<AcMamlAgent>();
        agent->SetAttribute("Policy", StringValue(MamlPath()));
    }
    else
    {
        agent = MakeOnline<EmclAgent>();
        agent->SetAttribute("Policy", StringValue(EmclPath()));
        agent->SetAttribute("Neighbours", UintegerValue(name == "EMCL" ? 10 : 1));
    }
    auto decider = CreateLinkGroupDecider(agent, true);
    decider->SetAttribute("Embedding", EnumValue(m_training.embedding));
    return decider;
}

} // namespace sterna
} // namespace ns3
