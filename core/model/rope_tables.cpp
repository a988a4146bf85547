// SPDX-License-Identifier: Apache-2.0
#include "core/model/rope_tables.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <numbers>

namespace vitral {
namespace {

/// Divisors of frequencies: a small F32 tensor that the rotation reads on the host. Empty where the file has none.
Result<std::vector<float>> readDivisors(const GgufFile& file, const char* name, std::int64_t n) {
    const GgufTensor* tensor = file.findTensor(name);
    if (tensor == nullptr)
        return std::vector<float>{};
    if (tensor->view.dtype != DType::F32 || tensor->view.shape.count() != n)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The model file's {} is {} {}, but {} values of F32 are needed.", name,
                                dtypeInfo(tensor->view.dtype).name, tensor->view.shape.toString(), n));
    std::vector<float> values(static_cast<std::size_t>(n));
    std::memcpy(values.data(), tensor->view.bytes.data(), values.size() * sizeof(float));
    for (const float value : values)
        if (!std::isfinite(value) || value <= 0.0F)
            return fail(ErrorCode::InvalidFile,
                        fmt::format("The model file's {} holds {}, but divisors must be positive.", name, value));
    return values;
}

/// YaRN, equation for the dimension whose frequency makes `nTurns` turns within the original context.
double yarnDimension(double nTurns, double nRotary, double base, double originalCtx) {
    return nRotary * std::log(originalCtx / (nTurns * 2.0 * std::numbers::pi)) / (2.0 * std::log(base));
}

/// YaRN's temperature: longer contexts flatten the softmax, which a factor on q and k makes up for.
double yarnMagnitude(double factor, double multiplier) {
    return factor <= 1.0 ? 1.0 : 0.1 * multiplier * std::log(factor) + 1.0;
}

double yarnTableMagnitude(const RopeScaling& s) {
    const double own = s.logMultiplier > 0.0 ? yarnMagnitude(s.factor, 1.0) / yarnMagnitude(s.factor, s.logMultiplier)
                                             : yarnMagnitude(s.factor, 1.0);
    return s.hasMagnitude ? own * s.magnitude : own;
}

RopeTable makeTable(std::int64_t nRotary, double base, RopeStyle style, const RopeScaling& s,
                    const std::vector<float>& divisors) {
    RopeTable table;
    table.style = style;
    const std::int64_t nPair = nRotary / 2;
    const auto n = static_cast<double>(nRotary);
    double low = 0.0;
    double high = 0.0;
    if (s.kind == RopeScaling::Kind::Yarn) {
        low = yarnDimension(s.betaFast, n, base, s.originalCtx);
        high = yarnDimension(s.betaSlow, n, base, s.originalCtx);
        if (s.truncateRamp) {
            low = std::floor(low);
            high = std::ceil(high);
        }
        low = std::max(low, 0.0);
        high = std::min(high, n - 1.0);
        if (low == high)
            high += 0.001; // a step instead of a ramp
    }
    for (std::int64_t i = 0; i < nPair; ++i) {
        double frequency = std::pow(base, -2.0 * static_cast<double>(i) / n);
        if (s.kind == RopeScaling::Kind::Linear)
            frequency /= s.factor;
        if (s.kind == RopeScaling::Kind::Yarn) {
            const double interpolated = std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0);
            frequency *= (1.0 - interpolated) + interpolated / s.factor;
        }
        if (!divisors.empty())
            frequency /= static_cast<double>(divisors[static_cast<std::size_t>(i)]);
        table.inverseFrequency.push_back(static_cast<float>(frequency));
    }
    if (s.kind == RopeScaling::Kind::Yarn)
        table.magnitude = static_cast<float>(yarnTableMagnitude(s));
    if (s.kind == RopeScaling::Kind::LongRope) {
        // Ding et al.: sqrt(1 + ln(factor) / ln(original context)), which converters store as attn_factor.
        const double own = s.factor <= 1.0 ? 1.0 : std::sqrt(1.0 + std::log(s.factor) / std::log(s.originalCtx));
        table.magnitude = static_cast<float>(s.hasMagnitude ? s.magnitude : own);
    }
    return table;
}

} // namespace

Result<std::int64_t> readRotaryDimensions(const MetadataReader& meta, const Hyper& hyper) {
    VITRAL_TRY_ASSIGN(const std::int64_t n, meta.integerOr("rope.dimension_count", hyper.headDimK, 2, hyper.headDimK));
    if (n % 2 != 0)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The model file gives {} = {}, but rotary dimensions come in pairs.",
                                meta.fullKey("rope.dimension_count"), n));
    return n;
}

