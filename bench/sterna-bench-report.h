/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_BENCH_REPORT_H
#define STERNA_BENCH_REPORT_H

#include "ns3/sterna-error.h"

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

namespace ns3
{
namespace sterna
{
namespace bench
{

/// Prints each ratio with what is to be reached, and writes all of them as JSON.
class Report
{
  public:
    /// \param name of the benchmark
    explicit Report(const std::string& name)
    {
        m_json["benchmark"] = name;
        m_json["rows"] = nlohmann::json::array();
    }

    /// A ratio that should be `target` or more.
    void AtLeast(int row, const std::string& what, double ratio, double target)
    {
        Add(row, what, ratio, target, "at least", ratio >= target);
    }

    /// A ratio that should be `target` or less.
    void AtMost(int row, const std::string& what, double ratio, double target)
    {
        Add(row, what, ratio, target, "at most", ratio <= target);
    }

    /// Writes the file, or nothing if its name is empty.
    void Write(const std::string& path) const
    {
        if (!path.empty() && !(std::ofstream(path) << m_json.dump(2) << "\n"))
        {
            throw InputError("The results cannot be written to '" + path + "'.");
        }
    }

  private:
    void Add(int row,
             const std::string& what,
             double ratio,
             double target,
             const std::string& direction,
             bool reached)
    {
        std::cout << "row " << row << ": " << what << ": " << ratio << " (" << direction << " "
                  << target << ": " << (reached ? "reached" : "NOT reached") << ")" << std::endl;
        m_json["rows"].push_back({{"row", row},
                                  {"what", what},
                                  {"ratio", ratio},
                                  {"target", direction + " " + std::to_string(target)},
                                  {"reached", reached}});
    }

    nlohmann::json m_json;
};

} // namespace bench
} // namespace sterna
} // namespace ns3

#endif /* STERNA_BENCH_REPORT_H */
