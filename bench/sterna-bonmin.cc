/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-bonmin.h"

#include "ns3/sterna-error.h"

#include <BonBonminSetup.hpp>
#include <BonCbc.hpp>
#include <BonTMINLP.hpp>
#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <vector>

namespace ns3
{
namespace sterna
{
namespace bench
{

namespace
{

using Ipopt::Index;
using Ipopt::Number;

constexpr double NO_LIMIT = 1e20;

/// P1 in Bonmin's terms.
class P1 : public Bonmin::TMINLP
{
  public:
    explicit P1(const LinkGroupInstance& instance)
        : m_instance(instance)
    {
        const uint32_t devices = instance.Devices();
        for (uint32_t k = 0; k < devices; ++k)
        {
            AddVariable(BINARY, 1); // y_k
        }
        for (uint32_t k = 0; k < devices; ++k)
        {
            m_types.push_back(CONTINUOUS); // g_k
            m_upper.push_back(NO_LIMIT);
            m_lower.push_back(instance.literalObjective ? -NO_LIMIT : 0.0);
        }
        for (uint32_t k = 0; k < devices; ++k)
        {
            const uint32_t threshold =
                AddRow(-NO_LIMIT, instance.delivered(k)); // D' y - sum R x <= b
            AddEntry(threshold, k, std::max(0.0, instance.threshold(k) - 1e-9));
            const double open = instance.demand(k) - instance.delivered(k);
            const uint32_t gap = AddRow(open, instance.literalObjective ? open : NO_LIMIT);
            AddEntry(gap, devices + k, 1); // g + sum R x >= D - b
        }
        for (uint32_t t = 0; t < instance.Slots(); ++t)
        {
            AddSlot(t);
        }
    }

    double value{std::numeric_limits<double>::infinity()};

    bool get_nlp_info(Index& n,
                      Index& m,
                      Index& jacobian,
                      Index& hessian,
                      Ipopt::TNLP::IndexStyleEnum& style) override
    {
        n = m_types.size();
        m = m_rowLower.size();
        jacobian = m_entries.size();
        hessian = Devices() * (Devices() + 1) / 2 + Devices();
        style = Ipopt::TNLP::C_STYLE;
        return true;
    }

    bool get_variables_types(Index n, VariableType* types) override
    {
        std::copy_n(m_types.begin(), n, types);
        return true;
    }

    bool get_variables_linearity(Index n, Ipopt::TNLP::LinearityType* types) override
    {
        std::fill_n(types, n, Ipopt::TNLP::LINEAR);
        std::fill_n(types, 2 * Devices(), Ipopt::TNLP::NON_LINEAR);
        return true;
    }

    bool get_constraints_linearity(Index m, Ipopt::TNLP::LinearityType* types) override
    {
        std::fill_n(types, m, Ipopt::TNLP::LINEAR);
        return true;
    }

    bool get_bounds_info(Index n,
                         Number* lower,
                         Number* upper,
                         Index m,
                         Number* rowLower,
                         Number* rowUpper) override
    {
        std::copy_n(m_lower.begin(), n, lower);
        std::copy_n(m_upper.begin(), n, upper);
        std::copy_n(m_rowLower.begin(), m, rowLower);
        std::copy_n(m_rowUpper.begin(), m, rowUpper);
        return true;
    }

    bool get_starting_point(Index n, bool, Number* x, bool, Number*, Number*, Index, bool, Number*)
        override
    {
        std::fill_n(x, n, 0.0);
        return true;
    }

    bool eval_f(Index, const Number* x, bool, Number& f) override
    {
        double left = Devices();
        f = 0;
        for (uint32_t k = 0; k < Devices(); ++k)
        {
            left -= x[k];
            f += m_instance.weight(k) * x[Devices() + k] * x[Devices() + k];
        }
        f += m_instance.servedWeight * left * left;
        return true;
    }

    bool eval_grad_f(Index n, const Number* x, bool, Number* gradient) override
    {
        std::fill_n(gradient, n, 0.0);
        double left = Devices();
        for (uint32_t k = 0; k < Devices(); ++k)
        {
            left -= x[k];
        }
        for (uint32_t k = 0; k < Devices(); ++k)
        {
            gradient[k] = -2 * m_instance.servedWeight * left;
            gradient[Devices() + k] = 2 * m_instance.weight(k) * x[Devices() + k];
        }
        return true;
    }

    bool eval_g(Index, const Number* x, bool, Index m, Number* rows) override
    {
        std::fill_n(rows, m, 0.0);
        for (const auto& entry : m_entries)
        {
            rows[entry.row] += entry.value * x[entry.column];
        }
        return true;
    }

    bool eval_jac_g(Index,
                    const Number*,
                    bool,
                    Index,
                    Index,
                    Index* rows,
                    Index* columns,
                    Number* values) override
    {
        for (std::size_t i = 0; i < m_entries.size(); ++i)
        {
            if (values == nullptr)
            {
                rows[i] = m_entries[i].row;
                columns[i] = m_entries[i].column;
            }
            else
            {
                values[i] = m_entries[i].value;
            }
        }
        return true;
    }

    bool eval_h(Index,
                const Number*,
                bool,
                Number factor,
                Index,
                const Number*,
                bool,
                Index,
                Index* rows,
                Index* columns,
                Number* values) override
    {
        Index i = 0;
        for (uint32_t a = 0; a < Devices(); ++a)
        {
            for (uint32_t b = 0; b <= a; ++b, ++i)
            {
                Set(i, a, b, factor * 2 * m_instance.servedWeight, rows, columns, values);
            }
        }
        for (uint32_t k = 0; k < Devices(); ++k, ++i)
        {
            const uint32_t g = Devices() + k;
            Set(i, g, g, factor * 2 * m_instance.weight(k), rows, columns, values);
        }
        return true;
    }

