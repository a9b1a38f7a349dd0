/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_PLAN_H
#define STERNA_ASSOCIATION_PLAN_H

#include <cstdint>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A satellite in view of a base station during a slice: one edge of the bipartite contact graph of
 * Fig. 2 of the PSDDQN paper.
 */
struct AssociationContact
{
    uint32_t satellite;  //!< from 0
    uint32_t station;    //!< from 1; station 0 is the virtual one, which has no contacts
    double start_s;      //!< when the contact begins, from the slice's start
    double duration_s;   //!< tau_ij, the valid communication time
    double airtime_s;    //!< of these, the seconds that carry bits which arrive in time
    double snr;          //!< p g / (N0 B) in the middle of the contact (linear), as the air has it
    double estimatedSnr; //!< the same as the controller knows it
};

/**
 * \ingroup sterna
 * The contacts of a slice, by satellite and then by station. A pair that meets twice within a slice
 * has its longer contact here.
 */
class AssociationSlice
{
  public:
    AssociationSlice() = default;
    /// \param contacts in any order; throws InputError for a pair that is there twice
    explicit AssociationSlice(std::vector<AssociationContact> contacts);

    const std::vector<AssociationContact>& Contacts() const;
    /// The contact of a pair, or null if they do not see each other.
    const AssociationContact* Find(uint32_t satellite, uint32_t station) const;
    /// The contacts of a satellite: from `first` to before `last`.
    void Range(uint32_t satellite,
               const AssociationContact*& first,
               const AssociationContact*& last) const;
    /// What is left of the contacts for a decision that comes this late (s).
    AssociationSlice After(double late_s) const;
    /// Who sees at least one station, in ascending order.
    const std::vector<uint32_t>& Satellites() const;

  private:
    std::vector<AssociationContact> m_contacts;
    std::vector<uint32_t> m_satellites;
};

/// The slices of a whole episode: orbits can be foreseen.
using AssociationPlan = std::vector<AssociationSlice>;

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_PLAN_H */
