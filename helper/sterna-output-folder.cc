/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-output-folder.h"

#include "ns3/gnuplot.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/sterna-error.h"
#include "ns3/type-id.h"

#include <Eigen/Core>
#include <boost/version.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;

namespace ns3
{
namespace sterna
{

struct OutputFolder::File
{
    fs::path place;
    fs::path part;
    std::ofstream stream;
};

OutputFolder::OutputFolder(std::string path)
    : m_path(std::move(path))
{
    std::error_code error;
    fs::create_directories(m_path, error);
    const fs::path probe = fs::path(m_path) / ".part";
    const bool writable = bool(std::ofstream(probe));
    fs::remove(probe, error);
    if (!writable)
    {
        throw InputError("The output folder '" + m_path +
                         "' cannot be written to; name a folder that can.");
    }
}

OutputFolder::~OutputFolder()
{
    for (auto& file : m_files)
    {
        std::error_code ignored;
        file->stream.close();
        fs::remove(file->part, ignored);
    }
}

std::ostream&
OutputFolder::Open(const std::string& name)
{
    auto file = std::make_unique<File>();
    file->place = PathOf(name);
    file->part = file->place;
    file->part += ".part";
    file->stream.open(file->part);
    if (!file->stream)
    {
        throw InputError("The file '" + file->part.string() + "' cannot be written.");
    }
    m_files.push_back(std::move(file));
    return m_files.back()->stream;
}

std::string
OutputFolder::PathOf(const std::string& name) const
{
    return (fs::path(m_path) / name).string();
}

void
OutputFolder::Finish()
{
    for (auto& file : m_files)
    {
        file->stream.close();
        if (!file->stream)
        {
            throw InputError("The file '" + file->part.string() +
                             "' could not be written to its end; is the disk full?");
        }
    }
    for (auto& file : m_files)
    {
        fs::rename(file->part, file->place);
    }
    m_files.clear();
}

bool
OutputFolder::Draw(const std::string& name, Gnuplot& plot)
{
    {
        // the script names its picture relative to the folder, so that the folder can be moved
        std::ofstream script(PathOf(name + ".plt"));
        plot.SetOutputFilename(name + ".png");
        plot.SetTerminal("pngcairo size 900,540");
        plot.GenerateOutput(script);
    }
    std::error_code ignored;
    const std::string command = "cd '" + m_path + "' && gnuplot '" + name + ".plt' >/dev/null 2>&1";
    return std::system(command.c_str()) == 0 && fs::exists(PathOf(name + ".png"), ignored);
}

namespace
{

/// File name of the BLAS that this process runs with; empty if none is loaded.
std::string
LoadedBlas()
{
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
    {
        if (line.find("blas") != std::string::npos)
        {
            const auto path = line.substr(line.find('/'));
            const auto folder = path.substr(0, path.rfind('/'));
            return folder.substr(folder.rfind('/') + 1) + path.substr(path.rfind('/'));
        }
    }
    return {};
}

nlohmann::json
ChangedAttributes()
{
    nlohmann::json changed = nlohmann::json::object();
    for (uint16_t i = 0; i < TypeId::GetRegisteredN(); ++i)
    {
        const TypeId tid = TypeId::GetRegistered(i);
        for (std::size_t a = 0; a < tid.GetAttributeN(); ++a)
        {
            const auto attribute = tid.GetAttribute(a);
            const auto now = attribute.initialValue->SerializeToString(attribute.checker);
            if (now != attribute.originalInitialValue->SerializeToString(attribute.checker))
            {
                changed[tid.GetName() + "::" + attribute.name] = now;
            }
        }
    }
    return changed;
}

} // namespace

std::string
Ns3Version()
{
    return STERNA_NS3_VERSION;
}

void
WriteManifest(std::ostream& stream,
              const std::string& program,
              const std::vector<std::string>& arguments)
{
    nlohmann::json manifest;
    manifest["program"] = program;
    manifest["arguments"] = arguments;
    manifest["attributes"] = ChangedAttributes();
    manifest["rng_seed"] = RngSeedManager::GetSeed();
    manifest["rng_run"] = RngSeedManager::GetRun();
    manifest["versions"] = {
        {"ns-3", Ns3Version()},
        {"LibTorch", STERNA_TORCH_VERSION},
        {"Eigen",
         std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." +
             std::to_string(EIGEN_MINOR_VERSION)},
        {"Boost", BOOST_LIB_VERSION},
        {"BLAS", LoadedBlas()},
        {"Sterna", STERNA_COMMIT},
    };
    stream << manifest.dump(2) << "\n";
}

} // namespace sterna
} // namespace ns3
