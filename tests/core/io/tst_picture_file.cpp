// SPDX-License-Identifier: Apache-2.0
// Pictures in files: PNG there and back with texts, every prefix, mutations, and sizes that nobody should allocate.

#include "core/io/animation_file.h"
#include "core/io/picture_file.h"
#include "tests/support/result_test.h"

#ifdef QT_GUI_LIB
#include <QImage>
#endif
#include <QTemporaryDir>
#include <QtTest>
#include <cstring>
#include <random>

using namespace vitral;

namespace {

Pixels8 pattern(std::int32_t width, std::int32_t height, std::int32_t channels) {
    Pixels8 p(width, height, channels);
    for (std::size_t i = 0; i < p.values.size(); ++i)
        p.values[i] = static_cast<std::uint8_t>(i * 37 + i / 11);
    return p;
}

std::span<const std::byte> bytesOf(const std::string& s) {
    return std::as_bytes(std::span(s.data(), s.size()));
}

const std::vector<std::pair<std::string, std::string>> kTexts = {{"vitral", "{\"água\": [1, 2]}"}, {"other", ""}};

} // namespace

class TestPictureFile : public QObject {
    Q_OBJECT
private slots:
    void pngGoesThereAndBack() {
        QTemporaryDir folder;
        for (const int channels : {1, 2, 3, 4}) {
            const Pixels8 p = pattern(23, 17, channels);
            const auto path = folder.filePath("p.png").toStdString();
            QVERIFY_RESULT(writePng(path, p, kTexts));
            const auto back = readPicture(path);
            QVERIFY_RESULT(back);
            QCOMPARE(back->channels, channels);
            QVERIFY(back->values == p.values);
            const auto text = readPngText(path, "vitral");
            QVERIFY_RESULT(text);
            QCOMPARE(**text, kTexts[0].second);
            QCOMPARE(**readPngText(path, "other"), std::string());
            QVERIFY(!readPngText(path, "vitra")->has_value());
#ifdef QT_GUI_LIB // not where only core is built
            // Others read it too: pixels, and the text under its keyword.
            const QImage image(QString::fromStdString(path));
            QCOMPARE(image.size(), QSize(23, 17));
            QCOMPARE(image.text("vitral"), QString::fromStdString(kTexts[0].second));
#endif
        }
    }

#ifdef QT_GUI_LIB
    // What others have written: colour types and texts of Qt's PNG writer, JPEG and BMP.
    void othersPicturesAreRead() {
        QTemporaryDir folder;
        QImage image(40, 30, QImage::Format_RGB32);
        image.fill(QColor(200, 100, 50));
        image.setText("vitral", "recipe");
        for (const char* kind : {"png", "bmp", "jpg"}) {
            const QString path = folder.filePath(QString("p.") + kind);
            if (!image.save(path, nullptr, 95))
                continue; // a plug-in that is not there
            const auto read = readPicture(path.toStdString());
            QVERIFY_RESULT(read);
            QCOMPARE(read->width, 40);
            QVERIFY(std::abs(int(read->values[0]) - 200) < 6 && std::abs(int(read->values[2]) - 50) < 6);
        }
        const auto text = readPngText(folder.filePath("p.png").toStdString(), "vitral");
        QVERIFY_RESULT(text);
        QCOMPARE(**text, std::string("recipe")); // tEXt
    }
#endif

    void everyPrefixAndMutationGetsAnAnswer() {
        const auto png = encodePng(pattern(9, 7, 3), kTexts);
        QVERIFY_RESULT(png);
        for (std::size_t n = 0; n < png->size(); ++n) {
            const std::string part(png->data(), n); // exactly as long: an overrun is seen by sanitizers
            (void)decodePicture(bytesOf(part));
            (void)findPngText(bytesOf(part), "vitral");
        }
        std::mt19937 random(1);
        for (int i = 0; i < 5000; ++i) {
            std::string bytes = *png;
            for (int k = 0; k < 1 + i % 5; ++k)
                bytes[random() % bytes.size()] = static_cast<char>(random());
            const auto pixels = decodePicture(bytesOf(bytes));
            if (!pixels)
                QVERIFY(pixels.error().message.size() > 10);
            else
                QCOMPARE(pixels->values.size(),
                         static_cast<std::size_t>(pixels->width * pixels->height * pixels->channels));
            (void)findPngText(bytesOf(bytes), "vitral");
        }
    }

    void filmsAreWritten() {
        const std::vector<AnimationFrame> frames = {
            {pattern(20, 10, 3), 100}, {pattern(20, 10, 1), 50}, {Pixels8(20, 10, 3), 1000}};
        const auto film = encodeAnimation(frames);
        if (!canWriteAnimation()) {
            QVERIFY_ERROR(film, ErrorCode::Unsupported);
            return;
        }
        QVERIFY_RESULT(film);
        QVERIFY(film->starts_with("RIFF") && film->substr(8, 4) == "WEBP");
        QCOMPARE(film->find("ANIM") != std::string::npos, true);
        int nFrame = 0;
        for (std::size_t at = film->find("ANMF"); at != std::string::npos; at = film->find("ANMF", at + 4))
            ++nFrame;
        QCOMPARE(nFrame, 3);
        QVERIFY_RESULT(encodeAnimation(frames, 80));
        QVERIFY_ERROR(encodeAnimation({}), ErrorCode::InvalidArgument);
        const std::vector<AnimationFrame> uneven = {{pattern(20, 10, 3), 100}, {pattern(10, 20, 3), 100}};
        QVERIFY_ERROR(encodeAnimation(uneven), ErrorCode::InvalidArgument);
        std::stop_source source;
        source.request_stop();
        QVERIFY_ERROR(encodeAnimation(frames, -1, source.get_token()), ErrorCode::Cancelled);
    }

    void sizesAreJudgedFirst() {
        auto png = encodePng(pattern(4, 4, 3));
        QVERIFY_RESULT(png);
        for (const std::uint32_t side : {20'000U, 32'768U, 0x7fff'ffffU, 0xffff'ffffU, 0U}) {
            std::string bytes = *png;
            for (int k = 0; k < 4; ++k)
                bytes[16 + static_cast<std::size_t>(k)] = bytes[20 + static_cast<std::size_t>(k)] =
                    static_cast<char>(side >> (24 - 8 * k));
            const auto read = decodePicture(bytesOf(bytes));
            QVERIFY(!read && read.error().message.size() > 10);
        }
        PictureLimits small;
        small.side = 3;
        QVERIFY_ERROR(decodePicture(bytesOf(*png), small), ErrorCode::Unsupported);
        small = {};
        small.pixels = 15;
        QVERIFY_ERROR(decodePicture(bytesOf(*png), small), ErrorCode::Unsupported);
        small = {};
        small.fileBytes = 10;
        QVERIFY_ERROR(decodePicture(bytesOf(*png), small), ErrorCode::Unsupported);
        QVERIFY_ERROR(decodePicture({}), ErrorCode::InvalidFile);
        QVERIFY_ERROR(readPicture("nowhere.png"), ErrorCode::NotFound);
        QVERIFY_ERROR(encodePng({}), ErrorCode::InvalidArgument);
        const std::vector<std::pair<std::string, std::string>> bad = {{"", "x"}};
        QVERIFY_ERROR(encodePng(pattern(2, 2, 1), bad), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(findPngText({}, "vitral"), ErrorCode::InvalidFile);
    }
};

QTEST_GUILESS_MAIN(TestPictureFile)
#include "tst_picture_file.moc"
