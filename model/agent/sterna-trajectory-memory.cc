/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-trajectory-memory.h"

#include "sterna-agent-checks.h"
#include "sterna-parameter-layout.h"
#include "sterna-unit-packing.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaTrajectoryMemory");

namespace
{

/// States of more numbers are condensed in windows.
constexpr Eigen::Index WHOLE_STATE = 64;

/// Numbers of a state in a window.
Eigen::Index
CondensedSize(const AgentSpaces& spaces)
{
    return spaces.features <= WHOLE_STATE || spaces.blocks == 0
               ? spaces.features
               : spaces.features - (spaces.blocks - 2) * spaces.blockSize;
}

} // namespace

TrajectoryMemory::TrajectoryMemory(const TrajectorySettings& settings)
    : m_settings(settings),
      m_condensed(CondensedSize(settings.spaces)),
      m_choices(settings.capacity, settings.spaces.embedding, settings.candidates)
{
    NS_LOG_FUNCTION(this << settings.capacity << settings.window);
    if (settings.capacity < 2 * (settings.window + 1))
    {
        throw InputError("A memory of " + std::to_string(settings.capacity) +
                         " tuples is too short for windows of " + std::to_string(settings.window) +
                         " steps; it must hold " + std::to_string(2 * (settings.window + 1)) +
                         " or more.");
    }
}

Eigen::Index
TrajectoryMemory::StepSize(const AgentSpaces& spaces)
{
    return CondensedSize(spaces) + spaces.embedding + 1;
}

Eigen::Index
TrajectoryMemory::GetStepSize() const
{
    return m_condensed + m_settings.spaces.embedding + 1;
}

int64_t
TrajectoryMemory::GetCount() const
{
    return m_count;
}

Eigen::Index
TrajectoryMemory::Slot(int64_t time) const
{
    return static_cast<Eigen::Index>(time % m_settings.capacity);
}

Eigen::Index
TrajectoryMemory::GetSize() const
{
    return std::min<Eigen::Index>(m_count, m_settings.capacity);
}

int64_t
TrajectoryMemory::GetOldest() const
{
    return m_count - GetSize();
}

void
TrajectoryMemory::BeginTask()
{
    if (m_count > 0 && m_links[Slot(m_count - 1)] == Link::OPEN)
    {
        m_links[Slot(m_count - 1)] = Link::CUT;
    }
    m_taskBegin = m_count;
    m_expected.resize(0);
}

int64_t
TrajectoryMemory::GetTaskCount() const
{
    return m_count - m_taskBegin;
}

void
TrajectoryMemory::Reserve(Eigen::Index slot)
{
    if (static_cast<size_t>(slot) < m_links.size())
    {
        return;
    }
    m_links.resize(slot + 1);
    m_ages.resize(slot + 1);
    m_states.resize((slot + 1) * m_settings.spaces.features);
    m_steps.resize((slot + 1) * GetStepSize());
}

void
TrajectoryMemory::Push(const Observation& observation,
                       const Eigen::Ref<const Eigen::RowVectorXf>& action,
                       float reward,
                       const Eigen::VectorXf* next,
                       bool terminated,
                       Generator& random)
{
    if (m_count > 0 && m_links[Slot(m_count - 1)] == Link::OPEN)
    {
        const bool follows =
            m_expected.size() == observation.features.size() && m_expected == observation.features;
        m_links[Slot(m_count - 1)] = follows ? Link::NEXT : Link::CUT;
    }
    const Eigen::Index slot = Slot(m_count);
    Reserve(slot);
    const Eigen::Index features = m_settings.spaces.features;
    std::transform(observation.features.begin(),
                   observation.features.end(),
                   m_states.begin() + slot * features,
                   PackUnit);
    Eigen::Map<Eigen::RowVectorXf> step(m_steps.data() + slot * GetStepSize(), GetStepSize());
    Condense(observation.features, step.head(m_condensed));
    step.segment(m_condensed, action.size()) = action;
    step[step.size() - 1] = reward;
    m_choices.Set(slot, observation.choices, ValidRows(observation), random);
    m_links[slot] = terminated ? Link::TERMINATED : next != nullptr ? Link::OPEN : Link::CUT;
    m_ages[slot] = static_cast<uint16_t>(std::min<int64_t>(GetTaskCount(), m_settings.window));
    m_expected.resize(0);
    if (m_links[slot] == Link::OPEN)
    {
        m_expected = *next;
    }
    ++m_count;
}

