/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_PROGRAM_TEST_H
#define STERNA_PROGRAM_TEST_H

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <vector>

/**
 * \file
 * \ingroup sterna-tests
 * What tests of programs share: running one, and reading what it left.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace fs = std::filesystem;

/// A folder that the build tells, or the environment of whoever runs the tests.
inline std::string
Folder(const char* variable, const char* otherwise)
{
    const char* told = std::getenv(variable);
    return told != nullptr ? told : otherwise;
}

inline const std::string PROGRAMS = Folder("STERNA_BIN_DIR", STERNA_BIN_DIR);
inline const std::string POLICY = Folder("STERNA_SOURCE_DIR", STERNA_SOURCE_DIR) +
                                  "/examples/policies/link-group-learn.safetensors";

/// What a program said and how it ended.
struct Ended
{
    int status;
    std::string output; //!< standard output and error
};

inline Ended
RunProgram(const std::string& program, const std::string& arguments)
{
    const std::string command = PROGRAMS + "/" + program + " " + arguments + " 2>&1";
    Ended ended{-1, {}};
    FILE* pipe = popen(command.c_str(), "r");
    char buffer[4096];
    while (const std::size_t length = std::fread(buffer, 1, sizeof(buffer), pipe))
    {
        ended.output.append(buffer, length);
    }
    const int status = pclose(pipe);
    ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ended;
}

inline std::string
ReadFile(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

/// Every file of a folder by name, but for the wall times.
inline std::map<std::string, std::string>
ReadFolder(const fs::path& folder)
{
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(folder))
    {
        if (entry.path().filename() != "timing.csv")
        {
            files[entry.path().filename()] = ReadFile(entry.path());
        }
    }
    return files;
}

inline std::vector<std::vector<std::string>>
ReadCsv(const fs::path& path)
{
    std::vector<std::vector<std::string>> rows;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
    {
        rows.emplace_back();
        std::istringstream cells(line);
        for (std::string cell; std::getline(cells, cell, ',');)
        {
            rows.back().push_back(cell);
        }
    }
    return rows;
}

} // namespace tests
} // namespace sterna
} // namespace ns3

#endif /* STERNA_PROGRAM_TEST_H */
