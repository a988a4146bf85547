// SPDX-License-Identifier: Apache-2.0
#include "core/base/amounts.h"
#include "core/base/atomic_file.h"
#include "core/base/html.h"
#include "core/base/mapped_file.h"
#include "core/base/rng.h"
#include "core/base/thread_pool.h"
#include "tests/support/result_test.h"

#include <QTemporaryDir>
#include <atomic>
#include <numeric>

using namespace vitral;

class TestBase : public QObject {
    Q_OBJECT
private slots:
    void htmlIsEscaped() {
        // As MarkupSafe's escape() writes it.
        QCOMPARE(escapeHtml("<a href=\"x\">Tom & 'Jerry'</a>"),
                 std::string("&lt;a href=&#34;x&#34;&gt;Tom &amp; &#39;Jerry&#39;&lt;/a&gt;"));
        QCOMPARE(escapeHtml(""), std::string());
    }
    void mapsAFile() {
        const QTemporaryDir dir;
        const std::filesystem::path path = dir.filePath("a.bin").toStdString();
        QVERIFY_RESULT(writeFileAtomically(path, "stained glass"));
        const auto file = MappedFile::open(path);
        QVERIFY_RESULT(file);
        QCOMPARE(file->bytes().size(), std::size_t(13));
        QCOMPARE(char(file->bytes()[0]), 's');
    }
    void missingFileIsASentence() { QVERIFY_ERROR(MappedFile::open("/nowhere/x.gguf"), ErrorCode::NotFound); }
    void folderIsNotAFile() { QVERIFY_ERROR(MappedFile::open("/"), ErrorCode::Io); }
    void emptyFileMapsToNothing() {
        const QTemporaryDir dir;
        const std::filesystem::path path = dir.filePath("e").toStdString();
        QVERIFY_RESULT(writeFileAtomically(path, ""));
        const auto file = MappedFile::open(path);
        QVERIFY_RESULT(file);
        QVERIFY(file->bytes().empty());
    }
    void rngIsTheSameEverywhere() {
        // Known answers: xoshiro256** seeded by splitmix64(42).
        Rng rng(42);
        QCOMPARE(rng.next(), 1546998764402558742ULL);
        QCOMPARE(rng.next(), 6990951692964543102ULL);
    }
    void amountsAreWords() {
        QCOMPARE(byteSize(0), std::string("0 bytes"));
        QCOMPARE(byteSize(1), std::string("1 byte"));
        QCOMPARE(byteSize(999), std::string("999 bytes"));
        QCOMPARE(byteSize(1500), std::string("1.5 kB"));
        QCOMPARE(byteSize(999'949), std::string("999.9 kB"));
        QCOMPARE(byteSize(999'950), std::string("1.0 MB"));
        QCOMPARE(byteSize(999'950'000), std::string("1.00 GB"));
        QCOMPARE(counted(1, "token"), std::string("1 token"));
        QCOMPARE(counted(0, "token"), std::string("0 tokens"));
    }
    void poolVisitsEverythingOnce_data() {
        QTest::addColumn<int>("nThread");
        for (const int n : {1, 2, 3, 8})
            QTest::newRow(qPrintable(QString::number(n))) << n;
    }
    void poolVisitsEverythingOnce() {
        QFETCH(int, nThread);
        ThreadPool pool(nThread);
        QCOMPARE(pool.nThread(), nThread);
        for (int round = 0; round < 200; ++round) {
            std::vector<std::atomic<int>> seen(1 + round * 7 % 301);
            pool.parallelFor(std::int64_t(seen.size()), 4, [&](std::int64_t begin, std::int64_t end) {
                for (std::int64_t i = begin; i < end; ++i)
                    seen[std::size_t(i)].fetch_add(1);
            });
            for (const auto& n : seen)
                QCOMPARE(n.load(), 1);
            std::atomic<int> threads{0};
            pool.run([&](int, int) { threads.fetch_add(1); });
            QCOMPARE(threads.load(), nThread);
        }
    }
};

QTEST_GUILESS_MAIN(TestBase)
#include "tst_base.moc"
