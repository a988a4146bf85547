// SPDX-License-Identifier: Apache-2.0
// What a well-formed GGUF file says, real ones and one of every type.

#include "core/io/gguf.h"
#include "tests/core/io/gguf_bytes.h"
#include "tests/support/result_test.h"

#include <QDir>

using namespace vitral;
using namespace vitral::test;

namespace {

std::shared_ptr<const GgufFile> parsed(const std::string& text) {
    return GgufFile::parse(std::as_bytes(std::span(text))).value_or(nullptr);
}

} // namespace

class TestGguf : public QObject {
    Q_OBJECT
private slots:
    void readsARealModel() {
        const QString path = QStringLiteral(VITRAL_SHARED_DATA "/gguf/stories260K-f32.gguf");
        VITRAL_NEED_FILE(path);
        const auto file = GgufFile::open(path.toStdString());
        QVERIFY_RESULT(file);
        QCOMPARE((*file)->string("general.architecture", "").value(), std::string("llama"));
        QCOMPARE((*file)->integer("llama.block_count", 0).value(), std::int64_t(5));
        const GgufTensor* embd = (*file)->findTensor("token_embd.weight");
        QVERIFY(embd != nullptr);
        QCOMPARE(embd->view.shape, (Shape{512, 64}));
        QCOMPARE(embd->view.bytes.size(), std::size_t(512 * 64 * 4));
        const auto tokens = (*file)->array("tokenizer.ggml.tokens");
        QVERIFY_RESULT(tokens);
        QCOMPARE((*tokens)->strings.size(), std::size_t(512));
    }
    void readsAllSharedFiles() {
        int nFile = 0;
        for (const char* folder : {"/gguf", "/ggml-vocab"}) {
            const QDir dir(QStringLiteral(VITRAL_SHARED_DATA) + QLatin1String(folder));
            for (const QString& name : dir.entryList({QStringLiteral("*.gguf")}, QDir::Files)) {
                const auto file = GgufFile::open(dir.filePath(name).toStdString());
                QVERIFY2(file.has_value(), file ? "" : file.error().message.c_str());
                QVERIFY((*file)->array("tokenizer.ggml.tokens").value()->size() > 100);
                ++nFile;
            }
        }
        if (nFile == 0)
            QSKIP("no GGUF files in " VITRAL_SHARED_DATA);
        qInfo("%d files", nFile);
    }
    void readsEveryType_data() {
        QTest::addColumn<quint32>("version");
        QTest::newRow("v2") << 2U;
        QTest::newRow("v3") << 3U;
    }
    void readsEveryType() {
        QFETCH(quint32, version);
        const std::string text = validGguf(version);
        const auto file = parsed(text);
        QVERIFY(file != nullptr);
        QCOMPARE(file->version(), version);
        QCOMPARE(file->metadata().size(), std::size_t(18));
        QCOMPARE(file->metadata()[1].first, std::string("a.u8"));
        QCOMPARE(file->metadataType(1), GgufType::U8);
        QCOMPARE(file->metadataBytes(1).size(), std::size_t(5));
        QCOMPARE(file->integer("a.u8", 0).value(), std::int64_t(200));
        QCOMPARE(file->integer("a.i8", 0).value(), std::int64_t(-100));
        QCOMPARE(file->integer("a.u16", 0).value(), std::int64_t(60000));
        QCOMPARE(file->integer("a.i16", 0).value(), std::int64_t(-30000));
        QCOMPARE(file->integer("a.u32", 0).value(), std::int64_t(4000000000));
        QCOMPARE(file->integer("a.i32", 0).value(), std::int64_t(-2000000000));
        QCOMPARE(file->integer("a.i64", 0).value(), -(std::int64_t(1) << 62));
        QVERIFY_ERROR(file->integer("a.u64", 0), ErrorCode::InvalidFile);
        QCOMPARE(std::get<std::uint64_t>(*file->find("a.u64")), std::uint64_t(1) << 63);
        QCOMPARE(file->real("a.f32", 0).value(), 0.5);
        QCOMPARE(file->real("a.f64", 0).value(), 0.1);
        QCOMPARE(file->real("a.i8", 0).value(), -100.0);
        QCOMPARE(file->boolean("a.bool", false).value(), true);
        QCOMPARE(file->alignment(), std::uint64_t(32));
    }
    void readsArrays() {
        const std::string text = validGguf();
        const auto file = parsed(text);
        QVERIFY(file != nullptr);
        const auto strings = file->array("a.strings").value();
        QCOMPARE(strings->strings.size(), std::size_t(3));
        QCOMPARE(strings->strings[2], std::string_view("tr\xC3\xAAs"));
        QVERIFY(strings->strings[0].data() > text.data() && strings->strings[0].data() < text.data() + text.size());
        QCOMPARE(file->array("a.floats").value()->floats, (std::vector<double>{1.5, -2.0}));
        QCOMPARE(file->array("a.bytes").value()->integers, (std::vector<std::int64_t>{-1, 1}));
        QCOMPARE(file->array("a.bools").value()->bools, (std::vector<bool>{true, false, true}));
        const auto nested = file->array("a.nested").value();
        QCOMPARE(nested->size(), std::size_t(2));
        QCOMPARE(nested->arrays[0]->integers, (std::vector<std::int64_t>{7, 8}));
        QCOMPARE(nested->arrays[0]->elementType, GgufType::U16);
        QCOMPARE(nested->arrays[1]->strings[0], std::string_view("x"));
        QCOMPARE(file->array("a.empty").value()->size(), std::size_t(0));
    }
    void tensorsLieWhereTheyShould() {
        const std::string text = validGguf();
        const auto file = parsed(text);
        QVERIFY(file != nullptr);
        QCOMPARE(file->tensors().size(), std::size_t(3));
        const GgufTensor* embd = file->findTensor("embd");
        QCOMPARE(embd->view.shape, (Shape{3, 4})); // flipped to NumPy order
        float five = 0;
        std::memcpy(&five, embd->view.bytes.data() + 20, 4);
        QCOMPARE(five, 5.0F);
        QCOMPARE(file->findTensor("quant")->view.dtype, DType::Q8_0);
        const GgufTensor* last = file->findTensor("last");
        QCOMPARE(last->view.shape, (Shape{3, 1, 2}));
        QCOMPARE(last->view.bytes.data() + 12, std::as_bytes(std::span(text)).data() + text.size());
        QVERIFY(file->findTensor("none") == nullptr);
    }
    void missingKeysGiveTheDefault() {
        const std::string text = validGguf();
        const auto file = parsed(text);
        QVERIFY(file != nullptr);
        QCOMPARE(file->integer("no.such.key", 7).value(), std::int64_t(7));
        QCOMPARE(file->real("no.such.key", 0.25).value(), 0.25);
        QCOMPARE(file->string("no.such.key", "d").value(), std::string("d"));
        QVERIFY(file->boolean("no.such.key", true).value());
        QVERIFY(file->array("no.such.key").value() == nullptr);
    }
    void wrongTypesNameTheKey() {
        const std::string text = validGguf();
        const auto file = parsed(text);
        QVERIFY(file != nullptr);
        QVERIFY_ERROR(file->integer("general.architecture", 7), ErrorCode::InvalidFile);
        QVERIFY_ERROR(file->real("a.strings", 7), ErrorCode::InvalidFile);
        QVERIFY_ERROR(file->boolean("a.u8", false), ErrorCode::InvalidFile);
        QVERIFY_ERROR(file->string("a.f32", ""), ErrorCode::InvalidFile);
        const auto wrong = file->array("a.bool");
        QVERIFY_ERROR(wrong, ErrorCode::InvalidFile);
        QVERIFY(wrong.error().message.find("a.bool") != std::string::npos);
    }
    void everyAlignmentWorks_data() {
        QTest::addColumn<quint32>("alignment");
        for (const quint32 alignment : {1U, 2U, 8U, 16U, 64U, 4096U})
            QTest::newRow(qPrintable(QString::number(alignment))) << alignment;
    }
    void everyAlignmentWorks() {
        QFETCH(quint32, alignment);
        Bytes b;
        b.header(2, 1).string("general.alignment").type(GgufType::U32).u32(alignment);
        const std::uint64_t second = (4 + alignment - 1) / alignment * alignment;
        b.tensor("a", {1}, 0, 0).tensor("b", {1}, 0, second).pad(alignment);
        b.number(1.0F).zeros(std::size_t(second) - 4).number(2.0F);
        const auto file = parsed(b.text());
        QVERIFY(file != nullptr);
        QCOMPARE(file->alignment(), std::uint64_t(alignment));
        float value = 0;
        std::memcpy(&value, file->findTensor("b")->view.bytes.data(), 4);
        QCOMPARE(value, 2.0F);
    }
    void aVocabularyAloneIsAFile() {
        Bytes b;
        b.header(0, 0);
        QVERIFY(parsed(b.text()) != nullptr);
    }
};

QTEST_GUILESS_MAIN(TestGguf)
#include "tst_gguf.moc"
