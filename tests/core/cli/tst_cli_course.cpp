// SPDX-License-Identifier: Apache-2.0
// The key figures of the bundled course, measured anew: every unit's figures.json says what was measured, and which
// text of the lesson shows it. A lesson must never become untrue without somebody noticing.
//
// A figure is one of
//   turns, token, p        probability of the first token of the answer (begun: after these words of it)
//   turns, answer, p       probability of the whole answer
//   turns, says            what the greedy answer begins with
//   mean (a list), p       mean of such probabilities
//   text, pieces           how a text is cut (tokenizer: a file of the unit; else the bundled model's)
//   args, at or sum, value a field of what vitral-cli prints as JSON, or the sum of a field over its operations
// off (heads set to zero) and edits change the model. tolerance is absolute; 0.015 for probabilities, else 0 unless
// told: rounding differs between instruction sets. shown stands in both lessons, with a decimal comma in Portuguese.

#include "tests/core/cli/cli_program.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <cmath>
#include <optional>

using namespace vitral::test;

namespace {
const QString kCourse = QStringLiteral(VITRAL_SOURCE_DIR "/assets/lessons/vitral");
const QString kModels = QStringLiteral(VITRAL_SOURCE_DIR "/assets/models");

QString chatText(const QJsonArray& turns) {
    QString out = QStringLiteral("<|im_start|>system\nYou are Vitral, a tiny language model.<|im_end|>\n");
    for (qsizetype i = 0; i < turns.size(); ++i)
        out += QStringLiteral("<|im_start|>%1\n%2<|im_end|>\n")
                   .arg(i % 2 == 0 ? QStringLiteral("user") : QStringLiteral("assistant"), turns[i].toString());
    return out + QStringLiteral("<|im_start|>assistant\n");
}

QJsonObject json(const QStringList& arguments) {
    const CliResult result = runCli(arguments);
    if (result.exitCode != 0)
        qWarning("%s: %s", qPrintable(arguments.join(' ').left(120)), result.err.constData());
    return QJsonDocument::fromJson(result.out).object();
}

QJsonObject complete(const QJsonObject& figure, const QString& text, const QStringList& more) {
    QStringList arguments = {"complete", "-", "--prompt", text, "--json", "--parse-special", "--temperature", "0"};
    for (const QJsonValue head : figure["off"].toArray())
        arguments << "--intervene"
                  << QStringLiteral("blocks.%1.attn.hook_z[head=%2]=zero")
                         .arg(head.toString().section('.', 0, 0), head.toString().section('.', 1));
    for (const QJsonValue edit : figure["edits"].toArray())
        arguments << "--intervene" << edit.toString();
    return json(arguments + more);
}

double probability(const QJsonObject& figure) {
    const QString prompt = chatText(figure["turns"].toArray()) + figure["begun"].toString();
    if (figure.contains("answer")) {
        const qsizetype nPrompt = complete(figure, prompt, {"-n", "1"})["prompt_ids"].toArray().size();
        const QJsonArray tokens =
            complete(figure, prompt + figure["answer"].toString(), {"-n", "1", "--echo"})["prompt_tokens"].toArray();
        double sum = 0;
        for (qsizetype i = nPrompt - 1; i < tokens.size(); ++i) // the first token of the prompt has no score
            sum += tokens[i].toObject()["logprob"].toDouble();
        return nPrompt > 0 && tokens.size() >= nPrompt ? std::exp(sum) : std::nan("");
    }
    const QJsonArray tokens = complete(figure, prompt, {"-n", "1", "--top", "1000"})["tokens"].toArray();
    for (const QJsonValue other : tokens[0].toObject()["top"].toArray())
        if (other.toObject()["text"] == figure["token"])
            return std::exp(other.toObject()["logprob"].toDouble());
    return std::nan("");
}

QJsonValue field(QJsonValue value, const QString& pointer) {
    for (const QString& name : pointer.split('/', Qt::SkipEmptyParts))
        value = value.isArray() ? value.toArray()[name.toInt()] : value.toObject()[name];
    return value;
}

QString lesson(const QString& unit, const char* language) {
    QFile file(kCourse + '/' + unit + "/lesson." + language + ".md");
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

/// What is wrong with a figure; empty: nothing.
QString wrong(const QString& unit, const QJsonObject& figure) {
    const auto far = [&figure](double measured, double told, double tolerance) -> QString {
        if (std::abs(measured - told) <= figure["tolerance"].toDouble(tolerance))
            return {};
        return QStringLiteral("measured %1, not %2").arg(measured, 0, 'g', 6).arg(told, 0, 'g', 6);
    };
    if (figure.contains("says")) {
        const QJsonObject run = complete(figure, chatText(figure["turns"].toArray()), {"-n", "32"});
        const QString text = run["text"].toString();
        return text.startsWith(figure["says"].toString()) ? QString() : "it says: " + text;
    }
    if (figure.contains("mean")) {
        double sum = 0;
        for (const QJsonValue one : figure["mean"].toArray())
            sum += probability(one.toObject());
        return far(sum / double(figure["mean"].toArray().size()), figure["p"].toDouble(), 0.015);
    }
    if (figure.contains("p"))
        return far(probability(figure), figure["p"].toDouble(), 0.015);
    if (figure.contains("pieces")) {
        const QString tokenizer = figure.contains("tokenizer")
                                      ? kCourse + '/' + unit + '/' + figure["tokenizer"].toString()
                                      : QStringLiteral("-");
        const CliResult cut = runCli({"tokenize", tokenizer, "--no-bos"}, figure["text"].toString().toUtf8());
        QStringList pieces, told;
        for (const QByteArray& line : cut.out.trimmed().split('\n'))
            pieces << QString::fromUtf8(line.mid(line.indexOf('\t') + 1)).trimmed();
        for (const QJsonValue piece : figure["pieces"].toArray())
            told << piece.toString();
        return pieces == told ? QString() : "cut into " + pieces.join('|');
    }
    QStringList arguments;
    for (const QJsonValue argument : figure["args"].toArray())
        arguments << argument.toString().replace("{unit}", kCourse + '/' + unit).replace("{models}", kModels);
    const QJsonObject answer = json(arguments);
    if (figure.contains("sum")) {
        double sum = 0;
        for (const QJsonValue operation : answer["operations"].toArray())
            sum += operation.toObject()[figure["sum"].toString()].toDouble();
        return far(sum, figure["value"].toDouble(), 0);
    }
    const QJsonValue value = field(answer, figure["at"].toString());
    if (figure["value"].isString())
        return value == figure["value"] ? QString() : "it is " + value.toVariant().toString();
    return value.isDouble() ? far(value.toDouble(), figure["value"].toDouble(), 0)
                            : QStringLiteral("there is no number");
}
} // namespace

class TestCliCourse : public QObject {
    Q_OBJECT
private slots:
    void figures_data() {
        QTest::addColumn<QString>("unit");
        for (const QString& unit : QDir(kCourse).entryList(QDir::Dirs | QDir::NoDotAndDotDot))
            if (QFile::exists(kCourse + '/' + unit + "/figures.json"))
                QTest::newRow(qPrintable(unit)) << unit;
    }

