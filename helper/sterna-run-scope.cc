/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-run-scope.h"

#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/sterna-error.h"

#include <filesystem>
#include <fstream>

namespace ns3
{
namespace sterna
{

RunScope::RunScope()
    : m_run(RngSeedManager::GetRun())
{
}

RunScope::~RunScope()
{
    Simulator::Destroy();
    RngSeedManager::SetRun(m_run);
}

uint64_t
RunScope::First() const
{
    return m_run;
}

uint32_t
ReadRunsDone(const std::string& checkpoint)
{
    std::ifstream file(checkpoint + ".runs");
    uint32_t runs = 0;
    if (!(file >> runs))
    {
        throw InputError("The checkpoint '" + checkpoint +
                         "' has no count of runs beside it; remove it to train from the start.");
    }
    return runs;
}

void
WriteRunsDone(const std::string& checkpoint, uint32_t runs)
{
    const std::string path = checkpoint + ".runs";
    {
        std::ofstream file(path + ".part");
        file << runs << "\n";
    }
    std::filesystem::rename(path + ".part", path);
}

} // namespace sterna
} // namespace ns3
