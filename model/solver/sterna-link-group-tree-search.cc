/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-tree-search.h"

#include "sterna-link-group-relaxation.h"

#include "ns3/log.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupTreeSearch");

namespace
{

constexpr uint32_t ROOT_EVALUATIONS = 1500;
constexpr uint32_t NODE_EVALUATIONS = 60;
/// Once in so many nodes a plan is searched around thoroughly, and a mixture of two plans.
constexpr uint64_t MIXED_NODES = 16;
constexpr double ENUMERATED_PLANS = 5000; //!< where no more are left, all are looked at
/// Who is served is asked first: it raises bounds most.
constexpr double SERVED_EMPHASIS = 10;
/// Questions about one slot come after those about devices: slots are much alike.
constexpr double LINK_EMPHASIS = 0.03;

} // namespace

double
LinkGroupSearchProgress::Gap() const
{
    return value > 0 ? std::max(0.0, value - bound) / value : 0.0;
}

LinkGroupTreeSearch::LinkGroupTreeSearch(const LinkGroupInstance& instance)
    : m_offers(instance),
      m_descent(m_offers),
      m_bound(m_offers),
      m_enumeration(m_offers),
      m_plan(m_offers.Slots()),
      m_pruned(LinkGroupPartBound::INFEASIBLE),
      m_use(m_offers.All().size()),
      m_served(m_offers.Devices())
{
    m_progress.value = m_descent.Objective(m_plan);
}

void
LinkGroupTreeSearch::SetLimits(const LinkGroupSearchLimits& limits)
{
    m_limits = limits;
}

void
LinkGroupTreeSearch::SetObserver(Observer observer)
{
    m_observer = std::move(observer);
}

void
LinkGroupTreeSearch::SetStart(const LinkGroupPlan& plan)
{
    LinkGroupChoices choices(m_offers.Slots());
    for (uint32_t t = 0; t < std::min<std::size_t>(plan.size(), m_offers.Slots()); ++t)
    {
        choices[t] = m_offers.FromGroup(t, plan[t]);
    }
    Offer(choices, false);
}

const LinkGroupSearchProgress&
LinkGroupTreeSearch::Progress() const
{
    return m_progress;
}

LinkGroupPlan
LinkGroupTreeSearch::Plan() const
{
    return m_descent.ToPlan(m_plan);
}

bool
LinkGroupTreeSearch::IsProved() const
{
    return m_progress.Gap() <= m_limits.gap;
}

double
LinkGroupTreeSearch::Seconds() const
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_begin).count();
}

double
LinkGroupTreeSearch::Cut() const
{
    return m_progress.value - m_limits.gap * std::abs(m_progress.value);
}

bool
LinkGroupTreeSearch::LimitReached() const
{
    return m_progress.nodes >= m_limits.nodes || Seconds() >= m_limits.seconds;
}

void
LinkGroupTreeSearch::Report(double bound)
{
    const double certain = std::min({bound, m_pruned, m_progress.value});
    const bool news = certain > m_progress.bound;
    m_progress.bound = std::max(m_progress.bound, certain);
    m_progress.seconds = Seconds();
    if (news && m_observer)
    {
        m_observer(m_progress);
    }
}

void
LinkGroupTreeSearch::Prune(double bound)
{
    m_pruned = std::min(m_pruned, bound);
}

void
LinkGroupTreeSearch::Offer(LinkGroupChoices plan, bool thorough)
{
    double value = m_descent.Descend(plan);
    if (thorough && value < 1.05 * m_progress.value && m_offers.Devices() <= 100)
    {
        value = m_descent.Search(plan, 2);
    }
    if (value < m_progress.value)
    {
        m_progress.value = value;
        m_progress.seconds = Seconds();
        m_plan = plan;
        NS_LOG_INFO("value " << value << " after " << m_progress.nodes << " nodes");
        if (m_observer)
        {
            m_observer(m_progress);
        }
    }
}

