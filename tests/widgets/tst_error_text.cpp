// SPDX-License-Identifier: Apache-2.0
// Errors of core in a Portuguese window: known sentences are translated with what stands in them, all others stand
// behind a sentence of ours and say that they are English. Every pattern of the table is a sentence that core writes.

#include "app/language.h"
#include "widgets/chat/error_text.h"

#include <QDirIterator>
#include <QRegularExpression>
#include <QtTest>

using namespace vitral;

class TestErrorText : public QObject {
    Q_OBJECT
    app::Language language_;

private slots:
    void cleanup() { language_.use("en"); }

    void englishStandsAsItIs() {
        language_.use("en");
        const Error error{ErrorCode::Io, "Cannot open x.gguf: Permission denied."};
        QCOMPARE(errorText(error, Doing::LoadModel), QStringLiteral("Cannot open x.gguf: Permission denied."));
        QVERIFY(translatedSentence("Cannot open x.gguf: Permission denied.").isEmpty());
    }
    void knownSentencesAreTranslated() {
        language_.use("pt_BR");
        const Error error{ErrorCode::NotFound, "Cannot open /a/%1 b.gguf: No such file or directory."};
        const QString text = errorText(error, Doing::LoadModel);
        QVERIFY2(text.contains("/a/%1 b.gguf"), qPrintable(text));
        QVERIFY2(!text.contains("No such file") && !text.contains("Cannot"), qPrintable(text));
        // With the file's name in front, as core puts it.
        const QString named =
            errorText({ErrorCode::InvalidFile, "m.gguf: The GGUF file ends inside the header (at byte "
                                               "4 of 4)."},
                      Doing::LoadModel);
        QVERIFY2(named.startsWith("m.gguf: ") && !named.contains("ends inside"), qPrintable(named));
    }
    void othersHaveAFrame() {
        language_.use("pt_BR");
        for (int code = 0; code <= int(ErrorCode::Bug); ++code) {
            const QString text = errorText({ErrorCode(code), "Something nobody has met yet."}, Doing::Answer);
            QVERIFY2(text.endsWith("Something nobody has met yet.)"), qPrintable(text));
            QVERIFY2(text.contains(QStringLiteral("em inglês")), qPrintable(text));
            QVERIFY(text.indexOf("Something") > 40); // what failed and what to do stand before it
        }
    }
    void everyPatternIsTranslated() {
        language_.use("pt_BR");
        for (const QString& known : knownSentences()) {
            QString sentence = known;
            for (int i = 1; i <= 9; ++i)
                sentence.replace(QStringLiteral("%%1").arg(i), QStringLiteral("<%1>").arg(i));
            const QString translated = translatedSentence(sentence);
            QVERIFY2(!translated.isEmpty() && translated != sentence, qPrintable(known));
            for (int i = 1; i <= 9; ++i)
                QVERIFY2(sentence.contains(QStringLiteral("<%1>").arg(i)) ==
                             translated.contains(QStringLiteral("<%1>").arg(i)),
                         qPrintable(translated));
        }
    }
    void everyPatternIsASentenceOfCore() {
        // The sources with neighbouring string literals joined and format fields made equal.
        QString sources;
        QDirIterator it(QStringLiteral(VITRAL_SOURCE_DIR "/core"), {"*.cpp"}, QDir::Files,
                        QDirIterator::Subdirectories);
        while (it.hasNext()) {
            QFile file(it.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            sources += QString::fromUtf8(file.readAll());
        }
        static const QRegularExpression joint(QStringLiteral("\"\\s*\\n\\s*\""));
        static const QRegularExpression field(QStringLiteral("\\{[:.0-9a-z]*\\}"));
        sources.replace(joint, QString());
        sources.replace(QLatin1String("\\\""), QLatin1String("\""));
        sources.replace(field, QStringLiteral("{}"));
        static const QRegularExpression place(QStringLiteral("%[1-9]"));
        QStringList strangers;
        for (QString known : knownSentences())
            if (!sources.contains(QString(known.replace(place, QStringLiteral("{}")))))
                strangers << known;
        QVERIFY2(strangers.isEmpty(), qPrintable(strangers.join('\n')));
    }
};

QTEST_MAIN(TestErrorText)
#include "tst_error_text.moc"
