// SPDX-License-Identifier: Apache-2.0
#include "widgets/transcript/code_highlight.h"

#include <QSet>

namespace vitral {
namespace {

struct Family {
    QSet<QString> keywords;
    QStringList lineComments;
    QString blockOpen, blockClose;
    QString quotes;
    bool caseless = false;
};

QSet<QString> words(const char* list) {
    const QStringList split = QString::fromLatin1(list).split(QLatin1Char(' '));
    return QSet<QString>(split.begin(), split.end());
}

const Family& familyOf(const QString& language) {
    static const Family c = {
        words(
            "auto bool break case catch char class concept const constexpr continue default delete do double else enum "
            "explicit extern false float for friend goto if inline int interface let long namespace new nullptr null "
            "operator override private protected public return short signed sizeof static struct switch template this "
            "throw true try typedef typename union unsigned using var virtual void volatile while fn impl match mut "
            "pub "
            "ref self trait type use where async await function import export from of package func defer go chan range "
            "map string final extends implements super in is as val fun when object data sealed"),
        {QStringLiteral("//")},
        QStringLiteral("/*"),
        QStringLiteral("*/"),
        QStringLiteral("\"'`")};
    static const Family python = {
        words(
            "False None True and as assert async await break class continue def del elif else except finally for from "
            "global if import in is lambda nonlocal not or pass raise return try while with yield match case self"),
        {QStringLiteral("#")},
        {},
        {},
        QStringLiteral("\"'")};
    static const Family shell = {words("if then else elif fi for while do done case esac in function return local "
                                       "export set unset echo cd exit source"),
                                 {QStringLiteral("#")},
                                 {},
                                 {},
                                 QStringLiteral("\"'")};
    static const Family sql = {
        words(
            "select from where and or not insert into values update set delete create table drop alter join left right "
            "inner outer on group by order having limit offset as distinct union all null is in like between primary "
            "key "
            "foreign references index view case when then else end begin commit integer text real"),
        {QStringLiteral("--")},
        QStringLiteral("/*"),
        QStringLiteral("*/"),
        QStringLiteral("'\""),
        true};
    static const Family lisp = {
        words("let in if then else where module import data type class instance do case of deriving newtype local end "
              "function nil true false not and or for while repeat until return elseif"),
        {QStringLiteral("--")},
        {},
        {},
        QStringLiteral("\"")};
    static const Family markup = {words("true false null yes no on off"),
                                  {QStringLiteral("#")},
                                  QStringLiteral("<!--"),
                                  QStringLiteral("-->"),
                                  QStringLiteral("\"'")};
    if (language == u"py" || language == u"python" || language == u"r" || language == u"julia" || language == u"ruby")
        return python;
    if (language == u"sh" || language == u"bash" || language == u"shell" || language == u"zsh" ||
        language == u"console" || language == u"makefile" || language == u"cmake" || language == u"dockerfile")
        return shell;
    if (language == u"sql")
        return sql;
    if (language == u"haskell" || language == u"lua")
        return lisp;
    if (language == u"json" || language == u"yaml" || language == u"yml" || language == u"toml" || language == u"xml" ||
        language == u"html" || language == u"ini")
        return markup;
    return c;
}

bool isWord(QChar c) {
    return c.isLetterOrNumber() || c == QLatin1Char('_');
}
bool isLineEnd(QChar c) {
    return c == QChar::LineSeparator || c == QLatin1Char('\n');
}

} // namespace

std::vector<TextSpan> highlightCode(const QString& text, const QString& language) {
    std::vector<TextSpan> spans;
    if (language == u"text" || language == u"txt" || language == u"plain" || language == u"output")
        return spans;
    const Family& family = familyOf(language);
    const auto add = [&spans](qsizetype from, qsizetype to, SpanStyle style) {
        if (to > from)
            spans.push_back(
                {static_cast<int>(from), static_cast<int>(to - from), static_cast<std::uint16_t>(style), {}});
    };
    const QStringView s(text);
    const qsizetype n = s.size();
    qsizetype i = 0;
    while (i < n) {
        const QChar c = s[i];
        if (!family.blockOpen.isEmpty() && s.mid(i).startsWith(family.blockOpen)) {
            qsizetype end = s.indexOf(family.blockClose, i + family.blockOpen.size());
            end = end < 0 ? n : end + family.blockClose.size();
            add(i, end, SpanStyle::Comment);
            i = end;
            continue;
        }
        bool comment = false;
        for (const QString& mark : family.lineComments)
            comment = comment || s.mid(i).startsWith(mark);
        if (comment) {
            qsizetype end = i;
            while (end < n && !isLineEnd(s[end]))
                ++end;
            add(i, end, SpanStyle::Comment);
            i = end;
        } else if (family.quotes.contains(c)) {
            const bool triple = s.mid(i, 3) == QString(3, c);
            qsizetype end = i + (triple ? 3 : 1);
            while (end < n) {
                if (s[end] == QLatin1Char('\\')) {
                    end += 2;
                    continue;
                }
                if (triple ? s.mid(end, 3) == QString(3, c) : s[end] == c) {
                    end += triple ? 3 : 1;
                    break;
                }
                if (!triple && isLineEnd(s[end]) && c != QLatin1Char('`'))
                    break;
                ++end;
            }
            end = std::min(end, n);
            add(i, end, SpanStyle::StringLiteral);
            i = end;
        } else if (c.isDigit()) {
            qsizetype end = i + 1;
            while (end < n && (isWord(s[end]) || s[end] == QLatin1Char('.')))
                ++end;
            add(i, end, SpanStyle::Number);
            i = end;
        } else if (c.isLetter() || c == QLatin1Char('_')) {
            qsizetype end = i + 1;
            while (end < n && isWord(s[end]))
                ++end;
            const QString word = s.mid(i, end - i).toString();
            if (family.keywords.contains(family.caseless ? word.toLower() : word))
                add(i, end, SpanStyle::Keyword);
            else if (end < n && s[end] == QLatin1Char('('))
                add(i, end, SpanStyle::Name);
            i = end;
        } else {
            ++i;
        }
    }
    return spans;
}

} // namespace vitral