void
TrajectoryMemory::Condense(const Eigen::VectorXf& state, Eigen::Ref<Eigen::RowVectorXf> row) const
{
    if (m_condensed == state.size())
    {
        row = state.transpose();
        return;
    }
    const Eigen::Index blocks = m_settings.spaces.blocks;
    const Eigen::Index size = m_settings.spaces.blockSize;
    const Eigen::Map<const RowMatrixXf> table(state.data() + state.size() - blocks * size,
                                              blocks,
                                              size);
    row.head(state.size() - blocks * size) = state.head(state.size() - blocks * size).transpose();
    row.segment(m_condensed - 2 * size, size) = table.colwise().mean();
    row.tail(size) = table.colwise().maxCoeff();
}

TrajectoryMemory::Range
TrajectoryMemory::GetWindow(int64_t time) const
{
    const int64_t age = time < m_count ? m_ages[Slot(time)] : GetTaskCount();
    return {std::max(time - std::min<int64_t>(age, m_settings.window), GetOldest()), time};
}

TrajectoryMemory::Range
TrajectoryMemory::GetWhole(bool sameTask) const
{
    const int64_t oldest = GetOldest();
    const int64_t begin = oldest == 0 ? 0 : oldest + m_settings.window;
    return {sameTask ? std::max(begin, m_taskBegin) : begin, m_count};
}

bool
TrajectoryMemory::CanDraw(int64_t time) const
{
    const Range whole = GetWhole(false);
    if (time < whole.begin || time >= whole.end)
    {
        return false;
    }
    const Link link = m_links[Slot(time)];
    return link == Link::NEXT || link == Link::TERMINATED;
}

bool
TrajectoryMemory::Draw(Generator& random, bool sameTask, std::vector<int64_t>& times) const
{
    const Range whole = GetWhole(sameTask);
    const int64_t count = whole.end - whole.begin;
    for (int64_t& time : times)
    {
        // Almost every tuple can be drawn; of the few that cannot, an earlier one takes the place.
        int64_t tries = count;
        time = count > 0 ? whole.begin + random.Index(count) : 0;
        while (tries > 0 && !CanDraw(time))
        {
            time = time > whole.begin ? time - 1 : whole.end - 1;
            --tries;
        }
        if (tries <= 0)
        {
            return false;
        }
    }
    return true;
}

void
TrajectoryMemory::ReadState(int64_t time, Eigen::Ref<Eigen::RowVectorXf> row) const
{
    const auto begin = m_states.begin() + Slot(time) * m_settings.spaces.features;
    std::transform(begin, begin + m_settings.spaces.features, row.data(), UnpackUnit);
}

void
TrajectoryMemory::Gather(const std::vector<int64_t>& times, TrajectoryBatch& batch) const
{
    const auto count = static_cast<Eigen::Index>(times.size());
    const Eigen::Index features = m_settings.spaces.features;
    const Eigen::Index action = m_settings.spaces.embedding;
    batch.states.resize(count, features);
    batch.nextStates.resize(count, features);
    batch.actions.resize(count, action);
    batch.rewards.resize(count);
    batch.terminated.resize(count);
    batch.steps.setZero((m_settings.window + 1) * count, GetStepSize());
    for (Eigen::Index i = 0; i < count; ++i)
    {
        const int64_t time = times[i];
        for (int64_t t = GetWindow(time).begin; t <= time; ++t)
        {
            const Eigen::Index j = m_settings.window - (time - t);
            batch.steps.row(j * count + i) =
                Eigen::Map<const Eigen::RowVectorXf>(m_steps.data() + Slot(t) * GetStepSize(),
                                                     GetStepSize());
        }
        const auto step = batch.steps.row(m_settings.window * count + i);
        batch.actions.row(i) = step.segment(m_condensed, action);
        batch.rewards[i] = step[GetStepSize() - 1];
        ReadState(time, batch.states.row(i));
        const bool terminated = m_links[Slot(time)] == Link::TERMINATED;
        batch.terminated[i] = terminated ? 1.0f : 0.0f;
        if (terminated)
        {
            batch.nextStates.row(i).setZero();
        }
        else
        {
            ReadState(time + 1, batch.nextStates.row(i));
        }
    }
}

