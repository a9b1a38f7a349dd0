/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-bench-agent-torch.h"

#include <string>
#include <torch/torch.h>

namespace ns3
{
namespace sterna
{
namespace bench
{

struct TorchPolicy::Network
{
    torch::nn::Sequential layers;
};

namespace
{

torch::Tensor
ToTensor(const Safetensors::Tensor& tensor)
{
    return torch::tensor(tensor.data).reshape(tensor.shape);
}

/// A view of the features as a batch of one.
torch::Tensor
ToInput(const std::vector<float>& features)
{
    return torch::from_blob(const_cast<float*>(features.data()),
                            {1, static_cast<int64_t>(features.size())},
                            torch::kFloat32);
}

} // namespace

TorchPolicy::TorchPolicy(const Safetensors& file)
    : m_network(std::make_unique<Network>())
{
    torch::set_num_threads(1);
    torch::InferenceMode guard;
    for (int i = 0; file.tensors.count("q." + std::to_string(i) + ".weight") > 0; ++i)
    {
        const std::string name = "q." + std::to_string(i);
        const auto& weight = file.tensors.at(name + ".weight");
        if (i > 0)
        {
            m_network->layers->push_back(torch::nn::ReLU());
        }
        torch::nn::Linear linear(weight.shape[1], weight.shape[0]);
        linear->weight.copy_(ToTensor(weight));
        linear->bias.copy_(ToTensor(file.tensors.at(name + ".bias")));
        m_network->layers->push_back(linear);
    }
}

TorchPolicy::~TorchPolicy() = default;

std::vector<float>
TorchPolicy::GetValues(const std::vector<float>& features) const
{
    torch::InferenceMode guard;
    const torch::Tensor values = m_network->layers->forward(ToInput(features)).contiguous();
    return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

int
TorchPolicy::Decide(const std::vector<float>& features) const
{
    torch::InferenceMode guard;
    return m_network->layers->forward(ToInput(features)).argmax(1).item<int>();
}

} // namespace bench
} // namespace sterna
} // namespace ns3
