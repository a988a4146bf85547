// SPDX-License-Identifier: Apache-2.0
#include "core/backend/backend.h"
#include "core/base/rng.h"
#include "tests/support/result_test.h"

#include <map>

using namespace vitral;

/// A cache of small blocks, in which every token's key tells sequence history and position.
class TestKvCache : public QObject {
    Q_OBJECT

    std::shared_ptr<Backend> backend_;
    KvSpec spec(std::int64_t nCtx) const { return {{{2, 8, 4}, {0, 0, 0}, {1, 4, 4}}, DType::F32, nCtx}; }

    /// Appends tokens whose keys and values are all `mark + position`.
    void append(KvCache& cache, SeqId seq, std::int64_t n, float mark) {
        QVERIFY_RESULT(cache.reserve(seq, n));
        const std::int64_t length = cache.length(seq);
        for (std::int32_t iLayer : {0, 2}) {
            const KvLayerSpec& layer = cache.spec().layers[std::size_t(iLayer)];
            std::vector<float> k, v;
            std::vector<BatchRow> rows;
            for (std::int64_t i = 0; i < n; ++i) {
                rows.push_back({seq, std::int32_t(length + i)});
                k.insert(k.end(), std::size_t(layer.nKvHead * layer.headDimK), mark + float(length + i));
                v.insert(v.end(), std::size_t(layer.nKvHead * layer.headDimV), -mark - float(length + i));
            }
            const auto tensor = [&](std::vector<float>& x) {
                Tensor t;
                t.data = x.data();
                t.rowStride = std::int64_t(x.size()) / n;
                t.shape = Shape{n, t.rowStride};
                return t;
            };
            backend_->kvStore(cache, iLayer, tensor(k), tensor(v), rows);
        }
        cache.advance(seq, n);
    }

    std::vector<float> keys(KvCache& cache, SeqId seq) {
        std::vector<float> host(std::size_t(cache.length(seq)) * 8);
        backend_->readKeys(cache, 0, seq, 1, 0, cache.length(seq), host);
        std::vector<float> first;
        for (std::size_t i = 0; i < host.size(); i += 8)
            first.push_back(host[i + 3]);
        return first;
    }

private slots:
    void initTestCase() {
        auto backend = makeCpuBackend({.nThread = 2});
        QVERIFY_RESULT(backend);
        backend_ = *backend;
    }

