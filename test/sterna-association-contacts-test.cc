/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-tests.h"

#include "ns3/constant-position-mobility-model.h"
#include "ns3/simulator.h"
#include "ns3/sterna-association-contacts.h"
#include "ns3/sterna-association-scenario.h"
#include "ns3/sterna-circular-orbit-mobility-model.h"
#include "ns3/sterna-contact-window.h"

#include <limits>
#include <map>

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

/// The default scenario at time 0 and what can be foreseen of it.
class ForesightTestCase : public AssociationTestCase
{
  public:
    using AssociationTestCase::AssociationTestCase;

  protected:
    AssociationPlan Foresee(AssociationScenario& scenario, double variance = 0, uint64_t key = 1)
    {
        AssociationContactSetting setting{};
        setting.slices = 30;
        setting.slice = Seconds(210);
        setting.minElevation = DegToRad(10);
        setting.csiErrorVariance = variance;
        setting.key = key;
        return ForeseeContacts(TerminalsOf(scenario.Satellites()),
                               TerminalsOf(scenario.Gateways()),
                               scenario.Network().GetChannel(Band::KA),
                               setting);
    }

    static std::vector<Ptr<Terminal>> TerminalsOf(const NodeContainer& nodes)
    {
        std::vector<Ptr<Terminal>> terminals;
        for (uint32_t n = 0; n < nodes.GetN(); ++n)
        {
            terminals.push_back(nodes.Get(n)->GetObject<Terminal>());
        }
        return terminals;
    }

    static AssociationSetting Setting()
    {
        AssociationSetting setting;
        setting.epoch_s = 0;
        return setting;
    }

    static CircularOrbit OrbitOf(AssociationScenario& scenario, uint32_t satellite)
    {
        return scenario.Satellites()
            .Get(satellite)
            ->GetObject<CircularOrbitMobilityModel>()
            ->GetOrbit();
    }

    static Vector PlaceOf(AssociationScenario& scenario, uint32_t station)
    {
        return scenario.Gateways().Get(station - 1)->GetObject<MobilityModel>()->GetPosition();
    }
};

class ContactTimesTest : public ForesightTestCase
{
  public:
    ContactTimesTest()
        : ForesightTestCase("contacts within slices add up to the contact windows")
    {
    }

  private:
    void DoRun() override
    {
        AssociationScenario scenario(Setting(), 500);
        const auto plan = Foresee(scenario);
        std::map<std::pair<uint32_t, uint32_t>, double> total;
        std::size_t seen = 0;
        for (const auto& slice : plan)
        {
            for (const auto& contact : slice.Contacts())
            {
                total[{contact.satellite, contact.station}] += contact.duration_s;
                ++seen;
                ExpectTrue(contact.start_s >= 0, "begins within the slice");
                ExpectTrue(contact.start_s + contact.duration_s <= 210 + 1e-9, "ends within it");
            }
        }
        ExpectTrue(seen > 200, "many contacts");
        for (uint32_t i = 0; i < 120; ++i)
        {
            for (uint32_t j = 1; j <= 5; ++j)
            {
                double expected = 0;
                for (const auto& window : FindContactWindows(OrbitOf(scenario, i),
                                                             PlaceOf(scenario, j),
                                                             DegToRad(10),
                                                             0,
                                                             6300))
                {
                    expected += window.end_s - window.start_s;
                }
                ExpectNear(total[std::make_pair(i, j)], expected, 0.02, "seconds of a pair");
            }
        }
        Simulator::Destroy();
    }
};

class LinkBudgetTest : public ForesightTestCase
{
  public:
    LinkBudgetTest()
        : ForesightTestCase("SNR at mid-contact and airtime follow the link budget by hand")
    {
    }