void
TrajectoryMemory::GatherLatest(RowMatrixXf& steps) const
{
    steps.setZero(m_settings.window, GetStepSize());
    const Range window = GetWindow(m_count);
    for (int64_t t = window.begin; t < window.end; ++t)
    {
        steps.row(m_settings.window - (m_count - t)) =
            Eigen::Map<const Eigen::RowVectorXf>(m_steps.data() + Slot(t) * GetStepSize(),
                                                 GetStepSize());
    }
}

Eigen::Index
TrajectoryMemory::GetNextChoices(int64_t time, RowMatrixXf& choices) const
{
    return m_choices.Get(Slot(time + 1), choices);
}

void
TrajectoryMemory::Store(Safetensors& file) const
{
    const Eigen::Index size = GetSize();
    const Eigen::Index features = m_settings.spaces.features;
    const auto states = m_states.begin();
    const auto steps = m_steps.begin();
    file.metadata["memory.count"] = std::to_string(m_count);
    file.metadata["memory.task-begin"] = std::to_string(m_taskBegin);
    file.metadata["memory.expects"] = std::to_string(m_expected.size());
    file.tensors["memory.states"] = {{size, features}, {states, states + size * features}};
    file.tensors["memory.steps"] = {{size, GetStepSize()}, {steps, steps + size * GetStepSize()}};
    Safetensors::Tensor links{{size, 2}, {}};
    for (Eigen::Index slot = 0; slot < size; ++slot)
    {
        links.data.push_back(static_cast<float>(m_links[slot]));
        links.data.push_back(static_cast<float>(m_ages[slot]));
    }
    file.tensors["memory.links"] = links;
    StoreVector(m_expected, file, "memory.expected");
    m_choices.Store(file, "memory.choices", size);
}

void
TrajectoryMemory::Load(const Safetensors& file, const std::string& path)
{
    m_count = static_cast<int64_t>(file.GetCount("memory.count", path));
    m_taskBegin = static_cast<int64_t>(file.GetCount("memory.task-begin", path));
    if (m_taskBegin > m_count)
    {
        throw InputError("Cannot read '" + path + "': its task began with tuple " +
                         std::to_string(m_taskBegin) + ", but there are " +
                         std::to_string(m_count) + ".");
    }
    const Eigen::Index size = GetSize();
    const Eigen::Index features = m_settings.spaces.features;
    const auto& states = file.Get("memory.states", {size, features}, path).data;
    const auto& steps = file.Get("memory.steps", {size, GetStepSize()}, path).data;
    const auto& links = file.Get("memory.links", {size, 2}, path).data;
    const auto expects = static_cast<Eigen::Index>(file.GetCount("memory.expects", path));
    m_expected = LoadVector(file, "memory.expected", expects, path);
    m_choices.Load(file, "memory.choices", size, path);
    if (size > 0)
    {
        Reserve(size - 1);
    }
    std::transform(states.begin(), states.end(), m_states.begin(), [](float value) {
        return static_cast<int16_t>(std::clamp(value, -UNIT_STEPS, UNIT_STEPS));
    });
    std::copy(steps.begin(), steps.end(), m_steps.begin());
    for (Eigen::Index slot = 0; slot < size; ++slot)
    {
        m_links[slot] = static_cast<Link>(std::clamp(links[2 * slot], 0.0f, 3.0f));
        const auto window = static_cast<float>(m_settings.window);
        m_ages[slot] = static_cast<uint16_t>(std::clamp(links[2 * slot + 1], 0.0f, window));
    }
}

} // namespace sterna
} // namespace ns3