    void refusesBadSpecs() {
        KvSpec bad = spec(64);
        bad.dtype = DType::Q4_0;
        QVERIFY_ERROR(KvCache::create(*backend_, bad), ErrorCode::Unsupported);
        QVERIFY_ERROR(KvCache::create(*backend_, spec(0)), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(KvCache::create(*backend_, spec(std::int64_t(1) << 34)), ErrorCode::OutOfMemory);
    }

    void fullCacheIsASentence() {
        auto cache = KvCache::create(*backend_, spec(64));
        QVERIFY_RESULT(cache);
        const SeqId seq = *(*cache)->newSequence();
        append(**cache, seq, 60, 0);
        QVERIFY_RESULT((*cache)->reserve(seq, 4));
        QVERIFY_ERROR((*cache)->reserve(seq, 5), ErrorCode::ContextFull);
        QCOMPARE((*cache)->length(seq), 60);
        QCOMPARE((*cache)->nFreeTokens(), 0);
        (*cache)->release(seq);
        QCOMPARE((*cache)->nFreeTokens(), 64);
        QCOMPARE((*cache)->usedBytes(), std::size_t(0));
    }

    void forkSharesFullBlocks() {
        auto cache = KvCache::create(*backend_, spec(256));
        QVERIFY_RESULT(cache);
        const SeqId a = *(*cache)->newSequence();
        append(**cache, a, 70, 1000);
        const std::int64_t before = (*cache)->nFreeTokens();
        const auto b = (*cache)->fork(a, 64);
        QVERIFY_RESULT(b);
        QCOMPARE((*cache)->nFreeTokens(), before); // whole blocks cost nothing
        const auto c = (*cache)->fork(a, 67);
        QVERIFY_RESULT(c);
        QCOMPARE((*cache)->nFreeTokens(), before - kKvBlockTokens); // one partial block copied
        append(**cache, *c, 5, 2000);
        append(**cache, a, 3, 3000);
        QCOMPARE(keys(**cache, *c)[66], 1066.0F);
        QCOMPARE(keys(**cache, *c)[67], 2067.0F);
        QCOMPARE(keys(**cache, a)[67], 1067.0F);
        QCOMPARE(keys(**cache, a)[72], 3072.0F);
        QCOMPARE(keys(**cache, *b)[63], 1063.0F);
    }

    void writingBehindATruncatedShareCopies() {
        auto cache = KvCache::create(*backend_, spec(256));
        QVERIFY_RESULT(cache);
        const SeqId a = *(*cache)->newSequence();
        append(**cache, a, 64, 1000);
        const SeqId b = *(*cache)->fork(a, 64);
        (*cache)->truncate(b, 40); // its second block is still shared with a, and only partly its own
        append(**cache, b, 8, 5000);
        QCOMPARE(keys(**cache, a)[41], 1041.0F);
        QCOMPARE(keys(**cache, b)[39], 1039.0F);
        QCOMPARE(keys(**cache, b)[41], 5041.0F);
    }

    /// Random forks, appends, truncations and releases against a plain model of what each sequence should hold.
    void randomOperationsKeepEverySequence() {
        Rng rng(7);
        auto made = KvCache::create(*backend_, spec(1024));
        QVERIFY_RESULT(made);
        KvCache& cache = **made;
        std::map<SeqId, std::vector<float>> truth;
        float mark = 0;
        for (int step = 0; step < 400; ++step) {
            const auto pick = [&] {
                auto it = truth.begin();
                std::advance(it, std::ptrdiff_t(rng.next() % truth.size()));
                return it->first;
            };
            const std::uint64_t what = rng.next() % 10;
            if (truth.empty() || (what == 0 && truth.size() < 8)) {
                truth[*cache.newSequence()] = {};
            } else if (what < 5) {
                const SeqId seq = pick();
                const auto n = std::int64_t(rng.next() % 45 + 1);
                mark += 4096;
                if (!cache.reserve(seq, n)) {
                    QCOMPARE(cache.length(seq), std::int64_t(truth[seq].size()));
                    continue;
                }
                append(cache, seq, n, mark);
                for (std::int64_t i = 0; i < n; ++i)
                    truth[seq].push_back(mark + float(truth[seq].size()));
            } else if (what < 7) {
                const SeqId seq = pick();
                const std::size_t n = truth[seq].size() ? rng.next() % (truth[seq].size() + 1) : 0;
                if (const auto fork = cache.fork(seq, std::int64_t(n)))
                    truth[*fork] = {truth[seq].begin(), truth[seq].begin() + std::ptrdiff_t(n)};
            } else if (what < 9) {
                const SeqId seq = pick();
                const std::size_t n = truth[seq].size() ? rng.next() % (truth[seq].size() + 1) : 0;
                cache.truncate(seq, std::int64_t(n));
                truth[seq].resize(n);
            } else {
                const SeqId seq = pick();
                cache.release(seq);
                truth.erase(seq);
            }
            for (const auto& [seq, expected] : truth) {
                QCOMPARE(cache.length(seq), std::int64_t(expected.size()));
                QCOMPARE(keys(cache, seq), expected);
            }
        }
        for (const auto& [seq, expected] : truth)
            cache.release(seq);
        QCOMPARE(cache.nFreeTokens(), 1024);
    }

    void bytesOfAToken() {
        KvSpec s{{{8, 64, 64}}, DType::F16, 32};
        QCOMPARE(s.bytesPerToken(), std::size_t(2048));
        s.dtype = DType::Q8_0;
        QCOMPARE(s.bytesPerToken(), std::size_t(1088));
        QCOMPARE(backend_->kvBlockBytes(s.layers[0], DType::Q8_0), std::size_t(1088 * 32));
    }
};

QTEST_GUILESS_MAIN(TestKvCache)
#include "tst_kv_cache.moc"
