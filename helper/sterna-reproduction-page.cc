/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-reproduction-page.h"

#include "ns3/gnuplot.h"

#include <cmath>
#include <iomanip>
#include <iostream>

namespace ns3
{
namespace sterna
{

namespace
{

/// Random stream of the intervals, apart from all that the simulations use.
constexpr int64_t BOOTSTRAP_STREAM = 1;

} // namespace

ReproductionPage::ReproductionPage(const std::string& system, const std::string& folder)
    : m_system(system),
      m_path(folder),
      m_folder(folder)
{
    m_values = &m_folder.Open("values.csv");
    *m_values << "figure,world,measure,decider,number,value\n" << std::setprecision(10);
}

ClaimTable&
ReproductionPage::Claims()
{
    return m_claims;
}

const std::string&
ReproductionPage::Path() const
{
    return m_path;
}

std::ostream&
ReproductionPage::Open(const std::string& name)
{
    return m_folder.Open(name);
}

void
ReproductionPage::Keep(const std::string& figure,
                       const std::string& world,
                       const std::string& measure,
                       const std::string& decider,
                       const std::vector<double>& values)
{
    for (std::size_t number = 0; number < values.size(); ++number)
    {
        *m_values << figure << "," << world << "," << measure << "," << decider << "," << number
                  << "," << values[number] << "\n";
    }
}

void
ReproductionPage::Draw(const std::string& name,
                       const std::string& title,
                       const std::string& x,
                       const std::string& y,
                       const PlotLines& lines)
{
    Gnuplot plot;
    plot.SetTitle(title);
    plot.SetLegend(x, y);
    plot.AppendExtra("set key outside right\nset grid");
    for (const auto& [label, points] : lines)
    {
        Gnuplot2dDataset line(label);
        line.SetStyle(Gnuplot2dDataset::LINES);
        for (const auto& [at, value] : points)
        {
            line.Add(at, value);
        }
        plot.AddDataset(line);
    }
    m_folder.Draw(name, plot);
}

void
ReproductionPage::Finish(const std::string& title,
                         const std::string& command,
                         double seconds,
                         const std::string& reading)
{
    auto& page = m_folder.Open(m_system + ".md");
    page << "# " << title << "\n\n"
         << "Written by `" << command << "` in " << std::llround(seconds / 60)
         << " min; manifest.json names seed, versions and commit, values.csv has every value.\n"
         << reading << "\n\n";
    m_claims.WriteMarkdown(page);
    m_folder.Finish();
    std::cout << "\n";
    m_claims.Print(std::cout);
    std::cout << "\nWritten to " << m_path << ": " << m_system
              << ".md, values.csv, manifest.json and pictures\n";
}

MeanInterval
ReproductionPage::Interquartile(const std::vector<double>& values)
{
    return BootstrapInterquartileMean(values, BOOTSTRAP_STREAM);
}

} // namespace sterna
} // namespace ns3
