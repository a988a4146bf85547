// SPDX-License-Identifier: Apache-2.0
// The engine with the emulated device as its graphics card: where models are put, what is said where they cannot be,
// and that answers, interventions and what is recorded are the CPU's.

#include "core/backend/gpu_devices.h"
#include "core/runtime/engine.h"
#include "gpu/cuda/emulated/emulated.h"
#include "gpu/cuda/plugin.h"
#include "tests/support/recording_sink.h"
#include "tests/support/result_test.h"

#include <QtTest>

using namespace vitral;
using namespace vitral::test;
namespace cu = vitral::cuda;

namespace {

std::filesystem::path llama() {
    return std::filesystem::path(VITRAL_GOLDEN) / "models" / "llama.gguf";
}

GpuFindings card(std::size_t freeBytes, int n = 1) {
    GpuFindings findings;
    for (int i = 0; i < n; ++i)
        findings.devices.push_back({i, "Card " + std::to_string(i), 9, 0, freeBytes, freeBytes, 132, 13000});
    return findings;
}

/// A device that promises more memory than it has.
GpuFindings boastful() {
    return card(std::size_t{8} << 30);
}

struct Answer {
    std::vector<TokenId> tokens;
    Placement placement;
    std::string backend;
    Result<void> status;
    RecordingPtr recording;
};

Answer answer(const DeviceOptions& device, const char* change = nullptr) {
    Answer result;
    RecordingSink sink;
    EngineOptions options;
    options.cpu.nThread = 1;
    options.device = device;
    auto engine = Engine::create(options, sink);
    if (!engine)
        qFatal("no engine");
    const RunId load = (*engine)->submit(LoadModelJob{llama()});
    sink.waitFinished(load);
    result.status = sink.finished(load).status;
    const auto loaded = sink.of<ModelLoaded>(load);
    if (loaded.empty())
        return result;
    result.placement = loaded.front().placement;
    result.backend = loaded.front().model->backend()->info().name;
    GenerateJob job;
    job.model = loaded.front().model;
    job.maxTokens = 12;
    job.nCtx = 256;
    job.ignoreEnd = true;
    Branch branch;
    branch.prompt = {1, 5, 9, 3};
    branch.sampler.temperature = 0;
    job.branches = {branch};
    auto request = std::make_shared<TraceRequest>();
    request->attention = true;
    job.trace = request;
    if (change) {
        auto set = std::make_shared<InterventionSet>();
        auto parsed = parseIntervention(change);
        if (!parsed)
            qFatal("%s", parsed.error().message.c_str());
        set->items.push_back(*parsed);
        job.interventions = set;
    }
    const RunId run = (*engine)->submit(std::move(job));
    sink.waitFinished(run);
    result.status = sink.finished(run).status;
    for (const TokenProduced& token : sink.of<TokenProduced>(run))
        result.tokens.push_back(token.score.id);
    const auto recorded = sink.of<TraceRecorded>(run);
    if (!recorded.empty())
        result.recording = recorded.back().recording;
    return result;
}

} // namespace

class TestCudaEngine : public QObject {
    Q_OBJECT
private slots:
    void init() {
        setGpuPlugin(&cu::plugin());
        cu::emulated::configure({});
    }
    void cleanup() {
        setGpuPlugin(nullptr);
        cu::emulated::configure({});
    }

    void answersAreTheCpus_data() {
        QTest::addColumn<QString>("change");
        QTest::newRow("as it is") << QString();
        QTest::newRow("a head gives zeros") << "blocks.0.attn.hook_z[head=1]=zero";
        QTest::newRow("a layer counts double") << "blocks.1.hook_mlp_out=scale:2";
    }
    void answersAreTheCpus() {
        QFETCH(QString, change);
        const QByteArray text = change.toUtf8();
        const char* changed = text.isEmpty() ? nullptr : text.constData();
        const Answer cpu = answer({DeviceChoice::Cpu, -1, 256, DType::F16}, changed);
        QVERIFY_RESULT(cpu.status);
        QCOMPARE(cpu.backend, std::string("CPU"));
        const Answer gpu = answer({DeviceChoice::Auto, -1, 256, DType::F16}, changed);
        QVERIFY_RESULT(gpu.status);
        QCOMPARE(gpu.backend, std::string("CUDA"));
        QCOMPARE(gpu.placement.parts.size(), std::size_t{1});
        QCOMPARE(gpu.tokens, cpu.tokens);
        const Answer split = answer({DeviceChoice::Auto, 1, 256, DType::F16}, changed);
        QVERIFY_RESULT(split.status);
        QCOMPARE(split.backend, std::string("CPU + CUDA"));
        QCOMPARE(split.placement.parts.size(), std::size_t{2});
        QCOMPARE(split.placement.parts[1].nLayer, std::int64_t{1});
        QCOMPARE(split.tokens, cpu.tokens);
        QVERIFY(cpu.recording && gpu.recording && split.recording);
        QVERIFY(cu::emulated::counts().graphLaunches > 0); // decoding ran as graphs
    }

