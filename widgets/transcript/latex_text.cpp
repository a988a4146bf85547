// SPDX-License-Identifier: Apache-2.0
// latexToUnicode (declared in math_segments.h): a small reader of LaTeX mathematics.
#include "widgets/transcript/math_segments.h"

#include <QHash>

namespace vitral {
namespace {

const QHash<QString, QString>& symbols() {
    static const QHash<QString, QString> map = [] {
        QHash<QString, QString> m;
        const char* const pairs[][2] = {
            {"alpha", "α"},       {"beta", "β"},      {"gamma", "γ"},     {"delta", "δ"},      {"epsilon", "ε"},
            {"varepsilon", "ε"},  {"zeta", "ζ"},      {"eta", "η"},       {"theta", "θ"},      {"vartheta", "ϑ"},
            {"iota", "ι"},        {"kappa", "κ"},     {"lambda", "λ"},    {"mu", "μ"},         {"nu", "ν"},
            {"xi", "ξ"},          {"pi", "π"},        {"rho", "ρ"},       {"sigma", "σ"},      {"tau", "τ"},
            {"upsilon", "υ"},     {"phi", "φ"},       {"varphi", "φ"},    {"chi", "χ"},        {"psi", "ψ"},
            {"omega", "ω"},       {"Gamma", "Γ"},     {"Delta", "Δ"},     {"Theta", "Θ"},      {"Lambda", "Λ"},
            {"Xi", "Ξ"},          {"Pi", "Π"},        {"Sigma", "Σ"},     {"Phi", "Φ"},        {"Psi", "Ψ"},
            {"Omega", "Ω"},       {"times", "×"},     {"cdot", "·"},      {"div", "÷"},        {"pm", "±"},
            {"mp", "∓"},          {"le", "≤"},        {"leq", "≤"},       {"ge", "≥"},         {"geq", "≥"},
            {"ne", "≠"},          {"neq", "≠"},       {"approx", "≈"},    {"equiv", "≡"},      {"sim", "∼"},
            {"propto", "∝"},      {"infty", "∞"},     {"partial", "∂"},   {"nabla", "∇"},      {"sum", "∑"},
            {"prod", "∏"},        {"int", "∫"},       {"oint", "∮"},      {"in", "∈"},         {"notin", "∉"},
            {"subset", "⊂"},      {"subseteq", "⊆"},  {"cup", "∪"},       {"cap", "∩"},        {"emptyset", "∅"},
            {"forall", "∀"},      {"exists", "∃"},    {"neg", "¬"},       {"land", "∧"},       {"wedge", "∧"},
            {"lor", "∨"},         {"vee", "∨"},       {"to", "→"},        {"rightarrow", "→"}, {"leftarrow", "←"},
            {"Rightarrow", "⇒"},  {"Leftarrow", "⇐"}, {"implies", "⇒"},   {"iff", "⇔"},        {"leftrightarrow", "↔"},
            {"mapsto", "↦"},      {"ldots", "…"},     {"cdots", "⋯"},     {"dots", "…"},       {"circ", "∘"},
            {"oplus", "⊕"},       {"otimes", "⊗"},    {"odot", "⊙"},      {"star", "⋆"},       {"angle", "∠"},
            {"perp", "⊥"},        {"parallel", "∥"},  {"langle", "⟨"},    {"rangle", "⟩"},     {"lfloor", "⌊"},
            {"rfloor", "⌋"},      {"lceil", "⌈"},     {"rceil", "⌉"},     {"ll", "≪"},         {"gg", "≫"},
            {"mid", "|"},         {"vert", "|"},      {"Vert", "‖"},      {"|", "‖"},          {"hbar", "ℏ"},
            {"ell", "ℓ"},         {"Re", "ℜ"},        {"Im", "ℑ"},        {"prime", "′"},      {"therefore", "∴"},
            {"because", "∵"},     {"quad", "  "},     {"qquad", "    "},  {",", " "},          {";", " "},
            {":", " "},           {"!", ""},          {" ", " "},         {"{", "{"},          {"}", "}"},
            {"%", "%"},           {"$", "$"},         {"&", "&"},         {"#", "#"},          {"_", "_"},
            {"left", ""},         {"right", ""},      {"big", ""},        {"Big", ""},         {"bigg", ""},
            {"displaystyle", ""}, {"limits", ""},     {"nolimits", ""},   {"top", "⊤"},        {"bot", "⊥"},
            {"setminus", "∖"},    {"degree", "°"},    {"checkmark", "✓"},
        };
        for (const auto& pair : pairs)
            m.insert(QString::fromUtf8(pair[0]), QString::fromUtf8(pair[1]));
        return m;
    }();
    return map;
}

QString script(const QString& text, bool super) {
    static const QString plain = QStringLiteral("0123456789+-=()aehijklmnoprstuvxi");
    static const QHash<QChar, QChar> up = [] {
        QHash<QChar, QChar> m;
        const QString from = QStringLiteral("0123456789+-=()abcdefghijklmnoprstuvwxyzT\u2032\u03B1\u03B2");
        const QString to = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ′ᵅᵝ");
        for (qsizetype i = 0; i < from.size() && i < to.size(); ++i)
            m.insert(from[i], to[i]);
        return m;
    }();
    static const QHash<QChar, QChar> down = [] {
        QHash<QChar, QChar> m;
        const QString from = QStringLiteral("0123456789+-=()aehijklmnoprstuvx\u03B2\u03B3\u03C1\u03C6\u03C7");
        const QString to = QStringLiteral("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ");
        for (qsizetype i = 0; i < from.size() && i < to.size(); ++i)
            m.insert(from[i], to[i]);
        return m;
    }();
    const QHash<QChar, QChar>& map = super ? up : down;
    QString out;
    for (const QChar c : text) {
        if (c == QLatin1Char(' '))
            continue;
        const auto it = map.find(c);
        if (it == map.end()) // one letter without a small form: keep the whole readable
            return (super ? QStringLiteral("^") : QStringLiteral("_")) +
                   (text.size() > 1 ? QStringLiteral("(%1)").arg(text) : text);
        out += *it;
    }
    return out;
}

class Reader {
public:
    explicit Reader(QStringView latex) : s_(latex) {}

