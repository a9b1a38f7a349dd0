/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_PROGRESS_BAR_H
#define STERNA_PROGRESS_BAR_H

#include <chrono>
#include <cstdint>
#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Shows on standard error how far long work has come: a bar with the time left on a terminal, a
 * line now and then elsewhere.
 */
class ProgressBar
{
  public:
    /// \param total steps of the whole work
    ProgressBar(std::string title, uint64_t total);
    ~ProgressBar();

    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    /// So many steps are done.
    void Update(uint64_t done, const std::string& note = "");

  private:
    using Clock = std::chrono::steady_clock;

    void Show(const std::string& note);

    std::string m_title;
    uint64_t m_total;
    uint64_t m_done{0};
    bool m_terminal;
    Clock::time_point m_start;
    Clock::time_point m_shown;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_PROGRESS_BAR_H */
