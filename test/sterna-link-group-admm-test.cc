/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-exact-tests.h"

#include "ns3/sterna-link-group-admm.h"
#include "ns3/sterna-link-group-dual.h"
#include "ns3/sterna-link-group-relaxation.h"

/**
 * \file
 * \ingroup sterna
 * ADMM's blocks against the augmented Lagrangian written down a second time, and its value against
 * a certified bound.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

/// (17) from x, y, z and lambda, written down a second time (one-sided or literal (14a)).
class Lagrangian
{
  public:
    Lagrangian(const Tiny& tiny, const LinkGroupAdmm& admm)
        : m_tiny(tiny),
          m_numbers(tiny.numbers),
          m_admm(admm),
          y(admm.Served()),
          z(admm.Slack())
    {
    }

    double Value(const Eigen::ArrayXd& bits, const Eigen::ArrayXd& share) const
    {
        double sum = 0;
        double left = 0;
        for (uint32_t k = 0; k < m_numbers.Devices(); ++k)
        {
            const double missing = Missing(k);
            const bool open = m_numbers.threshold(k) - m_numbers.delivered(k) > 1e-9;
            left += open ? 1 - (missing > 0 ? y(k) : 0.0) : 0.0;
            double gap = m_numbers.demand(k) - m_numbers.delivered(k) - bits(k);
            gap = m_numbers.literalObjective ? gap : std::max(0.0, gap);
            const double residual = z(k) - missing * y(k) + share(k);
            sum += m_numbers.weight(k) * gap * gap + m_admm.Prices()(k) * residual +
                   0.5 * m_admm.Rho() * residual * residual;
        }
        return sum + m_numbers.servedWeight * left * left;
    }

    /// D'_k - b_k; 0 if met, or out of reach even with the best group for k in every slot.
    double Missing(uint32_t k) const
    {
        const double missing = std::max(0.0, m_numbers.threshold(k) - m_numbers.delivered(k));
        double most = 0;
        for (std::size_t t = 0; t < m_tiny.groups.size(); ++t)
        {
            double best = 0;
            for (std::size_t g = 0; g < m_tiny.groups[t].size(); ++g)
            {
                const auto& serves = m_tiny.groups[t][g];
                const auto n = std::find(serves.begin(), serves.end(), int32_t(k)) - serves.begin();
                best = std::max(best, n < int64_t(serves.size()) ? m_tiny.rates[t][g][n] : 0.0);
            }
            most += best;
        }
        return most >= missing ? missing : 0.0;
    }

    /// What a link counts in (14a) and towards the threshold.
    std::pair<double, double> Counts(uint32_t k, double rate) const
    {
        const double gap = std::max(0.0, m_numbers.demand(k) - m_numbers.delivered(k));
        return {m_numbers.literalObjective ? rate : std::min(rate, gap),
                std::min(rate, Missing(k))};
    }

  private:
    const Tiny& m_tiny;
    const LinkGroupInstance& m_numbers;
    const LinkGroupAdmm& m_admm;

  public:
    Eigen::ArrayXd y;
    Eigen::ArrayXd z;
};

/// Solutions of (18), (19) and (20): no step towards any group, no other y and no other z lowers
/// (17). Expected: (17) itself, at such steps.
class AdmmBlocksTest : public LinkGroupTestCase
{
  public:
    AdmmBlocksTest()
        : LinkGroupTestCase("each block of ADMM minimises the augmented Lagrangian")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(8);
        for (uint32_t i = 0; i < 40; ++i)
        {
            const auto tiny = DrawTiny(draws, i);
            const LinkGroupOffers offers(tiny.numbers);
            LinkGroupAdmm::Options options;
            options.rho = std::pow(10, draws.Uniform(-1, 1.5));
            options.tolerance = 1e-7;
            LinkGroupAdmm admm(offers, options);
            for (uint32_t j = draws.Integer(0, 5); j > 0; --j)
            {
                admm.Iterate();
            }
            const uint32_t slot = draws.Integer(0, tiny.numbers.Slots() - 1);
            admm.SolveSlot(slot);
            CheckSlot(tiny, admm, slot);
            admm.SolveServed();
            CheckServed(draws, tiny, admm);
            admm.SolveSlack();
            CheckSlack(draws, tiny, admm);
        }
    }

    /// What x brings, from the weights of its groups.
    void Bring(const Tiny& tiny,
               const LinkGroupAdmm& admm,
               Eigen::ArrayXd& bits,
               Eigen::ArrayXd& share,
               uint32_t only = UINT32_MAX)
    {
        const LinkGroupOffers offers(tiny.numbers);
        const Lagrangian lagrangian(tiny, admm);
        bits = share = Eigen::ArrayXd::Zero(tiny.numbers.Devices());
        for (uint32_t t = 0; t < tiny.numbers.Slots(); ++t)
        {
            for (const auto& [choice, weight] : admm.Columns()[t])
            {
                const auto serves = ToServes(offers.ToGroup(choice));
                const auto g = std::find(tiny.groups[t].begin(), tiny.groups[t].end(), serves) -
                               tiny.groups[t].begin();
                if (only == UINT32_MAX || only == t)
                {
                    Add(lagrangian, serves, tiny.rates[t][g], weight, bits, share);
                }
            }
        }
    }

    void Add(const Lagrangian& lagrangian,
             const Serves& serves,
             const std::vector<double>& rates,
             double weight,
             Eigen::ArrayXd& bits,
             Eigen::ArrayXd& share)
    {
        for (std::size_t n = 0; n < serves.size(); ++n)
        {
            if (serves[n] >= 0)
            {
                const auto [b, s] = lagrangian.Counts(serves[n], rates[n]);
                bits(serves[n]) += weight * b;
                share(serves[n]) += weight * s;
            }
        }
    }

    void CheckSlot(const Tiny& tiny, const LinkGroupAdmm& admm, uint32_t slot)
    {
        const Lagrangian lagrangian(tiny, admm);
        Eigen::ArrayXd bits;
        Eigen::ArrayXd share;
        Eigen::ArrayXd own;
        Eigen::ArrayXd ownShare;
        Bring(tiny, admm, bits, share);
        Bring(tiny, admm, own, ownShare, slot);
        const double value = lagrangian.Value(bits, share);
        const double scale = tiny.numbers.IdleObjective();
        for (std::size_t g = 0; g < tiny.groups[slot].size(); ++g)
        {
            Eigen::ArrayXd there = bits - own;
            Eigen::ArrayXd thereShare = share - ownShare;
            Add(lagrangian, tiny.groups[slot][g], tiny.rates[slot][g], 1, there, thereShare);
            const double step = 1e-4;
            const double moved = lagrangian.Value((1 - step) * bits + step * there,
                                                  (1 - step) * share + step * thereShare);
            ExpectTrue(moved >= value - step * 1.1e-7 * scale - 1e-12 * scale,
                       "a step towards a group lowers (17) in slot " + std::to_string(slot));
        }
    }

    void CheckServed(Draws& draws, const Tiny& tiny, const LinkGroupAdmm& admm)
    {
        Lagrangian lagrangian(tiny, admm);
        Eigen::ArrayXd bits;
        Eigen::ArrayXd share;
        Bring(tiny, admm, bits, share);
        const double value = lagrangian.Value(bits, share);
        const auto best = lagrangian.y;
        for (uint32_t i = 0; i < 100; ++i)
        {
            for (uint32_t k = 0; k < tiny.numbers.Devices(); ++k)
            {
                const double step = std::pow(10, draws.Uniform(-5, 0));
                lagrangian.y(k) = std::clamp(best(k) + step * draws.Uniform(-1, 1), 0.0, 1.0);
            }
            ExpectTrue(lagrangian.Value(bits, share) >= value - 1e-9 * std::abs(value),
                       "another y lowers (17)");
        }
    }

    void CheckSlack(Draws& draws, const Tiny& tiny, const LinkGroupAdmm& admm)
    {
        Lagrangian lagrangian(tiny, admm);
        Eigen::ArrayXd bits;
        Eigen::ArrayXd share;
        Bring(tiny, admm, bits, share);
        const double value = lagrangian.Value(bits, share);
        const auto best = lagrangian.z;
        for (uint32_t i = 0; i < 100; ++i)
        {
            for (uint32_t k = 0; k < tiny.numbers.Devices(); ++k)
            {
                lagrangian.z(k) =
                    std::min(0.0,
                             best(k) + std::pow(10, draws.Uniform(-4, 2)) * draws.Uniform(-1, 1));
            }
            ExpectTrue(lagrangian.Value(bits, share) >= value - 1e-9 * std::abs(value),
                       "another z lowers (17)");
        }
    }
};

/// ADMM's relaxed value is never below a certified lower bound on the relaxation, comes close to
/// it, and its rounded plan is valid. Expected: the dual function, which needs no convergence.
class AdmmValueTest : public LinkGroupTestCase
{
  public:
    AdmmValueTest()
        : LinkGroupTestCase("ADMM's relaxed value is above the certified bound, and close to it")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(9);
        double gaps = 0;
        for (uint32_t i = 0; i < 40; ++i)
        {
            const auto tiny = DrawTiny(draws, i);
            const LinkGroupOffers offers(tiny.numbers);
            LinkGroupAdmm::Options options;
            options.parallel = i % 4 == 3;
            LinkGroupAdmm admm(offers, options);
            admm.Relax();
            LinkGroupDual dual(offers);
            dual.SetContinuous(true);
            LinkGroupRelaxation relaxation(offers);
            double bound = dual.Evaluate(relaxation.Prices());
            for (uint32_t step = 0; step < 100; ++step)
            {
                relaxation.Step();
                bound = std::max(bound, dual.Evaluate(relaxation.Prices()));
            }
            const double idle = tiny.numbers.IdleObjective() + 1e-9;
            ExpectTrue(admm.RelaxedValue() >= bound - 1e-9 * idle, "relaxed value above the bound");
            gaps += options.parallel ? 0.0 : (admm.RelaxedValue() - bound) / idle / 30;
            const auto plan = LinkGroupDescent(offers).ToPlan(admm.Round());
            NS_TEST_EXPECT_MSG_EQ(tiny.numbers.Refusal(plan), "", "the rounded plan");
        }
        ExpectTrue(gaps < 0.02, "mean distance to the bound " + std::to_string(gaps) + " of idle");
    }
};

} // namespace

std::vector<TestCase*>
MakeLinkGroupAdmmTests()
{
    return {new AdmmBlocksTest, new AdmmValueTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
