// SPDX-License-Identifier: Apache-2.0
#include "widgets/lesson/problem_text.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <array>

namespace vitral {
namespace {

constexpr const char* kContext = "vitral::ProblemText";

// As core/lesson writes them, with %1, %2 in place of what varies. Longer ones first where one could be part of
// another.
constexpr std::array kSentences = {
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The picture \"%1\" is not in the lesson's folder; nothing is loaded from "
                                             "the network. Put a copy into the folder."),
    QT_TRANSLATE_NOOP(
        "vitral::ProblemText",
        "It is not clear whether %1 is the text of an option or its place; put the option's text between quotes."),
    QT_TRANSLATE_NOOP(
        "vitral::ProblemText",
        "Anchors (&name) and aliases (*name) are not read here; put texts that begin with & or * in quotes."),
    QT_TRANSLATE_NOOP(
        "vitral::ProblemText",
        "A lesson begins with a line \"---\", then lines like \"id: ...\" and \"title: ...\", then \"---\" again."),
    QT_TRANSLATE_NOOP(
        "vitral::ProblemText",
        "\"%1\" in %2 should be a list; begin each entry with \"- \", and put texts with a colon between quotes."),
    QT_TRANSLATE_NOOP(
        "vitral::ProblemText",
        "The lessons that belong to the program were not found; VITRAL_LESSON_DIR can name their folder."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "This is not YAML that can be read (%1); put texts with : # or quotes in them between quotes."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "\"%1\" should be the name of a file in the lesson's folder, without a drive or a / in front."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "The answer should be the place of the right option (1 to %1) or its text between quotes."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "\"%1\" leaves the lesson's folder; put the file into the folder and name it without \"..\"."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "\"%1\" is not known in a term; known are id, see, source and the languages of the course."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "\"recorded\" stands in for a \"do\" that cannot be carried out; write the \"do\" as well."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "This page is \"%1\", but \"%2\" in %3; both languages have the same pages in the same order."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "What is to be done is written as name=value or name~part of a text; names are: %1."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "Every entry of \"%1\" in %2 should be one text; put texts with a colon between quotes."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "The answer is missing; add \"answer: ...\", or a list of answers that are right."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "The picture \"%1\" has no description; write it between the brackets: ![...](...)."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "A command should be one text; put commands with \": \" in them between quotes."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "\"%1\" in %2 should be one text; put it between quotes if it begins with [ or {."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "The answer is missing; add \"answer: 1\" with the place of the right option."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "The link \"%1\" leads nowhere here; use https://, #page-id or lesson:unit-id."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "A unit is the name of a folder beside course.yaml: letters, digits, - _ ."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "%1 holds neither course.yaml nor a lesson (lesson.en.md, lesson.pt_BR.md)."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "There is no element \"%1\" to point at; vitral-cli lesson words lists them."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "There is no folder \"%1\" beside course.yaml; make it or take the line out."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "The lesson has no page; begin one with a heading \"## Title {#page-id}\"."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "A key must be a plain text; put texts that begin with { or [ in quotes."),
    QT_TRANSLATE_NOOP("vitral::ProblemText",
                      "\"%1\" is a link out of the lesson's folder; put a copy of the file there."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "HTML is not shown in lessons; write Markdown, or put it between ` `."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "\"%1\" is not in the lesson's folder; put it there or correct the name."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The folder \"%1\" is a link out of the course; put a copy of it there."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "\"%1\" is not known here; a page has {#id} and {depth=developer} only."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "A tab stands at the beginning of this line; write blanks instead."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The kind of a question is choose, predict, type or do, not \"%1\"."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "This step does nothing; give it \"do\", \"point\", \"say\" or \"ask\"."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The term \"%1\" has no words in %2; add \"%3: {term: ..., text: ...}\"."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The course has no units; list their folders under \"units:\"."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The file is larger than 512 kB; make several lessons of it."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "More than 20 quotes (>) stand inside each other; use fewer."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "A glossary is a list of terms; begin each with \"- id: ...\"."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "%1 is no folder; name the folder of a course or of a lesson."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The front matter does not end; close it with a line \"---\"."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The term \"%1\" is not in the glossary; add it or correct it."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The title is missing; add \"title: {en: ..., pt_BR: ...}\"."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "\"%1\" is not a command; vitral-cli lesson words lists them."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The kind of a quiz question is choose or short, not \"%1\"."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "There is a zero byte here; save the file as UTF-8 text."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The front matter (depth, minutes, needs) differs from %1."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "There is no element \"%1\" to point at; \"%2\" is the nearest."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "Lists and maps stand too deep inside each other here."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The picture \"%1\" should be PNG, JPEG, SVG, GIF or WebP."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The model is chat, emoji-pixel, emoji-latent or none."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "There should be at least two options to choose from."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The lesson is too long from here on; make two of it."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "Only one language has \"recorded\" in this step; see %1."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "Only one language asks something in this step; see %1."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The kind, the options or the right one differ from %1."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "\"%1\" is not a command; perhaps it should be like \"%2\"."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The depth is user, power, developer or researcher."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "A short question has no options; use kind: choose."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "Here %1 should be written as lines of \"key: value\"."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "There are too many entries here; split the file."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "What this step points at or hides differs from %1."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The term \"%1\" under \"see\" is not in the glossary."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "This is not UTF-8 text; save the file as UTF-8."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "This block does not end; close it with a line %1."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "An id has small letters, digits, - and _ only."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "A second document begins here (---); keep one."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "A tolerance needs an answer that is a number."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "There are too many keys here; split the file."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The file is not UTF-8 text; save it as UTF-8."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "This is too long to be read; split the file."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "\"%1\" is larger than %2 MiB; use a smaller one."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The options or the right one differ from %1."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The kind of this question differs from %1."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "A language is written like en or pt_BR."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The number that is right differs from %1."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "A key is missing in front of the colon."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "\"%1\" is missing in %2; add a line \"%3: ...\"."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "\"%1\" in %2 should be a number from %3 to %4."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The glossary is too long from here on."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "\"%1\" is longer than %2 bytes; shorten it."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "Only choose and predict have options."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The id differs between the languages."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The depth of this page differs from %1."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The term \"%1\" is not in the glossary."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "There is no unit \"%1\" in this course."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "There is no page \"%1\" in this lesson."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "This quiz has %1 questions, but %2 in %3."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "This step has %1 commands, but %2 in %3."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "\"%1\" is not known in %2; known are: %3."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The page id \"%1\" is taken by line %2."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The %1 of %2 is missing on this page."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "What is to be done differs from %1."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The option \"%1\" stands here twice."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The id \"%1\" is taken by the unit %2."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The page \"%1\" of %2 is missing here."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "\"%1\" stands here twice; keep one."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The unit \"%1\" stands here twice."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "The term \"%1\" stands here twice."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "This command differs from %1."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "\"%1\" has more than %2 entries."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "This could not be read (%1)."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "This page is missing in %1."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "This page has no title."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "Here is a %1, but a %2 in %3."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "This %1 is missing in %2."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "\"%1\" is no plain file."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "This page is empty."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "Cannot open %1: %2."),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "Cannot read %1: %2."),
};

