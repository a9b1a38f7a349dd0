/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_REPRODUCTION_PAGE_H
#define STERNA_REPRODUCTION_PAGE_H

#include "sterna-claims.h"
#include "sterna-output-folder.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Lines of a picture: points by label.
using PlotLines = std::map<std::string, std::vector<std::pair<double, double>>>;

/**
 * \ingroup sterna
 * Where the results of a reproduced paper go: a table 'paper | ours', the values of every seed in
 * values.csv, pictures.
 */
class ReproductionPage
{
  public:
    /// \param system name of the page's file \param folder where it goes
    ReproductionPage(const std::string& system, const std::string& folder);

    /// The rows of the table.
    ClaimTable& Claims();
    /// Where the results go.
    const std::string& Path() const;
    /// A stream for one more file among the results.
    std::ostream& Open(const std::string& name);
    /// Keeps values, by their number, of what a decider came to in a world.
    void Keep(const std::string& figure,
              const std::string& world,
              const std::string& measure,
              const std::string& decider,
              const std::vector<double>& values);
    /// Draws lines, if gnuplot is installed.
    void Draw(const std::string& name,
              const std::string& title,
              const std::string& x,
              const std::string& y,
              const PlotLines& lines);
    /**
     * Writes and prints the table.
     *
     * \param title of the page
     * \param command what made it
     * \param seconds how long that took
     * \param reading how the table is to be read
     */
    void Finish(const std::string& title,
                const std::string& command,
                double seconds,
                const std::string& reading);

    /// Interquartile mean with its interval.
    static MeanInterval Interquartile(const std::vector<double>& values);

  private:
    std::string m_system;
    std::string m_path;
    OutputFolder m_folder;
    std::ostream* m_values;
    ClaimTable m_claims;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_REPRODUCTION_PAGE_H */