    void figures() {
        QFETCH(QString, unit);
        QFile file(kCourse + '/' + unit + "/figures.json");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonArray figures = QJsonDocument::fromJson(file.readAll()).object()["figures"].toArray();
        QVERIFY(!figures.isEmpty());
        const QString english = lesson(unit, "en"), portuguese = lesson(unit, "pt_BR");
        QStringList problems;
        for (qsizetype i = 0; i < figures.size(); ++i) {
            const QJsonObject figure = figures[i].toObject();
            const QString name = QStringLiteral("figure %1: ").arg(i + 1);
            if (const QString problem = wrong(unit, figure); !problem.isEmpty())
                problems << name + problem;
            for (const QJsonValue shown : figure["shown"].toArray()) {
                if (!english.contains(shown.toString()))
                    problems << name + "the English lesson does not show " + shown.toString();
                if (!portuguese.contains(shown.toString().replace('.', ',')))
                    problems << name + "the Portuguese lesson does not show " + shown.toString().replace('.', ',');
            }
            for (const QJsonValue shown : figure["shown_en"].toArray())
                if (!english.contains(shown.toString()))
                    problems << name + "the English lesson does not show " + shown.toString();
            for (const QJsonValue shown : figure["shown_pt"].toArray())
                if (!portuguese.contains(shown.toString()))
                    problems << name + "the Portuguese lesson does not show " + shown.toString();
        }
        QVERIFY2(problems.isEmpty(), qPrintable(problems.join('\n')));
    }
};

QTEST_GUILESS_MAIN(TestCliCourse)
#include "tst_cli_course.moc"