// Where a key stands.
constexpr std::array kPlaces = {
    QT_TRANSLATE_NOOP("vitral::ProblemText", "a course"),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "a question of a quiz"),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "a step"),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "a question"),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "a term"),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "the front matter"),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "the title"),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "the words of a term"),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "step"),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "quiz"),
    QT_TRANSLATE_NOOP("vitral::ProblemText", "needs"),
};

QString inWindow(const char* text) {
    return QCoreApplication::translate(kContext, text);
}

/// The sentence's pattern and what varies in it; null: unknown.
const char* patternOf(const QString& sentence, QStringList& varies) {
    static const std::vector<QRegularExpression> expressions = [] {
        std::vector<QRegularExpression> out;
        for (const char* text : kSentences) {
            QString expression = QRegularExpression::escape(QLatin1String(text));
            for (int i = 1; i <= 9; ++i)
                expression.replace(QStringLiteral("\\%%1").arg(i), QStringLiteral("(.*?)"));
            out.emplace_back(QRegularExpression::anchoredPattern(expression),
                             QRegularExpression::DotMatchesEverythingOption);
        }
        return out;
    }();
    for (std::size_t i = 0; i < expressions.size(); ++i)
        if (const QRegularExpressionMatch match = expressions[i].match(sentence); match.hasMatch()) {
            varies = match.capturedTexts().mid(1);
            return kSentences[i];
        }
    return nullptr;
}

} // namespace

bool knowsProblem(const LessonProblem& problem) {
    QStringList varies;
    return patternOf(QString::fromStdString(problem.sentence), varies) != nullptr;
}

QString problemText(const LessonProblem& problem) {
    QString sentence = QString::fromStdString(problem.sentence);
    QStringList varies;
    if (const char* pattern = patternOf(sentence, varies)) {
        sentence = inWindow(pattern);
        for (qsizetype i = varies.size(); i > 0; --i) { // from behind: an argument may hold a %1 of its own
            QString word = varies[i - 1];
            for (const char* place : kPlaces)
                if (word == QLatin1String(place))
                    word = inWindow(place);
            sentence.replace(QStringLiteral("%%1").arg(i), word);
        }
    }
    const QString line = problem.line > 0 ? QStringLiteral(":%1").arg(problem.line) : QString();
    const QString warning =
        problem.warning ? inWindow(QT_TRANSLATE_NOOP("vitral::ProblemText", "warning:")) + QLatin1Char(' ') : QString();
    return QString::fromStdString(problem.file) + line + QStringLiteral(": ") + warning + sentence;
}

} // namespace vitral
