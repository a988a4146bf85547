// SPDX-License-Identifier: Apache-2.0
#include "core/io/npy.h"
#include "tests/support/result_test.h"

#include <QFile>
#include <QTemporaryDir>
#include <algorithm>
#include <cstring>
#include <memory>

using namespace vitral;

namespace {

std::string npy(std::string header, std::size_t dataBytes, int major = 1) {
    std::string text = "\x93NUMPY";
    text += char(major);
    text += '\0';
    const auto length = std::uint32_t(header.size());
    text.append(reinterpret_cast<const char*>(&length), major == 1 ? 2 : 4);
    return text + header + std::string(dataBytes, 'x');
}

Result<NpyFile> parseExactly(std::string_view text, std::unique_ptr<std::byte[]>& keep) {
    keep.reset(new std::byte[text.size()]);
    std::memcpy(keep.get(), text.data(), text.size());
    return NpyFile::parse({keep.get(), text.size()});
}

} // namespace

class TestNpy : public QObject {
    Q_OBJECT
private slots:
    void roundTrip_data() {
        QTest::addColumn<int>("type");
        for (const DType type : {DType::F32, DType::F16, DType::F64, DType::I8, DType::I16, DType::I32, DType::I64})
            QTest::newRow(dtypeInfo(type).name.data()) << int(type);
    }
    void roundTrip() {
        QFETCH(int, type);
        const QTemporaryDir dir;
        const std::filesystem::path path = dir.filePath("a.npy").toStdString();
        for (const Shape& shape : {Shape{}, Shape{5}, Shape{2, 3}, Shape{1, 2, 3, 4}, Shape{0, 4}}) {
            std::vector<std::byte> bytes(rowBytes(DType(type), shape.count()));
            for (std::size_t i = 0; i < bytes.size(); ++i)
                bytes[i] = std::byte(i);
            QVERIFY_RESULT(writeNpy(path, {DType(type), shape, bytes}));
            const auto file = NpyFile::open(path);
            QVERIFY_RESULT(file);
            QCOMPARE(file->view().dtype, DType(type));
            QCOMPARE(file->view().shape, shape);
            QVERIFY(std::ranges::equal(file->view().bytes, bytes));
        }
    }
    void quantisedTypesAreRefused() {
        QVERIFY_ERROR(writeNpy("/nowhere/a.npy", {DType::Q4_0, Shape{32}, {}}), ErrorCode::Unsupported);
    }
    void readsNumpysSpelling() {
        std::unique_ptr<std::byte[]> keep;
        for (const int major : {1, 2, 3}) {
            const auto file =
                parseExactly(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }   \n", 12, major), keep);
            QVERIFY_RESULT(file);
            QCOMPARE(file->view().shape, (Shape{3}));
        }
        QVERIFY_RESULT(parseExactly(npy("{\"shape\":(2,2),\"fortran_order\":False,\"descr\":\"|i1\"}", 4), keep));
        // One axis has one order.
        QVERIFY_RESULT(parseExactly(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (3,), }", 12), keep));
    }
    void everyPrefixAndByte() {
        const std::string whole = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1), }\n", 12);
        std::unique_ptr<std::byte[]> keep;
        QVERIFY_RESULT(parseExactly(whole, keep));
        for (std::size_t n = 0; n < whole.size(); ++n)
            QVERIFY(!parseExactly(std::string_view(whole).substr(0, n), keep).has_value());
        for (std::size_t i = 0; i < whole.size(); ++i)
            for (int value = 0; value < 256; ++value) {
                std::string changed = whole;
                changed[i] = char(value);
                const auto file = parseExactly(changed, keep);
                if (!file)
                    QVERIFY(file.error().message.ends_with('.'));
            }
    }
    void lies_data() {
        QTest::addColumn<QString>("names");
        QTest::addColumn<QByteArray>("file");
        const auto row = [](const char* title, const char* names, const std::string& text) {
            QTest::newRow(title) << QString::fromLatin1(names) << QByteArray::fromStdString(text);
        };
        row("empty", "not an npy", "");
        row("version", "version 4.0", npy("{}", 0, 4));
        row("header length", "header", std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff{}", 14));
        row("no dict", "begin with {", npy("[]", 0));
        row("empty dict", "must have", npy("{}", 0));
        row("open dict", "quoted word", npy("{", 0));
        row("open string", "quoted word", npy("{'descr", 0));
        row("colon", "colon", npy("{'descr' '<f4'}", 0));
        row("twice", "'descr'", npy("{'descr':'<f4','descr':'<f4'}", 0));
        row("unknown", "'color'", npy("{'color':1}", 0));
        row("records", "records", npy("{'descr':[('a','<f4')]}", 0));
        row("objects", "'|O'", npy("{'descr':'|O','fortran_order':False,'shape':()}", 8));
        row("big endian", "big-endian", npy("{'descr':'>f4','fortran_order':False,'shape':()}", 4));
        row("fortran", "Fortran", npy("{'descr':'<f4','fortran_order':True,'shape':(2,2)}", 16));
        row("order", "fortran_order", npy("{'descr':'<f4','fortran_order':1,'shape':()}", 4));
        row("shape list", "tuple", npy("{'descr':'<f4','fortran_order':False,'shape':[1]}", 4));
        row("negative", "shape", npy("{'descr':'<f4','fortran_order':False,'shape':(-1,)}", 4));
        row("dim 2^63", "shape", npy("{'descr':'<f4','fortran_order':False,'shape':(9223372036854775808,)}", 4));
        row("overflow", "too large", npy("{'descr':'<f4','fortran_order':False,'shape':(4294967296,4294967296)}", 4));
        row("five axes", "axes", npy("{'descr':'<f4','fortran_order':False,'shape':(1,1,1,1,1)}", 4));
        row("short", "should hold 8", npy("{'descr':'<f4','fortran_order':False,'shape':(2,)}", 7));
        row("long", "1 bytes after", npy("{'descr':'<f4','fortran_order':False,'shape':(2,)}", 9));
    }
    void lies() {
        QFETCH(QString, names);
        QFETCH(QByteArray, file);
        std::unique_ptr<std::byte[]> keep;
        const auto result = parseExactly({file.constData(), std::size_t(file.size())}, keep);
        QVERIFY(!result.has_value());
        QVERIFY2(result.error().message.find(names.toStdString()) != std::string::npos, result.error().message.c_str());
    }
};

QTEST_GUILESS_MAIN(TestNpy)
#include "tst_npy.moc"
