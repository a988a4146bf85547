// SPDX-License-Identifier: Apache-2.0
// The list of operations of a pass: which they are, on what shapes, with which weights; and that looking on changes no
// bit of the result.

#include "core/backend/recording_backend.h"
#include "core/trace/operations.h"
#include "tests/core/model/model_test_support.h"

using namespace vitral;
using namespace vitral::test;

namespace {

/// "blocks.0.attn matmul [3,32] x blk.0.attn_q.weight ... -> [3,32] [3,16] [3,16]"
std::string line(const Operation& op) {
    std::string text = op.scope + " " + op.name;
    for (const OperandInfo& input : op.inputs)
        text += " " + input.shape.toString();
    for (const OperandInfo& weight : op.weights)
        text += " " + weight.name;
    text += " ->";
    for (const OperandInfo& output : op.outputs)
        text += " " + output.shape.toString();
    return op.detail.empty() ? text : text + " (" + op.detail + ")";
}

} // namespace

class TestOperations : public QObject {
    Q_OBJECT
    std::shared_ptr<Backend> backend_;

    Result<OperationList> operationsOf(const char* name, OperationsRequest request) const {
        VITRAL_TRY_ASSIGN(const auto model, loadGoldenModel(name, backend_));
        return recordOperations(*model, {*backend_, {}, {}}, request);
    }

private slots:
    void initTestCase() {
        const auto backend = makeCpuBackend({1, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        backend_ = *backend;
    }

    void namesAndShapes_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<int>("count");
        QTest::addColumn<QStringList>("expected"); // what is outside the layers, and layer 0
        QTest::newRow("llama")
            << QString("llama") << 45
            << QStringList{"embed embedding token_embd.weight -> [3, 32]",
                           "blocks.0.attn rmsNorm [3, 32] -> [3, 32]",
                           "blocks.0.attn matmul [3, 32] blk.0.attn_q.weight blk.0.attn_k.weight blk.0.attn_v.weight "
                           "-> [3, 32] [3, 16] [3, 16]",
                           "blocks.0.attn rope [3, 32] -> [3, 32] (8 of 8 dimensions)",
                           "blocks.0.attn rope [3, 16] -> [3, 16] (8 of 8 dimensions)",
                           "blocks.0.attn kvStore [3, 16] [3, 16] -> (F16)",
                           "blocks.0.attn attention [3, 32] -> [3, 32] (4 heads, 2 key/value)",
                           "blocks.0.attn matmul [3, 32] blk.0.attn_output.weight -> [3, 32]",
                           "blocks.0.attn add [3, 32] [3, 32] -> [3, 32]",
                           "blocks.0.mlp rmsNorm [3, 32] -> [3, 32]",
                           "blocks.0.mlp matmul [3, 32] blk.0.ffn_gate.weight blk.0.ffn_up.weight -> [3, 48] [3, 48]",
                           "blocks.0.mlp gatedActivation [3, 48] [3, 48] -> [3, 48] (silu)",
                           "blocks.0.mlp matmul [3, 48] blk.0.ffn_down.weight -> [3, 32]",
                           "blocks.0.mlp add [3, 32] [3, 32] -> [3, 32]",
                           "head rmsNorm [1, 32] -> [1, 32]",
                           "head matmul [1, 32] output.weight -> [1, 128]",
                           "head read [1, 128] -> [1, 128]"};
        QTest::newRow("gpt2") << QString("gpt2") << 41
                              << QStringList{"embed embedding token_embd.weight -> [3, 32]",
                                             "embed embedding position_embd.weight -> [3, 32]",
                                             "embed add [3, 32] [3, 32] -> [3, 32]",
                                             "blocks.0.attn layerNorm [3, 32] -> [3, 32]",
                                             "blocks.0.attn matmul [3, 32] blk.0.attn_qkv.weight -> [3, 96]",
                                             "blocks.0.attn kvStore [3, 32] [3, 32] -> (F16)",
                                             "blocks.0.attn attention [3, 32] -> [3, 32] (4 heads, 4 key/value)",
                                             "blocks.0.attn matmul [3, 32] blk.0.attn_output.weight -> [3, 32]",
                                             "blocks.0.attn add [3, 32] [3, 32] -> [3, 32]",
                                             "blocks.0.mlp layerNorm [3, 32] -> [3, 32]",
                                             "blocks.0.mlp matmul [3, 32] blk.0.ffn_up.weight -> [3, 128]",
                                             "blocks.0.mlp activation [3, 128] -> [3, 128] (gelu (tanh))",
                                             "blocks.0.mlp matmul [3, 128] blk.0.ffn_down.weight -> [3, 32]",
                                             "blocks.0.mlp add [3, 32] [3, 32] -> [3, 32]",
                                             "head layerNorm [1, 32] -> [1, 32]",
                                             "head matmul [1, 32] token_embd.weight -> [1, 128]",
                                             "head read [1, 128] -> [1, 128]"};
        QTest::newRow("qwen3moe")
            << QString("qwen3moe") << 44
            << QStringList{
                   "embed embedding token_embd.weight -> [3, 32]",
                   "blocks.0.attn rmsNorm [3, 32] -> [3, 32]",
                   "blocks.0.attn matmul [3, 32] blk.0.attn_q.weight blk.0.attn_k.weight blk.0.attn_v.weight -> [3, "
                   "64] [3, 32] [3, 32]",
                   "blocks.0.attn rmsNorm [12, 16] -> [12, 16]",
                   "blocks.0.attn rmsNorm [6, 16] -> [6, 16]",
                   "blocks.0.attn rope [3, 64] -> [3, 64] (16 of 16 dimensions)",
                   "blocks.0.attn rope [3, 32] -> [3, 32] (16 of 16 dimensions)",
                   "blocks.0.attn kvStore [3, 32] [3, 32] -> (F16)",
                   "blocks.0.attn attention [3, 64] -> [3, 64] (4 heads, 2 key/value)",
                   "blocks.0.attn matmul [3, 64] blk.0.attn_output.weight -> [3, 32]",
                   "blocks.0.attn add [3, 32] [3, 32] -> [3, 32]",
                   "blocks.0.mlp rmsNorm [3, 32] -> [3, 32]",
                   "blocks.0.mlp matmul [3, 32] blk.0.ffn_gate_inp.weight -> [3, 6]",
                   "blocks.0.mlp moeRoute [3, 6] -> [3, 3] [3, 3] (top 3 of 6)",
                   "blocks.0.mlp matmulExperts [3, 32] [3, 3] blk.0.ffn_gate_exps.weight -> [9, 16] (5 of 6 experts)",
                   "blocks.0.mlp matmulExperts [3, 32] [3, 3] blk.0.ffn_up_exps.weight -> [9, 16] (5 of 6 experts)",
                   "blocks.0.mlp gatedActivation [9, 16] [9, 16] -> [9, 16] (silu)",
                   "blocks.0.mlp matmulExperts [9, 16] [3, 3] blk.0.ffn_down_exps.weight -> [9, 32] (5 of 6 experts)",
                   "blocks.0.mlp moeCombine [9, 32] [3, 3] -> [3, 32]",
                   "blocks.0.mlp add [3, 32] [3, 32] -> [3, 32]",
                   "head rmsNorm [1, 32] -> [1, 32]",
                   "head matmul [1, 32] token_embd.weight -> [1, 128]",
                   "head read [1, 128] -> [1, 128]"};
    }
    void namesAndShapes() {
        QFETCH(QString, model);
        QFETCH(int, count);
        QFETCH(QStringList, expected);
        const auto list = operationsOf(model.toUtf8(), {3, 5, 2, DType::F16});
        QVERIFY_RESULT(list);
        QStringList lines;
        for (const Operation& op : list->operations)
            if (layerOfScope(op.scope) < 1)
                lines << QString::fromStdString(line(op));
        QCOMPARE(lines, expected);
        QCOMPARE(int(list->operations.size()), count);
        QCOMPARE(list->nRow, 3);
        QCOMPARE(list->nPast, 5);
        QVERIFY(list->totalNs() > 0 && list->totalNs() <= list->wallNs);
    }

    void bytesAndFlops() {
        const auto list = operationsOf("llama", {3, 5, 1, DType::F16});
        QVERIFY_RESULT(list);
        const auto find = [&](const std::string& scope, const std::string& name) {
            return *std::find_if(list->operations.begin(), list->operations.end(),
                                 [&](const Operation& op) { return op.scope == scope && op.name == name; });
        };
        const Operation qkv = find("blocks.0.attn", "matmul"); // F32 weights [32 + 16 + 16, 32], three rows
        QCOMPARE(qkv.flops, std::int64_t(2 * 3 * 32 * 64));
        QCOMPARE(qkv.bytesRead, std::int64_t(4 * (3 * 32 + 32 * 64)));
        QCOMPARE(qkv.bytesWritten, std::int64_t(4 * 3 * 64));
        const Operation attention = find("blocks.0.attn", "attention"); // positions 5, 6, 7 see 6, 7, 8 keys
        QCOMPARE(attention.flops, std::int64_t((6 + 7 + 8) * 4 * (4 * 8 + 4)));
        QCOMPARE(attention.bytesRead, std::int64_t(4 * 3 * 32 + 8 * 2 * 32)); // queries F32, eight tokens' K and V F16
        const Operation head = find("head", "matmul");
        QCOMPARE(head.weights.front().shape, (Shape{128, 32}));
        QCOMPARE(head.flops, std::int64_t(2 * 128 * 32));
    }

    /// Every kind of model, several rows, twice through the decorator and once without it.
    void lookingOnChangesNothing() {
        for (const char* name : {"llama", "gpt2", "gemma2", "gpt-oss-mxfp4", "qwen3moe", "granite"}) {
            const auto model = loadGoldenModel(name, backend_);
            QVERIFY_RESULT(model);
            std::vector<std::vector<float>> results;
            RecordingBackend recorder(*backend_);
            for (Backend* backend : {backend_.get(), static_cast<Backend*>(&recorder)}) {
                auto cache = KvCache::create(*backend, (*model)->kvSpec(64, DType::F16));
                QVERIFY_RESULT(cache);
                const SeqId seq = *(*cache)->newSequence();
                QVERIFY_RESULT((*cache)->reserve(seq, 5));
                Workspace workspace(*backend);
                const std::vector<TokenId> tokens{5, 9, 2, 77, 31};
                const std::vector<BatchRow> rows{{seq, 0}, {seq, 1}, {seq, 2}, {seq, 3}, {seq, 4}};
                const std::vector<std::int32_t> wanted{1, 4};
                std::vector<float> logits(2 * std::size_t((*model)->config().nVocab));
                ForwardContext context{*backend, **cache, workspace, nullptr, {}};
                QVERIFY_RESULT((*model)->forward(context, {tokens, rows, wanted}, logits));
                results.push_back(std::move(logits));
            }
            QCOMPARE(results[0], results[1]);
            QVERIFY(!recorder.take().operations.empty());
            QVERIFY(recorder.take().operations.empty());
        }
    }

    void refusesNonsense() {
        QVERIFY_ERROR(operationsOf("llama", {0, 0, 1, DType::F16}), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(operationsOf("llama", {1, -1, 1, DType::F16}), ErrorCode::InvalidArgument);
        QCOMPARE(layerOfScope("blocks.12.attn"), 12);
        QCOMPARE(layerOfScope("head"), -1);
    }
};

QTEST_GUILESS_MAIN(TestOperations)
#include "tst_operations.moc"