void
LinkGroupTreeSearch::FindStart()
{
    LinkGroupRelaxation relaxation(m_offers);
    LinkGroupDual dual(m_offers);
    double best = -LinkGroupPartBound::INFEASIBLE;
    bool moved = true;
    for (uint32_t i = 0; i <= 100 && moved; ++i)
    {
        const auto prices = relaxation.Prices();
        if (const double value = dual.Evaluate(prices); value > best)
        {
            best = value;
            m_rootPrices = prices;
        }
        moved = relaxation.Step();
    }
    LinkGroupChoices plan(m_offers.Slots());
    Offer(plan, true);
    for (uint32_t t = 0; t < m_offers.Slots(); ++t)
    {
        double most = 0;
        for (const auto& [choice, weight] : relaxation.Columns()[t])
        {
            if (weight > most)
            {
                most = weight;
                plan[t] = choice;
            }
        }
    }
    Offer(plan, true);
    m_progress.bound = std::max(0.0, best); // (14a) is a sum of squares
}

void
LinkGroupTreeSearch::Average(double& weight)
{
    for (const auto& choice : m_bound.Choices())
    {
        for (const int32_t offer : choice.offers)
        {
            if (offer != LinkGroupChoice::IDLE)
            {
                m_use[offer] += 1;
            }
        }
    }
    m_served += m_bound.Served();
    for (int band = 0; band < 2; ++band)
    {
        for (uint32_t k = 0; k < m_offers.Devices(); ++k)
        {
            m_slots[band][k] += m_bound.SlotsTaken(LinkGroupBand(band), k);
        }
    }
    weight += 1;
}

bool
LinkGroupTreeSearch::Tighten(Node& node, uint32_t evaluations)
{
    m_bound.SetPart(node.part);
    std::fill(m_use.begin(), m_use.end(), 0.0);
    m_served.setZero();
    for (auto& slots : m_slots)
    {
        slots.assign(m_offers.Devices(), 0.0);
    }
    m_averaged = 0;
    auto prices = node.prices;
    auto bestPrices = prices;
    auto direction = prices * 0.0;
    double best = -LinkGroupPartBound::INFEASIBLE;
    double aim = 0;
    uint32_t failures = 0;
    for (uint32_t i = 0; i < evaluations; ++i)
    {
        double value = m_bound.Evaluate(prices);
        if (value >= Cut())
        {
            Prune(value);
            return false;
        }
        if (i == 0)
        {
            aim = 0.1 * (m_progress.value - value);
        }
        if (value > best)
        {
            aim *= value > best + 0.3 * aim && i > 0 ? 1.3 : 1.0;
            best = value;
            bestPrices = prices;
            failures = 0;
        }
        else if (++failures >= 12)
        {
            aim *= 0.6;
            failures = 0;
            prices = bestPrices;
            direction = direction * 0.0;
            value = m_bound.Evaluate(prices);
        }
        if (2 * i >= evaluations)
        {
            Average(m_averaged);
        }
        const auto& slope = m_bound.Slope();
        const double before = m_bound.Square(direction);
        const double kept = before > 0 ? std::max(0.0, -slope.Dot(direction) / before) : 0.0;
        direction = direction * kept;
        direction += m_bound.Scaled(slope);
        const double square = m_bound.Square(direction);
        if (!(square > 0))
        {
            break;
        }
        const double target = std::min(m_progress.value, best + aim);
        prices += direction * ((target - value) / square);
        prices.volume.share = prices.volume.share.max(0.0);
        if (!m_offers.literal)
        {
            prices.volume.bits = prices.volume.bits.max(0.0);
        }
    }
    node.prices = bestPrices;
    m_bound.Evaluate(bestPrices);
    if (m_averaged == 0)
    {
        Average(m_averaged);
    }
    node.bound = std::max(node.bound, best);
    return RuleOut(node);
}

