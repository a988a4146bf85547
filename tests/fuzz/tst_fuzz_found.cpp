// SPDX-License-Identifier: Apache-2.0
// Runs the fuzz targets once on every seed and on everything fuzzing ever found, in ordinary builds and sanitizer ones.

#include "tests/fuzz/fuzz_target.h"

#include <QDir>
#include <QElapsedTimer>
#include <QtTest>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>

#undef VITRAL_FUZZ_TARGET
#define VITRAL_FUZZ_TARGET static int VITRAL_FUZZ_NAME
#define VITRAL_FUZZ_NAME fuzzGguf
#include "tests/fuzz/fuzz_gguf.cpp"
#undef VITRAL_FUZZ_NAME
#define VITRAL_FUZZ_NAME fuzzSafetensors
#include "tests/fuzz/fuzz_safetensors.cpp"
#undef VITRAL_FUZZ_NAME
#define VITRAL_FUZZ_NAME fuzzNpy
#include "tests/fuzz/fuzz_npy.cpp"
#undef VITRAL_FUZZ_NAME
#define VITRAL_FUZZ_NAME fuzzTokenizer
#include "tests/fuzz/fuzz_tokenizer.cpp"
#undef VITRAL_FUZZ_NAME
#define VITRAL_FUZZ_NAME fuzzTemplate
#include "tests/fuzz/fuzz_template.cpp"
#undef VITRAL_FUZZ_NAME
#define VITRAL_FUZZ_NAME fuzzRunFile
#include "tests/fuzz/fuzz_run_file.cpp"
#undef VITRAL_FUZZ_NAME
#define VITRAL_FUZZ_NAME fuzzPicture
#include "tests/fuzz/fuzz_picture.cpp"
#undef VITRAL_FUZZ_NAME
#define VITRAL_FUZZ_NAME fuzzDenoiseFile
#include "tests/fuzz/fuzz_denoise_file.cpp"
#undef VITRAL_FUZZ_NAME
#define VITRAL_FUZZ_NAME fuzzDiffusionFile
#include "tests/fuzz/fuzz_diffusion_file.cpp"
#undef VITRAL_FUZZ_NAME
#define VITRAL_FUZZ_NAME fuzzHub
#include "tests/fuzz/fuzz_hub.cpp"
#undef VITRAL_FUZZ_NAME
#define VITRAL_FUZZ_NAME fuzzLesson
#include "tests/fuzz/fuzz_lesson.cpp"

namespace {
struct Target {
    const char* name;
    int (*run)(const std::uint8_t* data, std::size_t size);
};
constexpr Target kTargets[] = {
    {"gguf", fuzzGguf},           {"safetensors", fuzzSafetensors},  {"npy", fuzzNpy},
    {"tokenizer", fuzzTokenizer}, {"template", fuzzTemplate},        {"run_file", fuzzRunFile},
    {"picture", fuzzPicture},     {"denoise_file", fuzzDenoiseFile}, {"diffusion_file", fuzzDiffusionFile},
    {"hub", fuzzHub},             {"lesson", fuzzLesson},
};
} // namespace

class TestFuzzFound : public QObject {
    Q_OBJECT
private slots:
    void everyFile_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("path");
        const QDir fuzz(QStringLiteral(VITRAL_SOURCE_DIR "/tests/fuzz"));
        for (const Target& target : kTargets) {
            const QString name = QString::fromLatin1(target.name);
            for (const QString& folder : {QStringLiteral("seeds/") + name, QStringLiteral("found/fuzz_") + name})
                for (const QString& file : QDir(fuzz.filePath(folder)).entryList(QDir::Files))
                    QTest::newRow(qPrintable(folder + '/' + file)) << name << fuzz.filePath(folder + '/' + file);
        }
    }
    void everyFile() {
        QFETCH(QString, target);
        QFETCH(QString, path);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        const auto size = std::size_t(bytes.size());
        const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[size]); // a sanitizer sees its very end
        if (size > 0)
            std::memcpy(exact.get(), bytes.constData(), size);
        QElapsedTimer timer;
        timer.start();
        const auto* found = std::find_if(std::begin(kTargets), std::end(kTargets),
                                         [&](const Target& t) { return target == QLatin1String(t.name); });
        QVERIFY(found != std::end(kTargets));
        const int result = found->run(exact.get(), size);
        QCOMPARE(result, 0);
        QVERIFY2(timer.elapsed() < 20000, qPrintable(QStringLiteral("%1 ms").arg(timer.elapsed())));
    }
};

QTEST_GUILESS_MAIN(TestFuzzFound)
#include "tst_fuzz_found.moc"
