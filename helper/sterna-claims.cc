/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-claims.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace ns3
{
namespace sterna
{

namespace
{

/// Three digits and no exponent.
std::string
Digits(double value)
{
    std::ostringstream text;
    const double size = std::abs(value);
    text << std::fixed << std::setprecision(size >= 100 ? 0 : size >= 10 ? 1 : 2) << value;
    return text.str();
}

} // namespace

std::string
ToText(const MeanInterval& value, const std::string& unit)
{
    return Digits(value.mean) + " [" + Digits(value.low) + ", " + Digits(value.high) + "] " + unit;
}

void
ClaimTable::Add(const std::string& figure,
                const std::string& claim,
                double paper,
                const MeanInterval& ours,
                const std::string& unit)
{
    const bool sameSide = paper > 0 ? ours.low > 0 : ours.high < 0;
    const bool holds = ours.low <= paper && paper <= ours.high;
    m_rows.push_back({figure,
                      claim,
                      Digits(paper) + " " + unit,
                      ToText(ours, unit),
                      sameSide || holds ? "agrees" : "differs"});
}

void
ClaimTable::AddPositive(const std::string& figure,
                        const std::string& claim,
                        const MeanInterval& ours,
                        const std::string& unit)
{
    Add(figure, claim, "above 0 " + unit, ToText(ours, unit), ours.low > 0);
}

void
ClaimTable::Add(const std::string& figure,
                const std::string& claim,
                const std::string& paper,
                const std::string& ours,
                bool agrees)
{
    m_rows.push_back({figure, claim, paper, ours, agrees ? "agrees" : "differs"});
}

void
ClaimTable::Add(const std::string& figure, const std::string& what, const std::string& ours)
{
    m_rows.push_back({figure, what, "-", ours, ""});
}

void
ClaimTable::Print(std::ostream& stream) const
{
    std::size_t claim = 5;
    std::size_t paper = 5;
    std::size_t ours = 4;
    for (const auto& row : m_rows)
    {
        claim = std::max(claim, row.claim.size());
        paper = std::max(paper, row.paper.size());
        ours = std::max(ours, row.ours.size());
    }
    const auto line = [&](const Row& row) {
        stream << std::left << std::setw(8) << row.figure << std::setw(claim + 2) << row.claim
               << std::setw(paper + 2) << row.paper << std::setw(ours + 2) << row.ours
               << row.verdict << "\n";
    };
    line({"figure", "claim", "paper", "ours", ""});
    for (const auto& row : m_rows)
    {
        line(row);
    }
}

void
ClaimTable::WriteMarkdown(std::ostream& stream) const
{
    stream << "| figure | claim | paper | ours [95 %] | |\n| --- | --- | --- | --- | --- |\n";
    for (const auto& row : m_rows)
    {
        stream << "| " << row.figure << " | " << row.claim << " | " << row.paper << " | "
               << row.ours << " | " << row.verdict << " |\n";
    }
}

} // namespace sterna
} // namespace ns3
