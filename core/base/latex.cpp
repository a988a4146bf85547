// SPDX-License-Identifier: Apache-2.0
// latexToUnicode (declared in formulas.h): a small reader of LaTeX mathematics.
#include "core/base/formulas.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <unordered_map>
#include <utility>

namespace vitral {
namespace {

constexpr char32_t kReplacement = 0xFFFD, kNewLine = 0x2028;
constexpr int kMaxDepth = 40;

std::u32string decoded(std::string_view utf8) {
    std::u32string out;
    out.reserve(utf8.size());
    for (std::size_t i = 0; i < utf8.size();) {
        const auto c = static_cast<unsigned char>(utf8[i]);
        const std::size_t n = c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
        char32_t code = n == 1 ? c : n == 0 ? kReplacement : c & (0xFFU >> (n + 1));
        std::size_t k = 1;
        for (; k < n && i + k < utf8.size() && (static_cast<unsigned char>(utf8[i + k]) & 0xC0U) == 0x80U; ++k)
            code = code << 6U | (static_cast<unsigned char>(utf8[i + k]) & 0x3FU);
        const bool broken = k < n || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000);
        out += broken ? kReplacement : code;
        i += std::max<std::size_t>(1, k);
    }
    return out;
}

std::string encoded(std::u32string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char32_t c : text) {
        const auto put = [&out](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
        if (c < 0x80) {
            put(c);
            continue;
        }
        const unsigned n = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3; // bytes that follow
        put((n == 1 ? 0xC0U : n == 2 ? 0xE0U : 0xF0U) | c >> (6 * n));
        for (unsigned k = n; k-- > 0;)
            put(0x80U | (c >> (6 * k) & 0x3FU));
    }
    return out;
}

const std::unordered_map<std::u32string_view, std::u32string_view>& symbols() {
    static const std::unordered_map<std::u32string_view, std::u32string_view> map{
        {U"alpha", U"α"},     {U"beta", U"β"},       {U"gamma", U"γ"},       {U"delta", U"δ"},
        {U"epsilon", U"ε"},   {U"varepsilon", U"ε"}, {U"zeta", U"ζ"},        {U"eta", U"η"},
        {U"theta", U"θ"},     {U"vartheta", U"ϑ"},   {U"iota", U"ι"},        {U"kappa", U"κ"},
        {U"lambda", U"λ"},    {U"mu", U"μ"},         {U"nu", U"ν"},          {U"xi", U"ξ"},
        {U"pi", U"π"},        {U"rho", U"ρ"},        {U"sigma", U"σ"},       {U"tau", U"τ"},
        {U"upsilon", U"υ"},   {U"phi", U"φ"},        {U"varphi", U"φ"},      {U"chi", U"χ"},
        {U"psi", U"ψ"},       {U"omega", U"ω"},      {U"Gamma", U"Γ"},       {U"Delta", U"Δ"},
        {U"Theta", U"Θ"},     {U"Lambda", U"Λ"},     {U"Xi", U"Ξ"},          {U"Pi", U"Π"},
        {U"Sigma", U"Σ"},     {U"Phi", U"Φ"},        {U"Psi", U"Ψ"},         {U"Omega", U"Ω"},
        {U"times", U"×"},     {U"cdot", U"·"},       {U"div", U"÷"},         {U"pm", U"±"},
        {U"mp", U"∓"},        {U"le", U"≤"},         {U"leq", U"≤"},         {U"ge", U"≥"},
        {U"geq", U"≥"},       {U"ne", U"≠"},         {U"neq", U"≠"},         {U"approx", U"≈"},
        {U"equiv", U"≡"},     {U"sim", U"∼"},        {U"propto", U"∝"},      {U"infty", U"∞"},
        {U"partial", U"∂"},   {U"nabla", U"∇"},      {U"sum", U"∑"},         {U"prod", U"∏"},
        {U"int", U"∫"},       {U"oint", U"∮"},       {U"in", U"∈"},          {U"notin", U"∉"},
        {U"subset", U"⊂"},    {U"subseteq", U"⊆"},   {U"cup", U"∪"},         {U"cap", U"∩"},
        {U"emptyset", U"∅"},  {U"forall", U"∀"},     {U"exists", U"∃"},      {U"neg", U"¬"},
        {U"land", U"∧"},      {U"wedge", U"∧"},      {U"lor", U"∨"},         {U"vee", U"∨"},
        {U"to", U"→"},        {U"rightarrow", U"→"}, {U"leftarrow", U"←"},   {U"Rightarrow", U"⇒"},
        {U"Leftarrow", U"⇐"}, {U"implies", U"⇒"},    {U"iff", U"⇔"},         {U"leftrightarrow", U"↔"},
        {U"mapsto", U"↦"},    {U"ldots", U"…"},      {U"cdots", U"⋯"},       {U"dots", U"…"},
        {U"circ", U"∘"},      {U"oplus", U"⊕"},      {U"otimes", U"⊗"},      {U"odot", U"⊙"},
        {U"star", U"⋆"},      {U"angle", U"∠"},      {U"perp", U"⊥"},        {U"parallel", U"∥"},
        {U"langle", U"⟨"},    {U"rangle", U"⟩"},     {U"lfloor", U"⌊"},      {U"rfloor", U"⌋"},
        {U"lceil", U"⌈"},     {U"rceil", U"⌉"},      {U"ll", U"≪"},          {U"gg", U"≫"},
        {U"mid", U"|"},       {U"vert", U"|"},       {U"Vert", U"‖"},        {U"|", U"‖"},
        {U"hbar", U"ℏ"},      {U"ell", U"ℓ"},        {U"Re", U"ℜ"},          {U"Im", U"ℑ"},
        {U"prime", U"′"},     {U"therefore", U"∴"},  {U"because", U"∵"},     {U"quad", U"  "},
        {U"qquad", U"    "},  {U",", U" "},          {U";", U" "},           {U":", U" "},
        {U"!", U""},          {U" ", U" "},          {U"{", U"{"},         {U"}", U"}"},
        {U"%", U"%"},         {U"$", U"$"},          {U"&", U"&"},           {U"#", U"#"},
        {U"_", U"_"},         {U"left", U""},        {U"right", U""},        {U"big", U""},
        {U"Big", U""},        {U"bigg", U""},        {U"displaystyle", U""}, {U"limits", U""},
        {U"nolimits", U""},   {U"top", U"⊤"},        {U"bot", U"⊥"},         {U"setminus", U"∖"},
        {U"degree", U"°"},    {U"checkmark", U"✓"},

    };
    return map;
}

constexpr std::u32string_view kPlainUp = U"0123456789+-=()abcdefghijklmnoprstuvwxyzT\u2032\u03B1\u03B2\u2212\u22A4";
constexpr std::u32string_view kUp = U"⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ′ᵅᵝ⁻ᵀ";
constexpr std::u32string_view kPlainDown = U"0123456789+-=()aehijklmnoprstuvx\u03B2\u03B3\u03C1\u03C6\u03C7\u2212";
constexpr std::u32string_view kDown = U"₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ₋";
static_assert(kPlainUp.size() == kUp.size() && kPlainDown.size() == kDown.size());

std::u32string script(const std::u32string& text, bool super) {
    const std::u32string_view from = super ? kPlainUp : kPlainDown, to = super ? kUp : kDown;
    std::u32string out;
    for (const char32_t c : text) {
        if (c == U' ')
            continue;
        const std::size_t at = from.find(c);
        if (at == std::u32string_view::npos) // one letter without a small form: keep the whole readable
            return (super ? U"^" : U"_") + (text.size() > 1 ? U"(" + text + U")" : text);
        out += to[at];
    }
    return out;
}

bool isDigitOrLetter(char32_t c) {
    if (c < 0x80)
        return (c >= U'0' && c <= U'9') || (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
    const bool sign = c == 0xAC || c == 0xB1 || c == 0xB7 || c == 0xD7 || c == 0xF7; // ¬ ± · × ÷
    const bool smallSign = (c >= 0x207A && c <= 0x207E) || (c >= 0x208A && c <= 0x208E);
    return !sign && !smallSign && !(c >= 0x2000 && c < 0x2070) && !(c >= 0x2190 && c < 0x2400) &&
           !(c >= 0x27C0 && c < 0x2A00);
}

std::u32string doubleStruck(const std::u32string& text) {
    constexpr std::u32string_view from = U"RNZQCPH", to = U"ℝℕℤℚℂℙℍ";
    const std::size_t at = text.size() == 1 ? from.find(text[0]) : std::u32string_view::npos;
    return at == std::u32string_view::npos ? text : std::u32string(1, to[at]);
}

class Reader {
public:
    explicit Reader(std::u32string_view latex) : s_(latex) {}

    std::u32string all() {
        std::u32string out;
        while (at_ < s_.size()) {
            if (s_[at_] == U'}') {
                ++at_;
                continue;
            }
            out += next();
        }
        const auto blank = [](char32_t c) { return c == U' ' || c == U'\t' || c == U'\n' || c == kNewLine; };
        while (!out.empty() && blank(out.back()))
            out.pop_back();
        out.erase(0, static_cast<std::size_t>(std::find_if_not(out.begin(), out.end(), blank) - out.begin()));
        return out;
    }

private:
    std::u32string group() { ///< {...} or one token
        while (at_ < s_.size() && (s_[at_] == U' ' || s_[at_] == U'\n' || s_[at_] == U'\t'))
            ++at_;
        if (at_ >= s_.size())
            return {};
        if (s_[at_] != U'{')
            return next();
        ++at_;
        std::u32string out;
        if (++depth_ < kMaxDepth)
            while (at_ < s_.size() && s_[at_] != U'}')
                out += next();
        --depth_;
        ++at_;
        return out;
    }

    static std::u32string atom(const std::u32string& text) {
        const bool whole =
            std::all_of(text.begin(), text.end(), [](char32_t c) { return isDigitOrLetter(c) || c == U'.' || c == U'√'; });
        return whole ? text : U"(" + text + U")";
    }

    std::u32string root() {
        std::u32string sign = U"√";
        if (at_ < s_.size() && s_[at_] == U'[')
            if (const std::size_t end = s_.find(U']', at_); end != std::u32string_view::npos) {
                sign = script(std::u32string(s_.substr(at_ + 1, end - at_ - 1)), true) + sign;
                at_ = end + 1;
            }
        return sign + atom(group());
    }

    std::u32string command() {
        const std::size_t begin = at_;
        while (at_ < s_.size() && ((s_[at_] | 0x20U) >= U'a' && (s_[at_] | 0x20U) <= U'z'))
            ++at_;
        if (at_ == begin && at_ < s_.size())
            ++at_; // one sign: \, \{ \|
        const std::u32string_view name = s_.substr(begin, at_ - begin);
        const auto isOneOf = [name](std::initializer_list<std::u32string_view> names) {
            return std::find(names.begin(), names.end(), name) != names.end();
        };
        if (name == U"\\")
            return std::u32string(1, kNewLine);
        if (isOneOf({U"frac", U"dfrac", U"tfrac"})) {
            const std::u32string top = group();
            const std::u32string bottom = group();
            return atom(top) + U"∕" + atom(bottom);
        }
        if (name == U"sqrt")
            return root();
        if (name == U"mathbb")
            return doubleStruck(group());
        if (isOneOf({U"text", U"mathrm", U"mathbf", U"mathit", U"mathsf", U"mathcal", U"operatorname", U"textbf",
                     U"textit", U"boldsymbol", U"boxed", U"mbox", U"mathfrak"}))
            return group();
        constexpr std::array<std::pair<std::u32string_view, char32_t>, 6> accents = {{{U"hat", 0x0302},
                                                                                      {U"bar", 0x0304},
                                                                                      {U"overline", 0x0305},
                                                                                      {U"vec", 0x20D7},
                                                                                      {U"tilde", 0x0303},
                                                                                      {U"dot", 0x0307}}};
        for (const auto& accent : accents)
            if (name == accent.first) {
                const std::u32string base = group();
                return base.size() == 1 ? base + accent.second : base;
            }
        if (isOneOf({U"begin", U"end"})) {
            group();
            return {};
        }
        const auto known = symbols().find(name);
        return std::u32string(known != symbols().end() ? known->second : name);
    }

    std::u32string next() {
        const char32_t c = s_[at_++];
        if (c == U'\\')
            return command();
        if (c == U'{') {
            --at_;
            return group();
        }
        if (c == U'^' || c == U'_')
            return script(group(), c == U'^');
        if (c == U'&' || c == U'~' || c == U'\n')
            return U" ";
        return std::u32string(1, c == U'-' ? char32_t{0x2212} : c);
    }

    std::u32string_view s_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

} // namespace

std::string latexToUnicode(std::string_view latex) {
    const std::u32string text = decoded(latex);
    return encoded(Reader(text).all());
}

} // namespace vitral
