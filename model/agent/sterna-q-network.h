/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_Q_NETWORK_H
#define STERNA_Q_NETWORK_H

#include "sterna-agent.h"
#include "sterna-mlp.h"

#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Values of all choices in a state, Q(s, a), from one Mlp.
 *
 * FLAT: the features go in, and one output per choice comes out. PER_CHOICE: the features are
 * (global, block of choice 0, block of choice 1, ...); the same Mlp maps (global, block a) to the
 * value of choice a. Its weights do not depend on the number of choices, each sample teaches it about
 * all of them, and values move with the blocks when these change places.
 *
 * Where the spaces have a prior, the last feature of a block is a first guess of its choice's value,
 * and the Mlp learns what to add to it (residual learning, Johannink et al., ICRA 2019): an untrained
 * network chooses about as the guess does, and far from what was learned the guess still holds.
 *
 * Dueling (Wang et al., ICML 2016): Q(s, a) = V(s) + A(s, a) - mean over all a' of A(s, a'). FLAT has
 * one more output for V, the first; PER_CHOICE has two per choice, v and A, and V is the mean of the
 * v.
 */
class QNetwork
{
  public:
    /// How choices meet the network.
    enum class Layout
    {
        FLAT,
        PER_CHOICE
    };

    /// Intermediate results of one call; grows once and is reused.
    struct Workspace
    {
        Mlp::Workspace mlp;
        RowMatrixXf rows;           //!< PER_CHOICE: (batch x choices) samples of the Mlp
        RowMatrixXf values;         //!< Q (batch x choices)
        RowMatrixXf rawGradient;    //!< d loss / d outputs of the Mlp
        Eigen::VectorXf single;     //!< Q of one sample
        Eigen::VectorXf chosen;     //!< Q of one choice per sample
        RowMatrixXf chosenGradient; //!< d loss / d Q (batch x choices), 0 but for those choices
    };

    QNetwork() = default;

    /**
     * \param spaces features and choices; PER_CHOICE also needs as many blocks as choices
     * \param hidden widths of the hidden layers
     * \throws InputError if PER_CHOICE has no blocks for the choices
     */
    QNetwork(const AgentSpaces& spaces,
             const std::vector<Eigen::Index>& hidden,
             Layout layout,
             bool dueling);

    /**
     * Reads what Store() wrote: `PREFIX.N.weight` and `PREFIX.N.bias`.
     * \param spaces of the states that will be looked at
     * \param path the file's name for the message
     * \throws InputError if the file's network does not fit the spaces
     */
    static QNetwork Load(const Safetensors& file,
                         const std::string& prefix,
                         const AgentSpaces& spaces,
                         Layout layout,
                         bool dueling,
                         Mlp::Hidden activation,
                         const std::string& path);
    void Store(Safetensors& file, const std::string& prefix) const;

    /// Draws the parameters, as Mlp::Initialize().
    void Initialize(Ptr<UniformRandomVariable> uniform);

    const std::vector<Eigen::Index>& GetWidths() const;
    Eigen::VectorXf& GetParameters();
    const Eigen::VectorXf& GetParameters() const;
    Layout GetLayout() const;
    bool IsDueling() const;

    /// Values of one state's choices.
    const Eigen::VectorXf& Forward(const Eigen::VectorXf& features, Workspace& workspace) const;
    /// Values of many states' choices (batch x choices).
    const RowMatrixXf& ForwardBatch(const RowMatrixXf& features, Workspace& workspace) const;
    /**
     * Gradient of a loss, after ForwardBatch() with the same features and workspace.
     * \param valueGradient d loss / d Q (batch x choices)
     * \param gradient is set to d loss / d parameters
     */
    void Backward(const RowMatrixXf& features,
                  const RowMatrixXf& valueGradient,
                  Workspace& workspace,
                  Eigen::VectorXf& gradient) const;

    /**
     * Values of one choice per state, without those of the others where these are not needed.
     * \param choices one index per state (batch x 1)
     */
    const Eigen::VectorXf& ForwardChosen(const RowMatrixXf& features,
                                         const RowMatrixXf& choices,
                                         Workspace& workspace) const;
    /**
     * Gradient of a loss, after ForwardChosen() with the same features, choices and workspace.
     * \param valueGradient d loss / d Q of the chosen choices
     * \param gradient is set to d loss / d parameters
     */
    void BackwardChosen(const RowMatrixXf& features,
                        const RowMatrixXf& choices,
                        const Eigen::VectorXf& valueGradient,
                        Workspace& workspace,
                        Eigen::VectorXf& gradient) const;

  private:
    /// Whether the value of a choice depends on its own block alone.
    bool ChoicesAreIndependent() const;
    /// Splits states into one sample of the Mlp per choice.
    void Split(const Eigen::Ref<const RowMatrixXf>& features, RowMatrixXf& rows) const;
    /// Outputs of the Mlp -> Q.
    void Combine(const RowMatrixXf& outputs, RowMatrixXf& values) const;
    /// Adds the first guesses that stand in the Mlp's samples.
    void AddPrior(const RowMatrixXf& rows, RowMatrixXf& values) const;
    /// d loss / d Q -> d loss / d outputs of the Mlp.
    void Distribute(const RowMatrixXf& valueGradient, RowMatrixXf& rawGradient) const;

    Mlp m_mlp;
    Eigen::Index m_choices{0};
    Eigen::Index m_global{0}; //!< PER_CHOICE: features that all choices share
    Eigen::Index m_block{0};  //!< PER_CHOICE: features of each choice
    Layout m_layout{Layout::FLAT};
    bool m_dueling{false};
    bool m_prior{false};
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_Q_NETWORK_H */