  private:
    void DoRun() override
    {
        AssociationScenario scenario(Setting(), 500);
        double worst = 1e9;
        double best = -1e9;
        const auto plan = Foresee(scenario);
        for (std::size_t t = 0; t < plan.size(); ++t)
        {
            for (const auto& contact : plan[t].Contacts())
            {
                const auto orbit = OrbitOf(scenario, contact.satellite);
                const auto place = PlaceOf(scenario, contact.station);
                const double start = 210.0 * t + contact.start_s;
                const double range =
                    CalculateDistance(orbit.PositionEcef(start + contact.duration_s / 2), place);
                // EIRP density + G/T - free space + 228.6 dB, all in dB and Hz
                const double freeSpace = 20 * std::log10(4 * M_PI * range * 20e9 / 299792458.0);
                const double snr = 4 - 60 + 15.9 - freeSpace + 228.599;
                ExpectNear(10 * std::log10(contact.snr), snr, 0.005, "SNR in dB");
                ExpectTrue(contact.estimatedSnr == contact.snr, "without errors");
                const double delay =
                    CalculateDistance(orbit.PositionEcef(start), place) / 299792458.0;
                ExpectNear(contact.airtime_s, contact.duration_s - delay, 5e-9, "airtime");
                worst = std::min(worst, snr);
                best = std::max(best, snr);
            }
        }
        // 10 degrees and the zenith
        ExpectTrue(worst > 4.8 && worst < 5.3, "worst SNR");
        ExpectTrue(best > 14 && best < 15.1, "best SNR");
        Simulator::Destroy();
    }
};

/// |1 + e|^2 with e of variance v: mean 1 + v, variance 2 v + v^2.
class EstimateErrorTest : public ForesightTestCase
{
  public:
    EstimateErrorTest()
        : ForesightTestCase("estimates are those of h + e with e circular Gaussian")
    {
    }

  private:
    void DoRun() override
    {
        constexpr double variance = 0.3;
        AssociationScenario scenario(Setting(), 500);
        double sum = 0;
        double squares = 0;
        double products = 0; // of neighbours
        std::size_t count = 0;
        for (uint64_t key = 1; key <= 40; ++key)
        {
            double before = 1 + variance;
            for (const auto& slice : Foresee(scenario, variance, key))
            {
                for (const auto& contact : slice.Contacts())
                {
                    const double error = contact.estimatedSnr / contact.snr;
                    sum += error;
                    squares += error * error;
                    products += (error - 1 - variance) * (before - 1 - variance);
                    before = error;
                    ++count;
                }
            }
        }
        const double mean = sum / count;
        const double spread = 2 * variance + variance * variance;
        const double sigmas = 4 / std::sqrt(double(count));
        ExpectTrue(count > 8000, "many estimates");
        ExpectNear(mean, 1 + variance, sigmas * std::sqrt(spread), "mean");
        // the fourth moment is about ten times the square of the second
        ExpectNear(squares / count - mean * mean, spread, 3 * sigmas * spread, "variance");
        ExpectNear(products / count, 0, sigmas * spread, "independent of one another");
        Simulator::Destroy();
    }
};

class BadCourseTest : public ForesightTestCase
{
  public:
    BadCourseTest()
        : ForesightTestCase("contacts of a satellite without a known course are refused")
    {
    }

  private:
    void DoRun() override
    {
        AssociationScenario scenario(Setting(), 500);
        const auto node = CreateObject<Node>();
        node->AggregateObject(CreateObject<ConstantPositionMobilityModel>());
        scenario.Network().InstallSatellites(NodeContainer(node));
        AssociationContactSetting setting{};
        setting.slices = 1;
        setting.slice = Seconds(210);
        ExpectRefused(
            [&] {
                ForeseeContacts(TerminalsOf(NodeContainer(node)),
                                TerminalsOf(scenario.Gateways()),
                                scenario.Network().GetChannel(Band::KA),
                                setting);
            },
            "has no course");
        Simulator::Destroy();
    }
};

} // namespace

std::vector<TestCase*>
MakeAssociationContactTests()
{
    return {new ContactTimesTest, new LinkBudgetTest, new EstimateErrorTest, new BadCourseTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