bool
LinkGroupTreeSearch::RuleOut(Node& node)
{
    const double cut = Cut();
    for (uint32_t k = 0; k < m_offers.Devices(); ++k)
    {
        if (node.part.served[k] == LinkGroupPart::OPEN && m_offers.missing(k) > 0)
        {
            const double yes = m_bound.ValueIfServed(k, true);
            const double no = m_bound.ValueIfServed(k, false);
            if (yes >= cut && no >= cut)
            {
                Prune(std::min(yes, no));
                return false;
            }
            if (yes >= cut || no >= cut)
            {
                node.part.served[k] = no >= cut;
                Prune(std::max(yes, no));
            }
        }
    }
    static thread_local std::vector<double> values;
    m_bound.ValuesIfUsed(values);
    for (std::size_t i = 0; i < values.size(); ++i)
    {
        if (!node.part.forbidden[i] && values[i] >= cut)
        {
            node.part.forbidden[i] = 1;
            Prune(values[i]);
        }
    }
    return true;
}

void
LinkGroupTreeSearch::RoundOff(uint64_t node)
{
    LinkGroupChoices plan(m_offers.Slots());
    for (uint32_t t = 0; t < m_offers.Slots(); ++t)
    {
        plan[t] = m_offers.Best(t, m_use);
    }
    Offer(plan, node % MIXED_NODES == 0);
    if (node % MIXED_NODES == MIXED_NODES / 2)
    {
        // half of the best plan, half of this node's: a mixture of both may beat both
        uint64_t mixture = (node + 1) * 0x9e3779b97f4a7c15;
        for (uint32_t t = 0; t < m_offers.Slots(); ++t, mixture = mixture << 1 | mixture >> 63)
        {
            plan[t] = mixture >> 63 ? m_plan[t] : plan[t];
        }
        Offer(plan, true);
    }
}

LinkGroupTreeSearch::Question
LinkGroupTreeSearch::Ask(const Node& node) const
{
    Question best;
    AskAboutDevices(node, best);
    AskAboutLinks(node, best);
    return best;
}

void
LinkGroupTreeSearch::AskAboutDevices(const Node& node, Question& best) const
{
    const double left =
        std::max(1.0, m_offers.unserved - m_served.sum() / std::max(1.0, m_averaged));
    for (uint32_t k = 0; k < m_offers.Devices(); ++k)
    {
        if (node.part.served[k] == LinkGroupPart::OPEN && m_offers.missing(k) > 0)
        {
            const double part = m_served(k) / m_averaged;
            const double score =
                SERVED_EMPHASIS * std::min(part, 1 - part) * m_offers.servedWeight * (2 * left + 1);
            if (score > best.score && score > 0)
            {
                best = Question();
                best.kind = Question::SERVED;
                best.device = k;
                best.yesFirst = part >= 0.5;
                best.score = score;
            }
        }
        for (const auto band : {KA_BAND, C_BAND})
        {
            const double slots = m_slots[band][k] / m_averaged;
            const double part = slots - std::floor(slots);
            const uint32_t count = std::floor(slots);
            const double score =
                part * (1 - part) * m_offers.weight(k) * std::pow(m_bound.MeanRate(band, k), 2);
            if (score > best.score && score > 0 && count >= node.part.fewest[band][k] &&
                count < node.part.most[band][k])
            {
                best = Question();
                best.kind = Question::SLOTS;
                best.device = k;
                best.band = band;
                best.count = count;
                best.yesFirst = part >= 0.5;
                best.score = score;
            }
        }
    }
}

