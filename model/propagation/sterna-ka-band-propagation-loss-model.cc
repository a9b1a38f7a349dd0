/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-ka-band-propagation-loss-model.h"

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

NS_LOG_COMPONENT_DEFINE("SternaKaBandPropagationLossModel");

NS_OBJECT_ENSURE_REGISTERED(KaBandPropagationLossModel);

TypeId
KaBandPropagationLossModel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::KaBandPropagationLossModel")
            .SetParent<PropagationLossModel>()
            .SetGroupName("Sterna")
            .AddConstructor<KaBandPropagationLossModel>()
            .AddAttribute("Frequency",
                          "Carrier frequency (Hz).",
                          DoubleValue(30e9),
                          MakeDoubleAccessor(&KaBandPropagationLossModel::SetFrequency,
                                             &KaBandPropagationLossModel::GetFrequency),
                          MakeDoubleChecker<double>())
            // not set on construction, which would replace the default part by nothing
            .AddAttribute("SmallScaleFading",
                          "Model of the fading phi; SetFading(nullptr) removes it.",
                          TypeId::ATTR_GET | TypeId::ATTR_SET,
                          PointerValue(),
                          MakePointerAccessor(&KaBandPropagationLossModel::SetFading,
                                              &KaBandPropagationLossModel::GetFading),
                          MakePointerChecker<PropagationLossModel>());
    return tid;
}

KaBandPropagationLossModel::KaBandPropagationLossModel()
    : m_horizon(CreateObject<HorizonLossModel>()),
      m_freeSpace(CreateObject<FriisPropagationLossModel>()),
      m_aperture(CreateObject<ApertureLossModel>()),
      m_atmosphere(CreateObject<AtmosphericLossModel>()),
      m_fading(CreateObjectWithAttributes<MarkovFadingLossModel>("Fading", StringValue("Rician")))
{
    m_horizon->SetNext(m_freeSpace);
    m_freeSpace->SetNext(m_aperture);
    m_aperture->SetNext(m_atmosphere);
}

Ptr<PropagationLossModel>
KaBandPropagationLossModel::GetLargeScale() const
{
    return m_horizon;
}

Ptr<PropagationLossModel>
KaBandPropagationLossModel::GetFading() const
{
    return m_fading;
}

void
KaBandPropagationLossModel::SetFading(Ptr<PropagationLossModel> fading)
{
    m_fading = fading;
}

Ptr<HorizonLossModel>
KaBandPropagationLossModel::GetHorizon() const
{
    return m_horizon;
}

Ptr<FriisPropagationLossModel>
KaBandPropagationLossModel::GetFreeSpace() const
{
    return m_freeSpace;
}

Ptr<ApertureLossModel>
KaBandPropagationLossModel::GetAperture() const
{
    return m_aperture;
}

Ptr<AtmosphericLossModel>
KaBandPropagationLossModel::GetAtmosphere() const
{
    return m_atmosphere;
}

void
KaBandPropagationLossModel::SetFrequency(double frequency)
{
    m_freeSpace->SetFrequency(RequirePositive("The frequency (Hz)", frequency));
    m_aperture->SetFrequency(frequency);
}

double
KaBandPropagationLossModel::GetFrequency() const
{
    return m_freeSpace->GetFrequency();
}

double
KaBandPropagationLossModel::DoCalcRxPower(double txPowerDbm,
                                          Ptr<MobilityModel> a,
                                          Ptr<MobilityModel> b) const
{
    const double largeScale = m_horizon->CalcRxPower(txPowerDbm, a, b);
    return m_fading ? m_fading->CalcRxPower(largeScale, a, b) : largeScale;
}

int64_t
KaBandPropagationLossModel::DoAssignStreams(int64_t stream)
{
    return m_fading ? m_fading->AssignStreams(stream) : 0;
}

} // namespace sterna
} // namespace ns3
