// SPDX-License-Identifier: Apache-2.0
// GGUF files that lie: each gives a sentence that names the field, and none makes us ask for more memory than its own
// size justifies. Run under AddressSanitizer these prove that no byte outside the file is read.

#include "core/io/gguf.h"
#include "tests/core/io/gguf_bytes.h"
#include "tests/support/counting_allocator.h"
#include "tests/support/result_test.h"

#include <functional>

using namespace vitral;
using namespace vitral::test;

namespace {

// Parsing may keep every field in a wider form and an index beside it; more than this means a count was believed.
std::size_t fairBytes(std::size_t fileBytes) {
    return 64 * fileBytes + 64 * 1024;
}

void touch(const GgufFile& file) {
    unsigned sum = 0;
    for (const GgufTensor& tensor : file.tensors())
        for (const std::byte byte : tensor.view.bytes)
            sum += unsigned(byte);
    for (const auto& [key, value] : file.metadata())
        if (const auto* array = std::get_if<std::shared_ptr<const GgufArray>>(&value))
            for (const std::string_view text : (*array)->strings)
                for (const char c : text)
                    sum += unsigned(c);
    QVERIFY(sum != 1);
}

} // namespace

class TestGgufHostile : public QObject {
    Q_OBJECT
private slots:
    void everyPrefix() {
        const std::string whole = validGguf();
        std::unique_ptr<std::byte[]> keep;
        for (std::size_t n = 0; n < whole.size(); ++n) {
            const auto file = parseExactly(std::string_view(whole).substr(0, n), keep);
            QVERIFY2(!file.has_value(), qPrintable(QString::number(n)));
            QVERIFY(file.error().message.size() > 20);
            QVERIFY(file.error().message.ends_with('.'));
        }
        QVERIFY_RESULT(parseExactly(whole, keep));
    }

    void everyByteChanged() {
        const std::string whole = validGguf();
        std::unique_ptr<std::byte[]> keep;
        int nRefused = 0;
        for (std::size_t i = 0; i < whole.size(); ++i) {
            for (const int change : {0x01, 0x80, 0xFF, 0x7F, 0x10}) {
                std::string changed = whole;
                changed[i] = char(changed[i] ^ change);
                const AllocationPeak peak;
                const auto file = parseExactly(changed, keep);
                QVERIFY2(peak.bytes() < fairBytes(whole.size()),
                         qPrintable(QStringLiteral("%1 bytes for byte %2 ^ %3").arg(peak.bytes()).arg(i).arg(change)));
                if (file)
                    touch(**file);
                else
                    ++nRefused;
            }
        }
        QVERIFY(nRefused > int(whole.size())); // a fifth at least is noticed
    }

    void bytesAfterTheEndDoNotMatter() {
        std::unique_ptr<std::byte[]> keep;
        QVERIFY_RESULT(parseExactly(validGguf() + "garbage", keep));
    }

