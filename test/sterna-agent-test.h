/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_AGENT_TEST_H
#define STERNA_AGENT_TEST_H

#include "ns3/sterna-error.h"
#include "ns3/test.h"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{
namespace test
{

/// The cases of the suite sterna-agent, file by file; who adds them to a suite owns them.
std::vector<TestCase*> MakeSafetensorsTests();
std::vector<TestCase*> MakeReplayTests();
std::vector<TestCase*> MakeFrozenPolicyTests();
std::vector<TestCase*> MakeDqnTests();
std::vector<TestCase*> MakeDqnFamilyTests();
std::vector<TestCase*> MakeQNetworkTests();

/// All bytes of a file; empty if it does not exist.
inline std::string
ReadBytes(const std::string& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void
WriteBytes(const std::string& path, const std::string& bytes)
{
    std::ofstream(path, std::ios::binary) << bytes;
}

/// The sentence of the InputError that `call` throws; empty if it throws none.
template <typename Call>
std::string
GetRefusal(Call call)
{
    try
    {
        call();
    }
    catch (const InputError& error)
    {
        return error.what();
    }
    return "";
}

/// Whether `text` contains `part`.
inline bool
Contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace test
} // namespace sterna
} // namespace ns3

#endif /* STERNA_AGENT_TEST_H */
