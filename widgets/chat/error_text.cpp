// SPDX-License-Identifier: Apache-2.0
#include "widgets/chat/error_text.h"

#include "widgets/chat/error_sentences.h"
#include "widgets/design/amounts.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <array>

namespace vitral {
namespace {

constexpr const char* kContext = "vitral::ErrorText";

// What stands inside them: the system's reasons, and words of ours.
constexpr std::array kParts = {
    QT_TRANSLATE_NOOP("vitral::ErrorText", "No such file or directory"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Permission denied"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Not a directory"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Is a directory"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Read-only file system"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "No space left on device"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Input/output error"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Cannot allocate memory"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "File name too long"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Too many open files"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "unable to open database file"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "disk I/O error"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "is a folder"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "is a pipe"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "is a socket"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "is a device"),
};

QString inWindow(const char* text) {
    return QCoreApplication::translate(kContext, text);
}

/// Whether the window speaks the language that core writes. The word is there for this question.
bool speaksEnglish() {
    return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "English")) == QLatin1String("English");
}

/// "Cannot open %1: %2." as an expression that takes the arguments out.
QRegularExpression expressionFor(const QString& pattern) {
    QString expression = QRegularExpression::escape(pattern);
    for (int i = 1; i <= 9; ++i)
        expression.replace(QStringLiteral("\\%%1").arg(i), QStringLiteral("(.+?)"));
    return QRegularExpression(QRegularExpression::anchoredPattern(expression),
                              QRegularExpression::DotMatchesEverythingOption);
}

QString translatedPart(const QString& part) {
    for (const char* known : kParts)
        if (part == QLatin1String(known))
            return inWindow(known);
    // "99947.53 GB", as core/base/amounts.h writes it
    static const QRegularExpression amount(QStringLiteral("^(\\d+\\.\\d+) (kB|MB|GB|TB)$"));
    if (const QRegularExpressionMatch match = amount.match(part); match.hasMatch()) {
        const QString unit = match.captured(2);
        const double bytes = match.captured(1).toDouble() * (unit == QLatin1String("kB")   ? 1e3
                                                             : unit == QLatin1String("MB") ? 1e6
                                                             : unit == QLatin1String("GB") ? 1e9
                                                                                           : 1e12);
        return design::sizeText(static_cast<quint64>(bytes));
    }
    return part;
}

QString whatFailed(Doing doing) {
    switch (doing) {
    case Doing::LoadModel:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "The model could not be loaded."));
    case Doing::Answer:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "The answer could not be made."));
    case Doing::ReadChatTemplate:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "The model's chat template could not be read."));
    case Doing::Store:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "The conversations could not be read or written."));
    case Doing::Export:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "The conversation could not be exported."));
    case Doing::Import:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "The file could not be imported."));
    }
    return {};
}

QString whatToDo(ErrorCode code) {
    switch (code) {
    case ErrorCode::InvalidFile:
        return inWindow(QT_TRANSLATE_NOOP(
            "vitral::ErrorText", "The file seems damaged or incomplete: fetch it again or choose another one."));
    case ErrorCode::NotFound:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText",
                                          "Something is no longer where it was: look whether it was "
                                          "moved or deleted."));
    case ErrorCode::Io:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "Check the disk, its free space and the permissions."));
    case ErrorCode::OutOfMemory:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText",
                                          "Close other programs, or choose a smaller model or a shorter context."));
    case ErrorCode::Unsupported:
        return inWindow(QT_TRANSLATE_NOOP(
            "vitral::ErrorText", "This version does not know that: another file or a newer version may help."));
    case ErrorCode::InvalidArgument:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "Check the values in the settings."));
    case ErrorCode::ContextFull:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "Shorten the conversation or make the context larger."));
    case ErrorCode::Device:
        return inWindow(
            QT_TRANSLATE_NOOP("vitral::ErrorText", "The graphics card or its driver failed: try without it."));
    case ErrorCode::Cancelled:
    case ErrorCode::Bug:
        break;
    }
    return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "This is a mistake of ours; a report of it helps."));
}

} // namespace

QStringList knownSentences() {
    QStringList all;
    for (const char* known : coreSentences())
        all << QString::fromLatin1(known);
    return all;
}

QString translatedSentence(const QString& sentence) {
    if (speaksEnglish())
        return {};
    for (const char* known : coreSentences()) {
        const QRegularExpressionMatch match = expressionFor(QString::fromLatin1(known)).match(sentence);
        if (!match.hasMatch())
            continue;
        QString text = inWindow(known);
        // One pass over the translation: an argument may itself hold a "%1".
        QString out;
        for (qsizetype i = 0; i < text.size(); ++i) {
            const int n = text[i] == QLatin1Char('%') && i + 1 < text.size() ? text[i + 1].digitValue() : 0;
            if (n < 1 || n > match.lastCapturedIndex()) {
                out += text[i];
                continue;
            }
            out += translatedPart(match.captured(n));
            ++i;
        }
        return out;
    }
    // "model.gguf: what is wrong with it" and "Cannot load the tensor x: …"
    const qsizetype colon = sentence.indexOf(QLatin1String(": "));
    if (colon > 0) {
        const QString rest = translatedSentence(sentence.mid(colon + 2));
        if (!rest.isEmpty())
            return sentence.left(colon + 2) + rest;
    }
    return {};
}

QString knownText(const Error& error) {
    const QString said = QString::fromStdString(error.message), translated = translatedSentence(said);
    return translated.isEmpty() ? said : translated;
}

QString noteText(const std::string& note) {
    return knownText(Error{ErrorCode::Bug, note});
}

QString errorText(const Error& error, Doing doing) {
    const QString english = QString::fromStdString(error.message);
    if (speaksEnglish())
        return english;
    const QString translated = translatedSentence(english);
    if (!translated.isEmpty())
        return translated;
    return whatFailed(doing) + QLatin1Char(' ') + whatToDo(error.code) + QLatin1Char(' ') +
           inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "(in English: %1)")).replace(QLatin1String("%1"), english);
}

} // namespace vitral
