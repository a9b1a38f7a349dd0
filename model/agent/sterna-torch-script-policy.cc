/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-torch-script-policy.h"

#include "sterna-mlp.h"
#include "sterna-neighbours.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"
#include "ns3/string.h"

#include <fstream>
#include <sstream>

// Last, because no header of Sterna may depend on these.
#include <ATen/Parallel.h>
#include <torch/script.h>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaTorchScriptPolicy");

NS_OBJECT_ENSURE_REGISTERED(TorchScriptPolicy);

namespace
{

using Shape = std::vector<int64_t>;

std::string
ToText(const Shape& shape)
{
    std::ostringstream text;
    text << '[';
    for (size_t i = 0; i < shape.size(); ++i)
    {
        text << (i > 0 ? ", " : "") << shape[i];
    }
    text << ']';
    return text.str();
}

/// The last line of LibTorch's message that says something: its first ones are a stack trace.
std::string
Reason(const std::exception& error)
{
    std::istringstream lines(error.what());
    std::string reason;
    for (std::string line; std::getline(lines, line);)
    {
        const bool isTrace =
            line.rfind("frame #", 0) == 0 || line.rfind("Exception raised from", 0) == 0;
        if (isTrace)
        {
            break;
        }
        if (line.find_first_not_of(" ~^\t.") != std::string::npos)
        {
            reason = line;
        }
    }
    return reason;
}

/// A matrix as a tensor that shares its memory.
torch::Tensor
View(const float* data, Eigen::Index rows, Eigen::Index columns)
{
    return torch::from_blob(const_cast<float*>(data), {rows, columns});
}

} // namespace

/// The loaded file.
struct TorchScriptPolicy::Module
{
    /// Calls `forward`. Throws InputError if it fails or if its output has another shape.
    torch::Tensor Forward(const Eigen::VectorXf& features,
                          const RowMatrixXf& choices,
                          bool embedded,
                          const Shape& shape)
    {
        const c10::InferenceMode inference;
        std::vector<c10::IValue> inputs{View(features.data(), 1, features.size())};
        if (embedded)
        {
            inputs.emplace_back(View(choices.data(), choices.rows(), choices.cols()));
        }
        const c10::IValue output = Call(std::move(inputs));
        if (!output.isTensor())
        {
            throw InputError("its output is a " + output.tagKind() + ", not a tensor of shape " +
                             ToText(shape));
        }
        const torch::Tensor& tensor = output.toTensor();
        if (tensor.sizes() != c10::IntArrayRef(shape))
        {
            throw InputError("its output has the shape " + ToText(tensor.sizes().vec()) + ", not " +
                             ToText(shape));
        }
        return tensor.to(torch::kFloat32).contiguous();
    }

    c10::IValue Call(std::vector<c10::IValue> inputs)
    {
        try
        {
            return module.forward(std::move(inputs));
        }
        catch (const std::exception& error)
        {
            throw InputError("it fails: " + Reason(error));
        }
    }

    torch::jit::Module module;
};

TypeId
TorchScriptPolicy::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::TorchScriptPolicy")
                            .SetParent<Agent>()
                            .SetGroupName("Sterna")
                            .AddConstructor<TorchScriptPolicy>()
                            .AddAttribute("Policy",
                                          "The TorchScript file",
                                          StringValue(""),
                                          MakeStringAccessor(&TorchScriptPolicy::m_path),
                                          MakeStringChecker());
    return tid;
}

TorchScriptPolicy::TorchScriptPolicy() = default;

TorchScriptPolicy::~TorchScriptPolicy() = default;

int64_t
TorchScriptPolicy::AssignStreams(int64_t)
{
    return 0;
}

void
TorchScriptPolicy::CheckSpaces(const AgentSpaces& spaces) const
{
    const bool choosing = spaces.embedding > 0 || spaces.choices > 0;
    if (spaces.actors != 1 || choosing == (spaces.parameters > 0))
    {
        throw InputError("TorchScriptPolicy takes 1 actor that has either choices or parameters, "
                         "but was given " +
                         std::to_string(spaces.actors) + " actors, " +
                         std::to_string(spaces.choices) + " choices, " +
                         std::to_string(spaces.embedding) + " embedding columns and " +
                         std::to_string(spaces.parameters) + " parameters.");
    }
}

