/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_RATE_MODEL_H
#define STERNA_RATE_MODEL_H

#include "ns3/object.h"

#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * How many bits per second and hertz a receiver decodes at a given SINR.
 *
 * The efficiency never falls when the SINR grows, and it is 0 below the lowest rate on offer.
 */
class RateModel : public Object
{
  public:
    /// \return the TypeId.
    static TypeId GetTypeId();

    /**
     * \param sinr signal to interference and noise ratio, linear, at least 0
     * \return spectral efficiency in bit/s/Hz
     */
    virtual double GetSpectralEfficiency(double sinr) const = 0;
};

/// \ingroup sterna
/// The capacity of the Gaussian channel: log2(1 + sinr) (Shannon, 1948).
class ShannonRateModel : public RateModel
{
  public:
    /// \return the TypeId.
    static TypeId GetTypeId();

    double GetSpectralEfficiency(double sinr) const override;
};

/**
 * \ingroup sterna
 * A list of modulation and coding schemes, each with the SINR it needs: the best one whose
 * threshold is met counts.
 */
class TableRateModel : public RateModel
{
  public:
    /// \return the TypeId.
    static TypeId GetTypeId();

    double GetSpectralEfficiency(double sinr) const override;

  protected:
    /// One modulation and coding scheme.
    struct Scheme
    {
        std::string name;   ///< As the standard calls it.
        double efficiency;  ///< bit per modulation symbol.
        double thresholdDb; ///< Lowest SINR at which it is decoded, in dB.
    };

    /// \param schemes the table, in any order
    explicit TableRateModel(const std::vector<Scheme>& schemes);

  private:
    std::vector<double> m_thresholds;   ///< Linear, rising.
    std::vector<double> m_efficiencies; ///< Best efficiency from the threshold beside it upwards.
};

/**
 * \ingroup sterna
 * DVB-S2 and DVB-S2X, normal FECFRAME, no pilots, on the ideal AWGN channel.
 *
 * Source: ETSI EN 302 307-1 V1.4.1 Table 13 (S2, packet error rate 1e-7) and EN 302 307-2 V1.1.1
 * Table 20a (S2X, frame error rate 1e-5). The SINR is taken as Es/N0 and the bandwidth as the
 * symbol rate: the roll-off lies outside it. VL-SNR frames and implementation loss are left out.
 */
class DvbS2xRateModel : public TableRateModel
{
  public:
    /// \return the TypeId.
    static TypeId GetTypeId();

    DvbS2xRateModel();
};

/**
 * \ingroup sterna
 * The 4-bit channel quality indicator of 5G New Radio up to 64QAM.
 *
 * Source of the efficiencies: 3GPP TS 38.214 Table 5.2.2.1-2 (CQI table 1). The standard has no
 * SINR column: the thresholds are the list -6.7 ... 22.7 dB for a block error rate of 10 % that is
 * common in link adaptation for LTE and NR.
 */
class NrCqiRateModel : public TableRateModel
{
  public:
    /// \return the TypeId.
    static TypeId GetTypeId();

    NrCqiRateModel();
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_RATE_MODEL_H */
