// SPDX-License-Identifier: Apache-2.0
// What cmake --install puts on a disk, put into a temporary folder: everything is there and well formed by the tools
// that will read it, the programs run from there and find their models, and nothing tells where it was built.

#include <QDirIterator>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

class TestInstallTree : public QObject {
    Q_OBJECT

    struct Outcome {
        int exitCode = -1;
        QString text; ///< both streams
    };

    Outcome run(const QString& program, const QStringList& arguments, const QStringList& environment = {}) const {
        QProcess process;
        QProcessEnvironment env = QProcessEnvironment::systemEnvironment();
        env.remove("VITRAL_MODEL_DIR");
        for (const QString& pair : environment)
            env.insert(pair.section('=', 0, 0), pair.section('=', 1));
        process.setProcessEnvironment(env);
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.setWorkingDirectory(folder_.path());
        process.start(program, arguments);
        if (!process.waitForFinished(100000))
            return {-1, program + " did not end: " + process.errorString()};
        const bool whole = process.exitStatus() == QProcess::NormalExit;
        return {whole ? process.exitCode() : -1, QString::fromUtf8(process.readAll())};
    }

    QString at(const QString& path) const { return folder_.filePath("usr/" + path); }

    /// A program that checks a file; empty where this machine lacks it.
    void check(const QString& program, const QStringList& arguments) const {
        const QString found = QStandardPaths::findExecutable(program);
        if (found.isEmpty())
            QSKIP(qPrintable(program + " is not installed"));
        const Outcome outcome = run(found, arguments, {"MANWIDTH=80"});
        QVERIFY2(outcome.exitCode == 0, qPrintable(program + ": " + outcome.text));
    }

private slots:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        const Outcome outcome = run(VITRAL_CMAKE, {"--install", VITRAL_BUILD_DIR, "--prefix", "/usr", "--strip"},
                                    {"DESTDIR=" + folder_.path()});
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.text));
    }

    void everythingIsThere() {
        for (const char* path :
             {"bin/vitral", "bin/vitral-cli", "share/applications/vitral.desktop", "share/mime/packages/vitral.xml",
              "share/metainfo/io.github.vitral.metainfo.xml", "share/icons/hicolor/scalable/apps/vitral.svg",
              "share/icons/hicolor/scalable/mimetypes/application-x-vitral-run.svg", "share/man/man1/vitral.1",
              "share/man/man1/vitral-cli.1", "share/doc/vitral/LICENSE", "share/doc/vitral/THIRD-PARTY.txt",
              "share/doc/vitral/vitral.cdx.json"})
            QVERIFY2(QFileInfo(at(path)).size() > 0, path);
        QDirIterator models(at("share/vitral/models"), {"*.gguf", "*.safetensors"}, QDir::Files,
                            QDirIterator::Subdirectories);
        int nModel = 0;
        while (models.hasNext()) {
            models.next();
            ++nModel;
        }
        QVERIFY2(nModel >= 3, "the bundled models are missing");
    }

    void desktopEntry() { check("desktop-file-validate", {at("share/applications/vitral.desktop")}); }
    void appStream() {
        check("appstreamcli", {"validate", "--no-net", at("share/metainfo/io.github.vitral.metainfo.xml")});
    }

    void manualPages() {
        for (const char* page : {"share/man/man1/vitral.1", "share/man/man1/vitral-cli.1"}) {
            const QString man = QStandardPaths::findExecutable("man");
            if (man.isEmpty())
                QSKIP("man is not installed");
            QFile file(at(page));
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QByteArray text = file.readAll();
            QVERIFY(text.contains(".SH NAME") && text.contains(".SH SEE ALSO"));
            const Outcome outcome = run(man, {"--warnings", "-E", "UTF-8", "-l", at(page)}, {"MANWIDTH=80"});
            QVERIFY2(outcome.exitCode == 0 && !outcome.text.contains("warning:"), qPrintable(outcome.text.left(800)));
        }
        // Every command that the program lists is described.
        QFile file(at("share/man/man1/vitral-cli.1"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray page = file.readAll();
        const QString help = run(at("bin/vitral-cli"), {"--help"}).text.section("Subcommands:", 1);
        static const QRegularExpression command("^  ([a-z-]+)  ", QRegularExpression::MultilineOption);
        int nCommand = 0;
        for (auto it = command.globalMatch(help); it.hasNext(); ++nCommand) {
            const QString name = it.next().captured(1);
            QVERIFY2(page.contains(".SS " + name.toUtf8() + "\n"), qPrintable(name));
        }
        QVERIFY(nCommand > 10);
    }

    void mimeTypes() {
        const QString update = QStandardPaths::findExecutable("update-mime-database");
        if (update.isEmpty())
            QSKIP("update-mime-database is not installed");
        const Outcome outcome = run(update, {"-V", at("share/mime")});
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.text));
        QVERIFY2(!outcome.text.contains("error", Qt::CaseInsensitive), qPrintable(outcome.text));
        QFile globs(at("share/mime/globs2"));
        QVERIFY(globs.open(QIODevice::ReadOnly));
        const QByteArray all = globs.readAll();
        QVERIFY(all.contains("application/x-gguf:*.gguf"));
        QVERIFY(all.contains("application/x-vitral-run:*.vitral.safetensors"));
    }

    void billOfMaterials() {
        QFile file(at("share/doc/vitral/vitral.cdx.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QJsonParseError error;
        const QJsonObject bill = QJsonDocument::fromJson(file.readAll(), &error).object();
        QVERIFY2(error.error == QJsonParseError::NoError, qPrintable(error.errorString()));
        QCOMPARE(bill["bomFormat"].toString(), "CycloneDX");
        QCOMPARE(bill["specVersion"].toString(), "1.5");
        QSet<QString> names, references;
        for (const QJsonValue& value : bill["components"].toArray()) {
            const QJsonObject part = value.toObject();
            names << part["name"].toString();
            QVERIFY2(!references.contains(part["bom-ref"].toString()), qPrintable(part["bom-ref"].toString()));
            references << part["bom-ref"].toString();
            QVERIFY(!part["licenses"].toArray().isEmpty());
            if (part["type"] == "library")
                QVERIFY2(!part["version"].toString().isEmpty(),
                         qPrintable(part["name"].toString() + " has no version"));
        }
        for (const char* name : {"Qt", "fmt", "nlohmann-json", "PCRE2", "SQLite", "Inter"})
            QVERIFY2(names.contains(name), name);
        for (const QJsonValue& used : bill["dependencies"].toArray().first().toObject()["dependsOn"].toArray())
            QVERIFY(references.contains(used.toString()));
        QFile notices(at("share/doc/vitral/THIRD-PARTY.txt"));
        QVERIFY(notices.open(QIODevice::ReadOnly));
        const QByteArray text = notices.readAll();
        for (const QString& name : names)
            QVERIFY2(text.contains(name.toUtf8()), qPrintable(name));
    }

    void nothingTellsWhereItWasBuilt() {
        for (const QString& folder : {QString(VITRAL_SOURCE_DIR), QString(VITRAL_BUILD_DIR)}) {
            const QByteArray needle = folder.toUtf8() + '/';
            QDirIterator it(folder_.path(), QDir::Files, QDirIterator::Subdirectories);
            while (it.hasNext()) {
                QFile file(it.next());
                QVERIFY(file.open(QIODevice::ReadOnly));
                const QByteArray bytes = file.readAll();
                for (qsizetype i = bytes.indexOf(needle); i >= 0; i = bytes.indexOf(needle, i + 1)) {
                    const char before = i > 0 ? bytes[i - 1] : '\0';
                    if (!isalnum(static_cast<unsigned char>(before)) && before != '/' && before != '.' && before != '-')
                        QFAIL(qPrintable(file.fileName() + " holds " + bytes.mid(i, 80)));
                }
            }
        }
    }

    void programsRunFromThere() {
        const Outcome answer = run(at("bin/vitral-cli"), {"complete", "--prompt", "Era uma vez", "-n", "4"});
        QVERIFY2(answer.exitCode == 0 && !answer.text.trimmed().isEmpty(), qPrintable(answer.text));
        const Outcome lessons = run(at("bin/vitral-cli"), {"lesson", "list"});
        QVERIFY2(lessons.exitCode == 0, qPrintable(lessons.text));
        const Outcome window = run(at("bin/vitral"),
                                   {"--data-dir", folder_.filePath("data"), "--lang", "pt_BR", "--size", "900x600",
                                    "--screenshot", folder_.filePath("w.png")},
                                   {"QT_QPA_PLATFORM=offscreen"});
        QVERIFY2(window.exitCode == 0, qPrintable(window.text));
        QVERIFY(QFileInfo(folder_.filePath("w.png")).size() > 10000);
    }

private:
    QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(TestInstallTree)
#include "tst_install_tree.moc"
