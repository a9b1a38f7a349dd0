/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_GEOMETRY_TESTS_H
#define STERNA_GEOMETRY_TESTS_H

#include "ns3/sterna-earth.h"
#include "ns3/sterna-error.h"
#include "ns3/test.h"
#include "ns3/vector.h"

#include <Eigen/Geometry>
#include <cmath>
#include <iomanip>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{
namespace tests
{

/// What the cases of the suite sterna-geometry share.
class GeometryTestCase : public TestCase
{
  public:
    using TestCase::TestCase;

  protected:
    /// Unlike NS_TEST_EXPECT_MSG_EQ_TOL, which a NaN passes.
    void ExpectNear(double actual, double expected, double tolerance, const std::string& what)
    {
        const bool near = std::abs(actual - expected) <= tolerance;
        NS_TEST_EXPECT_MSG_EQ(near,
                              true,
                              what << ": " << std::setprecision(16) << actual << " should be "
                                   << expected << " within " << tolerance);
    }

    void ExpectNear(const Vector& actual,
                    const Eigen::Vector3d& expected,
                    double tolerance,
                    const std::string& what)
    {
        ExpectNear(actual.x, expected.x(), tolerance, what + ", x");
        ExpectNear(actual.y, expected.y(), tolerance, what + ", y");
        ExpectNear(actual.z, expected.z(), tolerance, what + ", z");
    }

    /// The call must throw InputError with a sentence that contains a text.
    template <typename Call>
    void ExpectRefused(Call call, const std::string& text)
    {
        std::string sentence = "nothing was refused";
        try
        {
            call();
        }
        catch (const InputError& error)
        {
            sentence = error.what();
        }
        NS_TEST_EXPECT_MSG_EQ((sentence.find(text) != std::string::npos),
                              true,
                              "'" << sentence << "' should name '" << text << "'");
    }
};

inline Eigen::Vector3d
ToEigen(const Vector& v)
{
    return {v.x, v.y, v.z};
}

/// The cases of the suite's files.
std::vector<TestCase*> MakeEarthTests();
std::vector<TestCase*> MakeOrbitTests();
std::vector<TestCase*> MakeContactTests();
std::vector<TestCase*> MakeMobilityTests();

} // namespace tests
} // namespace sterna
} // namespace ns3

#endif /* STERNA_GEOMETRY_TESTS_H */
