/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-shock-loss-model.h"

#include "sterna-counter-hash.h"
#include "sterna-propagation-checks.h"

#include "ns3/double.h"
#include "ns3/log.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaShockLossModel");

NS_OBJECT_ENSURE_REGISTERED(ShockLossModel);

TypeId
ShockLossModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::ShockLossModel")
                            .SetParent<PropagationLossModel>()
                            .SetGroupName("Sterna")
                            .AddConstructor<ShockLossModel>()
                            .AddAttribute("Share",
                                          "Share of the links that an update hits.",
                                          DoubleValue(0.5),
                                          MakeDoubleAccessor(&ShockLossModel::m_share),
                                          MakeDoubleChecker<double>(0, 1))
                            .AddAttribute("MinLossDb",
                                          "Least loss of a link that is hit (dB).",
                                          DoubleValue(10),
                                          MakeDoubleAccessor(&ShockLossModel::SetMinLossDb,
                                                             &ShockLossModel::GetMinLossDb),
                                          MakeDoubleChecker<double>())
                            .AddAttribute("MaxLossDb",
                                          "Largest loss of a link that is hit (dB).",
                                          DoubleValue(30),
                                          MakeDoubleAccessor(&ShockLossModel::SetMaxLossDb,
                                                             &ShockLossModel::GetMaxLossDb),
                                          MakeDoubleChecker<double>());
    return tid;
}

double
ShockLossModel::GetLossDb(uint32_t nodeA, uint32_t nodeB, uint64_t update) const
{
    if (update == 0)
    {
        return 0;
    }
    const uint64_t key = m_keys.GetKey(nodeA, nodeB);
    if (CounterUniform(key, 2 * update) >= m_share)
    {
        return 0;
    }
    return m_minLoss + (m_maxLoss - m_minLoss) * CounterUniform(key, 2 * update + 1);
}

void
ShockLossModel::SetUpdate(uint64_t update)
{
    NS_LOG_FUNCTION(this << update);
    m_update = update;
}

uint64_t
ShockLossModel::GetUpdate() const
{
    return m_update;
}

void
ShockLossModel::SetMinLossDb(double lossDb)
{
    m_minLoss = RequireNonNegative("The least loss of a shock (dB)", lossDb);
}

double
ShockLossModel::GetMinLossDb() const
{
    return m_minLoss;
}

void
ShockLossModel::SetMaxLossDb(double lossDb)
{
    m_maxLoss = RequireNonNegative("The largest loss of a shock (dB)", lossDb);
}

double
ShockLossModel::GetMaxLossDb() const
{
    return m_maxLoss;
}

double
ShockLossModel::DoCalcRxPower(double txPowerDbm, Ptr<MobilityModel> a, Ptr<MobilityModel> b) const
{
    return txPowerDbm - (m_update == 0 ? 0 : GetLossDb(GetNodeId(a), GetNodeId(b), m_update));
}

int64_t
ShockLossModel::DoAssignStreams(int64_t stream)
{
    return m_keys.AssignStreams(stream);
}

} // namespace sterna
} // namespace ns3
