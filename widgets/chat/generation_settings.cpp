// SPDX-License-Identifier: Apache-2.0
#include "widgets/chat/generation_settings.h"

#include <QJsonArray>

#include <algorithm>
#include <array>
#include <limits>

namespace vitral {
namespace {

constexpr std::array<const char*, 12> kStageKeys = {"logit_bias",  "grammar", "penalties",   "dry",
                                                    "top_n_sigma", "top_k",   "typical_p",   "top_p",
                                                    "min_p",       "xtc",     "temperature", "mirostat2"};

template <class T>
void readInto(const QJsonObject& json, const char* key, T& value) {
    const QJsonValue v = json.value(QLatin1String(key));
    if constexpr (std::is_same_v<T, bool>) {
        if (v.isBool())
            value = v.toBool();
    } else if (v.isDouble()) { // a file may hold any number: out of range it is the nearest there is
        using Limits = std::numeric_limits<T>;
        value = static_cast<T>(
            std::clamp(v.toDouble(), static_cast<double>(Limits::lowest()), static_cast<double>(Limits::max())));
    }
}

} // namespace

QString samplerStageKey(SamplerStage stage) {
    return QLatin1String(kStageKeys[static_cast<std::size_t>(stage)]);
}

bool GenerationSettings::operator==(const GenerationSettings& other) const {
    return toJson(*this) == toJson(other);
}

QJsonObject toJson(const GenerationSettings& settings) {
    const SamplerParams& s = settings.sampler;
    QJsonArray order;
    for (const SamplerStage stage : s.order)
        order.append(samplerStageKey(stage));
    QJsonArray bias;
    for (const auto& [id, value] : s.logitBias)
        bias.append(QJsonArray{id, static_cast<double>(value)});
    QJsonArray breakers;
    for (const std::string& text : s.drySequenceBreakers)
        breakers.append(QString::fromStdString(text));
    return QJsonObject{
        {QStringLiteral("system_prompt"), settings.systemPrompt},
        {QStringLiteral("context_tokens"), settings.nCtx},
        {QStringLiteral("max_tokens"), settings.maxTokens},
        {QStringLiteral("kv_q8"), settings.kvType == DType::Q8_0},
        {QStringLiteral("context_shift"), settings.contextShift},
        {QStringLiteral("thinking"), settings.thinking},
        {QStringLiteral("temperature"), static_cast<double>(s.temperature)},
        {QStringLiteral("dynamic_temp_range"), static_cast<double>(s.dynamicTempRange)},
        {QStringLiteral("dynamic_temp_exponent"), static_cast<double>(s.dynamicTempExponent)},
        {QStringLiteral("top_k"), s.topK},
        {QStringLiteral("top_p"), static_cast<double>(s.topP)},
        {QStringLiteral("min_p"), static_cast<double>(s.minP)},
        {QStringLiteral("typical_p"), static_cast<double>(s.typicalP)},
        {QStringLiteral("top_n_sigma"), static_cast<double>(s.topNSigma)},
        {QStringLiteral("xtc_probability"), static_cast<double>(s.xtcProbability)},
        {QStringLiteral("xtc_threshold"), static_cast<double>(s.xtcThreshold)},
        {QStringLiteral("dry_multiplier"), static_cast<double>(s.dryMultiplier)},
        {QStringLiteral("dry_base"), static_cast<double>(s.dryBase)},
        {QStringLiteral("dry_allowed_length"), s.dryAllowedLength},
        {QStringLiteral("dry_penalty_last_n"), s.dryPenaltyLastN},
        {QStringLiteral("dry_sequence_breakers"), breakers},
        {QStringLiteral("penalty_last_n"), s.penaltyLastN},
        {QStringLiteral("repetition_penalty"), static_cast<double>(s.repetitionPenalty)},
        {QStringLiteral("frequency_penalty"), static_cast<double>(s.frequencyPenalty)},
        {QStringLiteral("presence_penalty"), static_cast<double>(s.presencePenalty)},
        {QStringLiteral("mirostat2"), s.mirostat2},
        {QStringLiteral("mirostat_tau"), static_cast<double>(s.mirostatTau)},
        {QStringLiteral("mirostat_eta"), static_cast<double>(s.mirostatEta)},
        {QStringLiteral("logit_bias"), bias},
        {QStringLiteral("grammar"), QString::fromStdString(s.grammar)},
        {QStringLiteral("json_schema"), QString::fromStdString(s.jsonSchema)},
        {QStringLiteral("seed"), QString::number(s.seed)},
        {QStringLiteral("order"), order},
    };
}

GenerationSettings settingsFromJson(const QJsonObject& json) {
    GenerationSettings out;
    SamplerParams& s = out.sampler;
    out.systemPrompt = json.value(QStringLiteral("system_prompt")).toString();
    readInto(json, "context_tokens", out.nCtx);
    readInto(json, "max_tokens", out.maxTokens);
    out.kvType = json.value(QStringLiteral("kv_q8")).toBool() ? DType::Q8_0 : DType::F16;
    readInto(json, "context_shift", out.contextShift);
    readInto(json, "thinking", out.thinking);
    readInto(json, "temperature", s.temperature);
    readInto(json, "dynamic_temp_range", s.dynamicTempRange);
    readInto(json, "dynamic_temp_exponent", s.dynamicTempExponent);
    readInto(json, "top_k", s.topK);
    readInto(json, "top_p", s.topP);
    readInto(json, "min_p", s.minP);
    readInto(json, "typical_p", s.typicalP);
    readInto(json, "top_n_sigma", s.topNSigma);
    readInto(json, "xtc_probability", s.xtcProbability);
    readInto(json, "xtc_threshold", s.xtcThreshold);
    readInto(json, "dry_multiplier", s.dryMultiplier);
    readInto(json, "dry_base", s.dryBase);
    readInto(json, "dry_allowed_length", s.dryAllowedLength);
    readInto(json, "dry_penalty_last_n", s.dryPenaltyLastN);
    readInto(json, "penalty_last_n", s.penaltyLastN);
    readInto(json, "repetition_penalty", s.repetitionPenalty);
    readInto(json, "frequency_penalty", s.frequencyPenalty);
    readInto(json, "presence_penalty", s.presencePenalty);
    readInto(json, "mirostat2", s.mirostat2);
    readInto(json, "mirostat_tau", s.mirostatTau);
    readInto(json, "mirostat_eta", s.mirostatEta);
    s.grammar = json.value(QStringLiteral("grammar")).toString().toStdString();
    s.jsonSchema = json.value(QStringLiteral("json_schema")).toString().toStdString();
    s.seed = json.value(QStringLiteral("seed")).toString().toULongLong();
    if (const QJsonValue v = json.value(QStringLiteral("dry_sequence_breakers")); v.isArray()) {
        s.drySequenceBreakers.clear();
        for (const QJsonValue& text : v.toArray())
            s.drySequenceBreakers.push_back(text.toString().toStdString());
    }
    for (const QJsonValue& pair : json.value(QStringLiteral("logit_bias")).toArray()) {
        const QJsonArray entry = pair.toArray();
        if (entry.size() == 2)
            s.logitBias.emplace_back(entry[0].toInt(), static_cast<float>(entry[1].toDouble()));
    }
    if (const QJsonArray order = json.value(QStringLiteral("order")).toArray(); !order.isEmpty()) {
        s.order.clear();
        for (const QJsonValue& key : order)
            for (std::size_t i = 0; i < kStageKeys.size(); ++i)
                if (key.toString() == QLatin1String(kStageKeys[i]))
                    s.order.push_back(static_cast<SamplerStage>(i));
    }
    return out;
}

} // namespace vitral
