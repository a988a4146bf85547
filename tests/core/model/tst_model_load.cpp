// SPDX-License-Identifier: Apache-2.0
// Loading: what a good file's configuration says, that every bad one gets a sentence which names the key or tensor, and
// that no value of a hyper-parameter, however absurd, does worse than that.

#include "tests/core/model/model_test_support.h"

#include <QFile>
#include <QTemporaryDir>
#include <cstring>

using namespace vitral;
using namespace vitral::test;

namespace {

QByteArray goldenBytes(const char* name) {
    QFile file(QString::fromStdString(goldenFile(std::string(name) + ".gguf").string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Offset of what follows a GGUF string (length, bytes) of exactly this text; -1 where there is none.
qsizetype afterString(const QByteArray& bytes, const QByteArray& text) {
    QByteArray needle(8, '\0');
    const quint64 length = quint64(text.size());
    std::memcpy(needle.data(), &length, 8);
    needle += text;
    const qsizetype at = bytes.indexOf(needle);
    return at < 0 ? -1 : at + needle.size();
}

/// Replaces the 4 bytes of a u32 or f32 value; the type stays.
template <class T>
bool patchKey(QByteArray& bytes, const char* key, T value) {
    static_assert(sizeof(T) == 4);
    const qsizetype at = afterString(bytes, key);
    if (at < 0)
        return false;
    std::memcpy(bytes.data() + at + 4, &value, 4);
    return true;
}

bool rename(QByteArray& bytes, const char* from, const char* to) {
    const qsizetype at = afterString(bytes, from);
    if (at < 0 || std::strlen(from) != std::strlen(to))
        return false;
    std::memcpy(bytes.data() + at - qsizetype(std::strlen(from)), to, std::strlen(to));
    return true;
}

/// Exchanges the two dimensions of a matrix, which keeps its size in bytes.
bool swapDims(QByteArray& bytes, const char* tensor) {
    const qsizetype at = afterString(bytes, tensor);
    if (at < 0)
        return false;
    std::swap_ranges(bytes.data() + at + 4, bytes.data() + at + 12, bytes.data() + at + 12);
    return true;
}

/// One row less, which leaves a gap of unused bytes.
bool dropRow(QByteArray& bytes, const char* tensor) {
    const qsizetype at = afterString(bytes, tensor);
    if (at < 0)
        return false;
    --bytes.data()[at + 12]; // dims run innermost first: 4 bytes of rank, then 8 for columns, then rows
    return true;
}

} // namespace

class TestModelLoad : public QObject {
    Q_OBJECT
    std::shared_ptr<Backend> backend_;
    QTemporaryDir dir_;
    int nFile_ = 0;

    Result<std::shared_ptr<const Model>> load(const QByteArray& bytes, LoadOptions options = {}) {
        // A new name each time: some file systems wait for the disk when a file is emptied and written again.
        QFile file(dir_.filePath(QString("%1.gguf").arg(nFile_++)));
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            return fail(ErrorCode::Io, "The test cannot write its file.");
        file.close();
        options.backend = backend_;
        auto model = loadModel(file.fileName().toStdString(), options);
        file.remove(); // a mapped file outlives its name
        return model;
    }

private slots:
    void initTestCase() {
        const auto backend = makeCpuBackend({1, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        backend_ = *backend;
        QVERIFY(!goldenBytes("llama").isEmpty());
    }

    void configurationIsFilled() {
        const auto model = loadGoldenModel("qwen3moe", backend_);
        QVERIFY_RESULT(model);
        const ModelConfig& c = (*model)->config();
        QCOMPARE(c.architecture, std::string("qwen3moe"));
        QCOMPARE(c.name, std::string("golden qwen3moe"));
        QCOMPARE(c.quantisation, std::string("F32"));
        QCOMPARE(c.nLayer, 2);
        QCOMPARE(c.nEmbd, 32);
        QCOMPARE(c.nVocab, 128);
        QCOMPARE(c.nHead, 4);
        QCOMPARE(c.nKvHead, 2);
        QCOMPARE(c.headDim, 16);
        QCOMPARE(c.nExpert, 6);
        QCOMPARE(c.nExpertUsed, 3);
        QCOMPARE(c.nCtxTrain, 64);
        // Two norms of 32 and two of 16, attention, router and experts a layer; embedding (tied) and final norm.
        const std::int64_t perLayer = 2 * 32 + 2 * 16 + 32 * (64 + 32 + 32 + 64) + 6 * 32 + 6 * 3 * 32 * 16;
        QCOMPARE(c.nParameter, 2 * perLayer + 128 * 32 + 32);
        QCOMPARE(std::int64_t(c.weightBytes), c.nParameter * 4);
        const KvSpec spec = (*model)->kvSpec(100, DType::F16);
        QCOMPARE(spec.layers.size(), std::size_t(2));
        QVERIFY((spec.layers[1] == KvLayerSpec{2, 16, 16}));
    }

    void progressRisesToOne() {
        std::vector<double> seen;
        LoadOptions options;
        options.progress = [&](double fraction) { seen.push_back(fraction); };
        QVERIFY_RESULT(load(goldenBytes("phi3"), options));
        QVERIFY(seen.size() > 10);
        QVERIFY(std::is_sorted(seen.begin(), seen.end()));
        QCOMPARE(seen.back(), 1.0);
    }

    void loadingCanBeStopped() {
        std::stop_source source;
        LoadOptions options;
        options.stop = source.get_token();
        int nTensor = 0;
        options.progress = [&](double) {
            if (++nTensor == 3)
                source.request_stop();
        };
        QVERIFY_ERROR(load(goldenBytes("llama"), options), ErrorCode::Cancelled);
        QCOMPARE(nTensor, 3);
    }

    void badFilesAreSentences_data() {
        using Patch = std::function<bool(QByteArray&)>;
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("named");
        const auto row = [](const char* label, const char* model, const Patch& patch, ErrorCode code,
                            const char* named) {
            QByteArray bytes = goldenBytes(model);
            QVERIFY2(patch(bytes), label);
            QTest::newRow(label) << bytes << int(code) << QString(named);
        };
        const auto key = [](const char* name, quint32 value) {
            return [=](QByteArray& b) { return patchKey(b, name, value); };
        };
        const auto real = [](const char* name, float value) {
            return [=](QByteArray& b) { return patchKey(b, name, value); };
        };
        const auto renamed = [](const char* from, const char* to) {
            return [=](QByteArray& b) { return rename(b, from, to); };
        };
        const auto turned = [](const char* tensor) { return [=](QByteArray& b) { return swapDims(b, tensor); }; };
        const ErrorCode bad = ErrorCode::InvalidFile;
        row("architecture", "qwen2", renamed("qwen2", "qwen9"), ErrorCode::Unsupported, "llama, mistral3, olmo2");
        row("no layers", "llama", key("llama.block_count", 0), bad, "llama.block_count");
        row("too many layers", "llama", key("llama.block_count", 4000000000U), bad, "llama.block_count");
        row("a layer too many", "llama", key("llama.block_count", 4), bad, "blk.3.");
        row("no heads", "llama", key("llama.attention.head_count", 0), bad, "llama.attention.head_count");
        row("no kv heads", "llama", key("llama.attention.head_count_kv", 0), bad, "llama.attention.head_count_kv");
        row("kv heads do not divide", "llama", key("llama.attention.head_count_kv", 3), bad,
            "llama.attention.head_count_kv");
        row("heads do not divide", "qwen2", key("qwen2.attention.head_count", 6), bad, "qwen2.embedding_length");
        row("other heads", "qwen2", key("qwen2.attention.head_count_kv", 4), bad, "blk.0.attn_k.weight");
        row("no width", "llama", key("llama.embedding_length", 0), bad, "llama.embedding_length");
        row("other width", "llama", key("llama.embedding_length", 64), bad, "token_embd.weight");
        row("other feed forward", "llama", key("llama.feed_forward_length", 47), bad, "blk.0.ffn_gate.weight");
        row("no context", "llama", key("llama.context_length", 0), bad, "llama.context_length");
        row("other positions", "gpt2", key("gpt2.context_length", 63), bad, "position_embd.weight");
        row("eps zero", "llama", real("llama.attention.layer_norm_rms_epsilon", 0.0F), bad, "layer_norm_rms_epsilon");
        row("eps not a number", "llama", real("llama.attention.layer_norm_rms_epsilon", NAN), bad,
            "layer_norm_rms_epsilon");
        row("odd rotary", "llama", key("llama.rope.dimension_count", 7), bad, "llama.rope.dimension_count");
        row("wide rotary", "llama", key("llama.rope.dimension_count", 16), bad, "llama.rope.dimension_count");
        row("base zero", "llama", real("llama.rope.freq_base", 0.0F), bad, "llama.rope.freq_base");
        row("unknown scaling", "llama-yarn", renamed("yarn", "ntkk"), ErrorCode::Unsupported, "rope.scaling.type");
        row("divisors", "llama3-rope", key("llama.rope.dimension_count", 6), bad, "rope_freqs.weight");
        row("one set of factors", "phi4", renamed("rope_factors_long.weight", "rope_factors_lang.weight"), bad,
            "rope_factors_long");
        row("more experts used", "mixtral", key("llama.expert_used_count", 7), bad, "llama.expert_used_count");
        row("no expert used", "mixtral", key("llama.expert_used_count", 0), bad, "llama.expert_used_count");
        row("experts without number", "qwen3moe", key("qwen3moe.expert_count", 0), bad, "qwen3moe.expert_count");
        row("other experts", "mixtral", key("llama.expert_count", 5), bad, "blk.0.ffn_gate_inp.weight");
        row("lost tensor", "llama", renamed("blk.1.attn_v.weight", "blk.1.attn_w.weight"), bad, "blk.1.attn_v.weight");
        row("lost norm", "olmo2", renamed("blk.2.attn_q_norm.weight", "blk.2.attn_p_norm.weight"), bad,
            "blk.2.attn_q_norm.weight");
        row("lost sinks", "gpt-oss", renamed("blk.0.attn_sinks.weight", "blk.0.attn_sanks.weight"), bad,
            "blk.0.attn_sinks.weight");
        row("lost embedding", "llama", renamed("token_embd.weight", "taken_embd.weight"), bad, "token_embd.weight");
        row("lost final norm", "llama", renamed("output_norm.weight", "autput_norm.weight"), bad, "output_norm.weight");
        row("turned matrix", "llama", turned("blk.2.ffn_down.weight"), bad, "blk.2.ffn_down.weight");
        row("turned head", "llama", turned("output.weight"), bad, "output.weight");
        row(
            "other vocabulary", "llama", [](QByteArray& b) { return dropRow(b, "token_embd.weight"); }, bad,
            "128 tokens");
        row("turned embedding", "llama", turned("token_embd.weight"), bad, "token_embd.weight");
    }
    void badFilesAreSentences() {
        QFETCH(QByteArray, bytes);
        QFETCH(int, code);
        QFETCH(QString, named);
        const auto model = load(bytes);
        QVERIFY_ERROR(model, ErrorCode(code));
        const QString message = QString::fromStdString(model.error().message);
        QVERIFY2(message.contains(named), qPrintable(message));
        QVERIFY2(message.endsWith('.'), qPrintable(message));
    }

    void absurdValuesAreHarmless_data() {
        QTest::addColumn<QString>("run");
        for (const std::string& run : goldenRuns())
            if (run != "phi4-short") // the same model as phi4
                QTest::newRow(run.c_str()) << QString::fromStdString(run);
    }
    void absurdValuesAreHarmless() {
        // Every number of the architecture set to absurd values: a sentence, or a model that still computes.
        QFETCH(QString, run);
        const auto golden = loadGolden(run.toStdString());
        QVERIFY_RESULT(golden);
        const QByteArray good = goldenBytes(golden->model.c_str());
        const auto file = GgufFile::open(goldenFile(golden->model + ".gguf"));
        QVERIFY_RESULT(file);
        const std::string prefix = (*file)->string("general.architecture", "").value() + ".";
        for (const auto& [key, value] : (*file)->metadata()) {
            const bool real = std::holds_alternative<double>(value);
            if (!key.starts_with(prefix) || (!real && !std::holds_alternative<std::uint64_t>(value)))
                continue;
            std::vector<quint32> values{0, 1, 3, 64, 0x7fffffffU, 0xffffffffU};
            if (real) {
                values.clear();
                for (const float x : {0.0F, -1.0F, 1e30F, NAN})
                    std::memcpy(&values.emplace_back(), &x, 4);
            }
            for (const quint32 bits : values) {
                QByteArray bytes = good;
                QVERIFY(patchKey(bytes, key.c_str(), bits));
                const auto model = load(bytes);
                if (!model) {
                    QVERIFY2(model.error().message.size() > 20, key.c_str());
                    continue;
                }
                Runner runner(*model, 64);
                if (!runner.cache)
                    continue;
                const auto logits = runner.feed(std::span(golden->tokens).first(3)); // may be refused, may be nonsense
                QVERIFY2(logits || logits.error().message.size() > 20, key.c_str());
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestModelLoad)
#include "tst_model_load.moc"
