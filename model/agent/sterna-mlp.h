/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MLP_H
#define STERNA_MLP_H

#include "sterna-safetensors.h"

#include "ns3/random-variable-stream.h"

#include <Eigen/Core>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// A batch: one sample per row.
using RowMatrixXf = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/**
 * \ingroup sterna
 * A multilayer perceptron, y = W_L h(... h(W_1 x + b_1) ...) + b_L, without LibTorch.
 *
 * All parameters lie in one flat buffer, layer by layer, the weights (outputs x inputs, row-major,
 * as in PyTorch's Linear) before the biases. An optimiser or a target network is then one loop over
 * that buffer. Whatever a call needs besides is in a Workspace, which grows with the first call and
 * is reused by later ones: no allocation after that, and a const Mlp serves several workspaces.
 */
class Mlp
{
  public:
    /// What follows each hidden layer.
    enum class Hidden
    {
        RELU,
        TANH
    };

    /// What follows the last layer.
    enum class Output
    {
        IDENTITY,
        TANH
    };

    /// Intermediate results of one call; the batch's outputs are `layers.back()`.
    struct Workspace
    {
        std::vector<RowMatrixXf> layers;     //!< outputs of each layer (batch x width)
        std::vector<RowMatrixXf> gradients;  //!< loss gradients before each layer's activation
        std::vector<Eigen::VectorXf> single; //!< outputs of each layer, one sample
        RowMatrixXf common;                  //!< first layer of what a group shares
    };

    Mlp() = default;

    /// \param widths inputs, hidden widths, outputs: at least two numbers > 0; all parameters are 0
    Mlp(const std::vector<Eigen::Index>& widths, Hidden hidden, Output output);

    /**
     * Reads `PREFIX.N.weight` and `PREFIX.N.bias`, N = 0, 1, ...; the shapes give the widths.
     * Throws InputError if they are absent or do not fit together.
     * \param path the file's name for the message
     */
    static Mlp Load(const Safetensors& file,
                    const std::string& prefix,
                    Hidden hidden,
                    Output output,
                    const std::string& path);

    /// Adds `PREFIX.N.weight` and `PREFIX.N.bias` to a file.
    void Store(Safetensors& file, const std::string& prefix) const;

    /**
     * Draws weights and biases from U(-1/sqrt(inputs), 1/sqrt(inputs)) of each layer: what
     * PyTorch's Linear does (Kaiming-uniform with a = sqrt 5).
     */
    void Initialize(Ptr<UniformRandomVariable> uniform);

    const std::vector<Eigen::Index>& GetWidths() const;
    Eigen::Index GetInputs() const;
    Eigen::Index GetOutputs() const;
    /// The flat buffer.
    Eigen::VectorXf& GetParameters();
    const Eigen::VectorXf& GetParameters() const;

    /// One sample. \return the outputs, valid until the workspace is used again
    const Eigen::VectorXf& Forward(const Eigen::Ref<const Eigen::VectorXf>& input,
                                   Workspace& workspace) const;

    /// One sample per row. \return the outputs, one row per sample
    const RowMatrixXf& ForwardBatch(const Eigen::Ref<const RowMatrixXf>& inputs,
                                    Workspace& workspace) const;

    /**
     * Samples that begin with the same numbers: the inputs are (shared, rows(i)). The shared part
     * of the first layer is computed once.
     */
    const RowMatrixXf& ForwardShared(const Eigen::Ref<const Eigen::VectorXf>& shared,
                                     const Eigen::Ref<const RowMatrixXf>& rows,
                                     Workspace& workspace) const;

    /**
     * Several such groups: of the rows, the first n follow shared(0), the next n shared(1), ...
     * \param shared one row per group (groups x numbers), perhaps without columns
     * \param rows n rows per group (groups n x numbers)
     * \return the outputs, one row per row of `rows`
     */
    const RowMatrixXf& ForwardGroups(const Eigen::Ref<const RowMatrixXf>& shared,
                                     const Eigen::Ref<const RowMatrixXf>& rows,
                                     Workspace& workspace) const;

    /**
     * Gradients of a loss, after ForwardBatch() with the same inputs and workspace.
     * \param outputGradient d loss / d outputs (batch x outputs)
     * \param gradient is set to d loss / d parameters, laid out as the parameters
     * \param inputGradient if not null, is set to d loss / d inputs (batch x inputs)
     */
    void Backward(const Eigen::Ref<const RowMatrixXf>& inputs,
                  const Eigen::Ref<const RowMatrixXf>& outputGradient,
                  Workspace& workspace,
                  Eigen::VectorXf& gradient,
                  RowMatrixXf* inputGradient = nullptr) const;

    /**
     * As Backward(), but only for the last `count` inputs: the parameters and the other inputs are
     * constants, and their gradients cost nothing.
     * \param inputGradient is set to d loss / d these inputs (batch x count)
     */
    void BackwardInputs(const Eigen::Ref<const RowMatrixXf>& outputGradient,
                        Eigen::Index count,
                        Workspace& workspace,
                        RowMatrixXf& inputGradient) const;

  private:
    /// Where one layer lies in the flat buffer.
    struct Layer
    {
        Eigen::Index inputs;
        Eigen::Index outputs;
        Eigen::Index weight; //!< offset of the weights
        Eigen::Index bias;   //!< offset of the biases
    };

    Eigen::Map<const RowMatrixXf> Weight(const Layer& layer) const;
    Eigen::Map<const Eigen::VectorXf> Bias(const Layer& layer) const;
    /// Whether layer `index` ends in tanh, in ReLU, or in neither.
    bool EndsInTanh(size_t index) const;
    bool EndsInRelu(size_t index) const;
    template <typename Derived>
    void Activate(size_t index, Eigen::MatrixBase<Derived>& values) const;
    /// Takes a gradient back through the activation of layer `index`, which gave `output`.
    void Deactivate(size_t index, const RowMatrixXf& output, RowMatrixXf& gradient) const;
    /// Layers `first`, ... of a batch whose earlier layers are in the workspace.
    const RowMatrixXf& Continue(size_t first, Workspace& workspace) const;

    std::vector<Eigen::Index> m_widths;
    std::vector<Layer> m_layers;
    Hidden m_hidden{Hidden::RELU};
    Output m_output{Output::IDENTITY};
    Eigen::VectorXf m_parameters;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MLP_H */
