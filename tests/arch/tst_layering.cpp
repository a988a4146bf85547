// SPDX-License-Identifier: Apache-2.0
// Reads the source tree: include lines follow the arrows of docs/architecture.md, files stay small, core stays silent
// and free of Qt, Vulkan and CUDA, and nothing names a path of somebody's machine.

#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QtTest>

namespace {

struct Source {
    QString path; // from the root, with '/'
    QStringList lines;
};

// What each folder may include besides itself. Everything not listed may include nothing of ours.
const QMap<QString, QStringList>& arrows() {
    static const QMap<QString, QStringList> map = [] {
        QMap<QString, QStringList> m;
        m["core/base"] = {};
        m["core/hub"] = {"core/base"};
        m["core/tensor"] = {"core/base"};
        m["core/io"] = m["core/tensor"] + QStringList{"core/tensor"};
        m["core/tokenizer"] = m["core/io"] + QStringList{"core/io"};
        m["core/kernels"] = {"core/base", "core/tensor"};
        m["core/backend"] = m["core/kernels"] + QStringList{"core/kernels"};
        m["core/model"] = m["core/backend"] + QStringList{"core/io", "core/tokenizer", "core/backend"};
        m["core/diffusion"] = m["core/model"];
        m["core/sample"] = m["core/model"] + QStringList{"core/model", "core/diffusion"};
        m["core/trace"] = m["core/sample"] + QStringList{"core/sample"};
        m["core/chat"] = m["core/trace"] + QStringList{"core/trace"};
        m["core/runtime"] = m["core/chat"] + QStringList{"core/chat"};
        m["core/lesson"] = {"core/base"};
        const QStringList core = m["core/runtime"] + QStringList{"core/runtime", "core/lesson", "core/hub"};
        m["app/cli"] = core;
        m["gpu"] = core;
        m["widgets"] = core + QStringList{"gpu"};
        m["app"] = core + QStringList{"gpu", "widgets"};
        return m;
    }();
    return map;
}

QString folderOf(const QString& path) {
    const QStringList parts = path.split('/');
    if (parts.size() > 2 && (parts[0] == "core" || (parts[0] == "app" && parts[1] == "cli")))
        return parts[0] + "/" + parts[1];
    return parts.first();
}

QList<Source> readSources(const QStringList& roots) {
    QList<Source> sources;
    const QDir top(VITRAL_SOURCE_DIR);
    for (const QString& root : roots) {
        QDirIterator it(top.filePath(root), {"*.h", "*.cpp", "*.cu", "*.cuh", "*.glsl"}, QDir::Files,
                        QDirIterator::Subdirectories);
        while (it.hasNext()) {
            QFile file(it.next());
            if (!file.open(QIODevice::ReadOnly))
                qFatal("cannot read %s", qPrintable(file.fileName()));
            sources.append({top.relativeFilePath(file.fileName()), QString::fromUtf8(file.readAll()).split('\n')});
        }
    }
    return sources;
}

} // namespace

class TestLayering : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        sources_ = readSources({"core", "gpu", "widgets", "app", "tests"});
        QVERIFY2(sources_.size() > 20, "the source tree was not found");
    }

    void includesFollowTheArrows() {
        static const QRegularExpression ours("^\\s*#\\s*include\\s*\"([^\"]+)\"");
        QStringList wrong;
        int seen = 0;
        for (const Source& source : sources_) {
            if (source.path.startsWith("tests/"))
                continue;
            const QString folder = folderOf(source.path);
            QVERIFY2(arrows().contains(folder), qPrintable(source.path + ": a folder the arrows do not know"));
            for (const QString& line : source.lines) {
                const auto match = ours.match(line);
                if (!match.hasMatch())
                    continue;
                const QString target = match.captured(1);
                if (!target.contains('/') || target.endsWith(".moc"))
                    continue; // generated beside the file
                ++seen;
                const QString targetFolder = folderOf(target);
                if (targetFolder != folder && !arrows()[folder].contains(targetFolder))
                    wrong << source.path + " includes " + target;
            }
        }
        QVERIFY2(seen > 20, "no include lines were found");
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    }

    void includesAreRooted() {
        static const QRegularExpression relative("^\\s*#\\s*include\\s*\"(\\.\\./|[^\"/]+\\.h\")");
        QStringList wrong;
        for (const Source& source : sources_)
            for (const QString& line : source.lines)
                if (relative.match(line).hasMatch() && !line.contains("_generated"))
                    wrong << source.path + ": " + line.trimmed();
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    }

    void coreAndCliKnowNoToolkit() {
        static const QRegularExpression toolkit("^\\s*#\\s*include\\s*<(Q[A-Z]|Qt|vulkan/|imgui|cuda)");
        QStringList wrong;
        for (const Source& source : sources_)
            if (source.path.startsWith("core/") || source.path.startsWith("app/cli/"))
                for (const QString& line : source.lines)
                    if (toolkit.match(line).hasMatch())
                        wrong << source.path + ": " + line.trimmed();
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    }

    void coreIsSilent() {
        static const QRegularExpression prints("std::(cout|cerr|clog)|\\bprintf\\(|\\bputs\\(|\\bqDebug|std::abort\\(|\\bexit\\(");
        QStringList wrong;
        for (const Source& source : sources_)
            if (source.path.startsWith("core/") && source.path != "core/base/base.cpp")
                for (const QString& line : source.lines)
                    if (prints.match(line).hasMatch() && !line.trimmed().startsWith("//"))
                        wrong << source.path + ": " + line.trimmed();
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    }

    void filesStaySmall() {
        // Soft limit 500 lines, hard 800 (docs/architecture.md). Generated tables carry the suffix .inc and are not read.
        QStringList wrong;
        for (const Source& source : sources_)
            if (source.lines.size() > 800)
                wrong << QString("%1 has %2 lines").arg(source.path).arg(source.lines.size());
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    }

    void filesCarryTheLicence() {
        QStringList wrong;
        for (const Source& source : sources_)
            if (!source.lines.first().contains("SPDX-License-Identifier: Apache-2.0"))
                wrong << source.path;
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    }

    void nobodysMachineIsNamed() {
        static const QRegularExpression path("(^|[^\\w.])/(home|root|work)/\\w");
        QStringList wrong;
        for (const Source& source : sources_)
            for (const QString& line : source.lines)
                if (path.match(line).hasMatch() && source.path != "tests/arch/tst_layering.cpp")
                    wrong << source.path + ": " + line.trimmed();
        // A build that only works where somebody has a file in a temporary folder works nowhere else.
        static const QRegularExpression buildPath("(^|[^\\w.}])/(home|root|work|tmp)/\\w");
        const QDir top(VITRAL_SOURCE_DIR);
        for (const char* root : {"cmake", "core", "app", "widgets", "tests", "installer"}) {
            QDirIterator it(top.filePath(root), {"CMakeLists.txt", "*.cmake"}, QDir::Files, QDirIterator::Subdirectories);
            while (it.hasNext()) {
                QFile file(it.next());
                QVERIFY(file.open(QIODevice::ReadOnly));
                for (const QString& line : QString::fromUtf8(file.readAll()).split('\n'))
                    if (buildPath.match(line).hasMatch())
                        wrong << top.relativeFilePath(file.fileName()) + ": " + line.trimmed();
            }
        }
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    }

private:
    QList<Source> sources_;
};

QTEST_GUILESS_MAIN(TestLayering)
#include "tst_layering.moc"
