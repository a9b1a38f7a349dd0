/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-budget.h"

#include "ns3/constant-position-mobility-model.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/sterna-net-device.h"

#include <cmath>

namespace ns3
{
namespace sterna
{

LinkBudget::LinkBudget(const Ptr<SternaChannel>& channel,
                       const Ptr<Terminal>& satellite,
                       const Ptr<Terminal>& terminal)
    : m_channel(channel),
      m_high(CreateObject<ConstantPositionMobilityModel>()),
      m_low(CreateObject<ConstantPositionMobilityModel>())
{
    const auto tx = satellite->GetDevice(channel->GetBand());
    const auto rx = terminal->GetDevice(channel->GetBand());
    m_budget = tx->GetTxPower() * tx->GetLinearAntennaGain() * rx->GetLinearAntennaGain() /
               channel->GetNoisePower(rx);
}

double
LinkBudget::Snr(const Vector& satellite, const Vector& terminal) const
{
    m_high->SetPosition(satellite);
    m_low->SetPosition(terminal);
    const auto loss = m_channel->GetPathLoss();
    return m_budget * (loss ? std::pow(10, loss->CalcRxPower(0, m_high, m_low) / 10) : 1.0);
}

} // namespace sterna
} // namespace ns3
