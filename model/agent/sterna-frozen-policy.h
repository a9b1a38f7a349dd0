/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_FROZEN_POLICY_H
#define STERNA_FROZEN_POLICY_H

#include "sterna-agent.h"
#include "sterna-mlp.h"
#include "sterna-q-network.h"
#include "sterna-safetensors.h"

#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A trained policy that only decides: read from a safetensors file, computed with Eigen.
 *
 * The file's metadata says what it is (numbers are decimal strings):
 *
 * | key | value |
 * | --- | --- |
 * | `sterna.kind` | `q`, `actor` or `wolpertinger` |
 * | `sterna.features` | length of Observation::features |
 * | `sterna.choices` | choices of kind `q`; 0 for the others and for the layout `per-choice` |
 * | `sterna.layout` | of kind `q`: `flat` (also if absent) or `per-choice`, see QNetwork |
 * | `sterna.dueling` | of kind `q`: `true` or `false` (also if absent), see QNetwork |
 * | `sterna.global` | of layout `per-choice`: features before the blocks |
 * | `sterna.block` | of layout `per-choice`: features per block |
 * | `sterna.embedding` | columns of Observation::choices of kind `wolpertinger`; otherwise 0 |
 * | `sterna.parameters` | reals of kind `actor`; otherwise 0 |
 * | `sterna.activation` | `relu` or `tanh`, after every hidden layer |
 * | `sterna.neighbours` | k of kind `wolpertinger` (absent otherwise) |
 * | `sterna.agent` | TypeId of the agent that trained it |
 *
 * Kinds and their tensors (`NAME.N.weight`, `NAME.N.bias`, see Mlp):
 *  - `q`: `q.*` maps the features to one value per choice; the valid choice of the largest value
 *    wins. With the layout `per-choice` the file fits any number of choices; `sterna.features`
 *    is then the length of the example.
 *  - `actor`: `actor.*` with tanh after its last layer maps the features to Action::parameters
 *    (1 x parameters).
 *  - `wolpertinger`: `actor.*` with tanh after its last layer maps the features to a proto-action
 *    in the embedding's space; `critic.*` maps (features, embedding) to one value; of the k valid
 *    rows of Observation::choices nearest to the proto-action, the one of the largest value wins
 *    (Dulac-Arnold et al., 2015).
 *
 * Of equal values the first wins (the lower index; with `wolpertinger` the nearer row).
 *
 * Optional tensors `normalizer.mean` and `normalizer.scale` (length features): every network then
 * sees (x - mean) / scale, clipped to [-10, 10], instead of x; not with the
 * layout `per-choice`.
 *
 * Optional tensors `example.features` and `example.output`, with `wolpertinger` also
 * `example.choices` (n x embedding): what Evaluate() must give, so that a loaded policy proves
 * itself.
 *
 * All kinds decide for one actor. Act() ignores the mode. If a value that decides is NaN, or if no
 * choice is valid, the choice is -1, which the caller refuses; NaN parameters are returned as such.
 */
class FrozenPolicy : public Agent
{
  public:
    static TypeId GetTypeId();

    /**
     * Reads the file. Throws InputError if it cannot be read, if its tensors do not fit its
     * metadata, if the shapes are not those of `spaces`, or if the example's output is missed by
     * more than 1e-4 (of a value beyond 1: by more than 1e-4 of it).
     */
    void Configure(const AgentSpaces& spaces) override;
    Action Act(const Observation& observation, Mode mode) override;
    int64_t AssignStreams(int64_t stream) override;

    /**
     * What the networks give: the values of all choices (`q`), the parameters (`actor`), or the
     * proto-action followed by the critic's value of every row of `choices` (`wolpertinger`).
     */
    Eigen::VectorXf Evaluate(const Eigen::VectorXf& features, const RowMatrixXf& choices);

    /// The file's metadata, after Configure().
    const std::map<std::string, std::string>& GetMetadata() const;

  private:
    /// What the file holds.
    enum class Kind
    {
        Q,
        ACTOR,
        WOLPERTINGER
    };

    void LoadHeader(const Safetensors& file);
    void LoadNetworks(const Safetensors& file);
    void LoadNormalizer(const Safetensors& file);
    void CheckSpaces(const AgentSpaces& spaces) const;
    /// CheckSpaces() of the features and choices of the layout `per-choice`.
    void CheckBlocks(const AgentSpaces& spaces) const;
    void CheckExample(const Safetensors& file);
    /// The features as the networks see them.
    const Eigen::VectorXf& Normalize(const Eigen::VectorXf& features);
    int ActQ(const Observation& observation);
    int ActWolpertinger(const Observation& observation);

    std::string m_path; //!< Attribute Policy
    std::map<std::string, std::string> m_metadata;
    Kind m_kind{Kind::Q};
    Eigen::Index m_neighbours{0};
    AgentSpaces m_spaces; //!< as the file states them
    QNetwork m_q;         //!< the network of kind `q`
    Mlp m_actor;          //!< of the other kinds, the network that sees only the features
    Mlp m_critic;
    Eigen::ArrayXf m_mean; //!< empty: no normalisation
    Eigen::ArrayXf m_scale;
    Eigen::VectorXf m_normalized;
    RowMatrixXf m_candidates;
    QNetwork::Workspace m_qWorkspace;
    Mlp::Workspace m_actorWorkspace;
    Mlp::Workspace m_criticWorkspace;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_FROZEN_POLICY_H */