void
LinkGroupTreeSearch::AskAboutLinks(const Node& node, Question& best) const
{
    const uint32_t transmitters = m_offers.Transmitters();
    std::vector<double> use(m_offers.Devices());
    std::vector<uint32_t> devices;
    for (uint32_t t = 0; t < m_offers.Slots(); ++t)
    {
        for (uint32_t n = 0; n < transmitters; ++n)
        {
            devices.clear();
            double bits = 0;
            for (uint32_t i = m_offers.Begin(t); i < m_offers.Begin(t + 1); ++i)
            {
                if (node.part.forbidden[i] || m_offers.TransmitterOf(i) != n)
                {
                    continue;
                }
                const uint32_t k = m_offers.All()[i].device;
                if (std::find(devices.begin(), devices.end(), k) == devices.end())
                {
                    devices.push_back(k);
                    use[k] = 0;
                }
                use[k] += m_use[i] / m_averaged;
                bits = std::max(bits, m_offers.All()[i].bits);
            }
            const bool active = node.part.active[t] >> n & 1;
            if (devices.empty() || (active && devices.size() == 1))
            {
                continue; // decided
            }
            for (const uint32_t k : devices)
            {
                const double part = std::min(1.0, use[k]);
                const double score =
                    LINK_EMPHASIS * part * (1 - part) * m_offers.weight(k) * bits * bits +
                    1e-12 * part;
                if (score > best.score)
                {
                    best = Question();
                    best.kind = Question::LINK;
                    best.device = k;
                    best.slot = t;
                    best.transmitter = n;
                    best.yesFirst = true;
                    best.score = score;
                }
            }
        }
    }
}

LinkGroupTreeSearch::NodePtr
LinkGroupTreeSearch::Child(const Node& node, const Question& question, bool yes) const
{
    auto child = std::make_shared<Node>(node);
    ++child->depth;
    const uint32_t k = question.device;
    switch (question.kind)
    {
    case Question::SERVED:
        child->part.served[k] = yes;
        break;
    case Question::SLOTS:
        (yes ? child->part.fewest : child->part.most)[question.band][k] =
            question.count + (yes ? 1 : 0);
        break;
    default:
        if (yes)
        {
            child->part.active[question.slot] |= 1U << question.transmitter;
        }
        for (uint32_t i = m_offers.Begin(question.slot); i < m_offers.Begin(question.slot + 1); ++i)
        {
            const bool device = m_offers.All()[i].device == k;
            const bool transmitter = m_offers.TransmitterOf(i) == question.transmitter;
            if (yes ? device != transmitter : device && transmitter)
            {
                child->part.forbidden[i] = 1;
            }
        }
    }
    return child;
}

void
LinkGroupTreeSearch::Solve()
{
    m_begin = std::chrono::steady_clock::now();
    FindStart();
    auto root = std::make_shared<Node>(
        Node{LinkGroupPart(m_offers), m_bound.Extend(m_rootPrices), m_progress.bound, 0});
    NodePtr dive = root;
    while (dive || !m_open.empty())
    {
        const double lowest =
            std::min(dive ? dive->bound : LinkGroupPartBound::INFEASIBLE,
                     m_open.empty() ? LinkGroupPartBound::INFEASIBLE : m_open.top()->bound);
        Report(lowest);
        if (lowest >= Cut() || LimitReached())
        {
            if (dive)
            {
                m_open.push(dive);
            }
            break;
        }
        NodePtr node = dive;
        dive = nullptr;
        if (!node)
        {
            node = m_open.top();
            m_open.pop();
        }
        ++m_progress.nodes;
        if (!Tighten(*node, node->depth == 0 ? ROOT_EVALUATIONS : NODE_EVALUATIONS))
        {
            continue;
        }
        RoundOff(m_progress.nodes);
        if (node->bound >= Cut())
        {
            Prune(node->bound);
            continue;
        }
        if (m_enumeration.Search(node->part, ENUMERATED_PLANS))
        {
            if (m_enumeration.Value() < m_progress.value)
            {
                Offer(m_enumeration.Plan(), false);
            }
            continue;
        }
        const auto question = Ask(*node);
        if (question.kind == Question::NONE)
        {
            // nothing is left to decide: RoundOff() has looked at the only plan
            continue;
        }
        const auto first = Child(*node, question, question.yesFirst);
        const auto second = Child(*node, question, !question.yesFirst);
        dive = first;
        m_open.push(second);
    }
    Report(m_open.empty() ? LinkGroupPartBound::INFEASIBLE : m_open.top()->bound);
    NS_LOG_INFO("value " << m_progress.value << ", bound " << m_progress.bound << ", "
                         << m_progress.nodes << " nodes, " << m_progress.seconds << " s");
}

} // namespace sterna
} // namespace ns3
