// SPDX-License-Identifier: Apache-2.0
// Rewriting a model with other types, and what its header says about memory.

#include "core/base/rng.h"
#include "core/io/gguf_quantize.h"
#include "core/io/gguf_summary.h"
#include "core/io/gguf_writer.h"
#include "core/tensor/quantize.h"
#include "tests/support/result_test.h"

#include <QDir>
#include <QTemporaryDir>
#include <cmath>
#include <limits>
#include <vector>

using namespace vitral;

namespace {

/// A model of 8 layers, 256 wide, as F16 with F32 norms; weights are small random numbers.
struct Source {
    std::vector<std::pair<std::string, Shape>> tensors;
    bool poisoned = false; ///< one weight is not a number

    explicit Source(bool hasOutput) {
        tensors.push_back({"token_embd.weight", {96, 256}});
        if (hasOutput)
            tensors.push_back({"output.weight", {96, 256}});
        tensors.push_back({"output_norm.weight", {256}});
        for (int i = 0; i < 8; ++i) {
            const std::string blk = "blk." + std::to_string(i) + ".";
            tensors.push_back({blk + "attn_norm.weight", {256}});
            tensors.push_back({blk + "attn_q.weight", {64, 256}});
            tensors.push_back({blk + "attn_v.weight", {32, 256}});
            tensors.push_back({blk + "attn_v.bias", {128}});
            tensors.push_back({blk + "ffn_gate_inp.weight", {4, 256}});
            tensors.push_back({blk + "ffn_down_exps.weight", {2, 16, 512}});
            tensors.push_back({blk + "odd.weight", {4, 96}});
            tensors.push_back({blk + "odder.weight", {4, 20}});
        }
    }

    Result<void> write(const std::filesystem::path& path) const {
        GgufWriter writer;
        writer.setString("general.architecture", "llama");
        writer.setU32("general.file_type", 1);
        writer.setU32("llama.block_count", 8);
        writer.setU32("llama.context_length", 1000);
        writer.setU32("llama.embedding_length", 256);
        writer.setU32("llama.attention.head_count", 8);
        writer.setU32("llama.attention.head_count_kv", 2);
        writer.setStrings("tokenizer.ggml.tokens", std::vector<std::string>{"a", "b"});
        for (const auto& [name, shape] : tensors)
            VITRAL_TRY(writer.addTensor(name, shape.rank > 1 ? DType::F16 : DType::F32, shape));
        VITRAL_TRY(writer.begin(path));
        Rng rng(3);
        for (const auto& [name, shape] : tensors) {
            std::vector<float> x(std::size_t(shape.count()));
            for (float& value : x)
                value = float(rng.uniform() - 0.5);
            if (poisoned && name == "blk.5.attn_q.weight")
                x[256 * 17 + 3] = std::numeric_limits<float>::infinity();
            if (shape.rank == 1) {
                VITRAL_TRY(writer.write(std::as_bytes(std::span(x))));
                continue;
            }
            std::vector<std::uint16_t> halves;
            for (const float value : x)
                halves.push_back(floatToHalf(value));
            VITRAL_TRY(writer.write(std::as_bytes(std::span(halves))));
        }
        return writer.finish();
    }
};

QuantizeOptions optionsFor(const char* name) {
    QuantizeOptions options;
    options.mix = findQuantizeMix(name).value();
    options.nThread = 2;
    return options;
}

DType typeIn(const GgufFile& file, const char* name) {
    const GgufTensor* tensor = file.findTensor(name);
    return tensor != nullptr ? tensor->view.dtype : DType::I8;
}

} // namespace

class TestGgufQuantize : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    std::filesystem::path path(const QString& name) const { return dir_.filePath(name).toStdString(); }

