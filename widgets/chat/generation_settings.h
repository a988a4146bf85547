// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything the side panel sets for the next answer, as one value; presets are named values of it (JSON).

#include "core/sample/params.h"
#include "core/tensor/dtype.h"

#include <QJsonObject>
#include <QString>

namespace vitral {

struct GenerationSettings {
    SamplerParams sampler;
    QString systemPrompt;
    std::int32_t nCtx = 4096;
    std::int32_t maxTokens = -1; ///< -1: until the answer ends
    DType kvType = DType::F16;
    bool contextShift = false; ///< only because the person asked
    bool thinking = true;      ///< templates that know enable_thinking

    bool operator==(const GenerationSettings& other) const;
};

QJsonObject toJson(const GenerationSettings& settings);
/// Unknown or missing members keep their defaults: a preset of an older version still opens.
GenerationSettings settingsFromJson(const QJsonObject& json);

/// Names used in files, in order of SamplerStage.
QString samplerStageKey(SamplerStage stage);

} // namespace vitral