    QString all() {
        QString out;
        while (at_ < s_.size()) {
            if (s_[at_] == QLatin1Char('}')) {
                ++at_;
                continue;
            }
            out += next();
        }
        return out.trimmed();
    }

private:
    QString group() { ///< {...} or one token
        while (at_ < s_.size() && s_[at_].isSpace())
            ++at_;
        if (at_ >= s_.size())
            return {};
        if (s_[at_] != QLatin1Char('{'))
            return next();
        ++at_;
        QString out;
        if (++depth_ < 40)
            while (at_ < s_.size() && s_[at_] != QLatin1Char('}'))
                out += next();
        --depth_;
        ++at_;
        return out;
    }

    static QString atom(const QString& text) {
        for (const QChar c : text)
            if (!c.isLetterOrNumber() && c != QLatin1Char('.'))
                return QStringLiteral("(%1)").arg(text);
        return text;
    }

    QString command() {
        const qsizetype begin = at_;
        while (at_ < s_.size() && s_[at_].isLetter())
            ++at_;
        if (at_ == begin && at_ < s_.size())
            ++at_; // one sign: \, \{ \|
        const QString name = s_.mid(begin, at_ - begin).toString();
        if (name == QLatin1String("\\"))
            return QString(QChar::LineSeparator);
        if (name == QLatin1String("frac") || name == QLatin1String("dfrac") || name == QLatin1String("tfrac")) {
            const QString top = group();
            const QString bottom = group();
            return atom(top) + QChar(0x2215) + atom(bottom);
        }
        if (name == QLatin1String("sqrt")) {
            QString root = QStringLiteral("\u221A");
            if (at_ < s_.size() && s_[at_] == QLatin1Char('[')) {
                const qsizetype end = s_.indexOf(QLatin1Char(']'), at_);
                if (end > 0) {
                    root = script(s_.mid(at_ + 1, end - at_ - 1).toString(), true) + root;
                    at_ = end + 1;
                }
            }
            return root + atom(group());
        }
        for (const char* wrapper : {"text", "mathrm", "mathbf", "mathit", "mathsf", "mathcal", "mathbb", "operatorname",
                                    "textbf", "textit", "boldsymbol", "boxed", "mbox", "mathfrak"})
            if (name == QLatin1String(wrapper))
                return name == QLatin1String("mathbb") ? doubleStruck(group()) : group();
        const std::pair<const char*, char16_t> accents[] = {{"hat", 0x0302}, {"bar", 0x0304},   {"overline", 0x0305},
                                                            {"vec", 0x20D7}, {"tilde", 0x0303}, {"dot", 0x0307}};
        for (const auto& [accent, mark] : accents)
            if (name == QLatin1String(accent)) {
                const QString base = group();
                return base.size() == 1 ? base + QChar(mark) : base;
            }
        if (name == QLatin1String("begin") || name == QLatin1String("end")) {
            group();
            return {};
        }
        const auto it = symbols().find(name);
        return it != symbols().end() ? *it : name;
    }

    static QString doubleStruck(const QString& text) {
        static const QHash<QChar, QChar> map = {{u'R', u'ℝ'}, {u'N', u'ℕ'}, {u'Z', u'ℤ'}, {u'Q', u'ℚ'},
                                                {u'C', u'ℂ'}, {u'P', u'ℙ'}, {u'H', u'ℍ'}};
        return text.size() == 1 && map.contains(text[0]) ? QString(map.value(text[0])) : text;
    }

    QString next() {
        const QChar c = s_[at_++];
        if (c == QLatin1Char('\\'))
            return command();
        if (c == QLatin1Char('{')) {
            --at_;
            return group();
        }
        if (c == QLatin1Char('^') || c == QLatin1Char('_'))
            return script(group(), c == QLatin1Char('^'));
        if (c == QLatin1Char('&') || c == QLatin1Char('~') || c == QLatin1Char('\n'))
            return QStringLiteral(" ");
        if (c == QLatin1Char('-'))
            return QStringLiteral("\u2212");
        return QString(c);
    }

    QStringView s_;
    qsizetype at_ = 0;
    int depth_ = 0;
};

} // namespace

QString latexToUnicode(QStringView latex) {
    return Reader(latex).all();
}

} // namespace vitral
