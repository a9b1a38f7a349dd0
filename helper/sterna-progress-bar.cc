/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-progress-bar.h"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace ns3
{
namespace sterna
{

ProgressBar::ProgressBar(std::string title, uint64_t total)
    : m_title(std::move(title)),
      m_total(std::max<uint64_t>(1, total)),
      m_terminal(isatty(STDERR_FILENO)),
      m_start(Clock::now()),
      m_shown(m_start)
{
}

ProgressBar::~ProgressBar()
{
    if (m_terminal && m_done > 0)
    {
        std::fprintf(stderr, "\r\033[K");
    }
}

void
ProgressBar::Update(uint64_t done, const std::string& note)
{
    m_done = done;
    const auto now = Clock::now();
    const auto pause = m_terminal ? std::chrono::milliseconds(200) : std::chrono::seconds(10);
    if (now - m_shown >= pause)
    {
        m_shown = now;
        Show(note);
    }
}

void
ProgressBar::Show(const std::string& note)
{
    const double share = std::min(1.0, double(m_done) / m_total);
    const double elapsed = std::chrono::duration<double>(m_shown - m_start).count();
    const double left = share > 0 ? elapsed * (1 - share) / share : 0;
    if (m_terminal)
    {
        constexpr int WIDTH = 30;
        const int filled = int(share * WIDTH);
        const std::string bar = std::string(filled, '#') + std::string(WIDTH - filled, '.');
        std::fprintf(stderr,
                     "\r\033[K%-20s [%s] %3.0f %%  %.0f s left  %s",
                     m_title.c_str(),
                     bar.c_str(),
                     100 * share,
                     left,
                     note.c_str());
    }
    else
    {
        std::fprintf(stderr,
                     "%s: %.0f %%, %.0f s left  %s\n",
                     m_title.c_str(),
                     100 * share,
                     left,
                     note.c_str());
    }
    std::fflush(stderr);
}

} // namespace sterna
} // namespace ns3