Result<RopeScaling> readRopeScaling(const MetadataReader& meta, const Hyper& hyper, std::int64_t nRotary) {
    RopeScaling s;
    VITRAL_TRY_ASSIGN(double factor, meta.realOr("rope.scaling.factor", 0.0, 0.0, 1e6));
    if (factor == 0.0) { // the key of files before 2023-10
        VITRAL_TRY_ASSIGN(factor, meta.realOr("rope.scale_linear", 0.0, 0.0, 1e6));
    }
    s.factor = factor == 0.0 ? 1.0 : factor;
    VITRAL_TRY_ASSIGN(const std::int64_t originalCtx, meta.integerOr("rope.scaling.original_context_length",
                                                                     hyper.nCtxTrain, 1, std::int64_t{1} << 31));
    s.originalCtx = static_cast<double>(originalCtx);
    s.hasMagnitude = meta.has("rope.scaling.attn_factor") || meta.has("rope.scaling.yarn_attn_factor");
    VITRAL_TRY_ASSIGN(const double attnFactor, meta.realOr("rope.scaling.attn_factor", 1.0, 0.0, 1e6));
    VITRAL_TRY_ASSIGN(const double yarnFactor, meta.realOr("rope.scaling.yarn_attn_factor", 1.0, 0.0, 1e6));
    s.magnitude = attnFactor * yarnFactor;
    VITRAL_TRY_ASSIGN(s.betaFast, meta.realOr("rope.scaling.yarn_beta_fast", 32.0, 1e-3, 1e6));
    VITRAL_TRY_ASSIGN(s.betaSlow, meta.realOr("rope.scaling.yarn_beta_slow", 1.0, 1e-3, 1e6));
    VITRAL_TRY_ASSIGN(s.logMultiplier, meta.realOr("rope.scaling.yarn_log_multiplier", 0.0, 0.0, 1e6));

    // A factor without a type has always meant linear.
    VITRAL_TRY_ASSIGN(const std::string type, meta.stringOr("rope.scaling.type", factor > 0.0 ? "linear" : "none"));
    if (type == "linear")
        s.kind = RopeScaling::Kind::Linear;
    else if (type == "yarn")
        s.kind = RopeScaling::Kind::Yarn;
    else if (type == "longrope")
        s.kind = RopeScaling::Kind::LongRope;
    else if (type != "none" && !type.empty())
        return fail(ErrorCode::Unsupported,
                    fmt::format("The model file gives {} = \"{}\"; known are none, linear, yarn and longrope.",
                                meta.fullKey("rope.scaling.type"), type));

    VITRAL_TRY_ASSIGN(s.divisors, readDivisors(meta.file(), "rope_freqs.weight", nRotary / 2));
    VITRAL_TRY_ASSIGN(s.longDivisors, readDivisors(meta.file(), "rope_factors_long.weight", nRotary / 2));
    VITRAL_TRY_ASSIGN(s.shortDivisors, readDivisors(meta.file(), "rope_factors_short.weight", nRotary / 2));
    if (s.longDivisors.empty() != s.shortDivisors.empty())
        return fail(ErrorCode::InvalidFile, "The model file has only one of rope_factors_long.weight and "
                                            "rope_factors_short.weight; LongRoPE needs both.");
    // Converters of Phi-3 write the two sets and no type.
    if (!s.longDivisors.empty()) {
        s.kind = RopeScaling::Kind::LongRope;
        if (factor == 0.0)
            s.factor = static_cast<double>(hyper.nCtxTrain) / s.originalCtx;
    } else if (s.kind == RopeScaling::Kind::LongRope) {
        return fail(ErrorCode::InvalidFile, "The model file asks for longrope, but has no rope_factors_long.weight.");
    }
    return s;
}

Result<Rope> readRope(const MetadataReader& meta, const Hyper& hyper, RopeStyle style, YarnRamp ramp) {
    VITRAL_TRY_ASSIGN(const std::int64_t nRotary, readRotaryDimensions(meta, hyper));
    VITRAL_TRY_ASSIGN(const double base, meta.realOr("rope.freq_base", 10000.0, 1.0, 1e15));
    VITRAL_TRY_ASSIGN(RopeScaling scaling, readRopeScaling(meta, hyper, nRotary));
    scaling.truncateRamp = ramp == YarnRamp::WholeDimensions;
    return makeRope(nRotary, base, style, scaling);
}

Rope makeRope(std::int64_t nRotary, double base, RopeStyle style, const RopeScaling& scaling) {
    Rope rope;
    const bool two = scaling.kind == RopeScaling::Kind::LongRope;
    rope.shortTable = makeTable(nRotary, base, style, scaling, two ? scaling.shortDivisors : scaling.divisors);
    rope.longTable = two ? makeTable(nRotary, base, style, scaling, scaling.longDivisors) : rope.shortTable;
    rope.originalCtx = static_cast<std::int64_t>(scaling.originalCtx);
    return rope;
}

} // namespace vitral
