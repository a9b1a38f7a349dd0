/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-rate-model.h"

#include "ns3/log.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaRateModel");

NS_OBJECT_ENSURE_REGISTERED(RateModel);
NS_OBJECT_ENSURE_REGISTERED(ShannonRateModel);
NS_OBJECT_ENSURE_REGISTERED(TableRateModel);
NS_OBJECT_ENSURE_REGISTERED(DvbS2xRateModel);
NS_OBJECT_ENSURE_REGISTERED(NrCqiRateModel);

TypeId
RateModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::RateModel").SetParent<Object>().SetGroupName("Sterna");
    return tid;
}

TypeId
ShannonRateModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::ShannonRateModel")
                            .SetParent<RateModel>()
                            .SetGroupName("Sterna")
                            .AddConstructor<ShannonRateModel>();
    return tid;
}

double
ShannonRateModel::GetSpectralEfficiency(double sinr) const
{
    return std::log1p(sinr) / M_LN2;
}

TypeId
TableRateModel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::TableRateModel").SetParent<RateModel>().SetGroupName("Sterna");
    return tid;
}

TableRateModel::TableRateModel(const std::vector<Scheme>& schemes)
{
    auto rising = schemes;
    std::sort(rising.begin(), rising.end(), [](const Scheme& a, const Scheme& b) {
        return a.thresholdDb < b.thresholdDb;
    });
    for (const auto& scheme : rising)
    {
        // A scheme that needs more and carries less is never chosen.
        if (m_efficiencies.empty() || scheme.efficiency > m_efficiencies.back())
        {
            NS_LOG_LOGIC(scheme.name << " from " << scheme.thresholdDb << " dB");
            m_thresholds.push_back(std::pow(10.0, scheme.thresholdDb / 10.0));
            m_efficiencies.push_back(scheme.efficiency);
        }
    }
}

double
TableRateModel::GetSpectralEfficiency(double sinr) const
{
    const auto above = std::upper_bound(m_thresholds.begin(), m_thresholds.end(), sinr);
    return above == m_thresholds.begin() ? 0.0 : m_efficiencies[above - m_thresholds.begin() - 1];
}

TypeId
DvbS2xRateModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::DvbS2xRateModel")
                            .SetParent<TableRateModel>()
                            .SetGroupName("Sterna")
                            .AddConstructor<DvbS2xRateModel>();
    return tid;
}

