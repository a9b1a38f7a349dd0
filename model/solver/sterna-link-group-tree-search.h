/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_TREE_SEARCH_H
#define STERNA_LINK_GROUP_TREE_SEARCH_H

#include "sterna-link-group-enumeration.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <vector>

namespace ns3
{
namespace sterna
{

/// When a search may stop before it has proved its plan.
struct LinkGroupSearchLimits
{
    double seconds{60};
    uint64_t nodes{1000000};
    double gap{1e-7}; //!< (value - bound) / value that counts as proved
};

/// Where a search stands: the best plan known lies between value and bound.
struct LinkGroupSearchProgress
{
    double value;   //!< (14a) of the best plan known
    double bound;   //!< no plan reaches less
    uint64_t nodes; //!< parts looked at
    double seconds; //!< since the start

    /// (value - bound) / value; 0 if the value is 0.
    double Gap() const;
};

/**
 * \ingroup sterna
 * Exact optimum of P1 by branch and bound, which may be stopped at any time.
 *
 * A node is a LinkGroupPart. LinkGroupPartBound bounds it, with prices that start from the
 * parent's; what cannot be part of a better plan at these prices is ruled out: y_k, and offers. A
 * node is then split in two by the question that promises most: is a device served, is it served in
 * more than so many slots of a band, does a transmitter serve it in one slot. The answer that looks
 * better is looked at next; when it leads nowhere, the search goes on where the bound is lowest.
 * Where no more than a few thousand plans are left, all of them are looked at; otherwise groups are
 * never enumerated.
 */
class LinkGroupTreeSearch
{
  public:
    using Observer = std::function<void(const LinkGroupSearchProgress&)>;

    explicit LinkGroupTreeSearch(const LinkGroupInstance& instance);

    void SetLimits(const LinkGroupSearchLimits& limits);
    /// Called whenever value or bound has changed.
    void SetObserver(Observer observer);
    /// A plan to start from, besides the search's own.
    void SetStart(const LinkGroupPlan& plan);

    void Solve();

    const LinkGroupSearchProgress& Progress() const;
    LinkGroupPlan Plan() const;
    /// Whether the plan is proved to be the best, but for the gap allowed.
    bool IsProved() const;

  private:
    struct Node
    {
        LinkGroupPart part;
        LinkGroupPartPrices prices;
        double bound;
        uint32_t depth;
    };

    using NodePtr = std::shared_ptr<Node>;

    /// A question that splits a node.
    struct Question
    {
        enum Kind
        {
            NONE,
            SERVED,
            SLOTS,
            LINK
        };

        Kind kind{NONE};
        uint32_t device{0};
        uint32_t slot{0};
        uint32_t transmitter{0};
        LinkGroupBand band{C_BAND};
        uint32_t count{0}; //!< yes: more than so many slots
        bool yesFirst{true};
        double score{-1};
    };

    struct Later
    {
        bool operator()(const NodePtr& a, const NodePtr& b) const
        {
            return a->bound > b->bound;
        }
    };

    void FindStart();
    void Offer(LinkGroupChoices plan, bool thorough);
    double Cut() const;
    bool LimitReached() const;
    void Report(double bound);
    /// Raises a node's bound and rules out. \return whether anything is left to look at
    bool Tighten(Node& node, uint32_t evaluations);
    void Average(double& weight);
    bool RuleOut(Node& node);
    void Prune(double bound);
    Question Ask(const Node& node) const;
    void AskAboutDevices(const Node& node, Question& best) const;
    void AskAboutLinks(const Node& node, Question& best) const;
    NodePtr Child(const Node& node, const Question& question, bool yes) const;
    void RoundOff(uint64_t node);
    double Seconds() const;

    LinkGroupOffers m_offers;
    LinkGroupDescent m_descent;
    LinkGroupPartBound m_bound;
    LinkGroupEnumeration m_enumeration;
    LinkGroupSearchLimits m_limits;
    Observer m_observer;
    LinkGroupSearchProgress m_progress{};
    LinkGroupChoices m_plan;
    LinkGroupPrices m_rootPrices;
    std::chrono::steady_clock::time_point m_begin;
    std::priority_queue<NodePtr, std::vector<NodePtr>, Later> m_open;
    double m_pruned; //!< lowest bound of a part that was given up

    // averages over the last evaluations of a node
    std::vector<double> m_use;                  //!< per offer, by the slots
    Eigen::ArrayXd m_served;                    //!< per device
    std::array<std::vector<double>, 2> m_slots; //!< per band and device
    double m_averaged{0};
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_TREE_SEARCH_H */
