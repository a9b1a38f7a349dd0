/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-contacts.h"

#include "sterna-link-budget.h"

#include "ns3/node.h"
#include "ns3/simulator.h"
#include "ns3/sterna-contact-window.h"
#include "ns3/sterna-counter-hash.h"
#include "ns3/sterna-earth.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-fixed-course-mobility-model.h"
#include "ns3/sterna-net-device.h"

#include <algorithm>
#include <cmath>
#include <complex>

namespace ns3
{
namespace sterna
{

namespace
{

constexpr double SPEED_OF_LIGHT = 299792458.0; // as ns-3's ConstantSpeedPropagationDelayModel

Ptr<FixedCourseMobilityModel>
CourseOf(const Ptr<Terminal>& satellite)
{
    const auto course = satellite->GetObject<FixedCourseMobilityModel>();
    if (!course)
    {
        throw InputError(Sentence("Satellite node ",
                                  satellite->GetObject<Node>()->GetId(),
                                  " has no course that can be foreseen; give it a "
                                  "CircularOrbitMobilityModel or an Sgp4MobilityModel."));
    }
    return course;
}

/// |1 + e|^2 with e circular complex Gaussian; the same for whoever asks for the same number.
double
EstimateError(double variance, uint64_t key, uint64_t number)
{
    if (variance == 0)
    {
        return 1;
    }
    const double radius = std::sqrt(-variance * std::log(CounterUniform(key, 2 * number)));
    const double phase = 2 * M_PI * CounterUniform(key, 2 * number + 1);
    return std::norm(1.0 + std::polar(radius, phase));
}

/// Keeps the longer of two contacts of one pair in one slice.
void
AddContact(std::vector<AssociationContact>& contacts, const AssociationContact& contact)
{
    if (contacts.empty() || contacts.back().satellite != contact.satellite ||
        contacts.back().station != contact.station)
    {
        contacts.push_back(contact);
    }
    else if (contacts.back().duration_s < contact.duration_s)
    {
        contacts.back() = contact;
    }
}

/// A satellite and a gateway that meet.
struct Pair
{
    uint32_t satellite;
    uint32_t station;
    const FixedCourseMobilityModel& course;
    const Vector& place;
    const LinkBudget& budget;
};

/// What one window brings to a slice.
AssociationContact
ContactOf(const Pair& pair, double start, double end, double sliceBegin)
{
    AssociationContact contact{};
    contact.satellite = pair.satellite;
    contact.station = pair.station;
    contact.start_s = start - sliceBegin;
    contact.duration_s = end - start;
    const double range = SlantRange(pair.course.PositionAt(start), pair.place);
    contact.airtime_s =
        SternaNetDevice::GetAirtime(Seconds(contact.duration_s), Seconds(range / SPEED_OF_LIGHT))
            .GetSeconds();
    contact.snr = pair.budget.Snr(pair.course.PositionAt((start + end) / 2), pair.place);
    return contact;
}

/// Cuts a pair's windows into slices.
void
AddWindows(const Pair& pair,
           const ContactWindows& windows,
           double begin,
           const AssociationContactSetting& setting,
           std::vector<std::vector<AssociationContact>>& contacts)
{
    const double slice = setting.slice.GetSeconds();
    const uint64_t link = CounterBits(CounterBits(setting.key, pair.satellite), pair.station);
    for (const auto& window : windows)
    {
        auto t = static_cast<uint32_t>((window.start_s - begin) / slice);
        for (; t < setting.slices && begin + t * slice < window.end_s; ++t)
        {
            const double sliceBegin = begin + t * slice;
            const double start = std::max(window.start_s, sliceBegin);
            const double end = std::min(window.end_s, sliceBegin + slice);
            if (end <= start)
            {
                continue;
            }
            auto contact = ContactOf(pair, start, end, sliceBegin);
            contact.estimatedSnr = contact.snr * EstimateError(setting.csiErrorVariance, link, t);
            if (contact.airtime_s > 0)
            {
                AddContact(contacts[t], contact);
            }
        }
    }
}

} // namespace

AssociationPlan
ForeseeContacts(const std::vector<Ptr<Terminal>>& satellites,
                const std::vector<Ptr<Terminal>>& gateways,
                const Ptr<SternaChannel>& channel,
                const AssociationContactSetting& setting)
{
    const double begin = Simulator::Now().GetSeconds();
    const double end = begin + setting.slices * setting.slice.GetSeconds();
    std::vector<std::vector<AssociationContact>> contacts(setting.slices);
    for (uint32_t i = 0; i < satellites.size(); ++i)
    {
        const auto course = CourseOf(satellites[i]);
        for (uint32_t j = 0; j < gateways.size(); ++j)
        {
            const Vector place = gateways[j]->GetObject<MobilityModel>()->GetPosition();
            const auto windows =
                FindContactWindows(*course, place, setting.minElevation, begin, end);
            if (!windows.empty())
            {
                const LinkBudget budget(channel, satellites[i], gateways[j]);
                const Pair pair{i, j + 1, *course, place, budget};
                AddWindows(pair, windows, begin, setting, contacts);
            }
        }
    }
    return AssociationPlan(contacts.begin(), contacts.end());
}

} // namespace sterna
} // namespace ns3
