// SPDX-License-Identifier: Apache-2.0
// Every string of the interface has a Portuguese translation, and its place-holders survive. When this fails, run
// lupdate as app/CMakeLists.txt says and translate what is new.

#include <QDir>
#include <QDirIterator>
#include <QRegularExpression>
#include <QXmlStreamReader>
#include <QtTest>

class TestTranslations : public QObject {
    Q_OBJECT

    struct Entry {
        QString context, source;
        QStringList translations;
        bool unfinished = false, plural = false;
    };
    QList<Entry> entries_;

    static QStringList placeholders(const QString& text) {
        static const QRegularExpression mark(QStringLiteral("%(?:[1-9]|L?n)"));
        QStringList found;
        for (auto it = mark.globalMatch(text); it.hasNext();)
            found << it.next().captured(0);
        found.sort();
        return found;
    }

private slots:
    void initTestCase() {
        QFile file(QStringLiteral(VITRAL_SOURCE_DIR "/assets/translations/vitral_pt_BR.ts"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QXmlStreamReader xml(&file);
        QString context;
        Entry entry;
        while (!xml.atEnd()) {
            xml.readNext();
            if (xml.isStartElement()) {
                const QStringView name = xml.name();
                if (name == u"name") {
                    context = xml.readElementText();
                } else if (name == u"message") {
                    entry = {};
                    entry.context = context;
                    entry.plural = xml.attributes().value(QLatin1String("numerus")) == u"yes";
                } else if (name == u"source") {
                    entry.source = xml.readElementText();
                } else if (name == u"translation") {
                    entry.unfinished = xml.attributes().hasAttribute(QLatin1String("type"));
                    if (!entry.plural)
                        entry.translations << xml.readElementText();
                } else if (name == u"numerusform") {
                    entry.translations << xml.readElementText();
                }
            } else if (xml.isEndElement() && xml.name() == u"message") {
                entries_ << entry;
            }
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QVERIFY(entries_.size() > 300);
    }

    void nothingIsUnfinished() {
        QStringList bad;
        for (const Entry& e : entries_) {
            if (e.unfinished)
                bad << e.context + ": " + e.source;
            for (const QString& t : e.translations)
                if (t.trimmed().isEmpty())
                    bad << e.context + ": " + e.source;
            if (e.plural && e.translations.size() != 2)
                bad << e.context + ": " + e.source;
        }
        QVERIFY2(bad.isEmpty(), qPrintable(bad.join('\n')));
    }

    void placeholdersSurvive() {
        QStringList bad;
        for (const Entry& e : entries_)
            for (const QString& t : e.translations)
                if (placeholders(t) != placeholders(e.source))
                    bad << e.context + ": " + e.source + " -> " + t;
        QVERIFY2(bad.isEmpty(), qPrintable(bad.join('\n')));
    }

    // "%n" would write 3072, "%Ln" writes 3,072 or 3.072.
    void countsAreWrittenAsTheLanguageWritesThem() {
        QStringList bad;
        for (const Entry& e : entries_)
            if (e.plural && !e.source.contains("%Ln"))
                bad << e.context + ": " + e.source;
        QVERIFY2(bad.isEmpty(), qPrintable(bad.join('\n')));
    }

    // lupdate is not needed to run this: string literals in tr(...) of the sources must stand in the file.
    void everyStringIsInTheFile() {
        QSet<QString> known;
        for (const Entry& e : entries_)
            known.insert(e.source);
        static const QRegularExpression call(
            QStringLiteral("\\btr\\(\\s*\"((?:[^\"\\\\]|\\\\.)*)\"\\s*[,)]|QT_TRANSLATE_NOOP\\([^,]+,\\s*\"((?:[^"
                           "\"\\\\]|\\\\.)*)\"\\s*\\)"));
        static const QRegularExpression join(QStringLiteral("\"\\s*\\n\\s*\""));
        static const QRegularExpression unicode(QStringLiteral("\\\\u([0-9A-Fa-f]{4})"));
        QStringList missing;
        int n = 0;
        for (const char* folder : {"/widgets", "/app"}) {
            QDirIterator it(QStringLiteral(VITRAL_SOURCE_DIR) + QLatin1String(folder), {"*.cpp", "*.h"}, QDir::Files,
                            QDirIterator::Subdirectories);
            while (it.hasNext()) {
                const QString path = it.next();
                if (path.contains(QLatin1String("/app/cli/")))
                    continue;
                QFile file(path);
                QVERIFY(file.open(QIODevice::ReadOnly));
                QString text = QString::fromUtf8(file.readAll());
                text.remove(join);
                for (auto match = call.globalMatch(text); match.hasNext();) {
                    const auto m = match.next();
                    QString source = m.captured(1).isEmpty() ? m.captured(2) : m.captured(1);
                    for (auto u = unicode.match(source); u.hasMatch(); u = unicode.match(source))
                        source.replace(u.captured(0), QChar(u.captured(1).toUShort(nullptr, 16)));
                    source.replace("\\n", "\n").replace("\\\"", "\"");
                    ++n;
                    if (!known.contains(source))
                        missing << QFileInfo(path).fileName() + ": " + source;
                }
            }
        }
        QVERIFY2(n > 300, qPrintable(QString::number(n)));
        QVERIFY2(missing.isEmpty(), qPrintable(missing.join('\n')));
    }
};

QTEST_GUILESS_MAIN(TestTranslations)
#include "tst_translations.moc"
