/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna
 *
 * The numerical results of the PSDDQN paper (Wireless Communications and Mobile Computing 2022,
 * article 1177544), figure by figure, beside ours:
 *
 *     ./sterna reproduce psddqn                  all figures, a few minutes (--scale=smoke)
 *     ./sterna reproduce psddqn 9 --scale=paper  one figure at full size
 *
 * Besides Figs. 6 to 15 there are `pieces`, what the parts of our way of learning are worth, and
 * `dense`, the shipped policy among 1584 satellites. Learners are trained at flow level, on orbits
 * that no evaluation sees, and their policies are kept in the output folder; they are judged at
 * packet level. It prints a table 'paper | ours' and leaves psddqn.md, a CSV with every value,
 * pictures and manifest.json.
 */

#include "ns3/command-line.h"
#include "ns3/sterna-command-line-check.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-psddqn-reproduction.h"

#include <algorithm>
#include <chrono>
#include <iostream>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

const std::string PROGRAM = "sterna-reproduce-psddqn";
const std::string ALL = "6,7,8,9,10,11,12,13,14,15,pieces,dense";

struct Options
{
    std::string figures{ALL};
    std::string scale{"smoke"};
    std::string policy{STERNA_SOURCE_DIR "/examples/policies/association.safetensors"};
    std::string output{"sterna-output/reproduce-psddqn"};
};

void
Run(const Options& options, const std::vector<std::string>& arguments)
{
    const auto figures = FiguresFromList(options.figures, ALL);
    const auto begin = std::chrono::steady_clock::now();
    PsddqnReproduction reproduction(PsddqnScale::FromName(options.scale),
                                    options.policy,
                                    options.output);
    WriteManifest(reproduction.Open("manifest.json"), PROGRAM, arguments);
    const auto wants = [&](const std::vector<std::string>& some) {
        return std::find_first_of(figures.begin(), figures.end(), some.begin(), some.end()) !=
               figures.end();
    };
    if (wants({"6", "7"}))
    {
        reproduction.Convergence();
    }
    if (wants({"8"}))
    {
        reproduction.LearningRates();
    }
    if (wants({"9"}))
    {
        reproduction.Growing();
    }
    if (wants({"10"}))
    {
        reproduction.Slices();
    }
    if (wants({"11", "12", "13", "14", "15"}))
    {
        reproduction.Capacities();
    }
    if (wants({"pieces"}))
    {
        reproduction.Ablation();
    }
    if (wants({"dense"}))
    {
        reproduction.Dense();
    }
    const auto wall = std::chrono::steady_clock::now() - begin;
    reproduction.Finish("./sterna reproduce psddqn " + options.figures +
                            " --scale=" + options.scale,
                        std::chrono::duration<double>(wall).count());
}

} // namespace

int
main(int argc, char* argv[])
{
    Options options;
    CommandLine cmd(__FILE__);
    cmd.Usage("Reproduces the figures of the PSDDQN paper.");
    cmd.AddValue("figures", "comma-separated list, 6 to 15, pieces, dense", options.figures);
    cmd.AddValue("scale", "smoke or paper", options.scale);
    cmd.AddValue("policy", "policy file that is run among 1584 satellites", options.policy);
    cmd.AddValue("output", "folder for the results", options.output);
    try
    {
        const std::vector<std::string> arguments(argv + 1, argv + argc);
        CheckArguments(arguments, {"figures", "scale", "policy", "output"}, {}, {});
        cmd.Parse(argc, argv);
        Run(options, arguments);
    }
    catch (const std::exception& error)
    {
        std::cerr << PROGRAM << ": " << error.what() << std::endl;
        return 1;
    }
    return 0;
}
