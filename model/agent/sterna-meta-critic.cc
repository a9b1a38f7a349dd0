/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-meta-critic.h"

#include "sterna-trajectory-memory.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/sterna-error.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaMetaCritic");

NS_OBJECT_ENSURE_REGISTERED(MetaCritic);

namespace
{

void
CheckSame(const std::string& who, const std::string& what, Eigen::Index has, Eigen::Index wanted)
{
    if (has != wanted)
    {
        throw InputError(who + " has " + std::to_string(has) + " " + what + ", but " +
                         std::to_string(wanted) + " are needed here.");
    }
}

void
CheckSame(const std::string& who, const AgentSpaces& has, const AgentSpaces& wanted)
{
    CheckSame(who, "features", has.features, wanted.features);
    CheckSame(who, "blocks of features", has.blocks, wanted.blocks);
    CheckSame(who, "features per block", has.blockSize, wanted.blockSize);
    CheckSame(who, "embedding columns", has.embedding, wanted.embedding);
}

} // namespace

TypeId
MetaCritic::GetTypeId()
{
    using Self = MetaCritic;
    static TypeId tid =
        TypeId("ns3::sterna::MetaCritic")
            .SetParent<Object>()
            .SetGroupName("Sterna")
            .AddConstructor<MetaCritic>()
            .AddAttribute("Tasks",
                          "I: tasks whose contributions make one update",
                          UintegerValue(1),
                          MakeUintegerAccessor(&Self::m_tasks),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("LearningRate",
                          "Adam's learning rate for omega",
                          DoubleValue(1e-3),
                          MakeDoubleAccessor(&Self::m_rate),
                          MakeDoubleChecker<double>(0.0))
            .AddAttribute("Tau",
                          "Share of the new weights in each update of the slow copy, 0 to 1",
                          DoubleValue(0.005),
                          MakeDoubleAccessor(&Self::m_tau),
                          MakeDoubleChecker<double>(0.0, 1.0))
            .AddAttribute("Window",
                          "Steps before the present one that the LSTM sees; 0: no LSTM",
                          UintegerValue(10),
                          MakeUintegerAccessor(&Self::m_window),
                          MakeUintegerChecker<uint32_t>(0, 1000))
            .AddAttribute("Filters",
                          "Channels of each convolution, of critic and actors",
                          UintegerValue(8),
                          MakeUintegerAccessor(&Self::m_filters),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Bins",
                          "Stretches of blocks that are pooled, each by itself",
                          UintegerValue(8),
                          MakeUintegerAccessor(&Self::m_bins),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Hidden",
                          "Width of fully connected layers, of critic and actors",
                          UintegerValue(64),
                          MakeUintegerAccessor(&Self::m_hidden),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Cells",
                          "Memory cells of the LSTM",
                          UintegerValue(32),
                          MakeUintegerAccessor(&Self::m_cells),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("TaskEmbedding",
                          "Length of xi_2, which identifies the task",
                          UintegerValue(8),
                          MakeUintegerAccessor(&Self::m_embedding),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("GradientClip",
                          "Largest Euclidean norm of the gradient; 0: any",
                          DoubleValue(10.0),
                          MakeDoubleAccessor(&Self::m_gradientClip),
                          MakeDoubleChecker<double>(0.0))
            .AddAttribute("Frozen",
                          "Whether omega stays as it is: online learning",
                          BooleanValue(false),
                          MakeBooleanAccessor(&Self::m_frozen),
                          MakeBooleanChecker())
            .AddAttribute("Weights",
                          "A safetensors file of SaveWeights() or EmclAgent::SavePolicy(), whose "
                          "sizes and weights to take; empty: weights are drawn",
                          StringValue(""),
                          MakeStringAccessor(&Self::m_path),
                          MakeStringChecker())
            .AddTraceSource("Loss",
                            "Temporal difference (24), mean over the tasks, before an update",
                            MakeTraceSourceAccessor(&Self::m_loss),
                            "ns3::sterna::MetaCritic::LossTracedCallback");
    return tid;
}

MetaCritic::MetaCritic()
    : m_stream(CreateObject<UniformRandomVariable>())
{
}

MetaCritic::~MetaCritic() = default;

int64_t
MetaCritic::AssignStreams(int64_t stream)
{
    m_stream->SetStream(stream);
    return 1;
}

void
MetaCritic::Configure(const AgentSpaces& spaces)
{
    NS_LOG_FUNCTION(this << spaces.features << spaces.blocks << spaces.embedding);
    if (m_spaces.features > 0)
    {
        CheckSame("The meta critic that these agents share", m_spaces, spaces);
        return;
    }
    if (!m_path.empty())
    {
        LoadWeights(spaces);
    }
    else
    {
        m_network = HybridNetwork(GetShape(spaces));
        m_state = MakeState();
    }
    m_spaces = spaces;
}

EmclShape
MetaCritic::GetShape(const AgentSpaces& spaces) const
{
    EmclShape shape;
    shape.spaces = spaces;
    shape.filters = m_filters;
    shape.bins = m_bins;
    shape.hidden = m_hidden;
    shape.window = m_window;
    shape.step = TrajectoryMemory::StepSize(spaces);
    shape.cells = m_cells;
    shape.embedding = m_embedding;
    return shape;
}

MetaCritic::State
MetaCritic::MakeState() const
{
    const Eigen::Index size = m_network.GetLayout().GetSize();
    State state;
    state.adam = Adam(size, m_rate);
    state.round = TaskAverage(size, m_tasks);
    return state;
}

MetaCritic::State&
MetaCritic::Started() const
{
    if (m_spaces.features == 0)
    {
        throw InputError("The meta critic was used before Configure().");
    }
    if (!m_state.started)
    {
        Generator random;
        random.Seed(m_stream);
        m_state.weights = m_network.GetLayout().Draw(random);
        m_state.target = m_state.weights;
        m_state.started = true;
    }
    return m_state;
}

uint32_t
MetaCritic::Join()
{
    return m_joined++;
}

const HybridNetwork&
MetaCritic::GetNetwork() const
{
    return m_network;
}

const Eigen::VectorXf&
MetaCritic::GetWeights(Copy copy) const
{
    return copy == Copy::ONLINE ? Started().weights : Started().target;
}

bool
MetaCritic::IsFrozen() const
{
    return m_frozen;
}

RowMatrixXf
MetaCritic::Encode(Copy copy,
                   const RowMatrixXf& states,
                   const Eigen::Ref<const RowMatrixXf>& steps) const
{
    return m_network.Encode(GetWeights(copy), states, steps);
}

Eigen::VectorXf
MetaCritic::Values(Copy copy,
                   const RowMatrixXf& codes,
                   const RowMatrixXf& actions,
                   const std::vector<Eigen::Index>& owners) const
{
    return m_network.Values(GetWeights(copy), codes, actions, owners);
}

void
MetaCritic::Contribute(uint32_t task,
                       const RowMatrixXf& states,
                       const Eigen::Ref<const RowMatrixXf>& steps,
                       const RowMatrixXf& actions,
                       const Eigen::VectorXf& targets)
{
    State& state = Started();
    if (state.round.Has(task))
    {
        Update();
    }
    Eigen::VectorXf gradient;
    const double loss =
        m_network.Gradient(state.weights, states, steps, actions, targets, gradient);
    state.round.Add(task, loss, gradient);
    if (state.round.IsComplete())
    {
        Update();
    }
}

void
MetaCritic::Update()
{
    Eigen::VectorXf gradient;
    const double loss = m_state.round.Close(gradient); // (24), (28)
    ClipNorm(gradient, m_gradientClip);
    m_state.adam.Step(gradient, m_state.weights); // (26)
    m_state.target += static_cast<float>(m_tau) * (m_state.weights - m_state.target);
    NS_LOG_LOGIC("meta critic's loss " << loss);
    m_loss(loss);
}

void
MetaCritic::Store(Safetensors& file) const
{
    const State& state = Started();
    const EmclShape& shape = m_network.GetShape();
    const auto put = [&file](const std::string& key, Eigen::Index value) {
        file.metadata["sterna." + key] = std::to_string(value);
    };
    put("features", m_spaces.features);
    put("blocks", m_spaces.blocks);
    put("block-size", m_spaces.blockSize);
    put("embedding", m_spaces.embedding);
    put("window", shape.window);
    put("filters", shape.filters);
    put("bins", shape.bins);
    put("hidden", shape.hidden);
    put("cells", shape.cells);
    put("task-embedding", shape.embedding);
    m_network.GetLayout().Store(state.weights, file, "critic");
}

void
MetaCritic::LoadWeights(const AgentSpaces& spaces)
{
    const Safetensors file = Safetensors::Read(m_path);
    const std::string& kind = file.GetMetadata("sterna.kind", m_path);
    if (kind != "emcl" && kind != "meta-critic")
    {
        throw InputError("Policy '" + m_path + "' is of kind '" + kind +
                         "', not emcl or meta-critic.");
    }
    const auto get = [&](const std::string& key) {
        return static_cast<Eigen::Index>(file.GetCount("sterna." + key, m_path));
    };
    const auto size = [&](const std::string& key) {
        constexpr Eigen::Index largest = 65536;
        if (get(key) < 1 || get(key) > largest)
        {
            throw InputError("Policy '" + m_path + "' says that its " + key + " are " +
                             std::to_string(get(key)) + ", not 1 to " + std::to_string(largest) +
                             ".");
        }
        return get(key);
    };
    AgentSpaces stated;
    stated.features = get("features");
    stated.blocks = get("blocks");
    stated.blockSize = get("block-size");
    stated.embedding = get("embedding");
    CheckSame("Policy '" + m_path + "'", stated, spaces);
    EmclShape shape = GetShape(spaces);
    shape.window = get("window") == 0 ? 0 : size("window");
    shape.filters = size("filters");
    shape.bins = size("bins");
    shape.hidden = size("hidden");
    shape.cells = size("cells");
    shape.embedding = size("task-embedding");
    const HybridNetwork network(shape);
    const Eigen::VectorXf weights = network.GetLayout().Load(file, "critic", m_path);
    m_network = network;
    m_state = MakeState();
    m_state.weights = weights;
    m_state.target = weights;
    m_state.started = true;
}

void
MetaCritic::SaveWeights(const std::string& path,
                        const std::map<std::string, std::string>& metadata) const
{
    Safetensors file;
    file.metadata = metadata;
    file.metadata["sterna.kind"] = "meta-critic";
    file.metadata["sterna.agent"] = GetInstanceTypeId().GetName();
    Store(file);
    file.Write(path);
}

void
MetaCritic::StoreCheckpoint(Safetensors& file) const
{
    const State& state = Started();
    m_network.GetLayout().Store(state.weights, file, "critic");
    m_network.GetLayout().Store(state.target, file, "critic-target");
    state.adam.Store(file, "critic-adam");
    state.round.Store(file, "critic-round");
}

void
MetaCritic::LoadCheckpoint(const Safetensors& file, const std::string& path)
{
    State state = MakeState();
    state.weights = m_network.GetLayout().Load(file, "critic", path);
    state.target = m_network.GetLayout().Load(file, "critic-target", path);
    state.adam.Load(file, "critic-adam", path);
    state.round.Load(file, "critic-round", path);
    state.started = true;
    m_state = state;
}

} // namespace sterna
} // namespace ns3
