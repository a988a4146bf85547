// SPDX-License-Identifier: Apache-2.0
// The small parts of core/runtime: stop strings over a stream, and where the bundled model is found.

#include "core/base/atomic_file.h"
#include "core/runtime/bundled_model.h"
#include "core/runtime/stop_filter.h"
#include "tests/support/result_test.h"

#include <QTemporaryDir>

using namespace vitral;
namespace fs = std::filesystem;

class TestRuntimeParts : public QObject {
    Q_OBJECT

    static void touch(const fs::path& path) {
        fs::create_directories(path.parent_path());
        QVERIFY_RESULT(writeFileAtomically(path, "GGUF"));
    }

private slots:
    /// However the text is cut, what is shown is the text before the first stop string.
    void everyCutGivesTheSame() {
        const std::string text = "one </s two </stop> three";
        for (std::size_t a = 0; a <= text.size(); ++a)
            for (std::size_t b = a; b <= text.size(); ++b) {
                StopFilter filter({"</stop>", "nothing", ""});
                std::string shown;
                bool stopped = false;
                for (const auto& [from, to] : {std::pair{std::size_t(0), a}, {a, b}, {b, text.size()}}) {
                    if (stopped)
                        break;
                    const StopFilter::Step step = filter.push(text.substr(from, to - from));
                    shown += step.text;
                    stopped = step.stopped;
                }
                QVERIFY(stopped);
                QCOMPARE(shown, std::string("one </s two "));
            }
    }
    void nothingIsLostWithoutAStop() {
        const std::string text = "aab aaab aaaab";
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            StopFilter filter({"aaaac", "aab!"});
            std::string shown = filter.push(text.substr(0, cut)).text;
            shown += filter.push(text.substr(cut)).text;
            QCOMPARE(shown + filter.finish(), text);
        }
    }
    void shownAsSoonAsPossible() {
        StopFilter filter({"END"});
        QCOMPARE(filter.push("abc E").text, std::string("abc "));
        QCOMPARE(filter.push("x").text, std::string("Ex"));
        QCOMPARE(filter.push("EN").text, std::string());
        QCOMPARE(filter.push("EN").text, std::string("EN"));
        QCOMPARE(filter.finish(), std::string("EN"));
    }

    void bundledModelBesideTheProgram() {
        const QTemporaryDir dir;
        const fs::path root = dir.path().toStdString();
        touch(root / "usr/share/vitral/models/small/b.gguf");
        touch(root / "usr/share/vitral/models/small/a.gguf");
        const auto found = findBundledModelFrom(root / "usr/bin", {});
        QVERIFY_RESULT(found);
        QCOMPARE(found->filename().string(), std::string("a.gguf"));
    }
    void bundledModelAboveABuildTree() {
        const QTemporaryDir dir;
        const fs::path root = dir.path().toStdString();
        touch(root / "src/assets/models/small/m.gguf");
        fs::create_directories(root / "src/build/release/bin");
        QVERIFY_RESULT(findBundledModelFrom(root / "src/build/release/bin", {}));
        QVERIFY_ERROR(findBundledModelFrom(root / "elsewhere/bin", {}), ErrorCode::NotFound);
    }
    void environmentAloneCounts() {
        const QTemporaryDir dir;
        const fs::path root = dir.path().toStdString();
        touch(root / "usr/share/vitral/models/m.gguf");
        touch(root / "mine/deep.gguf");
        const auto found = findBundledModelFrom(root / "usr/bin", root / "mine");
        QVERIFY_RESULT(found);
        QCOMPARE(found->filename().string(), std::string("deep.gguf"));
        QVERIFY_ERROR(findBundledModelFrom(root / "usr/bin", root / "empty"), ErrorCode::NotFound);
    }

    void picturesOfTheProgram() {
        const QTemporaryDir dir;
        const fs::path root = dir.path().toStdString();
        touch(root / "b-pixel/b-pixel.safetensors");
        touch(root / "a-latent/a-latent.safetensors");
        touch(root / "a-latent/decoder.safetensors"); // a part, not a model
        touch(root / "talks/talks.gguf");
        qputenv("VITRAL_MODEL_DIR", root.string().c_str());
        const auto found = bundledPictureModels();
        const auto none = findBundledPictureModel();
        qunsetenv("VITRAL_MODEL_DIR");
        QCOMPARE(found.size(), std::size_t{2});
        QCOMPARE(found[0].filename().string(), std::string("a-latent.safetensors"));
        QCOMPARE(found[1].filename().string(), std::string("b-pixel.safetensors"));
        QVERIFY_ERROR(none, ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestRuntimeParts)
#include "tst_runtime_parts.moc"