    void lies_data() {
        QTest::addColumn<QString>("names"); // what the sentence must contain
        QTest::addColumn<QByteArray>("file");
        const auto row = [](const char* title, const char* names, const Bytes& b) {
            QTest::newRow(title) << QString::fromLatin1(names) << QByteArray::fromStdString(b.text());
        };
        constexpr std::uint64_t huge = ~std::uint64_t(0);
        row("empty", "magic", Bytes());
        row("magic", "not a GGUF", Bytes().raw("GGUX").zeros(100));
        row("old format", "before GGUF", Bytes().raw("tjgg").zeros(100));
        row("version 1", "version 1;", Bytes().header(0, 0, 1));
        row("version 4", "version 4;", Bytes().header(0, 0, 4));
        row("version 0", "version 0;", Bytes().header(0, 0, 0));
        row("big endian", "big-endian", Bytes().raw("GGUF").u32(0x03000000).zeros(16));
        row("tensor count", "tensor count", Bytes().header(huge, 0).zeros(100));
        row("tensor count, near", "tensor count", Bytes().header(5, 0).zeros(100));
        row("metadata count", "metadata count", Bytes().header(0, huge).zeros(100));
        row("metadata count 2^60", "metadata count", Bytes().header(0, 1ULL << 60).zeros(100));
        row("key length", "metadata key", Bytes().header(0, 1).u64(huge).zeros(100));
        row("key length, sign", "metadata key", Bytes().header(0, 1).u64(1ULL << 63).zeros(100));
        row("type", "'k' has the unknown type 13", Bytes().header(0, 1).string("k").u32(13).zeros(100));
        row("string length", "metadata 'k'",
            Bytes().header(0, 1).string("k").type(GgufType::String).u64(huge - 7).zeros(100));
        row("string length, by one", "metadata 'k'",
            Bytes().header(0, 1).string("k").type(GgufType::String).u64(11).zeros(10));
        row("bool", "'k' is a bool", Bytes().header(0, 1).string("k").type(GgufType::Bool).u8(2));
        row("array type", "'k' has the unknown type 99",
            Bytes().header(0, 1).string("k").type(GgufType::Array).u32(99).u64(1).zeros(64));
        for (std::uint32_t type = 0; type < 13; ++type)
            row(qPrintable(QStringLiteral("array of type %1").arg(type)), "'k' is an array of",
                Bytes().header(0, 1).string("k").type(GgufType::Array).u32(type).u64(huge / 2).zeros(100));
        row("array, by one", "'k' is an array of 4",
            Bytes().header(0, 1).string("k").type(GgufType::Array).type(GgufType::U64).u64(4).zeros(31));
        row("array string", "element of metadata 'k'",
            Bytes()
                .header(0, 1)
                .string("k")
                .type(GgufType::Array)
                .type(GgufType::String)
                .u64(2)
                .string("a")
                .u64(huge)
                .zeros(100));
        row("array bool", "'k' is a bool",
            Bytes().header(0, 1).string("k").type(GgufType::Array).type(GgufType::Bool).u64(2).u8(1).u8(7).zeros(9));
        row("u64 in an array", "'k' holds",
            Bytes().header(0, 1).string("k").type(GgufType::Array).type(GgufType::U64).u64(1).u64(huge));
        row("twice", "'k' appears twice",
            Bytes().header(0, 2).string("k").type(GgufType::Bool).u8(1).string("k").type(GgufType::Bool).u8(1));
        Bytes deep;
        deep.header(0, 1).string("deep").type(GgufType::Array);
        for (int i = 0; i < 10000; ++i)
            deep.type(GgufType::Array).u64(1);
        row("deep", "'deep' nests", deep);
        for (const std::uint32_t bad : {0U, 3U, 24U, 0xFFFFFFFFU})
            row(qPrintable(QStringLiteral("alignment %1").arg(bad)), "general.alignment",
                Bytes().header(0, 1).string("general.alignment").type(GgufType::U32).u32(bad));
        row("alignment type", "general.alignment",
            Bytes().header(0, 1).string("general.alignment").type(GgufType::String).string("32"));
        row("alignment 2^32", "general.alignment",
            Bytes().header(0, 1).string("general.alignment").type(GgufType::U64).u64(1ULL << 32));
        row("tensor name", "tensor name", Bytes().header(1, 0).u64(huge).zeros(100));
        row("tensor twice", "'t' appears twice",
            Bytes().header(2, 0).tensor("t", {1}, 0, 0).tensor("t", {1}, 0, 32).pad(32).zeros(64));
        row("rank", "'t' has 5 dimensions", Bytes().header(1, 0).tensor("t", {1, 1, 1, 1, 1}, 0, 0).pad(32).zeros(64));
        row("rank huge", "'t' has 4294967295 dimensions", Bytes().header(1, 0).string("t").u32(0xFFFFFFFF).zeros(100));
        row("dim 0", "'t' has a dimension of 0", Bytes().header(1, 0).tensor("t", {4, 0}, 0, 0).pad(32).zeros(64));
        row("dims overflow", "dimensions of tensor 't'",
            Bytes().header(1, 0).tensor("t", {1ULL << 32, 1ULL << 32}, 0, 0).pad(32).zeros(64));
        row("dims overflow to 0", "dimensions of tensor 't'",
            Bytes().header(1, 0).tensor("t", {1ULL << 32, 1ULL << 31, 2}, 0, 0).pad(32).zeros(64));
        row("dim negative", "dimensions of tensor 't'",
            Bytes().header(1, 0).tensor("t", {huge}, 0, 0).pad(32).zeros(64));
        row("bytes overflow", "'t'", Bytes().header(1, 0).tensor("t", {1ULL << 62}, 0, 0).pad(32).zeros(64));
        row("type removed", "'t' has type number 4", Bytes().header(1, 0).tensor("t", {32}, 4, 0).pad(32).zeros(64));
        row("type huge", "'t' has type number",
            Bytes().header(1, 0).tensor("t", {32}, 0xFFFFFFFF, 0).pad(32).zeros(64));
        row("half a block", "'t' has rows of 33", Bytes().header(1, 0).tensor("t", {33}, 8, 0).pad(32).zeros(64));
        row("offset not aligned", "offset of tensor 't'",
            Bytes().header(1, 0).tensor("t", {1}, 0, 4).pad(32).zeros(64));
        row("offset overflow", "'t'", Bytes().header(1, 0).tensor("t", {1}, 0, huge - 31).pad(32).zeros(64));
        row("offset past the end", "'t'", Bytes().header(1, 0).tensor("t", {1}, 0, 64).pad(32).zeros(64));
        row("one byte short", "'t'", Bytes().header(1, 0).tensor("t", {16}, 0, 0).pad(32).zeros(63));
        row("no data", "'t'", Bytes().header(1, 0).tensor("t", {16}, 0, 0));
        row("overlap", "overlap",
            Bytes().header(2, 0).tensor("a", {16}, 0, 0).tensor("b", {16}, 0, 32).pad(32).zeros(200));
        row("same place", "overlap",
            Bytes().header(2, 0).tensor("a", {8}, 0, 0).tensor("b", {8}, 0, 0).pad(32).zeros(200));
        row("nasty name", "\\x00\\x1b[2J",
            Bytes().header(1, 0).tensor(std::string_view("\0\x1b[2J", 5), {0}, 0, 0).pad(32).zeros(64));
    }
    void lies() {
        QFETCH(QString, names);
        QFETCH(QByteArray, file);
        std::unique_ptr<std::byte[]> keep;
        const AllocationPeak peak;
        const auto result = parseExactly({file.constData(), std::size_t(file.size())}, keep);
        QVERIFY(!result.has_value());
        const std::string& message = result.error().message;
        QVERIFY2(message.find(names.toStdString()) != std::string::npos, message.c_str());
        QVERIFY(message.ends_with('.'));
        QVERIFY(message.size() < 300);
        QVERIFY2(peak.bytes() < fairBytes(std::size_t(file.size())), qPrintable(QString::number(peak.bytes())));
    }

