/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna-examples
 *
 * Reproduces the figures of the GATE-HPPO paper (Wang et al., Graph-Aware Temporal Encoder Based
 * Service Migration and Resource Allocation in Satellite Networks) and says, row by row, what the
 * paper claims and what came out here:
 *
 *     sterna-reproduce-gate-hppo --figures=4,7,9 --scale=smoke
 *     sterna-reproduce-gate-hppo --scale=paper --output=results
 *
 * Beside the paper's figures 4 to 10 there are `shares` (how bandwidth is shared), `pieces` (what
 * the pieces of our way of learning are worth) and `elsewhere` (the shipped policy, unchanged, in
 * other constellations and with other users). Trained policies are kept in the output folder; a
 * second run goes on where the first one ended.
 */

#include "ns3/command-line.h"
#include "ns3/sterna-command-line-check.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-gate-hppo-reproduction.h"
#include "ns3/sterna-output-folder.h"

#include <algorithm>
#include <chrono>
#include <iostream>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

const std::string PROGRAM = "sterna-reproduce-gate-hppo";
const std::string ALL = "4,5,6,7,8,9,10,shares,pieces,elsewhere";

/// What the user asks for.
struct Options
{
    std::string figures{ALL};
    std::string scale{"smoke"};
    std::string policy{STERNA_SOURCE_DIR "/examples/policies/migration.safetensors"};
    std::string output{"sterna-output/reproduce-gate-hppo"};
};

void
Run(const Options& options, const std::vector<std::string>& arguments)
{
    const auto figures = FiguresFromList(options.figures, ALL);
    const auto begin = std::chrono::steady_clock::now();
    GateHppoReproduction reproduction(GateHppoScale::FromName(options.scale),
                                      options.policy,
                                      options.output);
    WriteManifest(reproduction.Open("manifest.json"), PROGRAM, arguments);
    using Figure = void (GateHppoReproduction::*)();
    const std::vector<std::pair<std::vector<std::string>, Figure>> parts{
        {{"4"}, &GateHppoReproduction::Comparison},
        {{"5"}, &GateHppoReproduction::Users},
        {{"6", "7"}, &GateHppoReproduction::Migrations},
        {{"8"}, &GateHppoReproduction::Windows},
        {{"9"}, &GateHppoReproduction::Ablation},
        {{"10"}, &GateHppoReproduction::Penalties},
        {{"shares"}, &GateHppoReproduction::Shares},
        {{"pieces"}, &GateHppoReproduction::Pieces},
        {{"elsewhere"}, &GateHppoReproduction::Elsewhere}};
    for (const auto& [names, part] : parts)
    {
        if (std::find_first_of(figures.begin(), figures.end(), names.begin(), names.end()) !=
            figures.end())
        {
            (reproduction.*part)();
        }
    }
    const auto wall = std::chrono::steady_clock::now() - begin;
    reproduction.Finish("./sterna reproduce gate-hppo " + options.figures +
                            " --scale=" + options.scale,
                        std::chrono::duration<double>(wall).count());
}

} // namespace

int
main(int argc, char* argv[])
{
    Options options;
    CommandLine cmd(__FILE__);
    cmd.Usage("Reproduces the figures of the GATE-HPPO paper.");
    cmd.AddValue("figures", "comma-separated list of " + ALL, options.figures);
    cmd.AddValue("scale", "smoke or paper", options.scale);
    cmd.AddValue("policy", "policy file that is run elsewhere", options.policy);
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
