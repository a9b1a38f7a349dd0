/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_EXPECTATIONS_H
#define STERNA_EXPECTATIONS_H

#include "ns3/sterna-error.h"
#include "ns3/test.h"

#include <cmath>
#include <string>

namespace ns3
{
namespace sterna
{
namespace tests
{

/// A test case whose expectations are sentences.
class ExpectationTestCase : public TestCase
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
                              what << ": " << actual << " should be " << expected << " within "
                                   << tolerance);
    }

    void ExpectTrue(bool condition, const std::string& what)
    {
        NS_TEST_EXPECT_MSG_EQ(condition, true, what);
    }

    void ExpectNames(const std::string& sentence, const std::string& text)
    {
        const bool names = sentence.find(text) != std::string::npos;
        NS_TEST_EXPECT_MSG_EQ(names, true, "'" << sentence << "' should name '" << text << "'");
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
        ExpectNames(sentence, text);
    }
};

} // namespace tests
} // namespace sterna
} // namespace ns3

#endif /* STERNA_EXPECTATIONS_H */
