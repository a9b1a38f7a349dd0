/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-contact-window.h"

#include "sterna-circular-orbit-mobility-model.h"
#include "sterna-earth.h"
#include "sterna-visibility.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <boost/math/tools/minima.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaContactWindow");

namespace
{

constexpr double END_TOLERANCE_S = 1e-3;

/// Largest motion between two steps (rad).
constexpr double STEP_ANGLE = 0.01;

/// How far the cosine of an angle that moves STEP_ANGLE may rise above both its end values: the
/// second derivative is at most the squared rate, and a parabola rises by an eighth of that.
constexpr double STEP_BULGE = STEP_ANGLE * STEP_ANGLE / 8.0;

/// More than any cosine: the threshold of a pair that never sees each other.
constexpr double NEVER = 2.0;

/**
 * The cosine of the angle at the Earth's centre at which a satellite stands at an elevation.
 *
 * In the triangle of centre, ground point and satellite the law of sines gives the angle
 * acos(r_ground cos(e) / r_satellite) - e.
 */
double
CosineAtElevation(double groundRadius, double satelliteRadius, double elevation)
{
    if (groundRadius >= satelliteRadius)
    {
        return NEVER;
    }
    return std::cos(std::acos(groundRadius * std::cos(elevation) / satelliteRadius) - elevation);
}

/// How far the line of sight turns from one sample of a course to the next (rad), about.
constexpr double SIGHT_ANGLE = 0.1;

/// Most and least time between two samples of a course (s).
constexpr double LONGEST_SAMPLE_S = 30.0;
constexpr double SHORTEST_SAMPLE_S = 0.01;

/// A hidden extreme is looked for only where the elevation is this close to the minimum (rad):
/// twice what the sight may turn, since its turning is an estimate.
constexpr double NEAR_MINIMUM = 2.0 * SIGHT_ANGLE;

void
CheckSpan(double start, double end)
{
    if (!std::isfinite(start) || !std::isfinite(end) || end < start)
    {
        std::ostringstream sentence;
        sentence << "The time span from " << start << " s to " << end
                 << " s must be finite and end at its start or later.";
        throw InputError(sentence.str());
    }
}

/// Steps all pairs through time. A margin (cosine minus threshold) of 0 or more is a contact.
class ContactSearch
{
  public:
    ContactSearch(const std::vector<CircularOrbit>& orbits,
                  const std::vector<Vector>& grounds,
                  double minElevation)
        : m_orbits(orbits),
          m_zeniths(ToPositions(grounds).colwise().normalized()),
          m_thresholds(orbits.size(), grounds.size()),
          m_opened(orbits.size(), grounds.size()),
          m_windows(orbits.size(), std::vector<ContactWindows>(grounds.size()))
    {
        for (size_t g = 0; g < grounds.size(); ++g)
        {
            const double groundRadius = grounds[g].GetLength();
            for (size_t s = 0; s < orbits.size(); ++s)
            {
                m_thresholds(s, g) =
                    CosineAtElevation(groundRadius, orbits[s].Radius(), minElevation);
            }
        }
    }

    std::vector<std::vector<ContactWindows>> Run(double start, double end)
    {
        Eigen::ArrayXXd before = Margins(start);
        const Eigen::ArrayXXd opened =
            Eigen::ArrayXXd::Constant(before.rows(), before.cols(), start);
        m_opened = (before >= 0.0).select(opened, NOT_OPEN);
        const auto steps = static_cast<uint64_t>(std::ceil((end - start) / LongestStep()));
        double last = start;
        for (uint64_t k = 1; k <= steps; ++k)
        {
            const double now = start + (end - start) * (static_cast<double>(k) / steps);
            Eigen::ArrayXXd after = Margins(now);
            Compare(before, after, last, now);
            before.swap(after);
            last = now;
        }
        CloseAll(end);
        return std::move(m_windows);
    }

  private:
    static constexpr double NOT_OPEN = std::numeric_limits<double>::infinity();

    /// The time in which no satellite moves by more than STEP_ANGLE against the ground.
    double LongestStep() const
    {
        double fastest = EARTH_ROTATION_RATE;
        for (const CircularOrbit& orbit : m_orbits)
        {
            fastest =
                std::max(fastest,
                         orbit.ArgumentRate() + std::abs(orbit.NodeRate() - EARTH_ROTATION_RATE));
        }
        return STEP_ANGLE / fastest;
    }

    Eigen::ArrayXXd Margins(double time) const
    {
        const Positions directions = PositionsEcef(m_orbits, time).colwise().normalized();
        return (directions.transpose() * m_zeniths).array() - m_thresholds;
    }

