// SPDX-License-Identifier: Apache-2.0
// What GgufWriter writes reads back the same; what goes wrong leaves the old file.

#include "core/io/gguf_writer.h"
#include "tests/core/io/gguf_bytes.h"
#include "tests/support/result_test.h"

#include <QDir>
#include <csignal>
#include <sys/resource.h>

using namespace vitral;
using namespace vitral::test;

namespace {

std::span<const std::byte> bytesOf(const std::string& text) {
    return std::as_bytes(std::span(text));
}

} // namespace

class TestGgufWriter : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    std::filesystem::path path(const char* name) const {
        return dir_.filePath(QString::fromLatin1(name)).toStdString();
    }

private slots:
    void copiesEveryType() {
        const std::string text = validGguf();
        const auto source = GgufFile::parse(bytesOf(text)).value();
        GgufWriter writer;
        for (std::size_t i = 0; i < source->metadata().size(); ++i)
            writer.setEncoded(source->metadata()[i].first, source->metadataBytes(i));
        for (const GgufTensor& tensor : source->tensors())
            QVERIFY_RESULT(writer.addTensor(tensor.name, tensor.view.dtype, tensor.view.shape));
        QVERIFY_RESULT(writer.begin(path("copy.gguf")));
        for (const GgufTensor& tensor : source->tensors())
            QVERIFY_RESULT(writer.write(tensor.view.bytes));
        QVERIFY_RESULT(writer.finish());
        const auto copy = GgufFile::open(path("copy.gguf"));
        QVERIFY_RESULT(copy);
        QCOMPARE((*copy)->fileBytes(), std::size_t(writer.fileBytes()));
        QCOMPARE((*copy)->metadata().size(), source->metadata().size());
        for (std::size_t i = 0; i < source->metadata().size(); ++i) {
            QCOMPARE((*copy)->metadata()[i].first, source->metadata()[i].first);
            QVERIFY(std::ranges::equal((*copy)->metadataBytes(i), source->metadataBytes(i)));
        }
        for (const GgufTensor& tensor : source->tensors()) {
            const GgufTensor* other = (*copy)->findTensor(tensor.name);
            QVERIFY(other != nullptr);
            QCOMPARE(other->view.shape, tensor.view.shape);
            QCOMPARE(other->view.dtype, tensor.view.dtype);
            QVERIFY(std::ranges::equal(other->view.bytes, tensor.view.bytes));
        }
    }
    void setEncodesAsStored() {
        const std::string text = validGguf();
        const auto source = GgufFile::parse(bytesOf(text)).value();
        GgufWriter writer;
        for (std::size_t i = 0; i < source->metadata().size(); ++i)
            QVERIFY_RESULT(
                writer.set(source->metadata()[i].first, source->metadataType(i), source->metadata()[i].second));
        QVERIFY_RESULT(writer.begin(path("set.gguf")));
        QVERIFY_RESULT(writer.finish());
        const auto copy = GgufFile::open(path("set.gguf"));
        QVERIFY_RESULT(copy);
        for (std::size_t i = 0; i < source->metadata().size(); ++i)
            QVERIFY2(std::ranges::equal((*copy)->metadataBytes(i), source->metadataBytes(i)),
                     source->metadata()[i].first.c_str());
    }
    void shortcutsWriteTheirTypes() {
        GgufWriter writer;
        writer.setU32("u", 1);
        writer.setU32("u", 2); // the second wins, in the first's place
        writer.setBool("b", true);
        writer.setF32("f", 0.5F);
        writer.setString("s", "vitral");
        const std::vector<std::string> words = {"a", "", "c"};
        writer.setStrings("ss", words);
        writer.setFloats("ff", std::vector<float>{1, 2});
        writer.setInts("ii", std::vector<std::int32_t>{-1, 2});
        writer.setI64("i64", -5);
        QVERIFY_RESULT(writer.begin(path("short.gguf")));
        QVERIFY_RESULT(writer.finish());
        const auto file = GgufFile::open(path("short.gguf")).value();
        QCOMPARE(file->metadata()[0].first, std::string("u"));
        QCOMPARE(file->integer("u", 0).value(), std::int64_t(2));
        QCOMPARE(file->metadataType(0), GgufType::U32);
        QCOMPARE(file->boolean("b", false).value(), true);
        QCOMPARE(file->real("f", 0).value(), 0.5);
        QCOMPARE(file->string("s", "").value(), std::string("vitral"));
        QCOMPARE(file->array("ss").value()->strings.size(), std::size_t(3));
        QCOMPARE(file->array("ff").value()->floats, (std::vector<double>{1, 2}));
        QCOMPARE(file->array("ii").value()->integers, (std::vector<std::int64_t>{-1, 2}));
        QCOMPARE(file->integer("i64", 0).value(), std::int64_t(-5));
    }
    void valuesThatDoNotFitAreRefused() {
        GgufWriter writer;
        QVERIFY_ERROR(writer.set("k", GgufType::U8, GgufValue(std::int64_t(256))), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(writer.set("k", GgufType::U32, GgufValue(std::int64_t(-1))), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(writer.set("k", GgufType::I64, GgufValue(~std::uint64_t(0))), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(writer.set("k", GgufType::F32, GgufValue(std::string("1"))), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(writer.set("k", GgufType::Array, GgufValue(true)), ErrorCode::InvalidArgument);
    }
    void otherAlignments() {
        GgufWriter writer;
        QVERIFY_ERROR(writer.setAlignment(0), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(writer.setAlignment(48), ErrorCode::InvalidArgument);
        QVERIFY_RESULT(writer.setAlignment(4096));
        QVERIFY_RESULT(writer.addTensor("a", DType::F32, {1}));
        QVERIFY_RESULT(writer.addTensor("b", DType::F32, {1}));
        QVERIFY_RESULT(writer.begin(path("aligned.gguf")));
        const float values[2] = {1, 2};
        QVERIFY_RESULT(writer.write(std::as_bytes(std::span(values).first(1))));
        QVERIFY_RESULT(writer.write(std::as_bytes(std::span(values).last(1))));
        QVERIFY_RESULT(writer.finish());
        const auto file = GgufFile::open(path("aligned.gguf")).value();
        QCOMPARE(file->alignment(), std::uint64_t(4096));
        QCOMPARE(reinterpret_cast<std::uintptr_t>(file->findTensor("b")->view.bytes.data()) % 4096, std::uintptr_t(0));
    }
    void tensorsThatCannotBeAreRefused() {
        GgufWriter writer;
        QVERIFY_RESULT(writer.addTensor("t", DType::Q4_K, {2, 256}));
        QVERIFY_ERROR(writer.addTensor("t", DType::F32, {1}), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(writer.addTensor("u", DType::Q4_K, {2, 128}), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(writer.addTensor("v", DType::F32, {2, 0}), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(writer.addTensor("w", DType::F32, {1LL << 40, 1LL << 40}), ErrorCode::InvalidArgument);
    }
    void declaredBytesAreHeldTo() {
        GgufWriter writer;
        QVERIFY_RESULT(writer.addTensor("t", DType::F32, {2}));
        QVERIFY_RESULT(writer.begin(path("held.gguf")));
        const std::string twelve(12, 'x');
        QVERIFY_ERROR(writer.write(bytesOf(twelve)), ErrorCode::Bug);
        QVERIFY_RESULT(writer.write(bytesOf(twelve).first(4)));
        QVERIFY_ERROR(writer.finish(), ErrorCode::Bug);
    }
    void anUnfinishedFileLeavesTheOldOne() {
        QVERIFY_RESULT(writeFileAtomically(path("old.gguf"), "old"));
        {
            GgufWriter writer;
            QVERIFY_RESULT(writer.addTensor("t", DType::F32, {1024}));
            QVERIFY_RESULT(writer.begin(path("old.gguf")));
            const std::string part(100, 'x');
            QVERIFY_RESULT(writer.write(bytesOf(part)));
        }
        QCOMPARE(readTextFile(path("old.gguf"), 100).value(), std::string("old"));
        const QStringList left = QDir(dir_.path()).entryList({QStringLiteral("*.part-*")});
        QVERIFY2(left.isEmpty(), qPrintable(left.join(' ')));
    }
    void aFullDiskIsASentence() {
        // A file-size limit stands in for the full disk: the write fails half way just the same.
        rlimit old{};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &old), 0);
        const rlimit small{65536, old.rlim_max};
        const auto handler = ::signal(SIGXFSZ, SIG_IGN);
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        GgufWriter writer;
        QVERIFY_RESULT(writer.addTensor("t", DType::F32, {65536}));
        QVERIFY_RESULT(writer.begin(path("full.gguf")));
        const std::string data(65536 * 4, 'x');
        const auto written = writer.write(bytesOf(data));
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &old), 0);
        ::signal(SIGXFSZ, handler);
        QVERIFY_ERROR(written, ErrorCode::Io);
        QVERIFY(!std::filesystem::exists(path("full.gguf")));
        QVERIFY_ERROR(AtomicFile::create("/nowhere/x.gguf"), ErrorCode::Io);
    }
    void readOnlyFilesAreNotReplaced() { // not even by root
        QVERIFY_RESULT(writeFileAtomically(path("kept"), "kept"));
        std::filesystem::permissions(path("kept"), std::filesystem::perms::owner_read);
        QVERIFY_ERROR(AtomicFile::create(path("kept")), ErrorCode::Io);
        QCOMPARE(readTextFile(path("kept"), 100).value(), std::string("kept"));
    }
    void foldersAndDevicesAreNotReplaced() {
        QVERIFY_ERROR(AtomicFile::create("/dev/null"), ErrorCode::Io);
        QVERIFY_ERROR(AtomicFile::create(dir_.path().toStdString()), ErrorCode::Io);
    }
};

QTEST_GUILESS_MAIN(TestGgufWriter)
#include "tst_gguf_writer.moc"
