/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_EXACT_TESTS_H
#define STERNA_LINK_GROUP_EXACT_TESTS_H

#include "sterna-link-group-tests.h"

#include "ns3/sterna-link-group-instance.h"

/**
 * \file
 * \ingroup sterna
 * Random tiny instances of the suite sterna-link-group-exact.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

/// A random tiny instance, as numbers and with all its groups.
struct Tiny
{
    LinkGroupInstance numbers;
    std::vector<std::vector<Serves>> groups;             //!< per slot the valid ones
    std::vector<std::vector<std::vector<double>>> rates; //!< per slot and group, per transmitter
};

/// 1 to 4 transmitters, 2 or 3 slots, few devices; at most `mostSequences` sequences of groups. Every second
/// one has the literal objective, every third one has had deliveries, every fifth absent devices.
inline Tiny
DrawTiny(Draws& draws, uint32_t index, double mostSequences = 1e5)
{
    while (true)
    {
        auto instance = DrawInstance(draws,
                                     draws.Integer(0, 1),
                                     1,
                                     draws.Integer(0, 2),
                                     draws.Integer(2, 6),
                                     draws.Integer(2, 3));
        instance.system.literalObjective = index % 2 == 1;
        instance.servedEmphasis = draws.Uniform(0, 5);
        const LinkGroupProblem problem(instance.system);
        const auto state = instance.Begin(problem);
        Tiny tiny;
        tiny.numbers = MakeInstance(problem, state);
        for (uint32_t k = 0; k < problem.Devices(); ++k)
        {
            if (index % 3 == 0)
            {
                tiny.numbers.delivered(k) =
                    tiny.numbers.demand(k) * std::max(0.0, draws.Uniform(-0.6, 1.1));
            }
            if (index % 5 == 0 && draws.Integer(0, 3) == 0)
            {
                tiny.numbers.demand(k) = 0;
                tiny.numbers.threshold(k) = 0;
                tiny.numbers.delivered(k) = 0;
            }
        }
        double sequences = 1;
        for (const auto& gains : instance.gains)
        {
            tiny.groups.emplace_back();
            tiny.rates.emplace_back();
            for (const auto& serves : AllGroups(instance.system))
            {
                auto rates = ReferenceRates(instance.system, gains, serves);
                if (!rates.empty())
                {
                    tiny.groups.back().push_back(serves);
                    tiny.rates.back().push_back(std::move(rates));
                }
            }
            sequences *= tiny.groups.back().size();
        }
        if (sequences <= mostSequences)
        {
            return tiny;
        }
    }
}

/// Cases of the suite sterna-link-group-exact on ADMM.
std::vector<TestCase*> MakeLinkGroupAdmmTests();

} // namespace tests
} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_EXACT_TESTS_H */
