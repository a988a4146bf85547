// SPDX-License-Identifier: Apache-2.0
#include "core/io/safetensors.h"
#include "tests/support/counting_allocator.h"
#include "tests/support/result_test.h"

#include <QDirIterator>
#include <algorithm>
#include <cstring>

using namespace vitral;

namespace {

std::string withHeader(const std::string& json, std::size_t dataBytes) {
    const std::uint64_t length = json.size();
    std::string text(reinterpret_cast<const char*>(&length), 8);
    text += json;
    for (std::size_t i = 0; i < dataBytes; ++i)
        text += char(i);
    return text;
}

const char* const kValid = R"({"__metadata__":{"format":"pt","k":"v"},)"
                           R"("b":{"dtype":"F16","shape":[2,1,3],"data_offsets":[16,28]},)"
                           R"("a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},)"
                           R"("none":{"dtype":"BF16","shape":[0,7],"data_offsets":[28,28]},)"
                           R"("u":{"dtype":"U8","shape":[],"data_offsets":[28,29]}}   )";

Result<std::shared_ptr<const SafetensorsFile>> parseExactly(std::string_view text, std::unique_ptr<std::byte[]>& keep) {
    keep.reset(new std::byte[text.size()]);
    std::memcpy(keep.get(), text.data(), text.size());
    return SafetensorsFile::parse({keep.get(), text.size()});
}

std::size_t fairBytes(std::size_t fileBytes) {
    return 64 * fileBytes + 64 * 1024;
}

} // namespace

