/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-learner.h"

#include "ns3/config.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/sterna-error.h"
#include "ns3/string.h"
#include "ns3/type-id.h"

#include <filesystem>
#include <fstream>
#include <iomanip>
#include <sstream>

namespace ns3
{
namespace sterna
{

namespace
{

/// Distance of the trainings' run numbers: more than any has episodes.
constexpr uint64_t RUNS_PER_SEED = 100000;

/// Whether the attribute is the type's own: ns-3 sets no defaults of inherited ones.
bool
OwnsAttribute(const TypeId& tid, const std::string& name)
{
    for (std::size_t k = 0; k < tid.GetAttributeN(); ++k)
    {
        if (tid.GetAttribute(k).name == name)
        {
            return true;
        }
    }
    return false;
}

} // namespace

std::string
TrainingName(const Learner& learner, const std::string& world, uint32_t seed)
{
    std::string name = Sentence(learner.agent,
                                "-",
                                learner.learning,
                                world.empty() ? "" : "-",
                                world,
                                "-",
                                learner.episodes);
    for (const auto& [attribute, value] : learner.changes)
    {
        name += "-" + attribute.substr(attribute.rfind(':') + 1) + "=" + value;
    }
    return name + "-" + std::to_string(seed);
}

LearningCurves
ReadCurves(const std::string& path, uint32_t episodes)
{
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line))
    {
        return {};
    }
    std::vector<std::string> names;
    std::istringstream header(line);
    for (std::string name; std::getline(header, name, ',');)
    {
        names.push_back(name);
    }
    LearningCurves curves;
    for (uint32_t e = 0; e < episodes; ++e)
    {
        std::getline(file, line);
        std::istringstream row(line);
        for (const auto& name : names)
        {
            std::string value;
            if (!std::getline(row, value, ',') || value.empty())
            {
                return {};
            }
            curves[name].push_back(std::stod(value));
        }
    }
    return curves;
}

void
WriteCurves(const std::string& path, const LearningCurves& curves)
{
    {
        std::ofstream file(path + ".part");
        file << std::setprecision(17); // read back as it was
        std::size_t length = 0;
        std::string separator;
        for (const auto& [name, values] : curves)
        {
            file << separator << name;
            separator = ",";
            length = values.size();
        }
        file << "\n";
        for (std::size_t e = 0; e < length; ++e)
        {
            separator.clear();
            for (const auto& [name, values] : curves)
            {
                file << separator << values[e];
                separator = ",";
            }
            file << "\n";
        }
    }
    std::filesystem::rename(path + ".part", path);
}

TrainingRunScope::TrainingRunScope(uint32_t seed)
    : m_run(RngSeedManager::GetRun())
{
    RngSeedManager::SetRun(m_run + (seed + 1) * RUNS_PER_SEED);
}

TrainingRunScope::~TrainingRunScope()
{
    RngSeedManager::SetRun(m_run);
}

DefaultsScope::DefaultsScope(const std::map<std::string, std::string>& changes)
{
    for (const auto& [attribute, value] : changes)
    {
        const std::size_t colons = attribute.rfind("::");
        TypeId tid;
        TypeId::AttributeInformation information;
        if (colons == std::string::npos ||
            !TypeId::LookupByNameFailSafe(attribute.substr(0, colons), &tid) ||
            !tid.LookupAttributeByName(attribute.substr(colons + 2), &information))
        {
            throw InputError("There is no attribute '" + attribute + "'.");
        }
        if (!OwnsAttribute(tid, attribute.substr(colons + 2)))
        {
            throw InputError("The attribute '" + attribute +
                             "' is inherited; name the class that it belongs to.");
        }
        m_before[attribute] = information.initialValue->SerializeToString(information.checker);
        Config::SetDefault(attribute, StringValue(value));
    }
}

DefaultsScope::~DefaultsScope()
{
    for (const auto& [attribute, value] : m_before)
    {
        Config::SetDefault(attribute, StringValue(value));
    }
}

} // namespace sterna
} // namespace ns3
