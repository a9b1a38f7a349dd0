/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_Q_NETWORK_H
#define STERNA_Q_NETWORK_H

#include "sterna-agent.h"
#include "sterna-mlp.h"
#include "sterna-safetensors.h"

#include <Eigen/Core>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The values Q(s, a) of all choices a in a state s: an Mlp, and how features go in and values come
 * out of it.
 *
 * Layouts:
 *  - FLAT: the Mlp sees all features and has one output per choice.
 *  - PER_CHOICE: the features end in one block per choice, all alike. The Mlp sees the features
 *    before the blocks and the block of choice a, and its output is the value of choice a. So its
 *    weights do not depend on the number of choices, which the length of the features gives.
 *
 * Where the spaces have a prior, the last feature of a block is a first guess of its choice's value,
 * and the Mlp learns what to add to it (residual learning, Johannink et al., ICRA 2019): an untrained
 * network chooses about as the guess does, and far from what was learned the guess still holds.
 *
 * Dueling (Wang et al., ICML 2016) divides a value into that of the state and the advantage of a
 * choice, Q(s, a) = V(s) + A(s, a) - mean over a' of A(s, a'). The mean is over all choices, valid
 * or not: a network knows no masks. The Mlp then has one output more, the first:
 *  - FLAT: V, then A of every choice;
 *  - PER_CHOICE: v and A of one choice; V(s) is the mean of v over the choices.
 */
class QNetwork
{
  public:
    enum class Layout
    {
        FLAT,
        PER_CHOICE
    };

    /// What features and values look like.
    struct Shape
    {
        Layout layout{Layout::FLAT};
        bool dueling{false};
        Eigen::Index global{0};    //!< features before the blocks; FLAT: all features
        Eigen::Index blockSize{0}; //!< features per block; FLAT: 0
        Eigen::Index choices{0};   //!< FLAT: number of choices; PER_CHOICE: 0, which is any
        bool prior{false};         //!< PER_CHOICE: a block's last feature is a first guess
    };

    /// Intermediate results of one call, reused by later ones.
    struct Workspace
    {
        Mlp::Workspace mlp;
        RowMatrixXf blocks;         //!< one block per row (batch choices x blockSize)
        RowMatrixXf values;         //!< batch x choices
        Eigen::VectorXf chosen;     //!< values of one choice per sample
        RowMatrixXf chosenGradient; //!< batch x choices, 0 but for those choices
        Eigen::VectorXf single;     //!< values of one sample
        RowMatrixXf outputGradient; //!< d loss / d outputs of the Mlp
        RowMatrixXf inputs;         //!< inputs of the rows that have a gradient
        Mlp::Workspace active;      //!< the layers of these rows
    };

    /**
     * The shape that fits `spaces`. Throws InputError if the layout is PER_CHOICE and the features
     * do not end in one block per choice.
     * \param owner who asks, for the message
     */
    static Shape MakeShape(const AgentSpaces& spaces,
                           Layout layout,
                           bool dueling,
                           const std::string& owner);

    /**
     * Reads the shape from a policy's metadata: `sterna.features`, `sterna.choices`,
     * `sterna.layout` (`flat`, also if absent, or `per-choice`), `sterna.dueling` (`false`, also if
     * absent, or `true`), and for `per-choice` also `sterna.global`, `sterna.block` and `sterna.prior`
     * (as `sterna.dueling`). Throws InputError if they contradict each other.
     */
    static Shape LoadShape(const Safetensors& file, const std::string& path);

    /// Adds what LoadShape() reads, but for `sterna.features`.
    static void StoreShape(Safetensors& file, const Shape& shape);

    QNetwork() = default;
    /// \param hidden widths of the hidden layers; all parameters are 0
    QNetwork(const Shape& shape, const std::vector<Eigen::Index>& hidden, Mlp::Hidden activation);

    /// Reads an Mlp (see Mlp::Load); throws InputError if its inputs or outputs do not fit.
    static QNetwork Load(const Safetensors& file,
                         const std::string& prefix,
                         const Shape& shape,
                         Mlp::Hidden activation,
                         const std::string& path);
    void Store(Safetensors& file, const std::string& prefix) const;
    void Initialize(Ptr<UniformRandomVariable> uniform);

    const Shape& GetShape() const;
    const std::vector<Eigen::Index>& GetWidths() const;
    /// The flat buffer of the Mlp.
    Eigen::VectorXf& GetParameters();
    const Eigen::VectorXf& GetParameters() const;

    /// One sample. \return the values of all choices, valid until the workspace is used again
    const Eigen::VectorXf& Forward(const Eigen::Ref<const Eigen::VectorXf>& features,
                                   Workspace& workspace) const;

    /// One sample per row. \return the values (batch x choices)
    const RowMatrixXf& ForwardBatch(const Eigen::Ref<const RowMatrixXf>& features,
                                    Workspace& workspace) const;

    /**
     * Gradient of a loss, after ForwardBatch() with the same features and workspace.
     * \param valueGradient d loss / d values (batch x choices)
     * \param gradient is set to d loss / d parameters
     */
    void Backward(const Eigen::Ref<const RowMatrixXf>& features,
                  const Eigen::Ref<const RowMatrixXf>& valueGradient,
                  Workspace& workspace,
                  Eigen::VectorXf& gradient) const;

    /**
     * Values of one choice per sample, without those of the others where these are not needed.
     * \param choices one index per sample (batch x 1)
     */
    const Eigen::VectorXf& ForwardChosen(const Eigen::Ref<const RowMatrixXf>& features,
                                         const Eigen::Ref<const RowMatrixXf>& choices,
                                         Workspace& workspace) const;

    /**
     * Gradient of a loss, after ForwardChosen() with the same features, choices and workspace.
     * \param valueGradient d loss / d values of the chosen choices
     * \param gradient is set to d loss / d parameters
     */
    void BackwardChosen(const Eigen::Ref<const RowMatrixXf>& features,
                        const Eigen::Ref<const RowMatrixXf>& choices,
                        const Eigen::VectorXf& valueGradient,
                        Workspace& workspace,
                        Eigen::VectorXf& gradient) const;

  private:
    /// Whether the value of a choice depends on its own block alone.
    bool ChoicesAreIndependent() const;
    /// How many choices features of this length describe.
    Eigen::Index CountChoices(Eigen::Index features) const;
    /// ForwardBatch() in the layout PER_CHOICE.
    const RowMatrixXf& ForwardBlocks(const Eigen::Ref<const RowMatrixXf>& features,
                                     Workspace& workspace) const;
    /// Sets workspace.outputGradient.
    void FillOutputGradient(const Eigen::Ref<const RowMatrixXf>& valueGradient,
                            Workspace& workspace) const;
    /// Backward() in the layout PER_CHOICE; most rows of a batch have no gradient and are left out.
    void BackwardBlocks(const Eigen::Ref<const RowMatrixXf>& features,
                        Workspace& workspace,
                        Eigen::VectorXf& gradient) const;

    Shape m_shape;
    Mlp m_mlp;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_Q_NETWORK_H */