class TestSafetensors : public QObject {
    Q_OBJECT
private slots:
    void reads() {
        std::unique_ptr<std::byte[]> keep;
        const auto file = parseExactly(withHeader(kValid, 29), keep);
        QVERIFY_RESULT(file);
        QCOMPARE((*file)->tensors().size(), std::size_t(4));
        QCOMPARE((*file)->tensors()[0].name, std::string("a"));
        QCOMPARE((*file)->metadata().size(), std::size_t(2));
        QCOMPARE((*file)->metadata()[0].second, std::string("pt"));
        const SafetensorsTensor* b = (*file)->findTensor("b");
        QVERIFY(b != nullptr);
        QCOMPARE(b->dims, (std::vector<std::int64_t>{2, 1, 3}));
        QCOMPARE(unsigned(b->bytes[0]), 16U);
        const auto view = b->view();
        QVERIFY_RESULT(view);
        QCOMPARE(view->dtype, DType::F16);
        QCOMPARE(view->shape, (Shape{2, 1, 3}));
        QVERIFY_ERROR((*file)->findTensor("u")->view(), ErrorCode::Unsupported);
        QVERIFY((*file)->findTensor("none")->bytes.empty());
    }
    void readsSharedFiles() {
        QDirIterator it(QStringLiteral(VITRAL_SHARED_DATA), {QStringLiteral("*.safetensors")}, QDir::Files,
                        QDirIterator::Subdirectories);
        int nFile = 0;
        while (it.hasNext()) {
            const auto file = SafetensorsFile::open(it.next().toStdString());
            QVERIFY2(file.has_value(), file ? "" : file.error().message.c_str());
            QVERIFY(!(*file)->tensors().empty());
            ++nFile;
        }
        if (nFile == 0)
            QSKIP("no safetensors files in " VITRAL_SHARED_DATA);
        qInfo("%d files", nFile);
    }
    void everyPrefix() {
        const std::string whole = withHeader(kValid, 29);
        std::unique_ptr<std::byte[]> keep;
        for (std::size_t n = 0; n < whole.size(); ++n)
            QVERIFY_ERROR(parseExactly(std::string_view(whole).substr(0, n), keep), ErrorCode::InvalidFile);
        QVERIFY_RESULT(parseExactly(whole, keep));
        QVERIFY_ERROR(parseExactly(whole + "x", keep), ErrorCode::InvalidFile);
    }
    void everyByteChanged() {
        const std::string whole = withHeader(kValid, 29);
        std::unique_ptr<std::byte[]> keep;
        for (std::size_t i = 0; i < whole.size(); ++i) {
            for (int value = 0; value < 256; value += 5) {
                std::string changed = whole;
                changed[i] = char(value);
                const vitral::test::AllocationPeak peak;
                const auto file = parseExactly(changed, keep);
                QVERIFY(peak.bytes() < fairBytes(whole.size()));
                if (!file)
                    QVERIFY(file.error().message.ends_with('.'));
            }
        }
    }
    void lies_data() {
        QTest::addColumn<QString>("names");
        QTest::addColumn<QByteArray>("file");
        const auto row = [](const char* title, const char* names, const std::string& json, std::size_t n = 16) {
            QTest::newRow(title) << QString::fromLatin1(names) << QByteArray::fromStdString(withHeader(json, n));
        };
        const auto raw = [](const char* title, const char* names, const QByteArray& bytes) {
            QTest::newRow(title) << QString::fromLatin1(names) << bytes;
        };
        raw("empty", "length of its header", "");
        raw("huge header", "header would be", QByteArray("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10));
        raw("header 2^63", "header would be", QByteArray("\0\0\0\0\0\0\0\x80{}", 10));
        raw("header by one", "but 2 are left", QByteArray("\3\0\0\0\0\0\0\0{}", 10));
        row("empty header", "does not begin", "");
        row("blank first", "does not begin", " {}");
        row("list", "does not begin", "[]");
        row("not JSON", "not valid JSON", "{\"a\"");
        row("after the object", "not valid JSON", "{} {}");
        row("not UTF-8", "not valid JSON", "{\"\xff\":1}");
        row("number entry", "'a'", R"({"a":1})");
        row("string entry", "'a'", R"({"a":"F32"})");
        row("list entry", "'a'", R"({"a":[1]})");
        row("null entry", "'a'", R"({"a":null})");
        row("no dtype", "'dtype'", R"({"a":{"shape":[4],"data_offsets":[0,16]}})");
        row("no shape", "'shape'", R"({"a":{"dtype":"F32","data_offsets":[0,16]}})");
        row("no offsets", "'data_offsets'", R"({"a":{"dtype":"F32","shape":[4]}})");
        row("dtype twice", "'dtype'", R"({"a":{"dtype":"F32","dtype":"F32","shape":[4],"data_offsets":[0,16]}})");
        row("unknown dtype", "unknown dtype 'F31'", R"({"a":{"dtype":"F31","shape":[4],"data_offsets":[0,16]}})");
        row("dtype a number", "'dtype' of 'a'", R"({"a":{"dtype":4,"shape":[4],"data_offsets":[0,16]}})");
        row("unknown field", "'x' of 'a'", R"({"a":{"x":"y","dtype":"F32","shape":[4],"data_offsets":[0,16]}})");
        row("object in a tensor", "'shape' of 'a'", R"({"a":{"dtype":"F32","shape":{"b":1},"data_offsets":[0,16]}})");
        row("list in a shape", "'shape' of 'a'", R"({"a":{"dtype":"F32","shape":[[4]],"data_offsets":[0,16]}})");
        row("string in a shape", "'shape' of 'a'", R"({"a":{"dtype":"F32","shape":["4"],"data_offsets":[0,16]}})");
        row("negative dim", "'shape' of 'a'", R"({"a":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}})");
        row("fraction", "'shape' of 'a'", R"({"a":{"dtype":"F32","shape":[4.0],"data_offsets":[0,16]}})");
        row("2^64", "'shape' of 'a'", R"({"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,16]}})");
        row("2^63", "'shape' of 'a'", R"({"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,16]}})");
        row("1e999", "not valid JSON", R"({"a":{"dtype":"F32","shape":[1e999],"data_offsets":[0,16]}})");
        row("overflow", "shape of tensor 'a'",
            R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]}})");
        row("overflow to 0", "shape of tensor 'a'",
            R"({"a":{"dtype":"F32","shape":[4294967296,1073741824],"data_offsets":[0,0]}})");
        row("one offset", "'data_offsets' of tensor 'a'", R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[16]}})");
        row("backwards", "'data_offsets' of tensor 'a'", R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}})");
        row("past the end", "'data_offsets' of tensor 'a'",
            R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[4,20]}})");
        row("wrong length", "'a' takes 16 bytes", R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,16]}})");
        row("gap", "4 bytes of the safetensors file between its header and tensor 'a' belong to no tensor",
            R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[4,16]}})");
        row("rest", "4 bytes after its last", R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}})");
        row("overlap", "overlap",
            R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})");
        row("name twice", "'a' appears twice",
            R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})");
        row("metadata number", "'k' of '__metadata__'", R"({"__metadata__":{"k":1}})");
        row("metadata deep", "'k' of '__metadata__'", R"({"__metadata__":{"k":{"l":"m"}}})");
        row("metadata twice", "'__metadata__' appears twice", R"({"__metadata__":{},"__metadata__":{}})");
        row("metadata key twice", "'k' appears twice", R"({"__metadata__":{"k":"1","k":"2"}})", 0);
        std::string deep = R"({"a":{"shape":)";
        deep.append(200000, '[');
        row("deep", "'shape' of 'a'", deep);
        std::string longShape = R"({"a":{"shape":[1)";
        for (int i = 0; i < 100000; ++i)
            longShape += ",1";
        row("long shape", "more than 16", longShape);
    }
    void lies() {
        QFETCH(QString, names);
        QFETCH(QByteArray, file);
        std::unique_ptr<std::byte[]> keep;
        const vitral::test::AllocationPeak peak;
        const auto result = parseExactly({file.constData(), std::size_t(file.size())}, keep);
        QVERIFY(!result.has_value());
        const std::string& message = result.error().message;
        QVERIFY2(message.find(names.toStdString()) != std::string::npos, message.c_str());
        QVERIFY(message.ends_with('.'));
        QVERIFY(peak.bytes() < fairBytes(std::size_t(file.size())));
    }
    void writesWhatItReads() {
        const QTemporaryDir dir;
        const std::filesystem::path path = dir.filePath("w.safetensors").toStdString();
        SafetensorsWriter writer;
        writer.setMetadata("format", "vitral");
        QVERIFY_RESULT(writer.addTensor("wide", DType::F32, Shape{2, 3}));
        QVERIFY_RESULT(writer.addTensor("narrow", DType::I8, Shape{}));
        QVERIFY_RESULT(writer.addTensor("nothing", DType::F16, std::vector<std::int64_t>{0, 1, 2, 3, 4}));
        QVERIFY_ERROR(writer.addTensor("wide", DType::F32, Shape{2}), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(writer.addTensor("__metadata__", DType::F32, Shape{2}), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(writer.addTensor("q", DType::Q4_0, Shape{32}), ErrorCode::Unsupported);
        QVERIFY_RESULT(writer.begin(path));
        const float values[6] = {1, 2, 3, 4, 5, 6};
        const char seven = 7;
        QVERIFY_RESULT(writer.write(std::as_bytes(std::span(values))));
        QVERIFY_ERROR(writer.finish(), ErrorCode::Bug);
        QVERIFY_RESULT(writer.write(std::as_bytes(std::span(&seven, 1))));
        QVERIFY_ERROR(writer.write(std::as_bytes(std::span(&seven, 1))), ErrorCode::Bug);
        QVERIFY_RESULT(writer.finish());
        const auto file = SafetensorsFile::open(path);
        QVERIFY_RESULT(file);
        QCOMPARE((*file)->metadata()[0].second, std::string("vitral"));
        const SafetensorsTensor* wide = (*file)->findTensor("wide");
        QVERIFY(std::ranges::equal(wide->bytes, std::as_bytes(std::span(values))));
        QCOMPARE(reinterpret_cast<std::uintptr_t>(wide->bytes.data()) % 8, std::uintptr_t(0));
        QCOMPARE((*file)->findTensor("narrow")->dims.size(), std::size_t(0));
        QCOMPARE((*file)->findTensor("nothing")->dims.size(), std::size_t(5));
    }
    void namesMustBeText() {
        const QTemporaryDir dir;
        SafetensorsWriter writer;
        QVERIFY_RESULT(writer.addTensor("\xff", DType::F32, Shape{2}));
        QVERIFY_ERROR(writer.begin(dir.filePath("x").toStdString()), ErrorCode::InvalidArgument);
        QVERIFY(!QFile::exists(dir.filePath("x")));
    }
};

QTEST_GUILESS_MAIN(TestSafetensors)
#include "tst_safetensors.moc"