    void memoryIsGivenBack() {
        const std::size_t before = cu::emulated::counts().usedBytes;
        QVERIFY_RESULT(answer({DeviceChoice::Auto, -1, 256, DType::F16}).status);
        QCOMPARE(cu::emulated::counts().usedBytes, before);
    }

    void tooLittleMemoryFallsBack() {
        const GpuPlugin plugin{kGpuPluginAbi, cu::plugin().version, boastful, cu::plugin().create};
        setGpuPlugin(&plugin);
        cu::emulated::configure({.nDevice = 1, .memoryBytes = 4096, .absent = {}});
        const Answer result = answer({DeviceChoice::Auto, -1, 256, DType::F16});
        QVERIFY_RESULT(result.status);
        QCOMPARE(result.backend, std::string("CPU"));
        QVERIFY2(result.placement.note.find("were asked for") != std::string::npos, result.placement.note.c_str());
    }

    void noDeviceFallsBack() {
        cu::emulated::configure({.nDevice = 1, .memoryBytes = 0, .absent = "No NVIDIA driver is installed."});
        QCOMPARE(findGpus().absence, GpuAbsence::NoDriver);
        const Answer result = answer({DeviceChoice::Auto, -1, 256, DType::F16});
        QVERIFY_RESULT(result.status);
        QCOMPARE(result.backend, std::string("CPU"));
        QCOMPARE(result.placement.note, std::string("No NVIDIA driver is installed."));
        const Answer asked = answer({DeviceChoice::Cuda, -1, 256, DType::F16});
        QVERIFY(!asked.status);
        QCOMPARE(asked.status.error().code, ErrorCode::Device);
    }

    void plans() {
        const auto file = GgufFile::open(llama());
        QVERIFY_RESULT(file);
        const DeviceOptions any{DeviceChoice::Auto, -1, 256, DType::F16};
        const Placement whole = planPlacement(**file, card(std::size_t{8} << 30, 2), any);
        QCOMPARE(whole.parts.size(), std::size_t{1}); // one card is enough
        QCOMPARE(whole.parts[0].ordinal, 0);
        const Placement none = planPlacement(**file, card(std::size_t{100} << 20), any);
        QVERIFY(none.allOnCpu());
        QVERIFY(!none.note.empty());
        QVERIFY(planPlacement(**file, card(std::size_t{8} << 30), {DeviceChoice::Cpu, -1, 256, DType::F16}).allOnCpu());
        QVERIFY(planPlacement(**file, card(std::size_t{8} << 30), {DeviceChoice::Auto, 0, 256, DType::F16}).allOnCpu());
        const Placement one =
            planPlacement(**file, card(std::size_t{8} << 30), {DeviceChoice::Auto, 1, 256, DType::F16});
        QCOMPARE(one.parts.size(), std::size_t{2});
        QCOMPARE(one.parts[0].nLayer + one.parts[1].nLayer, one.nLayer);
        QCOMPARE(one.parts[1].firstLayer, one.nLayer - 1);
        QVERIFY(one.sentence().find("on the CPU") != std::string::npos);
    }

    void pluginOfTheBuild() {
        // The real plug-in: what it says depends on the machine. Without a device the reason stands in the log.
        setGpuPlugin(nullptr);
        qputenv("VITRAL_CUDA_PLUGIN", QByteArray(VITRAL_BIN_DIR) + "/libvitral_cuda.so");
        const GpuFindings found = findGpus();
        if (found.devices.empty())
            QSKIP(found.sentence.c_str());
        const Answer cpu = answer({DeviceChoice::Cpu, -1, 256, DType::F16});
        const Answer gpu = answer({DeviceChoice::Cuda, -1, 256, DType::F16});
        QVERIFY_RESULT(gpu.status);
        QCOMPARE(gpu.tokens, cpu.tokens);
    }
};

QTEST_GUILESS_MAIN(TestCudaEngine)
#include "tst_cuda_engine.moc"