    void manyTinyArraysStayFair() {
        Bytes b;
        b.header(0, 1).string("k").type(GgufType::Array).type(GgufType::Array).u64(100000);
        for (int i = 0; i < 100000; ++i)
            b.type(GgufType::U8).u64(0);
        std::unique_ptr<std::byte[]> keep;
        const AllocationPeak peak;
        QVERIFY_RESULT(parseExactly(b.text(), keep));
        QVERIFY2(peak.bytes() < fairBytes(b.text().size()), qPrintable(QString::number(peak.bytes())));
    }
    void hugeArraysAreRefused() {
        Bytes b;
        b.header(0, 1).string("k").type(GgufType::Array).type(GgufType::U8).u64((1ULL << 26) + 1).zeros((1U << 26) + 1);
        const AllocationPeak peak;
        const auto file = GgufFile::parse(std::as_bytes(std::span(b.text())));
        QVERIFY_ERROR(file, ErrorCode::InvalidFile);
        QVERIFY(peak.bytes() < 100000);
    }
    void openNamesTheFile() {
        QTemporaryDir dir;
        QFile file(dir.filePath("broken.gguf"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("GGUF");
        file.close();
        const auto result = GgufFile::open(file.fileName().toStdString());
        QVERIFY_ERROR(result, ErrorCode::InvalidFile);
        QVERIFY2(result.error().message.starts_with("broken.gguf: "), result.error().message.c_str());
        QVERIFY_ERROR(GgufFile::open("/nowhere/at/all.gguf"), ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestGgufHostile)
#include "tst_gguf_hostile.moc"
