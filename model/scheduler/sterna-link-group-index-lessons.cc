/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-index-lessons.h"

#include "sterna-link-group-index-policy.h"

#include "ns3/sterna-adam.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

namespace ns3
{
namespace sterna
{

namespace
{

constexpr Eigen::Index COUNT = LinkGroupLinkFeatures::COUNT;

/// exp(x) / sum of exp(x).
std::vector<double>
Softmax(std::vector<double> values)
{
    const double highest = *std::max_element(values.begin(), values.end());
    double sum = 0;
    for (auto& value : values)
    {
        value = std::exp(value - highest);
        sum += value;
    }
    for (auto& value : values)
    {
        value /= sum;
    }
    return values;
}

/// The lesson's loss falls along `gradient`, d loss / d (sum of indices) per group.
/// \return weighted regret of the preferred group
double
Judge(const LinkGroupIndexLesson& lesson,
      const std::vector<double>& scores,
      const LinkGroupIndexFit& fit,
      std::vector<double>& gradient)
{
    std::vector<double> logits;
    std::vector<double> targets;
    for (std::size_t g = 0; g < lesson.groups.size(); ++g)
    {
        logits.push_back(fit.sharpness * scores[g]);
        targets.push_back(-lesson.groups[g].regret / fit.temperature);
    }
    const auto preferred = std::max_element(logits.begin(), logits.end()) - logits.begin();
    const auto p = Softmax(logits);
    const auto q = Softmax(targets);
    double mean = 0;
    for (std::size_t g = 0; g < p.size(); ++g)
    {
        mean += p[g] * lesson.groups[g].regret;
    }
    gradient.resize(p.size());
    for (std::size_t g = 0; g < p.size(); ++g)
    {
        const double regret = lesson.groups[g].regret - mean;
        gradient[g] =
            0.5 * lesson.weight * fit.sharpness * (p[g] - q[g] + fit.regretFactor * p[g] * regret);
    }
    return lesson.weight * lesson.groups[preferred].regret;
}

} // namespace

std::size_t
LinkGroupIndexLessons::Size() const
{
    return m_lessons.size();
}

void
LinkGroupIndexLessons::Add(const LinkGroupLinkFeatures& features,
                           const LinkGroupInstance& slot,
                           const std::vector<LinkGroupRollingHorizon::Judgement>& judgements,
                           double completion,
                           double weight)
{
    LinkGroupIndexLesson lesson;
    lesson.weight = float(weight);
    double least = std::numeric_limits<double>::infinity();
    for (const auto& judgement : judgements)
    {
        least = std::min(least, judgement.objective);
    }
    std::map<int32_t, uint32_t> rowOf; // candidate to row
    for (const auto& [group, objective] : judgements)
    {
        const uint32_t pattern = group.Pattern();
        std::vector<uint32_t> links;
        for (uint32_t n = 0; n < group.serves.size(); ++n)
        {
            if (group.serves[n] != LinkGroup::IDLE)
            {
                const int32_t i = features.Find(slot.LinkOf(n, pattern), group.serves[n]);
                if (i >= 0) // it has a backlog
                {
                    links.push_back(rowOf.emplace(i, uint32_t(rowOf.size())).first->second);
                }
            }
        }
        if (!links.empty())
        {
            lesson.groups.push_back({links, float((objective - least) / completion)});
        }
    }
    if (lesson.groups.size() < 2)
    {
        return; // no choice, nothing to learn
    }
    lesson.rows.resize(Eigen::Index(rowOf.size()), COUNT);
    lesson.gapShare.resize(rowOf.size());
    lesson.progress.resize(rowOf.size());
    for (const auto& [candidate, row] : rowOf)
    {
        lesson.rows.row(row) = features.Rows().row(candidate);
        lesson.gapShare[row] = features.Candidates()[candidate].gapShare;
        lesson.progress[row] = features.Candidates()[candidate].progress;
    }
    m_lessons.push_back(std::move(lesson));
}

/// Some lessons whose links go through the network together.
struct LinkGroupIndexLessons::Batch
{
    std::vector<const LinkGroupIndexLesson*> lessons;
    RowMatrixXf inputs;
    RowMatrixXf outputGradient;
    Eigen::VectorXf parameterGradient;
    Mlp::Workspace workspace;

