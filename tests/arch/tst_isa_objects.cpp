// SPDX-License-Identifier: Apache-2.0
// Files compiled for a newer instruction set must contain no weak symbol: an inline function compiled there could
// become the program-wide copy and crash older machines (docs/architecture.md, "Instruction sets").

#include <QDirIterator>
#include <QProcess>
#include <QStandardPaths>
#include <QtTest>

class TestIsaObjects : public QObject {
    Q_OBJECT
private slots:
    void noWeakSymbols() {
        const QString nm = QStandardPaths::findExecutable("nm");
        if (nm.isEmpty())
            QSKIP("nm (binutils) is not here");
        QStringList objects;
        QDirIterator it(QStringLiteral(VITRAL_BINARY_DIR "/core"), {"*.o"}, QDir::Files, QDirIterator::Subdirectories);
        while (it.hasNext()) {
            const QString object = it.next();
            if (object.contains("_avx2") || object.contains("_avx512") || object.contains("_bf16") ||
                object.contains("_fp16"))
                objects << object;
        }
#if !defined(__x86_64__)
        QSKIP("only x86-64 has such files");
#endif
        QVERIFY2(!objects.isEmpty(), "no object file of an instruction set was found");
        for (const QString& object : std::as_const(objects)) {
            QProcess process;
            process.start(nm, {"--defined-only", "--format=posix", object});
            QVERIFY(process.waitForFinished(30000));
            const QStringList lines = QString::fromUtf8(process.readAllStandardOutput()).split('\n');
            for (const QString& line : lines) {
                const QStringList columns = line.split(' ');
                // DW.ref.* and sanitizer helpers are data the linker merges by design, not code of ours.
                if (columns.size() >= 2 && QString("WVwvu").contains(columns[1]) && !columns[0].startsWith("DW.ref") &&
                    !columns[0].contains("asan") && !columns[0].contains("ubsan"))
                    QFAIL(qPrintable(object + " defines the weak symbol " + columns[0]));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestIsaObjects)
#include "tst_isa_objects.moc"