private slots:
    void initTestCase() { QVERIFY_RESULT(Source(true).write(path("f16.gguf"))); }

    void everyMixKeepsTheNumbersNear_data() {
        QTest::addColumn<QString>("name");
        for (const QuantizeMix& mix : quantizeMixes())
            QTest::newRow(mix.name.data()) << QString::fromLatin1(mix.name.data());
    }
    void everyMixKeepsTheNumbersNear() {
        QFETCH(QString, name);
        const auto out = path(name + ".gguf");
        double last = 0;
        QuantizeOptions options = optionsFor(qPrintable(name));
        options.progress = [&](const QuantizeProgress& progress) {
            QVERIFY(progress.fraction >= last);
            last = progress.fraction;
        };
        const auto report = quantizeGguf(path("f16.gguf"), out, options);
        QVERIFY_RESULT(report);
        QVERIFY(std::fabs(last - 1) < 1e-9);
        QVERIFY(!report->fromQuantised);
        const auto before = GgufFile::open(path("f16.gguf")).value(), after = GgufFile::open(out).value();
        QCOMPARE(after->integer("general.file_type", -1).value(), std::int64_t(options.mix.fileType));
        QCOMPARE(summarize(*after).quantisation, name.toStdString());
        QCOMPARE(summarize(*after).tensorBytes, report->bytesAfter);
        QCOMPARE(after->array("tokenizer.ggml.tokens").value()->strings[1], std::string_view("b"));
        for (const GgufTensor& tensor : before->tensors()) {
            const GgufTensor* other = after->findTensor(tensor.name);
            QVERIFY(other != nullptr);
            QCOMPARE(other->view.shape, tensor.view.shape);
            std::vector<float> x(std::size_t(tensor.view.shape.count())), y = x;
            QVERIFY_RESULT(dequantizeRow(tensor.view.dtype, tensor.view.bytes, x));
            QVERIFY_RESULT(dequantizeRow(other->view.dtype, other->view.bytes, y));
            const float limit = other->view.dtype == DType::F32 ? 0.0F : name.startsWith("Q2") ? 0.45F : 0.2F;
            for (std::size_t i = 0; i < x.size(); ++i)
                QVERIFY2(std::fabs(x[i] - y[i]) <= limit, tensor.name.c_str());
        }
    }
    void typesFollowTheRule() {
        QVERIFY_RESULT(quantizeGguf(path("f16.gguf"), path("m.gguf"), optionsFor("q4_k_m")));
        const auto file = GgufFile::open(path("m.gguf")).value();
        QCOMPARE(typeIn(*file, "output.weight"), DType::Q6_K);
        QCOMPARE(typeIn(*file, "token_embd.weight"), DType::Q4_K);
        QCOMPARE(typeIn(*file, "output_norm.weight"), DType::F32);
        QCOMPARE(typeIn(*file, "blk.0.attn_q.weight"), DType::Q4_K);
        QCOMPARE(typeIn(*file, "blk.1.attn_v.weight"), DType::Q6_K);
        QCOMPARE(typeIn(*file, "blk.2.attn_v.weight"), DType::Q4_K);
        QCOMPARE(typeIn(*file, "blk.6.ffn_down_exps.weight"), DType::Q6_K);
        QCOMPARE(typeIn(*file, "blk.5.ffn_down_exps.weight"), DType::Q4_K);
        QCOMPARE(typeIn(*file, "blk.0.ffn_gate_inp.weight"), DType::F32);
        QCOMPARE(typeIn(*file, "blk.0.attn_v.bias"), DType::F32);
        QCOMPARE(typeIn(*file, "blk.0.odd.weight"), DType::Q5_0);
        QCOMPARE(typeIn(*file, "blk.0.odder.weight"), DType::F16);
    }
    void tiedEmbeddingsMakeTheLogits() {
        QVERIFY_RESULT(Source(false).write(path("tied.gguf")));
        QVERIFY_RESULT(quantizeGguf(path("tied.gguf"), path("tied-q.gguf"), optionsFor("Q2_K")));
        const auto file = GgufFile::open(path("tied-q.gguf")).value();
        QCOMPARE(typeIn(*file, "token_embd.weight"), DType::Q6_K);
        QCOMPARE(typeIn(*file, "blk.3.attn_v.weight"), DType::Q4_K);
        QCOMPARE(typeIn(*file, "blk.3.ffn_down_exps.weight"), DType::Q3_K);
        QCOMPARE(typeIn(*file, "blk.3.attn_q.weight"), DType::Q2_K);
    }
    void aSecondRoundIsSaid() {
        QVERIFY_RESULT(quantizeGguf(path("f16.gguf"), path("once.gguf"), optionsFor("Q8_0")));
        const auto again = quantizeGguf(path("once.gguf"), path("twice.gguf"), optionsFor("Q4_0"));
        QVERIFY_RESULT(again);
        QVERIFY(again->fromQuantised);
    }
    void aModelIsNeverLost() {
        // Losing bits is not undone: the source is not written over, under no name, nor is a read-only file.
        QVERIFY_RESULT(Source(true).write(path("self.gguf")));
        std::filesystem::create_symlink("self.gguf", path("link.gguf"));
        for (const char* name : {"self.gguf", "link.gguf"})
            QVERIFY_ERROR(quantizeGguf(path("self.gguf"), path(name), optionsFor("Q8_0")), ErrorCode::InvalidArgument);
        const auto untouched = GgufFile::open(path("self.gguf"));
        QVERIFY_RESULT(untouched);
        QCOMPARE(typeIn(**untouched, "blk.3.attn_q.weight"), DType::F16);
        std::filesystem::copy_file(path("self.gguf"), path("kept.gguf"));
        std::filesystem::permissions(path("kept.gguf"), std::filesystem::perms::owner_read);
        QVERIFY_ERROR(quantizeGguf(path("self.gguf"), path("kept.gguf"), optionsFor("Q8_0")), ErrorCode::Io);
    }
    void stoppingLeavesNothing() {
        std::stop_source stop;
        QuantizeOptions options = optionsFor("Q4_K_M");
        options.stop = stop.get_token();
        options.progress = [&](const QuantizeProgress& progress) {
            if (progress.fraction > 0.5)
                stop.request_stop();
        };
        QVERIFY_ERROR(quantizeGguf(path("f16.gguf"), path("stopped.gguf"), options), ErrorCode::Cancelled);
        QCOMPARE(QDir(dir_.path()).entryList({"stopped*"}).size(), 0);
    }
    void weightsThatAreNoNumbersAreNamed() {
        Source source(true);
        source.poisoned = true;
        QVERIFY_RESULT(source.write(path("nan.gguf")));
        const auto result = quantizeGguf(path("nan.gguf"), path("nan-q.gguf"), optionsFor("Q4_K_M"));
        QVERIFY_ERROR(result, ErrorCode::InvalidArgument);
        QVERIFY2(result.error().message.starts_with("Row 17 of tensor 'blk.5.attn_q.weight'"),
                 result.error().message.c_str());
        QVERIFY(!std::filesystem::exists(path("nan-q.gguf")));
    }
    void unknownNamesAreListed() {
        const auto mix = findQuantizeMix("Q9_Z");
        QVERIFY_ERROR(mix, ErrorCode::InvalidArgument);
        QVERIFY(mix.error().message.find("Q4_K_M") != std::string::npos);
        QCOMPARE(findQuantizeMix("q4_k").value().name, std::string_view("Q4_K_M"));
    }
    void summaryCountsTheCache() {
        const auto summary = summarize(*GgufFile::open(path("f16.gguf")).value());
        QCOMPARE(summary.nLayer, std::int64_t(8));
        QCOMPARE(summary.nCtxTrain, std::int64_t(1000));
        QCOMPARE(summary.kvElementsPerToken, std::int64_t(8 * 2 * 2 * 32)); // layers, K and V, KV heads, head width
        QCOMPARE(summary.kvBytes(100, DType::F16), std::uint64_t(100 * 1024 * 2));
        QCOMPARE(summary.kvBytes(100, DType::Q8_0), std::uint64_t(100 * 1024 / 32 * 34));
        QCOMPARE(summary.quantisation, std::string("F16"));
    }
};

QTEST_GUILESS_MAIN(TestGgufQuantize)
#include "tst_gguf_quantize.moc"