    void finalize_solution(Bonmin::TMINLP::SolverReturn, Index, const Number* x, Number) override
    {
        if (x != nullptr)
        {
            Eigen::ArrayXd volumes = m_instance.delivered;
            for (const auto& use : m_uses)
            {
                volumes(use.device) += x[use.variable] > 0.5 ? use.rate : 0.0;
            }
            if (!m_instance.literalObjective)
            {
                volumes = volumes.min(m_instance.demand.max(m_instance.delivered));
            }
            value = m_instance.Objective(volumes);
        }
    }

    const BranchingInfo* branchingInfo() const override
    {
        return nullptr;
    }

    const SosInfo* sosConstraints() const override
    {
        return nullptr;
    }

  private:
    struct Entry
    {
        uint32_t row;
        uint32_t column;
        double value;
    };

    struct Use
    {
        uint32_t variable;
        uint32_t device;
        double rate;
    };

    static void Set(Index i,
                    Index row,
                    Index column,
                    double value,
                    Index* rows,
                    Index* columns,
                    Number* values)
    {
        if (values == nullptr)
        {
            rows[i] = row;
            columns[i] = column;
        }
        else
        {
            values[i] = value;
        }
    }

    uint32_t Devices() const
    {
        return m_instance.Devices();
    }

    uint32_t AddVariable(VariableType type, double upper)
    {
        m_types.push_back(type);
        m_lower.push_back(0);
        m_upper.push_back(upper);
        return m_types.size() - 1;
    }

    uint32_t AddRow(double lower, double upper)
    {
        m_rowLower.push_back(lower);
        m_rowUpper.push_back(upper);
        return m_rowLower.size() - 1;
    }

    void AddEntry(uint32_t row, uint32_t column, double value)
    {
        m_entries.push_back({row, column, value});
    }

    void AddSlot(uint32_t t)
    {
        std::map<uint32_t, uint32_t> patterns; // pattern of a band to variable p
        std::map<bool, uint32_t> oneOf;        // band to row
        std::vector<uint32_t> once;
        for (uint32_t k = 0; k < Devices(); ++k)
        {
            once.push_back(AddRow(-NO_LIMIT, 1)); // (9)
        }
        for (uint32_t l = 0; l < m_instance.links.size(); ++l)
        {
            const auto& link = m_instance.links[l];
            const bool satellite = m_instance.satellites >> link.transmitter & 1;
            if (oneOf.count(satellite) == 0)
            {
                oneOf[satellite] = AddRow(-NO_LIMIT, 1);
            }
            if (patterns.count(link.pattern) == 0)
            {
                patterns[link.pattern] = AddVariable(BINARY, 1);
                AddEntry(oneOf[satellite], patterns[link.pattern], 1);
            }
            const uint32_t works = AddRow(0, 0); // sum x = p
            AddEntry(works, patterns[link.pattern], -1);
            for (uint32_t k = 0; k < Devices(); ++k)
            {
                if (const double rate = m_instance.rates[t](k, l); rate > 0)
                {
                    const uint32_t x = AddVariable(BINARY, 1);
                    AddEntry(works, x, 1);
                    AddEntry(once[k], x, 1);
                    AddEntry(2 * k, x, -rate);
                    AddEntry(2 * k + 1, x, rate);
                    m_uses.push_back({x, k, rate});
                }
            }
        }
    }

    const LinkGroupInstance& m_instance;
    std::vector<VariableType> m_types;
    std::vector<double> m_lower;
    std::vector<double> m_upper;
    std::vector<double> m_rowLower;
    std::vector<double> m_rowUpper;
    std::vector<Entry> m_entries;
    std::vector<Use> m_uses;
};

} // namespace

BonminResult
SolveWithBonmin(const LinkGroupInstance& instance, double timeLimit, const char* algorithm)
{
    const auto begin = std::chrono::steady_clock::now();
    const Ipopt::SmartPtr<P1> problem = new P1(instance);
    BonminResult result{};
    try
    {
        Bonmin::BonminSetup setup;
        setup.initializeOptionsAndJournalist();
        setup.options()->SetStringValue("bonmin.algorithm", algorithm);
        setup.options()->SetNumericValue("bonmin.time_limit", timeLimit);
        setup.options()->SetNumericValue("bonmin.integer_tolerance", 1e-7);
        setup.options()->SetNumericValue("bonmin.cutoff_decr", 1e-9);
        setup.options()->SetIntegerValue("bonmin.bb_log_level", 0);
        setup.options()->SetIntegerValue("bonmin.nlp_log_level", 0);
        setup.options()->SetIntegerValue("bonmin.lp_log_level", 0);
        setup.options()->SetIntegerValue("bonmin.milp_log_level", 0);
        setup.options()->SetIntegerValue("print_level", 0);
        setup.options()->SetStringValue("sb", "yes");
        setup.options()->SetStringValue("hessian_constant", "yes");
        setup.options()->SetStringValue("jac_c_constant", "yes");
        setup.options()->SetStringValue("jac_d_constant", "yes");
        setup.initialize(Ipopt::GetRawPtr(problem));
        Bonmin::Bab search;
        search(setup);
        result.bound = search.bestBound();
        result.proved = search.mipStatus() == Bonmin::Bab::FeasibleOptimal;
    }
    catch (const Bonmin::TNLPSolver::UnsolvedError* error)
    {
        delete error; // Ipopt failed on a node, and Bonmin with it
    }
    catch (const Bonmin::OsiTMINLPInterface::SimpleError& error)
    {
        throw InputError("Bonmin gave up: " + error.message() + ".");
    }
    result.value = problem->value;
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return result;
}

} // namespace bench
} // namespace sterna
} // namespace ns3