    double Margin(Eigen::Index s, Eigen::Index g, double time) const
    {
        const Vector position = m_orbits[s].PositionEcef(time);
        const Eigen::Vector3d direction(position.x, position.y, position.z);
        return direction.dot(m_zeniths.col(g)) / m_orbits[s].Radius() - m_thresholds(s, g);
    }

    void Compare(const Eigen::ArrayXXd& before,
                 const Eigen::ArrayXXd& after,
                 double last,
                 double now)
    {
        for (Eigen::Index g = 0; g < before.cols(); ++g)
        {
            for (Eigen::Index s = 0; s < before.rows(); ++s)
            {
                const double a = before(s, g);
                const double b = after(s, g);
                if ((a >= 0.0) != (b >= 0.0))
                {
                    Cross(s, g, last, now, b >= 0.0);
                }
                else if (std::min(std::abs(a), std::abs(b)) <= STEP_BULGE)
                {
                    LookBetween(s, g, last, now, a >= 0.0);
                }
            }
        }
    }

    /// A pass, or a gap in one, may hide between two steps: look at the margin's extreme value.
    void LookBetween(Eigen::Index s, Eigen::Index g, double last, double now, bool visible)
    {
        const double sign = visible ? 1.0 : -1.0;
        const auto distance = [&](double time) { return sign * Margin(s, g, time); };
        constexpr int bits = std::numeric_limits<double>::digits / 2;
        const auto [time, closest] =
            boost::math::tools::brent_find_minima(distance, last, now, bits);
        if (closest < 0.0)
        {
            Cross(s, g, last, time, !visible);
            Cross(s, g, time, now, visible);
        }
    }

    /// One end of a window lies between two times: the satellite appears, or it disappears.
    void Cross(Eigen::Index s, Eigen::Index g, double from, double to, bool appears)
    {
        double visible = appears ? to : from;
        double hidden = appears ? from : to;
        while (std::abs(visible - hidden) > END_TOLERANCE_S)
        {
            const double middle = 0.5 * (visible + hidden);
            (Margin(s, g, middle) >= 0.0 ? visible : hidden) = middle;
        }
        if (appears)
        {
            m_opened(s, g) = visible;
        }
        else
        {
            Close(s, g, visible);
        }
    }

    void Close(Eigen::Index s, Eigen::Index g, double end)
    {
        if (m_opened(s, g) < end)
        {
            m_windows[s][g].push_back({m_opened(s, g), end});
        }
        m_opened(s, g) = NOT_OPEN;
    }

    void CloseAll(double end)
    {
        for (Eigen::Index s = 0; s < m_opened.rows(); ++s)
        {
            for (Eigen::Index g = 0; g < m_opened.cols(); ++g)
            {
                Close(s, g, end);
            }
        }
    }

    const std::vector<CircularOrbit>& m_orbits;
    Positions m_zeniths;          //!< unit vectors
    Eigen::ArrayXXd m_thresholds; //!< cosines
    Eigen::ArrayXXd m_opened;     //!< start of the contact in progress (s), or NOT_OPEN
    std::vector<std::vector<ContactWindows>> m_windows;
};

/// Samples one course. A margin (elevation above the minimum) of 0 or more is a contact.
class CourseSearch
{
  public:
    CourseSearch(const FixedCourseMobilityModel& course, const Vector& ground, double minElevation)
        : m_course(course),
          m_ground(ground),
          m_minElevation(minElevation)
    {
    }

    ContactWindows Run(double start, double end)
    {
        TakeSamples(start, end);
        AddExtremes();
        ContactWindows windows;
        double opened = start;
        for (size_t i = 0; i < m_samples.size(); ++i)
        {
            const bool visible = m_samples[i].margin >= 0.0;
            if (i > 0 && visible != (m_samples[i - 1].margin >= 0.0))
            {
                const double turn = FindEnd(m_samples[i - 1].time, m_samples[i].time, visible);
                if (!visible)
                {
                    windows.push_back({opened, turn});
                }
                opened = turn;
            }
        }
        if (m_samples.back().margin >= 0.0 && opened < end)
        {
            windows.push_back({opened, end});
        }
        return windows;
    }

  private:
    struct Sample
    {
        double time;
        double margin;
    };

    double Margin(double time) const
    {
        return ElevationAngle(m_ground, m_course.PositionAt(time)) - m_minElevation;
    }

