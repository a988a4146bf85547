// SPDX-License-Identifier: Apache-2.0
// What a well-formed GGUF file says, real ones and one of every type.

#include "core/io/gguf.h"
#include "core/io/gguf_quantize.h"
#include "tests/core/io/gguf_bytes.h"
#include "tests/support/result_test.h"
#include "tests/support/split_model.h"

#include <QDir>
#include <QTemporaryDir>

#include <fstream>

using namespace vitral;
using namespace vitral::test;

namespace {

std::shared_ptr<const GgufFile> parsed(const std::string& text) {
    return GgufFile::parse(std::as_bytes(std::span(text))).value_or(nullptr);
}

/// Whether two files have the same tensors, in any order.
bool sameTensors(const GgufFile& a, const GgufFile& b) {
    for (const GgufTensor& tensor : a.tensors()) {
        const GgufTensor* other = b.findTensor(tensor.name);
        if (other == nullptr || other->view.dtype != tensor.view.dtype || !(other->view.shape == tensor.view.shape) ||
            !std::equal(tensor.view.bytes.begin(), tensor.view.bytes.end(), other->view.bytes.begin(),
                        other->view.bytes.end()))
            return false;
    }
    return a.tensors().size() == b.tensors().size();
}

const std::filesystem::path kGolden = VITRAL_GOLDEN "/gguf";

/// Three parts of 20 small tensors in a folder of their own, and one file with all of them.
struct Parts {
    QTemporaryDir folder;
    std::filesystem::path first;
    Parts() {
        GgufWriter writer;
        writer.setString("general.architecture", "llama");
        for (int i = 0; i < 20; ++i)
            (void)writer.addTensor("t" + std::to_string(i), DType::F32, Shape{1 + i, 32});
        (void)writer.begin(path("whole.gguf"));
        for (int i = 0; i < 20; ++i) {
            const std::vector<float> x(std::size_t(32 * (1 + i)), float(i));
            (void)writer.write(std::as_bytes(std::span(x)));
        }
        (void)writer.finish();
        first = splitModel(path("whole.gguf"), path(""), "m", 3).value();
    }
    std::filesystem::path path(const std::string& name) const {
        return std::filesystem::path(folder.path().toStdString()) / name;
    }
    /// Writes part 2 of `count` with that split.no, split.count and split.tensors.count and one tensor.
    Result<void> forge(const std::string& name, std::uint64_t no, std::uint64_t count, std::int32_t nTensor,
                       const std::string& tensor) const {
        GgufWriter writer;
        VITRAL_TRY(writer.set("split.no", GgufType::U16, GgufValue(no)));
        VITRAL_TRY(writer.set("split.count", GgufType::U16, GgufValue(count)));
        writer.setI32("split.tensors.count", nTensor);
        VITRAL_TRY(writer.addTensor(tensor, DType::F32, Shape{1}));
        VITRAL_TRY(writer.begin(path(name)));
        const float x = 0;
        VITRAL_TRY(writer.write(std::as_bytes(std::span(&x, 1))));
        return writer.finish();
    }
};

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
    void partsAreOneModel() {
        // Written by the gguf package (tests/golden/generators/split_gguf.py).
        const auto whole = GgufFile::open(kGolden / "whole.gguf");
        QVERIFY_RESULT(whole);
        for (const char* name :
             {"parts-00001-of-00003.gguf", "parts-00002-of-00003.gguf", "parts-00003-of-00003.gguf"}) {
            const auto joined = GgufFile::open(kGolden / name);
            QVERIFY_RESULT(joined);
            QCOMPARE((*joined)->nPart(), 3);
            QVERIFY((*joined)->fileBytes() > (*whole)->fileBytes());
            QVERIFY(sameTensors(**whole, **joined));
            QCOMPARE((*joined)->string("general.name", "").value(), std::string("five tensors"));
            QCOMPARE((*joined)->array("some.names").value()->strings.size(), std::size_t(3));
        }
    }
    void namesOfParts() {
        const auto name = splitNameOf("a/b-00002-of-00010.gguf");
        QVERIFY(name.has_value());
        QCOMPARE(name->stem, std::string("a/b"));
        QCOMPARE(name->no, 1);
        QCOMPARE(name->count, 10);
        QCOMPARE(splitFileName(*name, 9), std::string("a/b-00010-of-00010.gguf"));
        for (const char* other :
             {"m.gguf", "-00001-of-00002.gguf", "m-00003-of-00002.gguf", "m-00000-of-00002.gguf", "m-0001-of-0002.gguf",
              "m-00001-of-00002.safetensors", "m-+0001-of-00002.gguf", "m-00001-of-00002", ""})
            QVERIFY2(!splitNameOf(other).has_value(), other);
    }
    void aRealModelInParts() {
        const QString path = QStringLiteral(VITRAL_SHARED_DATA "/gguf/stories260K-f32.gguf");
        VITRAL_NEED_FILE(path);
        QTemporaryDir folder;
        const std::filesystem::path to(folder.path().toStdString());
        const auto first = splitModel(path.toStdString(), to, "tiny", 7);
        QVERIFY_RESULT(first);
        const auto joined = GgufFile::open(*first), whole = GgufFile::open(path.toStdString());
        QVERIFY_RESULT(joined);
        QVERIFY(sameTensors(**whole, **joined));
        // Written again it is one file that nothing reminds of the parts.
        const QuantizeOptions options{*findQuantizeMix("F32"), 1, {}, {}};
        QVERIFY_RESULT(quantizeGguf(*first, to / "one.gguf", options));
        const auto one = GgufFile::open(to / "one.gguf");
        QVERIFY_RESULT(one);
        QVERIFY(sameTensors(**whole, **one));
        QVERIFY((*one)->find("split.count") == nullptr);
        QVERIFY_ERROR(quantizeGguf(*first, to / "tiny-00003-of-00007.gguf", options), ErrorCode::InvalidArgument);
    }
    void missingAndForgedParts() {
        const Parts parts;
        QVERIFY_RESULT(GgufFile::open(parts.first));
        const std::string second = "m-00002-of-00003.gguf";
        const auto opened = [&] { return GgufFile::open(parts.first); };
        const auto says = [&](const char* words) {
            const auto file = opened();
            if (!file && file.error().message.find(words) != std::string::npos)
                return true;
            qWarning("%s", file ? "no error" : file.error().message.c_str());
            return false;
        };
        QVERIFY_RESULT(parts.forge(second, 2, 3, 20, "x")); // says it is the third
        QVERIFY(says("split.no"));
        QVERIFY_RESULT(parts.forge(second, 1, 4, 20, "x"));
        QVERIFY(says("split.count"));
        QVERIFY_RESULT(parts.forge(second, 1, 3, 20, "x"));
        QVERIFY(says("split.tensors.count"));
        QVERIFY_RESULT(parts.forge(second, 1, 3, 20, "t0"));
        QVERIFY(says("t0"));
        std::ofstream(parts.path(second)) << "GGUF";
        QVERIFY(says(second.c_str()));
        std::filesystem::remove(parts.path(second));
        QVERIFY_ERROR(opened(), ErrorCode::NotFound);
        QVERIFY(says(second.c_str()));
        // A part under another name cannot know the others; 65,535 parts are asked for one by one.
        std::filesystem::copy(parts.first, parts.path("renamed.gguf"));
        QVERIFY_ERROR(GgufFile::open(parts.path("renamed.gguf")), ErrorCode::InvalidFile);
        QVERIFY_RESULT(parts.forge("n-00001-of-65535.gguf", 0, 65535, 1, "x"));
        QVERIFY_ERROR(GgufFile::open(parts.path("n-00001-of-65535.gguf")), ErrorCode::NotFound);
    }
    void aVocabularyAloneIsAFile() {
        Bytes b;
        b.header(0, 0);
        QVERIFY(parsed(b.text()) != nullptr);
    }
};

QTEST_GUILESS_MAIN(TestGguf)
#include "tst_gguf.moc"
