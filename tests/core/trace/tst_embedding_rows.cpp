// SPDX-License-Identifier: Apache-2.0
// Neighbours and sums of embedding rows against plain loops in double, for plain and quantised matrices; rows that were
// never trained, made on purpose; a real model.
#include "core/trace/embedding_rows.h"

#include "core/base/rng.h"
#include "core/tensor/quantize.h"
#include "tests/support/result_test.h"

#include <QElapsedTimer>
#include <QtTest>
#include <cmath>

using namespace vitral;

namespace {

/// A matrix in the memory of the test.
struct Matrix {
    std::vector<std::byte> bytes;
    std::vector<float> values; ///< as they come back from the type
    TensorView view;

    Matrix(DType type, std::int64_t nRow, std::int64_t nCol, std::uint64_t seed) {
        Rng rng(seed);
        const std::size_t n = rowBytes(type, nCol);
        bytes.resize(n * static_cast<std::size_t>(nRow));
        values.resize(static_cast<std::size_t>(nRow * nCol));
        for (std::int64_t i = 0; i < nRow; ++i) {
            const std::span row(values.data() + i * nCol, static_cast<std::size_t>(nCol));
            for (float& v : row)
                v = static_cast<float>(rng.uniform() - 0.45);
            set(type, i, row);
        }
        view.dtype = type;
        view.shape = Shape{nRow, nCol};
        view.bytes = bytes;
    }
    void set(DType type, std::int64_t i, std::span<float> row) {
        const std::size_t n = rowBytes(type, static_cast<std::int64_t>(row.size()));
        const std::span to(bytes.data() + static_cast<std::size_t>(i) * n, n);
        if (type == DType::F32) {
            std::memcpy(to.data(), row.data(), n);
            return;
        }
        QVERIFY_RESULT(quantizeRow(type, row, to));
        QVERIFY_RESULT(dequantizeRow(type, to, row));
    }
    [[nodiscard]] const float* row(std::int64_t i) const { return values.data() + i * view.shape.nCol(); }
    [[nodiscard]] double cosine(const float* a, const float* b) const {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (std::int64_t k = 0; k < view.shape.nCol(); ++k) {
            ab += double(a[k]) * double(b[k]);
            aa += double(a[k]) * double(a[k]);
            bb += double(b[k]) * double(b[k]);
        }
        return ab / std::sqrt(aa * bb);
    }
};

} // namespace

class TestEmbeddingRows : public QObject {
    Q_OBJECT

private slots:
    void nearest_data() {
        QTest::addColumn<int>("type");
        QTest::newRow("F32") << static_cast<int>(DType::F32);
        QTest::newRow("F16") << static_cast<int>(DType::F16);
        QTest::newRow("Q8_0") << static_cast<int>(DType::Q8_0);
        QTest::newRow("Q4_0") << static_cast<int>(DType::Q4_0);
    }
    void nearest() {
        QFETCH(int, type);
        const Matrix m(static_cast<DType>(type), 3001, 96, 5);
        ThreadPool pool(2);
        const auto rows = EmbeddingRows::of(m.view, pool);
        QVERIFY_RESULT(rows);
        for (const TokenId id : {0, 17, 3000}) {
            const auto vector = rows->row(id);
            QVERIFY_RESULT(vector);
            const TokenId inputs[] = {id};
            const auto got = rows->nearest(*vector, 20, inputs);
            QVERIFY_RESULT(got);
            QCOMPARE(got->size(), 20U);
            QCOMPARE((*got)[0].id, id);
            QVERIFY((*got)[0].isInput && !(*got)[1].isInput);
            QVERIFY(std::fabs((*got)[0].cosine - 1) < 1e-6);
            std::vector<std::pair<double, TokenId>> want;
            for (TokenId i = 0; i < 3001; ++i)
                want.emplace_back(-m.cosine(m.row(id), m.row(i)), i);
            std::sort(want.begin(), want.end());
            for (std::size_t i = 0; i < got->size(); ++i) {
                QCOMPARE((*got)[i].id, want[i].second);
                QVERIFY(std::fabs((*got)[i].cosine + want[i].first) < 1e-6);
            }
            double squares = 0;
            for (std::int64_t k = 0; k < 96; ++k)
                squares += double(m.row(id)[k]) * double(m.row(id)[k]);
            QVERIFY(std::fabs(rows->norm(id) - std::sqrt(squares)) < 1e-5);
        }
    }

