/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna
 *
 * The numerical results of Yuan et al., 'Joint Scheduling in LEO-Terrestrial Networks: EMCL' (IEEE
 * TWC 2022, doi 10.1109/TWC.2022.3178171), figure by figure, beside ours:
 *
 *     ./sterna reproduce emcl                 all figures, a few minutes (--scale=smoke)
 *     ./sterna reproduce emcl 8 --scale=paper one figure at full size
 *
 * EMCL and AC-MAML are trained once, on tasks that no evaluation sees, and their weights are kept
 * in the output folder; AC-DDPG begins with nothing, as in the paper. All of them go on learning
 * while they are measured. It prints a table 'paper | ours' and leaves emcl.md, a CSV with the
 * values of every seed, pictures and manifest.json.
 */

#include "ns3/command-line.h"
#include "ns3/config.h"
#include "ns3/sterna-command-line-check.h"
#include "ns3/sterna-emcl-reproduction.h"
#include "ns3/sterna-error.h"
#include "ns3/string.h"

#include <chrono>
#include <iostream>
#include <set>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

const std::string PROGRAM = "sterna-reproduce-emcl";

struct Options
{
    std::string figures{"4,5,6,7,8,9"};
    std::string scale{"smoke"};
    std::string fidelity{"packet"};
    std::string output{"sterna-output/reproduce-emcl"};
};

std::set<std::string>
FiguresOf(const Options& options)
{
    std::set<std::string> figures;
    for (const auto& figure : SplitList(options.figures))
    {
        if (figure.size() != 1 || figure[0] < '4' || figure[0] > '9')
        {
            throw InputError("There is no figure '" + figure + "'; figures are 4 to 9.");
        }
        figures.insert(figure);
    }
    if (figures.empty())
    {
        throw InputError("The list of figures is empty; figures are 4 to 9.");
    }
    return figures;
}

void
Run(const Options& options, const std::vector<std::string>& arguments)
{
    const auto fidelity = FidelityFromName(options.fidelity);
    const auto figures = FiguresOf(options);
    const auto begin = std::chrono::steady_clock::now();
    Config::SetDefault(
        "ns3::sterna::LinkGroupIndexPolicy::Policy",
        StringValue(STERNA_SOURCE_DIR "/examples/policies/link-group-index.safetensors"));
    EmclReproduction reproduction(EmclScale::FromName(options.scale), fidelity, options.output);
    WriteManifest(reproduction.Open("manifest.json"), PROGRAM, arguments);
    for (const auto& figure : figures)
    {
        switch (figure[0])
        {
        case '4':
            reproduction.Dynamics(figure, LinkGroupDynamics::Kind::USERS);
            break;
        case '5':
            reproduction.Dynamics(figure, LinkGroupDynamics::Kind::DEMAND);
            break;
        case '6':
            reproduction.Dynamics(figure, LinkGroupDynamics::Kind::CHANNEL);
            break;
        case '7':
            reproduction.Growing();
            break;
        case '8':
            reproduction.Gaps();
            break;
        default:
            reproduction.Computing();
        }
    }
    const auto wall = std::chrono::steady_clock::now() - begin;
    reproduction.Finish("./sterna reproduce emcl " + options.figures + " --scale=" + options.scale +
                            " --fidelity=" + options.fidelity,
                        std::chrono::duration<double>(wall).count());
}

} // namespace

int
main(int argc, char* argv[])
{
    Options options;
    CommandLine cmd(__FILE__);
    cmd.Usage("Reproduces the figures of Yuan et al., IEEE TWC 2022 (EMCL).");
    cmd.AddValue("figures", "comma-separated list, 4 to 9", options.figures);
    cmd.AddValue("scale", "smoke or paper", options.scale);
    cmd.AddValue("fidelity", "packet or flow, of Figs. 4 to 6", options.fidelity);
    cmd.AddValue("output", "folder for the results", options.output);
    try
    {
        const std::vector<std::string> arguments(argv + 1, argv + argc);
        CheckArguments(arguments, {"figures", "scale", "fidelity", "output"}, {}, {});
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
