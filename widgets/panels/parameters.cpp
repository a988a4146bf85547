// SPDX-License-Identifier: Apache-2.0
#include "widgets/panels/parameters.h"

#include <QtGlobal>

#include <array>
#include <limits>

namespace vitral {
namespace {

using S = GenerationSettings;
constexpr double kNever = std::numeric_limits<double>::quiet_NaN();
float f(double v) {
    return static_cast<float>(v);
}
std::int32_t i(double v) {
    return static_cast<std::int32_t>(v);
}

const std::array kBasic = {
    ParameterInfo{QT_TRANSLATE_NOOP("vitral::ParameterRow", "Temperature"),
                  QT_TRANSLATE_NOOP("vitral::ParameterRow",
                                    "How adventurous the choice of words is. 0 always takes the likeliest token; 1 "
                                    "follows the model's own probabilities; above 1 unlikely tokens gain."),
                  0, 2, 0.05, 2, kNever, [](const S& s) { return double(s.sampler.temperature); },
                  [](S& s, double v) { s.sampler.temperature = f(v); }},
    ParameterInfo{
        QT_TRANSLATE_NOOP("vitral::ParameterRow", "Top-k"),
        QT_TRANSLATE_NOOP("vitral::ParameterRow", "Only the k likeliest tokens stay in the draw. 0 keeps all."), 0, 500,
        1, 0, 0, [](const S& s) { return double(s.sampler.topK); }, [](S& s, double v) { s.sampler.topK = i(v); },
        true},
    ParameterInfo{
        QT_TRANSLATE_NOOP("vitral::ParameterRow", "Top-p"),
        QT_TRANSLATE_NOOP(
            "vitral::ParameterRow",
            "Keeps the likeliest tokens until their probabilities add up to p; the rest is cut. 1 keeps all."),
        0.01, 1, 0.01, 2, 1, [](const S& s) { return double(s.sampler.topP); },
        [](S& s, double v) { s.sampler.topP = f(v); }},
    ParameterInfo{QT_TRANSLATE_NOOP("vitral::ParameterRow", "Min-p"),
                  QT_TRANSLATE_NOOP("vitral::ParameterRow",
                                    "Cuts every token less likely than this share of the best one: strict when the "
                                    "model is sure, generous when it is not. 0 keeps all."),
                  0, 1, 0.01, 2, 0, [](const S& s) { return double(s.sampler.minP); },
                  [](S& s, double v) { s.sampler.minP = f(v); }},
    ParameterInfo{
        QT_TRANSLATE_NOOP("vitral::ParameterRow", "Longest answer"),
        QT_TRANSLATE_NOOP("vitral::ParameterRow", "Tokens after which an answer is stopped. 0 lets it end by itself."),
        0, 32768, 1, 0, kNever, [](const S& s) { return double(std::max(0, s.maxTokens)); },
        [](S& s, double v) { s.maxTokens = v < 1 ? -1 : i(v); }, true},
    ParameterInfo{QT_TRANSLATE_NOOP("vitral::ParameterRow", "Seed"),
                  QT_TRANSLATE_NOOP("vitral::ParameterRow",
                                    "The same seed, settings and question give the same answer. 0 takes "
                                    "a fresh one every time; the one used is told with the answer."),
                  0, 4294967295.0, 1, 0, kNever, [](const S& s) { return double(s.sampler.seed); },
                  [](S& s, double v) { s.sampler.seed = static_cast<std::uint64_t>(v); }, true},
};

const std::array kTruncation = {
    ParameterInfo{
        QT_TRANSLATE_NOOP("vitral::ParameterRow", "Typical-p"),
        QT_TRANSLATE_NOOP(
            "vitral::ParameterRow",
            "Prefers tokens about as surprising as the model expects to be: neither dull nor wild. 1 is off."),
        0.01, 1, 0.01, 2, 1, [](const S& s) { return double(s.sampler.typicalP); },
        [](S& s, double v) { s.sampler.typicalP = f(v); }},
    ParameterInfo{
        QT_TRANSLATE_NOOP("vitral::ParameterRow", "Top-n-sigma"),
        QT_TRANSLATE_NOOP("vitral::ParameterRow",
                          "Keeps tokens whose raw score is at most n standard deviations below the best. 0 is off."),
        0, 5, 0.1, 1, 0, [](const S& s) { return double(s.sampler.topNSigma); },
        [](S& s, double v) { s.sampler.topNSigma = f(v); }},
    ParameterInfo{QT_TRANSLATE_NOOP("vitral::ParameterRow", "XTC probability"),
                  QT_TRANSLATE_NOOP("vitral::ParameterRow",
                                    "How often the most obvious choices are thrown out, for fresher prose. 0 is off."),
                  0, 1, 0.05, 2, 0, [](const S& s) { return double(s.sampler.xtcProbability); },
                  [](S& s, double v) { s.sampler.xtcProbability = f(v); }},
    ParameterInfo{QT_TRANSLATE_NOOP("vitral::ParameterRow", "XTC threshold"),
                  QT_TRANSLATE_NOOP(
                      "vitral::ParameterRow",
                      "A token counts as obvious when it is at least this likely; the least likely of them is kept."),
                  0, 0.5, 0.01, 2, kNever, [](const S& s) { return double(s.sampler.xtcThreshold); },
                  [](S& s, double v) { s.sampler.xtcThreshold = f(v); }},
};

const std::array kRepetition = {
    ParameterInfo{
        QT_TRANSLATE_NOOP("vitral::ParameterRow", "Repetition penalty"),
        QT_TRANSLATE_NOOP("vitral::ParameterRow",
                          "Makes tokens that were used lately less likely. 1 is off; more than 1.3 harms grammar."),
        1, 2, 0.01, 2, 1, [](const S& s) { return double(s.sampler.repetitionPenalty); },
        [](S& s, double v) { s.sampler.repetitionPenalty = f(v); }},
    ParameterInfo{QT_TRANSLATE_NOOP("vitral::ParameterRow", "Frequency penalty"),
                  QT_TRANSLATE_NOOP("vitral::ParameterRow",
                                    "Takes this much from a token's score for every time it was used. 0 is off."),
                  -2, 2, 0.05, 2, 0, [](const S& s) { return double(s.sampler.frequencyPenalty); },
                  [](S& s, double v) { s.sampler.frequencyPenalty = f(v); }},
    ParameterInfo{QT_TRANSLATE_NOOP("vitral::ParameterRow", "Presence penalty"),
                  QT_TRANSLATE_NOOP("vitral::ParameterRow",
                                    "Takes this much from a token's score once it was used at all. 0 is off."),
                  -2, 2, 0.05, 2, 0, [](const S& s) { return double(s.sampler.presencePenalty); },
                  [](S& s, double v) { s.sampler.presencePenalty = f(v); }},
    ParameterInfo{
        QT_TRANSLATE_NOOP("vitral::ParameterRow", "Looks back"),
        QT_TRANSLATE_NOOP("vitral::ParameterRow",
                          "How many of the last tokens the three penalties look at. −1 is the whole context."),
        -1, 4096, 1, 0, 0, [](const S& s) { return double(s.sampler.penaltyLastN); },
        [](S& s, double v) { s.sampler.penaltyLastN = i(v); }, true},
    ParameterInfo{
        QT_TRANSLATE_NOOP("vitral::ParameterRow", "DRY strength"),
        QT_TRANSLATE_NOOP(
            "vitral::ParameterRow",
            "Don't repeat yourself: punishes tokens that would continue a phrase said before. 0 is off; 0.8 is usual."),
        0, 5, 0.05, 2, 0, [](const S& s) { return double(s.sampler.dryMultiplier); },
        [](S& s, double v) { s.sampler.dryMultiplier = f(v); }},
    ParameterInfo{QT_TRANSLATE_NOOP("vitral::ParameterRow", "DRY base"),
                  QT_TRANSLATE_NOOP("vitral::ParameterRow",
                                    "How fast the punishment grows with the length of the repeated phrase."),
                  1, 4, 0.05, 2, kNever, [](const S& s) { return double(s.sampler.dryBase); },
                  [](S& s, double v) { s.sampler.dryBase = f(v); }},
    ParameterInfo{QT_TRANSLATE_NOOP("vitral::ParameterRow", "DRY allowed length"),
                  QT_TRANSLATE_NOOP("vitral::ParameterRow", "Phrases up to this many tokens may repeat freely."), 1, 20,
                  1, 0, kNever, [](const S& s) { return double(s.sampler.dryAllowedLength); },
                  [](S& s, double v) { s.sampler.dryAllowedLength = i(v); }},
    ParameterInfo{QT_TRANSLATE_NOOP("vitral::ParameterRow", "DRY looks back"),
                  QT_TRANSLATE_NOOP("vitral::ParameterRow",
                                    "How many of the last tokens DRY searches for phrases. −1 is the whole context."),
                  -1, 8192, 1, 0, 0, [](const S& s) { return double(s.sampler.dryPenaltyLastN); },
                  [](S& s, double v) { s.sampler.dryPenaltyLastN = i(v); }, true},
};

const std::array kTemperature = {
    ParameterInfo{QT_TRANSLATE_NOOP("vitral::ParameterRow", "Dynamic range"),
                  QT_TRANSLATE_NOOP("vitral::ParameterRow", "Lets the temperature move up and down by this much: low "
                                                            "where the model is sure, high where it is not. 0 is off."),
                  0, 2, 0.05, 2, 0, [](const S& s) { return double(s.sampler.dynamicTempRange); },
                  [](S& s, double v) { s.sampler.dynamicTempRange = f(v); }},
    ParameterInfo{QT_TRANSLATE_NOOP("vitral::ParameterRow", "Dynamic exponent"),
                  QT_TRANSLATE_NOOP("vitral::ParameterRow",
                                    "How strongly uncertainty moves the temperature; 1 is in proportion."),
                  0.1, 4, 0.1, 1, kNever, [](const S& s) { return double(s.sampler.dynamicTempExponent); },
                  [](S& s, double v) { s.sampler.dynamicTempExponent = f(v); }},
    ParameterInfo{
        QT_TRANSLATE_NOOP("vitral::ParameterRow", "Mirostat target"),
        QT_TRANSLATE_NOOP("vitral::ParameterRow",
                          "The surprise per token, in bits, that Mirostat steers to. Used only when Mirostat is on."),
        0, 10, 0.1, 1, kNever, [](const S& s) { return double(s.sampler.mirostatTau); },
        [](S& s, double v) { s.sampler.mirostatTau = f(v); }},
    ParameterInfo{QT_TRANSLATE_NOOP("vitral::ParameterRow", "Mirostat rate"),
                  QT_TRANSLATE_NOOP("vitral::ParameterRow", "How quickly Mirostat corrects itself."), 0, 1, 0.01, 2,
                  kNever, [](const S& s) { return double(s.sampler.mirostatEta); },
                  [](S& s, double v) { s.sampler.mirostatEta = f(v); }},
};

S precise() {
    S s;
    s.sampler.temperature = 0.3F;
    s.sampler.topP = 0.9F;
    return s;
}
S creative() {
    S s;
    s.sampler.temperature = 1.1F;
    s.sampler.topK = 0;
    s.sampler.topP = 1.0F;
    s.sampler.minP = 0.08F;
    s.sampler.dryMultiplier = 0.8F;
    return s;
}
S greedy() {
    S s;
    s.sampler.temperature = 0.0F;
    return s;
}
S untouched() {
    S s;
    s.sampler.temperature = 1.0F;
    s.sampler.topK = 0;
    s.sampler.topP = 1.0F;
    s.sampler.minP = 0.0F;
    return s;
}

const std::array kPresets = {
    BuiltInPreset{QT_TRANSLATE_NOOP("vitral::Presets", "Balanced"),
                  QT_TRANSLATE_NOOP("vitral::Presets", "Good for most conversations."), [] { return S{}; }},
    BuiltInPreset{QT_TRANSLATE_NOOP("vitral::Presets", "Precise"),
                  QT_TRANSLATE_NOOP("vitral::Presets", "Little chance: for facts and code."), precise},
    BuiltInPreset{QT_TRANSLATE_NOOP("vitral::Presets", "Creative"),
                  QT_TRANSLATE_NOOP("vitral::Presets", "More surprise, no loops: for stories."), creative},
    BuiltInPreset{QT_TRANSLATE_NOOP("vitral::Presets", "Always the same"),
                  QT_TRANSLATE_NOOP("vitral::Presets", "Temperature 0: the likeliest token every time."), greedy},
    BuiltInPreset{QT_TRANSLATE_NOOP("vitral::Presets", "The model's own"),
                  QT_TRANSLATE_NOOP("vitral::Presets", "No sampler at all: draws from the probabilities as they are."),
                  untouched},
};

} // namespace

std::span<const ParameterInfo> basicParameters() {
    return kBasic;
}
std::span<const ParameterInfo> truncationParameters() {
    return kTruncation;
}
std::span<const ParameterInfo> repetitionParameters() {
    return kRepetition;
}
std::span<const ParameterInfo> temperatureParameters() {
    return kTemperature;
}
std::span<const BuiltInPreset> builtInPresets() {
    return kPresets;
}

} // namespace vitral