    void sums() {
        Matrix m(DType::F32, 50, 32, 9);
        // Rows 1 - 2 + 3 = 4, but for a little.
        std::vector<float> made(32);
        for (std::size_t k = 0; k < 32; ++k)
            made[k] = m.row(1)[k] - m.row(2)[k] + m.row(3)[k] + (k == 0 ? 0.01F : 0.0F);
        m.set(DType::F32, 4, made);
        ThreadPool pool(1);
        const auto rows = EmbeddingRows::of(m.view, pool);
        const EmbeddingRows::Term terms[] = {{1, 1}, {2, -1}, {3, 1}};
        const auto got = rows->sum(terms, 5, EmbeddingRows::Rows::AsTheyAre);
        QVERIFY_RESULT(got);
        QCOMPARE(got->neighbours[0].id, 4);
        QVERIFY(!got->answerIsInput);
        QCOMPARE(got->firstOther, 0);
        // A sum that goes nowhere: the answer is an input, and says so.
        const EmbeddingRows::Term little[] = {{1, 1}, {2, -0.01F}, {3, 0.01F}};
        const auto same = rows->sum(little, 5, EmbeddingRows::Rows::UnitLength);
        QVERIFY_RESULT(same);
        QVERIFY(same->answerIsInput);
        QCOMPARE(same->neighbours[0].id, 1);
        QVERIFY(same->firstOther > 0);
        QVERIFY(!same->neighbours[static_cast<std::size_t>(same->firstOther)].isInput);
        const EmbeddingRows::Term nothing[] = {{1, 1}, {1, -1}};
        QVERIFY_ERROR(rows->sum(nothing, 5), ErrorCode::InvalidArgument);
        const EmbeddingRows::Term missing[] = {{50, 1}};
        QVERIFY_ERROR(rows->sum(missing, 5), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(rows->nearest(std::vector<float>(3, 1.0F), 5), ErrorCode::InvalidArgument);
    }

    void undertrained() {
        Matrix m(DType::F32, 2000, 64, 3);
        std::vector<float> mean(64, 0);
        for (std::int64_t i = 0; i < 2000; ++i)
            for (std::size_t k = 0; k < 64; ++k)
                mean[k] += m.row(i)[k] / 2000;
        for (const int i : {5, 700, 1999}) {
            std::vector<float> row = mean;
            row[0] += 0.001F * static_cast<float>(i % 7);
            m.set(DType::F32, i, row);
        }
        ThreadPool pool(2);
        const auto rows = EmbeddingRows::of(m.view, pool);
        const auto suspects = rows->undertrained(100);
        QCOMPARE(suspects.size(), 3U);
        std::vector<TokenId> ids;
        for (const auto& s : suspects)
            ids.push_back(s.id);
        std::sort(ids.begin(), ids.end());
        QVERIFY((ids == std::vector<TokenId>{5, 700, 1999}));
        QVERIFY(rows->rankOfNorm(suspects[0].id) < 10);
        QVERIFY(EmbeddingRows::undertrainedRule().size() > 50);
    }

    void stopsAndRefuses() {
        const Matrix m(DType::F32, 5000, 32, 1);
        ThreadPool pool(2);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_ERROR(EmbeddingRows::of(m.view, pool, stop.get_token()), ErrorCode::Cancelled);
        const auto rows = EmbeddingRows::of(m.view, pool);
        QVERIFY_ERROR(rows->nearest(*rows->row(1), 3, {}, stop.get_token()), ErrorCode::Cancelled);
        QVERIFY_ERROR(rows->row(-1), ErrorCode::InvalidArgument);
    }

    void realModel() {
        const QString path = QStringLiteral(VITRAL_SHARED_DATA "/gguf/stories15M-q8_0.gguf");
        VITRAL_NEED_FILE(path);
        const auto file = GgufFile::open(path.toStdString());
        QVERIFY_RESULT(file);
        ThreadPool pool(2);
        QElapsedTimer timer;
        timer.start();
        const auto rows = EmbeddingRows::open(*file, pool);
        QVERIFY_RESULT(rows);
        const auto tokenizer = loadTokenizer(path.toStdString());
        QVERIFY_RESULT(tokenizer);
        QCOMPARE(rows->nRow(), static_cast<std::int64_t>((*tokenizer)->nVocab()));
        const qint64 opened = timer.restart();
        const TokenId girl = (*tokenizer)->find("\xE2\x96\x81girl").value();
        const auto near = rows->nearest(*rows->row(girl), 10);
        QVERIFY_RESULT(near);
        qInfo("%lld rows of %lld read in %lld ms, compared in %lld ms", static_cast<long long>(rows->nRow()),
              static_cast<long long>(rows->nCol()), opened, timer.elapsed());
        QString list;
        bool boy = false;
        for (const auto& n : *near) {
            list += QString::fromStdString(std::string((*tokenizer)->piece(n.id))) + ' ';
            boy = boy || (*tokenizer)->piece(n.id) == "\xE2\x96\x81"
                                                      "boy";
        }
        QVERIFY2(boy, qPrintable(list));
    }
};

QTEST_GUILESS_MAIN(TestEmbeddingRows)
#include "tst_embedding_rows.moc"