int64_t
TorchScriptPolicy::GetInputs() const
{
    return m_spaces.embedding > 0 ? 2 : 1;
}

void
TorchScriptPolicy::Configure(const AgentSpaces& spaces)
{
    NS_LOG_FUNCTION(this << m_path);
    CheckSpaces(spaces);
    m_spaces = spaces;
    if (!std::ifstream(m_path))
    {
        throw InputError("Cannot open the policy '" + m_path +
                         "': the Attribute Policy must name a TorchScript file.");
    }
    at::set_num_threads(1);
    auto loaded = std::make_unique<Module>();
    try
    {
        loaded->module = torch::jit::load(m_path, torch::kCPU);
    }
    catch (const std::exception& error)
    {
        throw InputError("The policy '" + m_path + "' is not a TorchScript file (" + Reason(error) +
                         ").");
    }
    loaded->module.eval();
    m_module = std::move(loaded);
    CheckForward();
    if (m_spaces.embedding > 0 && m_spaces.choices == 0)
    {
        // Two numbers of choices, because it varies from one observation to the next.
        Probe(1);
        Probe(3);
    }
    else
    {
        Probe(m_spaces.choices);
    }
}

void
TorchScriptPolicy::CheckForward() const
{
    const auto method = m_module->module.find_method("forward");
    if (!method)
    {
        throw InputError("The policy '" + m_path + "' has no method forward.");
    }
    const int64_t takes =
        static_cast<int64_t>(method->function().getSchema().arguments().size()) - 1;
    if (takes != GetInputs())
    {
        throw InputError("The policy '" + m_path + "' takes " + std::to_string(takes) +
                         " inputs, not the " + std::to_string(GetInputs()) +
                         (GetInputs() == 1 ? " (features)" : " (features, choices)") +
                         " of these spaces.");
    }
}

void
TorchScriptPolicy::Probe(Eigen::Index choices)
{
    Observation zero;
    zero.features = Eigen::VectorXf::Zero(m_spaces.features);
    zero.choices.setZero(choices, m_spaces.embedding);
    const bool embedded = m_spaces.embedding > 0;
    const Shape shape = embedded ? Shape{choices} : Shape{1, choices + m_spaces.parameters};
    torch::Tensor output;
    try
    {
        output = m_module->Forward(zero.features, zero.choices, embedded, shape);
    }
    catch (const InputError& error)
    {
        throw InputError("The policy '" + m_path + "' does not fit: with " +
                         std::to_string(m_spaces.features) + " features of 0" +
                         (embedded ? " and " + std::to_string(choices) + " embedded choices" : "") +
                         " " + error.what() + ".");
    }
    if (output.isnan().any().item<bool>())
    {
        throw InputError("The policy '" + m_path + "' gives NaN for features of 0.");
    }
}

Action
TorchScriptPolicy::Act(const Observation& observation, Mode)
{
    Action action;
    action.choice = Eigen::VectorXi::Constant(1, -1);
    action.parameters = Eigen::MatrixXf::Zero(1, m_spaces.parameters);
    if (!m_module)
    {
        throw InputError("TorchScriptPolicy was used before Configure().");
    }
    const bool embedded = m_spaces.embedding > 0;
    const Eigen::Index count = embedded ? observation.choices.rows() : m_spaces.choices;
    if (m_spaces.parameters == 0 && count == 0)
    {
        return action;
    }
    torch::Tensor output;
    try
    {
        const Shape shape = embedded ? Shape{count} : Shape{1, count + m_spaces.parameters};
        output = m_module->Forward(observation.features, observation.choices, embedded, shape);
    }
    catch (const InputError& error)
    {
        NS_LOG_WARN("the policy " << m_path << " is refused: " << error.what());
        return action;
    }
    const float* values = output.data_ptr<float>();
    if (m_spaces.parameters == 0)
    {
        action.choice(0) =
            BestChoice(values,
                       count,
                       observation.mask.size() > 0 ? observation.mask.data() : nullptr);
        return action;
    }
    action.parameters.row(0) = Eigen::Map<const Eigen::RowVectorXf>(values, m_spaces.parameters);
    // Written so that NaN fails, too.
    const bool inRange = (action.parameters.array().abs() <= 1.0f).all();
    action.choice(0) = inRange ? 0 : -1;
    return action;
}

} // namespace sterna
} // namespace ns3
