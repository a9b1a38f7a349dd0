/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna
 * Instance files (JSON): what LinkGroupInstance::Read() and Write() agree on; the format is in
 * doc/sterna.rst.
 */

#include "sterna-link-group-instance.h"

#include "ns3/sterna-error.h"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace ns3
{
namespace sterna
{

namespace
{

using nlohmann::json;

/// Reads one file and knows its name, for the sentence when something is not as it should be.
class InstanceFile
{
  public:
    explicit InstanceFile(const std::string& path)
        : m_path(path)
    {
        std::ifstream file(path);
        if (!file)
        {
            throw InputError("The instance '" + path + "' cannot be read.");
        }
        m_json = json::parse(file, nullptr, false);
        if (!m_json.is_object())
        {
            Refuse("is not a JSON object");
        }
    }

    [[noreturn]] void Refuse(const std::string& why) const
    {
        throw InputError("The instance '" + m_path + "' " + why + ".");
    }

    bool Has(const std::string& key) const
    {
        return m_json.contains(key);
    }

    const json& Get(const std::string& key) const
    {
        if (!Has(key))
        {
            Refuse("has no '" + key + "'");
        }
        return m_json.at(key);
    }

    /// A number within limits.
    double Number(const json& value, const std::string& name, double least, double most) const
    {
        const double number = value.is_number() ? value.get<double>() : std::nan("");
        if (!(number >= least && number <= most))
        {
            std::ostringstream why;
            why << "gives " << name << " as " << value.dump().substr(0, 40) << "; it must be "
                << least << " to " << most;
            Refuse(why.str());
        }
        return number;
    }

    uint32_t Count(const std::string& key, double most) const
    {
        const double number = Number(Get(key), key, 1, most);
        if (number != std::floor(number))
        {
            Refuse("gives " + key + " as " + Get(key).dump() + "; it must be a whole number");
        }
        return number;
    }

    const json& List(const json& value, const std::string& name, std::size_t size) const
    {
        if (!value.is_array() || value.size() != size)
        {
            Refuse("has " +
                   (value.is_array() ? std::to_string(value.size()) + " entries" : "none") +
                   " in " + name + "; it must be " + std::to_string(size));
        }
        return value;
    }

    /// Numbers per device.
    Eigen::ArrayXd PerDevice(const json& value,
                             const std::string& name,
                             uint32_t devices,
                             double most = 1e12) const
    {
        List(value, name, devices);
        Eigen::ArrayXd numbers(devices);
        for (uint32_t k = 0; k < devices; ++k)
        {
            numbers(k) = Number(value[k], name + "[" + std::to_string(k) + "]", 0, most);
        }
        return numbers;
    }

  private:
    std::string m_path;
    json m_json;
};

/// The pairs of pattern and transmitter that the columns of R_C stand for, as in the file.
std::vector<LinkGroupInstance::Link>
ReadLinks(const InstanceFile& file)
{
    const auto& list = file.Get("links_C");
    if (!list.is_array())
    {
        file.Refuse("has no list in 'links_C'");
    }
    std::vector<LinkGroupInstance::Link> links;
    for (std::size_t l = 0; l < list.size(); ++l)
    {
        const std::string name = "links_C[" + std::to_string(l) + "]";
        file.List(list[l], name, 2);
        constexpr double MOST = MAX_LINK_GROUP_TRANSMITTERS - 1;
        const uint32_t pattern = file.Number(list[l][0], name, 1, std::exp2(MOST) - 1);
        const uint32_t transmitter = file.Number(list[l][1], name, 0, MOST - 1);
        if (!(pattern >> transmitter & 1))
        {
            file.Refuse("has transmitter " + std::to_string(transmitter) + " in " + name +
                        ", which pattern " + std::to_string(pattern) + " does not contain");
        }
        links.push_back({transmitter, pattern});
    }
    return links;
}

/// LEO, BS, TST1, TST2, ... unless the file names them.
std::vector<std::string>
ReadNames(const InstanceFile& file, const std::vector<LinkGroupInstance::Link>& links)
{
    uint32_t pattern = 1;
    for (const auto& link : links)
    {
        pattern |= link.pattern;
    }
    std::vector<std::string> names{"LEO", "BS"};
    while (pattern >> (names.size() - 1) != 0)
    {
        names.push_back("TST" + std::to_string(names.size() - 1));
    }
    if (!file.Has("transmitters"))
    {
        return names;
    }
    const auto& list = file.List(file.Get("transmitters"), "transmitters", names.size());
    for (std::size_t n = 0; n < names.size(); ++n)
    {
        if (!list[n].is_string())
        {
            file.Refuse("gives transmitters[" + std::to_string(n) + "] as " + list[n].dump() +
                        "; it must be a name");
        }
        names[n] = list[n].get<std::string>();
    }
    return names;
}

void
ReadRates(const InstanceFile& file,
          const std::vector<LinkGroupInstance::Link>& fileLinks,
          uint32_t slots,
          LinkGroupInstance& instance)
{
    const auto& leo = file.List(file.Get("R_LEO"), "R_LEO", slots);
    const auto& c = file.List(file.Get("R_C"), "R_C", slots);
    for (uint32_t t = 0; t < slots; ++t)
    {
        const std::string slot = "[" + std::to_string(t) + "]";
        Eigen::ArrayXXd rates = Eigen::ArrayXXd::Zero(instance.Devices(), instance.links.size());
        rates.col(instance.LinkOf(0, 1)) =
            file.PerDevice(leo[t], "R_LEO" + slot, instance.Devices());
        file.List(c[t], "R_C" + slot, fileLinks.size());
        for (std::size_t l = 0; l < fileLinks.size(); ++l)
        {
            // transmitter 0 of the instance is the satellite
            const uint32_t link =
                instance.LinkOf(fileLinks[l].transmitter + 1, fileLinks[l].pattern << 1);
            rates.col(link) = file.PerDevice(c[t][l],
                                             "R_C" + slot + "[" + std::to_string(l) + "]",
                                             instance.Devices());
        }
        instance.rates.push_back(std::move(rates));
    }
}

json
ToJson(const Eigen::Ref<const Eigen::ArrayXd>& numbers)
{
    return std::vector<double>(numbers.begin(), numbers.end());
}

} // namespace

LinkGroupInstance
LinkGroupInstance::Read(const std::string& path)
{
    const InstanceFile file(path);
    LinkGroupInstance instance;
    const uint32_t devices = file.Count("K", 1e6);
    const uint32_t slots = file.Count("T", 1e4);
    instance.slotDuration = file.Number(file.Get("slot_s"), "slot_s", 1e-9, 1e9);
    instance.demand = file.PerDevice(file.Get("D"), "D", devices);
    if (!(instance.demand.maxCoeff() > 0))
    {
        file.Refuse("gives only demands of 0; no device has a demand");
    }
    instance.threshold = file.PerDevice(file.Get("Dp"), "Dp", devices);
    for (uint32_t k = 0; k < devices; ++k)
    {
        if (instance.threshold(k) > instance.demand(k))
        {
            std::ostringstream why;
            why << "gives Dp[" << k << "] as " << instance.threshold(k)
                << "; it must not be above D[" << k << "] = " << instance.demand(k);
            file.Refuse(why.str());
        }
    }
    instance.weight = file.PerDevice(file.Get("eta"), "eta", devices);
    instance.servedWeight = file.Number(file.Get("eta0"), "eta0", 0, 1e12);
    instance.delivered = Eigen::ArrayXd::Zero(devices);
    if (file.Has("literal_objective"))
    {
        if (!file.Get("literal_objective").is_boolean())
        {
            file.Refuse("gives literal_objective as " + file.Get("literal_objective").dump() +
                        "; it must be true or false");
        }
        instance.literalObjective = file.Get("literal_objective").get<bool>();
    }
    const auto links = ReadLinks(file);
    instance.transmitters = ReadNames(file, links);
    instance.satellites = 1;
    instance.MakeLinks();
    ReadRates(file, links, slots, instance);
    return instance;
}

void
LinkGroupInstance::Write(std::ostream& stream) const
{
    if (satellites != 1 || Transmitters() < 2)
    {
        throw InputError("An instance file describes one satellite, first of the transmitters, and "
                         "at least one terrestrial transmitter; there are " +
                         std::to_string(Transmitters()) + " transmitters, satellites " +
                         std::to_string(satellites) + ".");
    }
    json file;
    file["K"] = Devices();
    file["T"] = Slots();
    file["slot_s"] = slotDuration;
    file["D"] = ToJson((demand - delivered).max(0));
    file["Dp"] = ToJson((threshold - delivered).max(0));
    file["eta"] = ToJson(weight);
    file["eta0"] = servedWeight;
    file["transmitters"] = transmitters;
    if (literalObjective)
    {
        file["literal_objective"] = true;
    }
    json fileLinks = json::array();
    for (const auto& link : links)
    {
        if (link.transmitter > 0)
        {
            fileLinks.push_back({link.pattern >> 1, link.transmitter - 1});
        }
    }
    file["links_C"] = fileLinks;
    json leo = json::array();
    json c = json::array();
    for (const auto& slot : rates)
    {
        leo.push_back(ToJson(slot.col(LinkOf(0, 1))));
        json columns = json::array();
        for (std::size_t l = 0; l < links.size(); ++l)
        {
            if (links[l].transmitter > 0)
            {
                columns.push_back(ToJson(slot.col(l)));
            }
        }
        c.push_back(columns);
    }
    file["R_LEO"] = leo;
    file["R_C"] = c;
    stream << file.dump() << "\n";
}

} // namespace sterna
} // namespace ns3
