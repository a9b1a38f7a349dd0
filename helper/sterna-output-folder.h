/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_OUTPUT_FOLDER_H
#define STERNA_OUTPUT_FOLDER_H

#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace ns3
{

class Gnuplot;

namespace sterna
{

/**
 * \ingroup sterna
 * The folder that a run writes to: every file appears there whole, or not at all.
 *
 * Files are written beside their place with the ending `.part` and take their names in Finish().
 */
class OutputFolder
{
  public:
    /// Makes the folder. Throws InputError if it cannot be written to.
    explicit OutputFolder(std::string path);
    /// Removes what was not finished.
    ~OutputFolder();

    OutputFolder(const OutputFolder&) = delete;
    OutputFolder& operator=(const OutputFolder&) = delete;

    /// A stream for a file of this name, open until Finish().
    std::ostream& Open(const std::string& name);
    /// Where a file of this name will be.
    std::string PathOf(const std::string& name) const;
    /// Gives all files their names.
    void Finish();

    /**
     * Writes NAME.plt and, where gnuplot is installed, draws NAME.png with it.
     * \return whether there is a picture
     */
    bool Draw(const std::string& name, Gnuplot& plot);

  private:
    struct File;

    std::string m_path;
    std::vector<std::unique_ptr<File>> m_files;
};

/// The release of ns-3 that this was built with.
std::string Ns3Version();

/// Versions, seed and run number, arguments and changed attributes: what makes a run again.
void WriteManifest(std::ostream& stream,
                   const std::string& program,
                   const std::vector<std::string>& arguments);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_OUTPUT_FOLDER_H */
