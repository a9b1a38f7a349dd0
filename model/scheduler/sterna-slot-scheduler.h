/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_SLOT_SCHEDULER_H
#define STERNA_SLOT_SCHEDULER_H

#include "ns3/application.h"
#include "ns3/event-id.h"
#include "ns3/nstime.h"
#include "ns3/traced-callback.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The slot clock of every Sterna scheduler: observe, decide, grant, account, learn.
 *
 * At a slot's start a decision is computed; it takes effect after the decision delay, for what is
 * then left of the slot. The delay is zero, fixed, or the measured wall time of the computation
 * charged as simulated time, so that a slow solver's decisions arrive late, as they would: while
 * one is being computed no other is begun, and the slots in between stay without grants.
 */
class SlotScheduler : public Application
{
  public:
    /// What the decision delay is.
    enum Delay
    {
        FIXED,   //!< the attribute DecisionDelay, zero by default
        MEASURED //!< the wall time that the decision took
    };

    /// How delivered bits come about.
    enum Fidelity
    {
        PACKET, //!< from the delivery ledger: what receivers really got
        FLOW    //!< min(backlog, rate x airtime), in closed form
    };

    static TypeId GetTypeId();

    Time GetSlotDuration() const;
    Fidelity GetFidelity() const;
    /// Slots that have ended.
    uint64_t GetSlots() const;

    /// A slot has ended: its number, its reward, and the wall time of its decision (0 if none).
    typedef void (*SlotEndCallback)(uint64_t slot, double reward, Time wallTime);

  protected:
    void DoDispose() override;

    /// Called once, before the first slot.
    virtual void Prepare() = 0;
    /// Observes and decides; the decision is kept by the subclass until Grant().
    virtual void Decide() = 0;
    /// Puts the pending decision into effect for this long, which ends with the slot.
    virtual void Grant(Time duration) = 0;
    /// Books what the slot delivered and lets the decider learn. \return the reward
    virtual double Account() = 0;
    /// Whether there is another slot.
    virtual bool GoesOn() const;

  private:
    void StartApplication() override;
    void StopApplication() override;
    void BeginSlot();
    void ApplyDecision();
    void EndSlot();

    Time m_slotDuration;
    Time m_decisionDelay;
    Delay m_delay;
    Fidelity m_fidelity;
    uint64_t m_slot{0};
    Time m_slotEnd;
    Time m_wallTime;
    EventId m_pendingDecision;
    EventId m_slotClock;
    TracedCallback<uint64_t, double, Time> m_slotEndTrace;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_SLOT_SCHEDULER_H */
