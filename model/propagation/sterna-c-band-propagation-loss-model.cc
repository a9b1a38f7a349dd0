/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-c-band-propagation-loss-model.h"

#include "sterna-markov-fading-loss-model.h"
#include "sterna-propagation-checks.h"

#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/object-factory.h"
#include "ns3/pointer.h"
#include "ns3/string.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaCBandPropagationLossModel");

NS_OBJECT_ENSURE_REGISTERED(CBandPropagationLossModel);

TypeId
CBandPropagationLossModel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::CBandPropagationLossModel")
            .SetParent<PropagationLossModel>()
            .SetGroupName("Sterna")
            .AddConstructor<CBandPropagationLossModel>()
            .AddAttribute("Frequency",
                          "Carrier frequency (Hz).",
                          DoubleValue(4e9),
                          MakeDoubleAccessor(&CBandPropagationLossModel::SetFrequency,
                                             &CBandPropagationLossModel::GetFrequency),
                          MakeDoubleChecker<double>())
            // not set on construction, which would replace the default part by nothing
            .AddAttribute("SmallScaleFading",
                          "Model of the fading varphi; SetFading(nullptr) removes it.",
                          TypeId::ATTR_GET | TypeId::ATTR_SET,
                          PointerValue(),
                          MakePointerAccessor(&CBandPropagationLossModel::SetFading,
                                              &CBandPropagationLossModel::GetFading),
                          MakePointerChecker<PropagationLossModel>());
    return tid;
}

CBandPropagationLossModel::CBandPropagationLossModel()
    : m_freeSpace(CreateObject<FriisPropagationLossModel>()),
      m_fading(CreateObjectWithAttributes<MarkovFadingLossModel>("Fading", StringValue("Rayleigh")))
{
}

Ptr<PropagationLossModel>
CBandPropagationLossModel::GetLargeScale() const
{
    return m_freeSpace;
}

Ptr<PropagationLossModel>
CBandPropagationLossModel::GetFading() const
{
    return m_fading;
}

void
CBandPropagationLossModel::SetFading(Ptr<PropagationLossModel> fading)
{
    m_fading = fading;
}

void
CBandPropagationLossModel::SetFrequency(double frequency)
{
    m_freeSpace->SetFrequency(RequirePositive("The frequency (Hz)", frequency));
}

double
CBandPropagationLossModel::GetFrequency() const
{
    return m_freeSpace->GetFrequency();
}

double
CBandPropagationLossModel::DoCalcRxPower(double txPowerDbm,
                                         Ptr<MobilityModel> a,
                                         Ptr<MobilityModel> b) const
{
    const double largeScale = m_freeSpace->CalcRxPower(txPowerDbm, a, b);
    return m_fading ? m_fading->CalcRxPower(largeScale, a, b) : largeScale;
}

int64_t
CBandPropagationLossModel::DoAssignStreams(int64_t stream)
{
    return m_fading ? m_fading->AssignStreams(stream) : 0;
}

} // namespace sterna
} // namespace ns3
