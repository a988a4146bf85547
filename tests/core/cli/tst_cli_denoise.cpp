// SPDX-License-Identifier: Apache-2.0
// vitral-cli denoise as a person runs it, on the MNIST network of shared data.

#include "core/diffusion/recipe.h"
#include "core/diffusion/recording.h"
#include "tests/core/cli/cli_program.h"
#include "tests/support/result_test.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

using namespace vitral;
using namespace vitral::diffusion;
using namespace vitral::test;

class TestCliDenoise : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    const QString model_ = QStringLiteral(VITRAL_SHARED_DATA "/diffusion-mnist-pixel/ddpm_mnist_starter.safetensors");
    QString path(const char* name) const { return dir_.filePath(QString::fromLatin1(name)); }

private slots:
    void namesWithoutAModel() {
        const CliResult list = runCli({"denoise", "--list"});
        QCOMPARE(list.exitCode, 0);
        for (const char* name : {"dpmpp-2m-sde", "flow-euler", "sgm-uniform"})
            QVERIFY2(list.out.contains(name), name);
        QCOMPARE(runCli({"denoise"}).exitCode, 1);
        QCOMPARE(runCli({"denoise", "nowhere.safetensors", "x"}).exitCode, 1);
        QCOMPARE(runCli({"denoise", "m", "--steps", "0"}).exitCode, 2);
    }

    // An inpainting network (9 channels in) from its file to the picture: it wants a picture and a mask, and the mask
    // is known to it. The file is given no ending.
    void inpaintingIsRunWhole() {
        const CliResult made =
            runCli({"make-random", "--shape", "sd15-tiny-inpaint", "--seed", "3", "-o", path("inpaint")});
        QVERIFY2(made.exitCode == 0, made.err.constData());
        const QString model = path("inpaint.safetensors");
        QVERIFY(QFile::exists(model));
        Pixels8 picture(64, 64, 3), mask(64, 64, 1);
        picture.values.clear();
        mask.values.clear();
        for (int y = 0; y < 64; ++y)
            for (int x = 0; x < 64; ++x) {
                for (const int v : {4 * x, 4 * y, 90})
                    picture.values.push_back(static_cast<std::uint8_t>(v));
                mask.values.push_back(x < 32 ? std::uint8_t{0} : std::uint8_t{255});
            }
        QVERIFY_RESULT(writePng(path("picture.png").toStdString(), picture));
        QVERIFY_RESULT(writePng(path("mask.png").toStdString(), mask));
        const auto paint = [&](QStringList more, const char* out) {
            return runCli(QStringList{"denoise", model, "a boat", "--steps", "3", "--size", "64", "-o", path(out)} +
                          more);
        };
        const CliResult refused = paint({}, "none.png");
        QCOMPARE(refused.exitCode, 1);
        QVERIFY2(refused.err.contains("mask"), refused.err.constData());
        const CliResult half = paint({"--init", path("picture.png"), "--mask", path("mask.png")}, "half.png");
        QVERIFY2(half.exitCode == 0, half.err.constData());
        std::fill(mask.values.begin(), mask.values.end(), std::uint8_t{255});
        QVERIFY_RESULT(writePng(path("mask.png").toStdString(), mask));
        QCOMPARE(paint({"--init", path("picture.png"), "--mask", path("mask.png")}, "all.png").exitCode, 0);
        const auto a = readPicture(path("half.png").toStdString()), b = readPicture(path("all.png").toStdString());
        QVERIFY_RESULT(a);
        QVERIFY_RESULT(b);
        QCOMPARE(a->width, 64);
        QVERIFY(a->values != b->values);
    }

    // A prompt alone is drawn by the bundled model: the very picture that "-" and the prompt give.
    void aPromptAloneIsThePrompt() {
        const auto draw = [&](QStringList words, const char* file) {
            words.prepend(QStringLiteral("denoise"));
            words += {"--steps", "2", "--seed", "7", "--json", "-o", path(file)};
            const CliResult made = runCli(words);
            if (made.exitCode != 0)
                qWarning("%s", made.err.constData());
            return QJsonDocument::fromJson(made.out).object()["settings"].toObject()["prompt"].toString();
        };
        QCOMPARE(draw({"gato azul"}, "alone.png"), QStringLiteral("gato azul"));
        QCOMPARE(draw({"-", "gato azul"}, "both.png"), QStringLiteral("gato azul"));
        QCOMPARE(draw({"-", "red heart"}, "other.png"), QStringLiteral("red heart"));
        const auto alone = readPicture(path("alone.png").toStdString());
        QVERIFY_RESULT(alone);
        QVERIFY(alone->values == readPicture(path("both.png").toStdString())->values);
        QVERIFY(alone->values != readPicture(path("other.png").toStdString())->values);
        // What cannot be written is said before anything is drawn.
        QCOMPARE(runCli({"denoise", "-", "x", "-o", path("nowhere/x.png")}).exitCode, 1);
        QCOMPARE(runCli({"denoise", "-", "x", "--trace", dir_.path()}).exitCode, 1);
    }

    void drawsRecordsAndRestores() {
        VITRAL_NEED_FILE(model_);
        const CliResult made = runCli({"denoise", model_, "--solver", "dpmpp-2m-sde", "--steps", "4", "--seed", "9",
                                       "-o", path("a.png"), "--steps-out", path("steps"), "--sheet", path("sheet.png"),
                                       "--zoom", "2", "--trace", path("run.safetensors"), "--json"});
        QVERIFY2(made.exitCode == 0, made.err.constData());
        const QJsonObject json = QJsonDocument::fromJson(made.out).object();
        QCOMPARE(json["steps"].toArray().size(), 4);
        QCOMPARE(json["settings"].toObject()["seed"].toInt(), 9);
        QCOMPARE(QDir(path("steps")).entryList({"*.png"}).size(), 4);
        const auto picture = readPicture(path("a.png").toStdString());
        QVERIFY_RESULT(picture);
        QCOMPARE(picture->width, 56);
        const auto sheet = readPicture(path("sheet.png").toStdString());
        QVERIFY_RESULT(sheet);
        QCOMPARE(sheet->width, 2 * 56 + 2);

        // The recipe in the picture makes the same picture.
        const auto recipe = readRecipe(path("a.png").toStdString());
        QVERIFY_RESULT(recipe);
        QCOMPARE(recipe->settings.seed, std::uint64_t{9});
        const CliResult again =
            runCli({"denoise", model_, "--recipe", path("a.png"), "--zoom", "2", "-o", path("b.png")});
        QVERIFY2(again.exitCode == 0, again.err.constData());
        const auto same = readPicture(path("b.png").toStdString());
        QVERIFY_RESULT(same);
        QVERIFY(same->values == picture->values);

        {
            const CliResult text = runCli({"inspect", path("run.safetensors")});
            QVERIFY2(text.out.contains("4 of 4 steps") && text.out.contains("dpmpp-2m-sde"), text.out.constData());
            const QJsonObject told = QJsonDocument::fromJson(runCli({"inspect", path("a.png"), "--json"}).out).object();
            QCOMPARE(told["settings"].toObject()["seed"].toInt(), 9);
        }

        // A branch with nothing changed too; with another seed for what follows not.
        const CliResult branch = runCli({"denoise", model_, "--branch-from", path("run.safetensors"), "--at", "2",
                                         "--zoom", "2", "-o", path("c.png")});
        QVERIFY2(branch.exitCode == 0, branch.err.constData());
        QVERIFY(readPicture(path("c.png").toStdString())->values == picture->values);
        const CliResult other = runCli({"denoise", model_, "--branch-from", path("run.safetensors"), "--at", "2",
                                        "--seed", "10", "--zoom", "2", "-o", path("d.png")});
        QVERIFY2(other.exitCode == 0, other.err.constData());
        QVERIFY(readPicture(path("d.png").toStdString())->values != picture->values);
        const auto run = openDenoiseRecording(path("run.safetensors").toStdString());
        QVERIFY_RESULT(run);
        QCOMPARE((*run)->steps.size(), std::size_t{4});
    }

    void aPictureAsTheBeginning() {
        VITRAL_NEED_FILE(model_);
        QVERIFY_RESULT(writePng(path("grey.png").toStdString(), Pixels8(40, 30, 4)));
        QVERIFY_RESULT(writePng(path("mask.png").toStdString(), Pixels8(40, 30, 1)));
        const CliResult made =
            runCli({"denoise", model_, "--solver", "ddim", "--steps", "4", "--init", path("grey.png"), "--mask",
                    path("mask.png"), "--strength", "0.5", "-o", path("e.png")});
        QVERIFY2(made.exitCode == 0, made.err.constData());
        const auto picture = readPicture(path("e.png").toStdString());
        QVERIFY_RESULT(picture); // transparent becomes white, and a black mask keeps all of it
        for (const std::uint8_t v : picture->values)
            QVERIFY(v >= 254);
        const CliResult large =
            runCli({"denoise", model_, "--solver", "ddim", "--steps", "4", "--init", path("grey.png"), "--upscale",
                    "1.5", "--strength", "0.25", "-o", path("large.png")});
        QVERIFY2(large.exitCode == 0, large.err.constData());
        QCOMPARE(readPicture(path("large.png").toStdString())->width, 60);
        QFile broken(path("broken.png"));
        QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("no picture") > 0);
        broken.close();
        const CliResult refused = runCli({"denoise", model_, "--init", path("broken.png"), "-o", path("f.png")});
        QCOMPARE(refused.exitCode, 1);
        QVERIFY(refused.err.contains("no picture that can be read"));
        QCOMPARE(runCli({"denoise", model_, "--recipe", path("grey.png")}).exitCode, 1);
    }
};

QTEST_GUILESS_MAIN(TestCliDenoise)
#include "tst_cli_denoise.moc"
