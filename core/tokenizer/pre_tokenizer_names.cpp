// SPDX-License-Identifier: Apache-2.0
// The patterns are those of the models' own tokenizer.json files; the names are those that llama.cpp's converter
// writes.
#include "core/tokenizer/pre_tokenizer_names.h"

#include <algorithm>
#include <array>
#include <span>

namespace vitral {

namespace {

using Patterns = std::span<const std::string_view>;

#define VITRAL_LETTER_WORDS "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
#define VITRAL_BLANKS "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
#define VITRAL_MIXED_WORDS(suffix)                                                                                     \
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+" suffix                 \
    "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*" suffix "|"
#define VITRAL_PUNCTUATED_WORDS                                                                                        \
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|"
#define VITRAL_CONTRACTION "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"

constexpr std::string_view kGpt2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
constexpr std::string_view kCl100k = VITRAL_LETTER_WORDS "\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" VITRAL_BLANKS;
constexpr std::string_view kQwen2 = VITRAL_LETTER_WORDS "\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" VITRAL_BLANKS;
constexpr std::string_view kO200k =
    VITRAL_MIXED_WORDS(VITRAL_CONTRACTION) "\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|" VITRAL_BLANKS;
constexpr std::string_view kTekken = VITRAL_MIXED_WORDS("") "\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|" VITRAL_BLANKS;

constexpr std::array kGpt2Steps{kGpt2};
constexpr std::array kCl100kSteps{kCl100k};
constexpr std::array kQwen2Steps{kQwen2};
constexpr std::array kO200kSteps{kO200k};
constexpr std::array kTekkenSteps{kTekken};
constexpr std::array<std::string_view, 2> kStarCoder{"\\p{N}", kGpt2};
constexpr std::array<std::string_view, 3> kFalcon{"[\\p{P}$+<=>^~|`]+", kGpt2, "[0-9][0-9][0-9]"};
constexpr std::array<std::string_view, 4> kDefault{"[\\p{P}$+<=>^~|]+", kGpt2, "\\p{N}+", "[0-9][0-9][0-9]"};
constexpr std::array<std::string_view, 5> kDeepSeekCoder{"[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+",
                                                         "[一-龥ࠀ-一가-퟿]+", "\\p{N}"};
constexpr std::array<std::string_view, 6> kDeepSeekLlm{
    "[\\r\\n]",
    "\\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-"
    "ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-"
    "Ἕἠ-"
    "ὅὈ-"
    "Ὅὐ-"
    "ὗὙὛὝὟ-\\x{1f7d}ᾀ-ᾴᾶ-ᾼ\\x{1fbe}ῂ-ῄῆ-ῌῐ-\\x{1fd3}ῖ-\\x{1fdb}ῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-"
    "ℝℤ\\x{2126}ℨ\\x{212a}-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-"
    "ꮿﬀ-"
    "ﬆﬓ-"
    "ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-"
    "𐓓𐓘-"
    "𐓻𐲀-"
    "𐲲𐳀-"
    "𐳲𑢠-𑣟𞤀-𞥃]+",
    "\\s?[!-/:-~！-／：-～‘-‟　-。]+",
    "\\s+$",
    "[一-龥ࠀ-一가-퟿]+",
    "\\p{N}+"};
constexpr std::array<std::string_view, 3> kDeepSeek3{
    "\\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+", VITRAL_PUNCTUATED_WORDS " ?[\\p{P}\\p{S}]+[\\r\\n]*|" VITRAL_BLANKS};
constexpr std::array<std::string_view, 4> kSpark{"\\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+",
                                                 VITRAL_PUNCTUATED_WORDS " ?[\\p{P}\\p{S}]+|[\\r\\n]|\\s+(?!\\S)|\\s+",
                                                 "\\p{N}"};
constexpr std::array<std::string_view, 2> kYoutu{
    "[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+",
    VITRAL_MIXED_WORDS(VITRAL_CONTRACTION) "\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|" VITRAL_BLANKS};
constexpr std::array<std::string_view, 1> kQwen35{"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|"
                                                  "\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|" VITRAL_BLANKS};
constexpr std::array<std::string_view, 1> kBloom{" ?[^(\\s|.,!?…。，、।۔،)]+"};
constexpr std::array<std::string_view, 2> kViking{" ?[^(\\s|.,!?…。，、।۔،)]+", "\\p{N}"};
constexpr std::array<std::string_view, 6> kChameleon{"<sentinel:[0-9]+>",      "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z",
                                                     "([\\t\\n]|    |  )",     "\\p{N}",
                                                     "[\\p{P}!-/:-@\\[-`{-~]", kGpt2};
constexpr std::array<std::string_view, 1> kJais2{
    VITRAL_LETTER_WORDS "\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s{512}(?!\\S)|\\s{256}(?!\\S)|"
                        "\\s{128}(?!\\S)|\\s{64}(?!\\S)|\\s{32}(?!\\S)|\\s{16}(?!\\S)|\\s{8}(?!\\S)|\\s{4}(?!\\S)|"
                        "\\s{1,2}(?!\\S)|\\s{1}"};
constexpr std::array<std::string_view, 2> kTinyAya{"\\d{1,3}(?=(?:\\d{3})*\\b)", kO200k};
constexpr std::array<std::string_view, 2> kSuperBpe{"\\p{N}+", "(?=(\\d{3})+(?!\\d))"};
constexpr std::array<std::string_view, 1> kBailing{
    "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|"
    "\\s+(?!\\S)|\\s+"};
constexpr std::array<std::string_view, 1> kSeedCoder{VITRAL_LETTER_WORDS
                                                     "\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|" VITRAL_BLANKS};
constexpr std::array<std::string_view, 1> kUfakzeka{
    "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" VITRAL_BLANKS};
constexpr std::array<std::string_view, 3> kAfmoe{
    "\\p{Nd}{1,3}(?=(?:\\p{Nd}{3})*(?:\\P{Nd}|$))",
    "[一-鿿㐀-䶿\\x{f900}-\\x{faff}぀-ゟ゠-ヿ･-ﾟ⼀-⿟เ-๿຀-໿ក-"
    "៿က-႟ꩠ-ꩿꧠ-꧿가-힯ᄀ-ᇿ]+",
    VITRAL_PUNCTUATED_WORDS " ?[\\p{P}\\p{S}]+[\\r\\n]*|" VITRAL_BLANKS};
constexpr std::array<std::string_view, 2> kLaguna{"[^\\n]+|[\\n]+", kQwen2};
constexpr std::array<std::string_view, 1> kExaoneMoe{
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?(?:\\p{L}\\p{M}*(?: \\p{L}\\p{M}*)*)+|\\p{N}| "
    "?[^\\s\\p{L}\\p{N}]+[\\r\\n/]?|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"};
constexpr std::array<std::string_view, 1> kLines{"[^\\n]+|[\\n]+"};
constexpr std::array<std::string_view, 2> kMiniCpm5{"\\p{N}{1,3}", VITRAL_LETTER_WORDS
                                                    "\\p{N}+| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" VITRAL_BLANKS};
constexpr std::array<std::string_view, 1> kWhitespace{"\\S+"};
constexpr std::array<std::string_view, 1> kKimi{
    "\\p{Han}+|[^\\r\\n\\p{L}\\p{N}]?(?:(?!\\p{Han})[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}])*"
    "(?:(?!\\p{Han})[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}])+" VITRAL_CONTRACTION
    "|[^\\r\\n\\p{L}\\p{N}]?(?:(?!\\p{Han})[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}])+"
    "(?:(?!\\p{Han})[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}])*" VITRAL_CONTRACTION
    "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" VITRAL_BLANKS};

struct Named {
    std::string_view name;
    Patterns patterns;
    bool ignoreMerges = false, addBos = false, addEos = false, characters = false;
};

const Named kNames[] = {
    {"default", kDefault},
    {"gpt-2", kGpt2Steps},
    {"phi-2", kGpt2Steps},
    {"jina-es", kGpt2Steps},
    {"jina-de", kGpt2Steps},
    {"gigachat", kGpt2Steps},
    {"jina-v2-es", kGpt2Steps},
    {"jina-v2-de", kGpt2Steps},
    {"a.x-4.0", kGpt2Steps},
    {"mellum", kGpt2Steps},
    {"modern-bert", kGpt2Steps},
    {"mpt", kGpt2Steps},
    {"olmo", kGpt2Steps},
    {"jais", kGpt2Steps},
    {"trillion", kGpt2Steps},
    {"granite-docling", kGpt2Steps},
    {"exaone4", kGpt2Steps},
    {"jina-v1-en", kGpt2Steps, false, false, true},
    {"jina-v2-code", kGpt2Steps, false, false, true},
    {"roberta-bpe", kGpt2Steps, false, false, true},
    {"llama3", kCl100kSteps, true, true},
    {"llama-v3", kCl100kSteps, true, true},
    {"llama-bpe", kCl100kSteps, true, true},
    {"falcon3", kCl100kSteps, true, true},
    {"falcon-h1", kCl100kSteps, true, true},
    {"pixtral", kCl100kSteps, true, true},
    {"midm-2.0", kCl100kSteps, true, true},
    {"lfm2", kCl100kSteps, true, true},
    {"jina-v5-nano", kCl100kSteps, true, true},
    {"dbrx", kCl100kSteps},
    {"smaug-bpe", kCl100kSteps},
    {"chatglm-bpe", kCl100kSteps},
    {"glm4", kCl100kSteps},
    {"qwen2", kQwen2Steps},
    {"stablelm2", kQwen2Steps},
    {"deepseek-r1-qwen", kQwen2Steps},
    {"kormo", kQwen2Steps},
    {"f2llmv2", kQwen2Steps},
    {"megrez", kQwen2Steps},
    {"hunyuan", kQwen2Steps},
    {"solar-open", kQwen2Steps},
    {"grok-2", kQwen2Steps},
    {"qwen35", kQwen35},
    {"gpt-4o", kO200kSteps},
    {"llama4", kO200kSteps},
    {"kanana2", kO200kSteps},
    {"talkie", kO200kSteps},
    {"minimax-m2", kO200kSteps},
    {"granite-embed-multi-97m", kO200kSteps, true},
    {"tekken", kTekkenSteps, true, true},
    {"starcoder", kStarCoder},
    {"refact", kStarCoder},
    {"command-r", kStarCoder},
    {"smollm", kStarCoder},
    {"codeshell", kStarCoder},
    {"exaone", kStarCoder},
    {"minerva-7b", kStarCoder},
    {"mellum2", kStarCoder},
    {"falcon", kFalcon},
    {"deepseek-llm", kDeepSeekLlm},
    {"deepseek-coder", kDeepSeekCoder},
    {"deepseek-v3", kDeepSeek3},
    {"hunyuan-dense", kDeepSeek3},
    {"joyai-llm", kDeepSeek3},
    {"hy_v4", kDeepSeek3},
    {"spark2_5", kSpark},
    {"youtu", kYoutu, true},
    {"bloom", kBloom},
    {"poro-chat", kBloom},
    {"gpt3-finnish", kBloom},
    {"viking", kViking},
    {"chameleon", kChameleon, false, true},
    {"jais-2", kJais2},
    {"tiny_aya", kTinyAya},
    {"cohere2moe", kTinyAya},
    {"superbpe", kSuperBpe},
    {"bailingmoe", kBailing},
    {"bailingmoe2", kBailing},
    {"llada-moe", kBailing},
    {"seed-coder", kSeedCoder},
    {"ufakzeka", kUfakzeka},
    {"afmoe", kAfmoe},
    {"laguna", kLaguna},
    {"exaone-moe", kExaoneMoe},
    {"minicpm5", kMiniCpm5, true},
    {"kimi-k2", kKimi},
    {"whitespace", kWhitespace, false, false, false, true},
    {"gemma4", kLines, false, true, false, true},
    {"granite-embed-multi-311m", kLines, false, true, false, true},
    {"sarvam-moe", kLines, false, false, false, true},
};

} // namespace

std::vector<std::string_view> preTokenizerNames() {
    std::vector<std::string_view> names;
    for (const Named& n : kNames)
        names.push_back(n.name);
    return names;
}

Result<NamedPreTokenizer> preTokenizerByName(std::string_view name) {
    const auto* found =
        std::find_if(std::begin(kNames), std::end(kNames), [&](const Named& n) { return n.name == name; });
    NamedPreTokenizer result;
    result.known = found != std::end(kNames);
    const Patterns patterns = result.known ? found->patterns : Patterns(kGpt2Steps);
    for (const std::string_view pattern : patterns)
        VITRAL_TRY(result.steps.addPattern(pattern));
    if (result.known) {
        result.ignoreMerges = found->ignoreMerges;
        result.addBos = found->addBos;
        result.addEos = found->addEos;
        result.characters = found->characters;
    }
    return result;
}

} // namespace vitral
