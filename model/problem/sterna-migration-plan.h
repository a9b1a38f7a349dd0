/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_PLAN_H
#define STERNA_MIGRATION_PLAN_H

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Who can serve whom in a slot, and who asks for service. Positions and channels are those of the
 * slot's middle: they are taken as constant within a slot (Section II-A of the GATE-HPPO paper).
 */
struct MigrationSlot
{
    Eigen::ArrayXXd elevation;  //!< theta (rad), satellites x users
    Eigen::ArrayXXd range;      //!< (m), satellites x users
    Eigen::ArrayXXd rain;       //!< attenuation (dB), satellites x users
    Eigen::ArrayXXd efficiency; //!< log2(1 + SNR) (bit/s/Hz), satellites x users; 0 out of sight
    Eigen::ArrayXd arrivals;    //!< lambda (packets/s) of each user; 0 without demand
    /// Where satellites are (ECEF), over the radius of the highest one, 3 x satellites.
    Eigen::Matrix3Xd satellites{};
    /// Where users are (ECEF), over the Earth's radius, 3 x users.
    Eigen::Matrix3Xd users{};

    /// Whether the satellite stands high enough over the user, (20g).
    bool IsVisible(uint32_t satellite, uint32_t user) const;
    /// Whether the user asks for service.
    bool IsActive(uint32_t user) const;
};

/**
 * \ingroup sterna
 * The slots of an episode. Orbits, flights and rain can be foreseen.
 */
class MigrationPlan
{
  public:
    MigrationPlan() = default;
    /// \param slots at least one, all for the same satellites and users; throws InputError otherwise
    explicit MigrationPlan(std::vector<MigrationSlot> slots);

    uint32_t Slots() const;
    uint32_t Satellites() const;
    uint32_t Users() const;
    const MigrationSlot& Slot(uint32_t slot) const;
    /// For how many slots, this one included, the satellite stays in sight; 0 if it is not. The
    /// plan's end ends it.
    uint32_t Stay(uint32_t slot, uint32_t satellite, uint32_t user) const;

  private:
    std::vector<MigrationSlot> m_slots;
    std::vector<Eigen::ArrayXXi> m_stay; //!< by slot, satellites x users
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_PLAN_H */