    /// One step of Adam. \return weighted regret of what the network preferred before
    double Step(const LinkGroupIndexFit& fit, Adam& adam, Mlp& network)
    {
        Eigen::Index rows = 0;
        for (const auto* lesson : lessons)
        {
            rows += lesson->rows.rows();
        }
        inputs.resize(rows, COUNT);
        Eigen::Index first = 0;
        for (const auto* lesson : lessons)
        {
            inputs.middleRows(first, lesson->rows.rows()) = lesson->rows;
            first += lesson->rows.rows();
        }
        const auto& outputs = network.ForwardBatch(inputs, workspace);
        outputGradient.setZero(rows, outputs.cols());
        double regret = 0;
        first = 0;
        std::vector<double> scores;
        std::vector<double> gradients;
        for (const auto* lesson : lessons)
        {
            scores.clear();
            for (const auto& group : lesson->groups)
            {
                double score = 0;
                for (const uint32_t row : group.links)
                {
                    score += LinkGroupIndexPolicy::Index(lesson->gapShare[row],
                                                         lesson->progress[row],
                                                         outputs.row(first + row));
                }
                scores.push_back(score);
            }
            regret += Judge(*lesson, scores, fit, gradients);
            for (std::size_t g = 0; g < lesson->groups.size(); ++g)
            {
                for (const uint32_t row : lesson->groups[g].links)
                {
                    const auto h = outputs.row(first + row);
                    auto gradient = outputGradient.row(first + row);
                    const auto slope = float(gradients[g] / double(lessons.size()));
                    gradient(0) += slope * lesson->gapShare[row] * std::exp(h(0));
                    gradient(1) += slope * lesson->progress[row] * std::exp(h(1));
                    gradient(2) += slope;
                }
            }
            first += lesson->rows.rows();
        }
        network.Backward(inputs, outputGradient, workspace, parameterGradient);
        adam.Step(parameterGradient, network.GetParameters());
        return regret;
    }
};

double
LinkGroupIndexLessons::Fit(const LinkGroupIndexFit& fit, Generator& generator, Mlp& network) const
{
    if (m_lessons.empty())
    {
        return 0;
    }
    Adam adam(network.GetParameters().size(), fit.learningRate);
    Batch batch;
    std::vector<uint32_t> order(m_lessons.size());
    std::iota(order.begin(), order.end(), 0);
    double weights = 0;
    for (const auto& lesson : m_lessons)
    {
        weights += lesson.weight;
    }
    double regret = 0;
    for (uint32_t epoch = 0; epoch < fit.epochs; ++epoch)
    {
        adam.SetLearningRate(fit.learningRate * 0.5 * (1 + std::cos(M_PI * epoch / fit.epochs)));
        for (std::size_t i = order.size() - 1; i > 0; --i)
        {
            std::swap(order[i], order[generator.Index(Eigen::Index(i) + 1)]);
        }
        regret = 0;
        for (std::size_t i = 0; i < order.size(); ++i)
        {
            batch.lessons.push_back(&m_lessons[order[i]]);
            if (batch.lessons.size() == fit.batch || i + 1 == order.size())
            {
                regret += batch.Step(fit, adam, network);
                batch.lessons.clear();
            }
        }
    }
    return regret / weights;
}

void
LinkGroupIndexLessons::Store(Safetensors& file) const
{
    // numbers of rows and of groups, weight; rows; per group its regret, its size and its links
    std::vector<float> data;
    for (const auto& lesson : m_lessons)
    {
        data.push_back(float(lesson.rows.rows()));
        data.push_back(float(lesson.groups.size()));
        data.push_back(float(lesson.weight));
        data.insert(data.end(), lesson.rows.data(), lesson.rows.data() + lesson.rows.size());
        data.insert(data.end(), lesson.gapShare.begin(), lesson.gapShare.end());
        data.insert(data.end(), lesson.progress.begin(), lesson.progress.end());
        for (const auto& group : lesson.groups)
        {
            data.push_back(float(group.regret));
            data.push_back(float(group.links.size()));
            data.insert(data.end(), group.links.begin(), group.links.end());
        }
    }
    file.tensors["lessons"] = {{int64_t(data.size())}, std::move(data)};
    file.metadata["lessons"] = std::to_string(m_lessons.size());
    file.metadata["numbers"] = std::to_string(file.tensors["lessons"].data.size());
}

void
LinkGroupIndexLessons::Load(const Safetensors& file, const std::string& path)
{
    const auto count = file.GetCount("lessons", path);
    const auto size = int64_t(file.GetCount("numbers", path));
    const auto& data = file.Get("lessons", {size}, path).data;
    std::size_t at = 0;
    const auto next = [&]() {
        if (at == data.size())
        {
            throw InputError("The checkpoint '" + path + "' ends within its lessons.");
        }
        return data[at++];
    };
    m_lessons.clear();
    for (uint64_t i = 0; i < count; ++i)
    {
        LinkGroupIndexLesson lesson;
        const auto rows = Eigen::Index(next());
        const auto groups = std::size_t(next());
        lesson.weight = next();
        lesson.rows.resize(rows, COUNT);
        std::generate_n(lesson.rows.data(), lesson.rows.size(), next);
        std::generate_n(std::back_inserter(lesson.gapShare), rows, next);
        std::generate_n(std::back_inserter(lesson.progress), rows, next);
        for (std::size_t g = 0; g < groups; ++g)
        {
            LinkGroupIndexLesson::Group group;
            group.regret = next();
            std::generate_n(std::back_inserter(group.links), std::size_t(next()), next);
            lesson.groups.push_back(std::move(group));
        }
        m_lessons.push_back(std::move(lesson));
    }
}

} // namespace sterna
} // namespace ns3