// clang-format off
DvbS2xRateModel::DvbS2xRateModel()
    : TableRateModel({
          {"S2 QPSK 1/4", 0.490243, -2.35},
          {"S2 QPSK 1/3", 0.656448, -1.24},
          {"S2 QPSK 2/5", 0.789412, -0.30},
          {"S2 QPSK 1/2", 0.988858, 1.00},
          {"S2 QPSK 3/5", 1.188304, 2.23},
          {"S2 QPSK 2/3", 1.322253, 3.10},
          {"S2 QPSK 3/4", 1.487473, 4.03},
          {"S2 QPSK 4/5", 1.587196, 4.68},
          {"S2 QPSK 5/6", 1.654663, 5.18},
          {"S2 QPSK 8/9", 1.766451, 6.20},
          {"S2 QPSK 9/10", 1.788612, 6.42},
          {"S2 8PSK 3/5", 1.779991, 5.50},
          {"S2 8PSK 2/3", 1.980636, 6.62},
          {"S2 8PSK 3/4", 2.228124, 7.91},
          {"S2 8PSK 5/6", 2.478562, 9.35},
          {"S2 8PSK 8/9", 2.646012, 10.69},
          {"S2 8PSK 9/10", 2.679207, 10.98},
          {"S2 16APSK 2/3", 2.637201, 8.97},
          {"S2 16APSK 3/4", 2.966728, 10.21},
          {"S2 16APSK 4/5", 3.165623, 11.03},
          {"S2 16APSK 5/6", 3.300184, 11.61},
          {"S2 16APSK 8/9", 3.523143, 12.89},
          {"S2 16APSK 9/10", 3.567342, 13.13},
          {"S2 32APSK 3/4", 3.703295, 12.73},
          {"S2 32APSK 4/5", 3.951571, 13.64},
          {"S2 32APSK 5/6", 4.119540, 14.28},
          {"S2 32APSK 8/9", 4.397854, 15.69},
          {"S2 32APSK 9/10", 4.453027, 16.05},
          {"S2X QPSK 2/9", 0.434841, -2.85},
          {"S2X QPSK 13/45", 0.567805, -2.03},
          {"S2X QPSK 9/20", 0.889135, 0.22},
          {"S2X QPSK 11/20", 1.088581, 1.45},
          {"S2X 8APSK 5/9-L", 1.647211, 4.73},
          {"S2X 8APSK 26/45-L", 1.713601, 5.13},
          {"S2X 8PSK 23/36", 1.896173, 6.12},
          {"S2X 8PSK 25/36", 2.062148, 7.02},
          {"S2X 8PSK 13/18", 2.145136, 7.49},
          {"S2X 16APSK 1/2-L", 1.972253, 5.97},
          {"S2X 16APSK 8/15-L", 2.104850, 6.55},
          {"S2X 16APSK 5/9-L", 2.193247, 6.84},
          {"S2X 16APSK 26/45", 2.281645, 7.51},
          {"S2X 16APSK 3/5", 2.370043, 7.80},
          {"S2X 16APSK 3/5-L", 2.370043, 7.41},
          {"S2X 16APSK 28/45", 2.458441, 8.10},
          {"S2X 16APSK 23/36", 2.524739, 8.38},
          {"S2X 16APSK 2/3-L", 2.635236, 8.43},
          {"S2X 16APSK 25/36", 2.745734, 9.27},
          {"S2X 16APSK 13/18", 2.856231, 9.71},
          {"S2X 16APSK 7/9", 3.077225, 10.65},
          {"S2X 16APSK 77/90", 3.386618, 11.99},
          {"S2X 32APSK 2/3-L", 3.291954, 11.10},
          {"S2X 32APSK 32/45", 3.510192, 11.75},
          {"S2X 32APSK 11/15", 3.620536, 12.17},
          {"S2X 32APSK 7/9", 3.841226, 13.05},
          {"S2X 64APSK 32/45-L", 4.206428, 13.98},
          {"S2X 64APSK 11/15", 4.338659, 14.81},
          {"S2X 64APSK 7/9", 4.603122, 15.47},
          {"S2X 64APSK 4/5", 4.735354, 15.87},
          {"S2X 64APSK 5/6", 4.936639, 16.55},
          {"S2X 128APSK 3/4", 5.163248, 17.73},
          {"S2X 128APSK 7/9", 5.355556, 18.53},
          {"S2X 256APSK 29/45-L", 5.065690, 16.98},
          {"S2X 256APSK 2/3-L", 5.241514, 17.24},
          {"S2X 256APSK 31/45-L", 5.417338, 18.10},
          {"S2X 256APSK 32/45", 5.593162, 18.59},
          {"S2X 256APSK 11/15-L", 5.768987, 18.84},
          {"S2X 256APSK 3/4", 5.900855, 19.57},
      })
{
}

// clang-format on

TypeId
NrCqiRateModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::NrCqiRateModel")
                            .SetParent<TableRateModel>()
                            .SetGroupName("Sterna")
                            .AddConstructor<NrCqiRateModel>();
    return tid;
}

// clang-format off
NrCqiRateModel::NrCqiRateModel()
    : TableRateModel({
          {"CQI 1", 0.1523, -6.7},
          {"CQI 2", 0.2344, -4.7},
          {"CQI 3", 0.3770, -2.3},
          {"CQI 4", 0.6016, 0.2},
          {"CQI 5", 0.8770, 2.4},
          {"CQI 6", 1.1758, 4.3},
          {"CQI 7", 1.4766, 5.9},
          {"CQI 8", 1.9141, 8.1},
          {"CQI 9", 2.4063, 10.3},
          {"CQI 10", 2.7305, 11.7},
          {"CQI 11", 3.3223, 14.1},
          {"CQI 12", 3.9023, 16.3},
          {"CQI 13", 4.5234, 18.7},
          {"CQI 14", 5.1152, 21.0},
          {"CQI 15", 5.5547, 22.7},
      })
{
}

// clang-format on

} // namespace sterna
} // namespace ns3
