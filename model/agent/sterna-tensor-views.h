/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_TENSOR_VIEWS_H
#define STERNA_TENSOR_VIEWS_H

#include "sterna-mlp.h"
#include "sterna-parameter-layout.h"

#include <Eigen/Core>
#include <string>
#include <torch/types.h>
#include <unordered_map>

/**
 * \file
 * \ingroup sterna
 * LibTorch's views of Eigen's memory. Private to the sources of this folder that are compiled with
 * LibTorch: no other header includes it.
 */

namespace ns3
{
namespace sterna
{

/// A batch as a tensor that shares its memory.
inline torch::Tensor
View(const RowMatrixXf& batch)
{
    return torch::from_blob(const_cast<float*>(batch.data()), {batch.rows(), batch.cols()});
}

inline torch::Tensor
View(const Eigen::VectorXf& vector)
{
    return torch::from_blob(const_cast<float*>(vector.data()), {vector.size()});
}

/// A copy of a tensor of two dimensions.
inline RowMatrixXf
ToMatrix(const torch::Tensor& tensor)
{
    const torch::Tensor dense = tensor.contiguous();
    return Eigen::Map<const RowMatrixXf>(dense.data_ptr<float>(), dense.size(0), dense.size(1));
}

/// A network's parameters by name.
class TensorViews
{
  public:
    /// Constants.
    TensorViews(const ParameterLayout& layout, const Eigen::VectorXf& values)
    {
        for (const auto& entry : layout.GetEntries())
        {
            m_tensors.emplace(entry.name, At(values, entry));
        }
    }

    /// Variables: a backward pass adds their gradient to `gradient`, which must be 0 before.
    TensorViews(const ParameterLayout& layout,
                const Eigen::VectorXf& values,
                Eigen::VectorXf& gradient)
    {
        gradient.setZero(layout.GetSize());
        for (const auto& entry : layout.GetEntries())
        {
            torch::Tensor variable = At(values, entry).detach().requires_grad_();
            variable.mutable_grad() = At(gradient, entry);
            m_tensors.emplace(entry.name, variable);
        }
    }

    const torch::Tensor& operator[](const std::string& name) const
    {
        return m_tensors.at(name);
    }

    torch::Tensor Linear(const torch::Tensor& inputs, const std::string& layer) const
    {
        return at::linear(inputs, (*this)[layer + ".weight"], (*this)[layer + ".bias"]);
    }

  private:
    static torch::Tensor At(const Eigen::VectorXf& values, const ParameterLayout::Entry& entry)
    {
        return torch::from_blob(const_cast<float*>(values.data()) + entry.offset, entry.shape);
    }

    std::unordered_map<std::string, torch::Tensor> m_tensors;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_TENSOR_VIEWS_H */