    void TakeSamples(double start, double end)
    {
        double time = start;
        Vector position = m_course.PositionAt(time);
        double speed =
            SlantRange(position, m_course.PositionAt(time + SHORTEST_SAMPLE_S)) / SHORTEST_SAMPLE_S;
        m_samples = {{time, ElevationAngle(m_ground, position) - m_minElevation}};
        while (time < end)
        {
            // a course that stands still gives infinity, which the longest step cuts
            const double step = std::clamp(SIGHT_ANGLE * SlantRange(m_ground, position) / speed,
                                           SHORTEST_SAMPLE_S,
                                           LONGEST_SAMPLE_S);
            const double next = std::min(time + step, end);
            const Vector there = m_course.PositionAt(next);
            speed = SlantRange(position, there) / (next - time);
            position = there;
            time = next;
            m_samples.push_back({time, ElevationAngle(m_ground, position) - m_minElevation});
        }
    }

    /// Whether the margin is closest to 0 at a sample, as far as its neighbours tell.
    bool IsExtreme(size_t i) const
    {
        const double margin = m_samples[i].margin;
        const double sign = margin >= 0.0 ? 1.0 : -1.0;
        const auto further = [&](const Sample& other) {
            return sign * other.margin >= sign * margin;
        };
        return std::abs(margin) < NEAR_MINIMUM && (i == 0 || further(m_samples[i - 1])) &&
               (i + 1 == m_samples.size() || further(m_samples[i + 1]));
    }

    /// Adds a sample wherever the margin changes its sign for less than the time between two.
    void AddExtremes()
    {
        std::vector<Sample> all;
        for (size_t i = 0; i < m_samples.size(); ++i)
        {
            const Sample& sample = m_samples[i];
            const double from = m_samples[i > 0 ? i - 1 : i].time;
            const double to = m_samples[std::min(i + 1, m_samples.size() - 1)].time;
            std::optional<Sample> hidden;
            if (from < to && IsExtreme(i))
            {
                hidden = FindExtreme(from, to, sample.margin >= 0.0);
            }
            if (hidden && hidden->time < sample.time)
            {
                all.push_back(*hidden);
            }
            all.push_back(sample);
            if (hidden && hidden->time > sample.time)
            {
                all.push_back(*hidden);
            }
        }
        m_samples = std::move(all);
    }

    std::optional<Sample> FindExtreme(double from, double to, bool visible) const
    {
        const double sign = visible ? 1.0 : -1.0;
        const auto distance = [&](double time) { return sign * Margin(time); };
        constexpr int bits = std::numeric_limits<double>::digits / 2;
        const auto [time, closest] =
            boost::math::tools::brent_find_minima(distance, from, to, bits);
        const double margin = sign * closest;
        return (margin >= 0.0) != visible ? std::optional<Sample>({time, margin}) : std::nullopt;
    }

    /// One end of a window, on its visible side.
    double FindEnd(double from, double to, bool appears) const
    {
        double visible = appears ? to : from;
        double hidden = appears ? from : to;
        while (std::abs(visible - hidden) > END_TOLERANCE_S)
        {
            const double middle = 0.5 * (visible + hidden);
            (Margin(middle) >= 0.0 ? visible : hidden) = middle;
        }
        return visible;
    }

    const FixedCourseMobilityModel& m_course;
    const Vector m_ground;
    const double m_minElevation;
    std::vector<Sample> m_samples;
};

} // namespace

ContactWindows
FindContactWindows(const CircularOrbit& orbit,
                   const Vector& ground,
                   double minElevation,
                   double start_s,
                   double end_s)
{
    return FindAllContactWindows({orbit}, {ground}, minElevation, start_s, end_s)[0][0];
}

ContactWindows
FindContactWindows(const FixedCourseMobilityModel& satellite,
                   const Vector& ground,
                   double minElevation,
                   double start_s,
                   double end_s)
{
    NS_LOG_FUNCTION(ground << minElevation << start_s << end_s);
    const auto circular = dynamic_cast<const CircularOrbitMobilityModel*>(&satellite);
    if (circular)
    {
        return FindContactWindows(circular->GetOrbit(), ground, minElevation, start_s, end_s);
    }
    CheckMinimumElevation(minElevation);
    CheckSpan(start_s, end_s);
    CheckNotBelowGround(ground);
    return CourseSearch(satellite, ground, minElevation).Run(start_s, end_s);
}

std::vector<std::vector<ContactWindows>>
FindAllContactWindows(const std::vector<CircularOrbit>& orbits,
                      const std::vector<Vector>& grounds,
                      double minElevation,
                      double start_s,
                      double end_s)
{
    NS_LOG_FUNCTION(orbits.size() << grounds.size() << minElevation << start_s << end_s);
    CheckMinimumElevation(minElevation);
    CheckSpan(start_s, end_s);
    for (const Vector& ground : grounds)
    {
        CheckNotBelowGround(ground);
    }
    return ContactSearch(orbits, grounds, minElevation).Run(start_s, end_s);
}

} // namespace sterna
} // namespace ns3
