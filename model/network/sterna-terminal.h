/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_TERMINAL_H
#define STERNA_TERMINAL_H

#include "sterna-band.h"

#include "ns3/object.h"

namespace ns3
{
namespace sterna
{

class SternaNetDevice;

/**
 * \ingroup sterna
 * What a node is in the system; aggregated to the node.
 *
 * The role decides the bands: satellites, gateways and satellite users have Ka only, cellular users
 * C only, and everybody else both.
 */
class Terminal : public Object
{
  public:
    /// The roles; unscoped, because enum attributes are numbers in older releases of ns-3.
    enum Role
    {
        SATELLITE,    ///< Sends in Ka band to TSTs, base stations and dual-mode users.
        TST,          ///< Terrestrial-satellite terminal: Ka to the satellite, C to users.
        BASE_STATION, ///< As a TST, with more power.
        CELLULAR_UE,  ///< User equipment with C band only.
        DUAL_MODE_UE, ///< User equipment with both bands.
        GATEWAY,      ///< Base station with a satellite gateway: Ka only, receives from satellites.
        SATELLITE_UE  ///< User with a satellite terminal only, on the ground or in an aircraft.
    };

    /// \return the TypeId.
    static TypeId GetTypeId();

    Terminal();
    ~Terminal() override;

    /// \param role what the node is
    void SetRole(Role role);
    /// \return what the node is.
    Role GetRole() const;

    /// \param band a band \return whether a node of this role has it
    bool HasBand(Band band) const;
    /// \param role a role \param band a band \return whether the role has it
    static bool HasBand(Role role, Band band);

    /**
     * \param band a band
     * \param index which one, where the band has several channels
     * \return the node's device in this band, or null if it has none
     */
    Ptr<SternaNetDevice> GetDevice(Band band, uint32_t index = 0) const;

  private:
    Role m_role; ///< What the node is.
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_TERMINAL_H */
