/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_CLAIMS_H
#define STERNA_CLAIMS_H

#include "sterna-statistics.h"

#include <ostream>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * What a paper claims, and what came out here, row by row.
 */
class ClaimTable
{
  public:
    /**
     * A claim with a figure: it `agrees` if our interval lies on the same side of 0, or holds the
     * paper's value; otherwise it `differs`.
     * \param unit of both, such as %
     */
    void Add(const std::string& figure,
             const std::string& claim,
             double paper,
             const MeanInterval& ours,
             const std::string& unit);
    /// A claim that says no more than that something is above 0; it agrees if our interval is.
    void AddPositive(const std::string& figure,
                     const std::string& claim,
                     const MeanInterval& ours,
                     const std::string& unit);
    /// A claim without a figure, and whether it holds here.
    void Add(const std::string& figure,
             const std::string& claim,
             const std::string& paper,
             const std::string& ours,
             bool agrees);
    /// Something that the paper says nothing of.
    void Add(const std::string& figure, const std::string& what, const std::string& ours);

    /// As plain text, in columns.
    void Print(std::ostream& stream) const;
    /// As a table in Markdown.
    void WriteMarkdown(std::ostream& stream) const;

  private:
    struct Row
    {
        std::string figure;
        std::string claim;
        std::string paper;
        std::string ours;
        std::string verdict;
    };

    std::vector<Row> m_rows;
};

/// 'mean [low, high] unit'.
std::string ToText(const MeanInterval& value, const std::string& unit);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_CLAIMS_H */
