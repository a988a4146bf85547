// SPDX-License-Identifier: Apache-2.0
// The engine with the emulated device as its graphics card: where models are put, what is said where they cannot be,
// and that answers, interventions and what is recorded are the CPU's.

#include "core/backend/gpu_devices.h"
#include "core/backend/shared_rows.h"
#include "core/runtime/engine.h"
#include "gpu/cuda/emulated/emulated.h"
#include "gpu/cuda/plugin.h"
#include "tests/support/recording_sink.h"
#include "tests/support/result_test.h"

#include <QProcess>
#include <QtTest>
#include <cmath>
#include <cstring>

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

#ifndef VITRAL_FAKE_DRIVER // built without nvcc
#define VITRAL_FAKE_DRIVER ""
#define VITRAL_DEVICE_REPORT ""
#endif

/// What the plug-in of the build finds here.
GpuAbsence findReal() {
    setGpuPlugin(nullptr);
    qputenv("VITRAL_CUDA_PLUGIN", QByteArray(VITRAL_BIN_DIR) + "/libvitral_cuda.so");
    return findGpus().absence;
}

struct Answer {
    std::vector<TokenId> tokens;
    Placement placement;
    std::string backend;
    Result<void> status;
    RecordingPtr recording;
};

/// The likeliest twelve tokens behind four others.
GenerateJob twelveTokens(std::shared_ptr<const Model> model) {
    GenerateJob job;
    job.model = std::move(model);
    job.maxTokens = 12;
    job.nCtx = 256;
    job.ignoreEnd = true;
    Branch branch;
    branch.prompt = {1, 5, 9, 3};
    branch.sampler.temperature = 0;
    job.branches = {branch};
    return job;
}

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
    GenerateJob job = twelveTokens(loaded.front().model);
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

    // Two devices, neither of which has room for all: layers on both, the same answers, and only the stream crosses.
    void twoDevices() {
        const auto file = GgufFile::open(llama());
        QVERIFY_RESULT(file);
        const DeviceOptions wished{DeviceChoice::Auto, -1, 256, DType::F16};
        std::size_t memory = std::size_t{160} << 20;
        const auto plan = [&] { return planPlacement(**file, card(memory, 2), wished); };
        const auto onBoth = [](const Placement& p) {
            std::size_t n = 0;
            for (const PlacementPart& part : p.parts)
                n += part.ordinal >= 0 && part.nLayer > 0 ? 1 : 0;
            return n == 2;
        };
        while (!onBoth(plan()) && memory < std::size_t{300} << 20)
            memory += 10000;
        QVERIFY2(onBoth(plan()), plan().sentence().c_str());
        const Answer cpu = answer({DeviceChoice::Cpu, -1, 256, DType::F16});
        cu::emulated::configure({.nDevice = 2, .memoryBytes = memory, .absent = {}});
        const std::size_t before = cu::emulated::counts().usedBytes;
        const Answer both = answer(wished);
        QVERIFY_RESULT(both.status);
        QVERIFY2(onBoth(both.placement), both.placement.sentence().c_str());
        QVERIFY2(both.backend.find("CUDA + CUDA") != std::string::npos, both.backend.c_str());
        QCOMPARE(both.tokens, cpu.tokens);
        QVERIFY(both.recording);
        QCOMPARE(cu::emulated::counts().usedBytes, before);
    }

    // A token costs a line of numbers, not its logits, unless somebody looks at the whole distribution.
    void logitsStayOnTheDevice() {
        RecordingSink sink;
        EngineOptions options;
        options.cpu.nThread = 1;
        options.device = {DeviceChoice::Auto, -1, 256, DType::F16};
        auto engine = Engine::create(options, sink);
        QVERIFY(engine);
        const RunId load = (*engine)->submit(LoadModelJob{llama()});
        sink.waitFinished(load);
        QCOMPARE(sink.of<ModelLoaded>(load).size(), std::size_t{1});
        const auto model = sink.of<ModelLoaded>(load).front().model;
        std::vector<TokenProduced> answers[2];
        std::uint64_t crossed[2] = {};
        for (const bool all : {false, true}) {
            GenerateJob job;
            job.model = model;
            job.maxTokens = 12;
            job.nCtx = 256;
            job.ignoreEnd = true;
            job.traceSampler = all;
            Branch branch;
            branch.prompt = {1, 5, 9, 3};
            branch.sampler.seed = 11;
            job.branches = {branch};
            const std::uint64_t before = cu::emulated::counts().toHostBytes;
            const RunId run = (*engine)->submit(std::move(job));
            sink.waitFinished(run);
            QVERIFY_RESULT(sink.finished(run).status);
            crossed[all] = cu::emulated::counts().toHostBytes - before;
            answers[all] = sink.of<TokenProduced>(run);
            QCOMPARE(answers[all].size(), std::size_t{12});
        }
        QCOMPARE(crossed[0], std::uint64_t{12} * (32 + 40 * 8)); // the sums, and the 40 best of top-k
        QCOMPARE(crossed[1], std::uint64_t{12} * static_cast<std::uint64_t>(model->config().nVocab) * 4);
        for (std::size_t i = 0; i < 12; ++i) {
            const TokenScore &a = answers[0][i].score, &b = answers[1][i].score;
            QCOMPARE(a.id, b.id);
            QCOMPARE(a.rank, b.rank);
            QVERIFY(std::abs(a.logProbability - b.logProbability) < 1e-6F * (1 + std::abs(b.logProbability)));
            QVERIFY(std::abs(a.entropy - b.entropy) < 1e-6F * (1 + b.entropy));
            QCOMPARE(a.top.size(), b.top.size());
            for (std::size_t k = 0; k < a.top.size(); ++k)
                QCOMPARE(a.top[k].id, b.top[k].id);
        }
    }

    // Where Vulkan draws with the card and shares its memory, the card keeps what maps are made of: the same numbers as
    // the host's copy, the same answers and graphs, and all of it goes with the recording.
    void rowsStayOnTheCard() {
        const std::size_t before = cu::emulated::counts().usedBytes;
        cu::emulated::setSharing("00112233445566778899aabbccddeeff", 0);
        setDrawingDevice({"the card", "00112233445566778899aabbccddeeff", true});
        const Answer plain = answer({DeviceChoice::Cpu, -1, 256, DType::F16});
        const std::uint64_t graphs = cu::emulated::counts().graphLaunches;
        {
            const Answer kept = answer({DeviceChoice::Auto, -1, 256, DType::F16});
            QVERIFY_RESULT(kept.status);
            QCOMPARE(kept.tokens, plain.tokens);
            QVERIFY(cu::emulated::counts().graphLaunches > graphs);
            QVERIFY(kept.recording);
            for (const auto& layer : kept.recording->attention)
                for (const Rows* rows : {&layer->q, &layer->k, &layer->lse}) {
                    QVERIFY(rows->nRow() > 0);
                    const std::size_t size = std::size_t(rows->nCol()) * (rows->dtype() == DType::F16 ? 2 : 4);
                    for (std::int64_t i = 0; i < rows->nRow(); ++i) {
                        const DeviceBlock* block = rows->kept(i / kRowsPerBlock);
                        QVERIFY(block != nullptr); // the emulated device's memory is the host's
                        QVERIFY(std::memcmp(block->data + std::size_t(i % kRowsPerBlock) * size, rows->row(i), size) ==
                                0);
                    }
                }
            QVERIFY(cu::emulated::counts().usedBytes > before);
        }
        QCOMPARE(cu::emulated::counts().usedBytes, before);
        for (const bool exports : {true, false}) { // another device draws; it exports nothing
            setDrawingDevice({"another", exports ? "ff" : "00112233445566778899aabbccddeeff", exports});
            const Answer host = answer({DeviceChoice::Auto, -1, 256, DType::F16});
            QVERIFY(host.recording && host.recording->attention[0]->q.kept(0) == nullptr);
        }
        setDrawingDevice({});
        cu::emulated::setSharing({}, 0);
        QCOMPARE(shareWay({}, "a"), ShareWay::NothingDraws);
        QCOMPARE(shareWay({"x", "b", true}, "a"), ShareWay::OtherDevice);
        QCOMPARE(shareWay({"x", "a", false}, "a"), ShareWay::NoExport);
        QCOMPARE(shareWay({"x", "a", true}, "a"), ShareWay::Shared);
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

    // Memory that is gone when an answer begins (another program took it), and a device that fails then: the CPU
    // answers, says why, and stands for the model from then on.
    void anAnswerFallsBack() {
        const Answer cpu = answer({DeviceChoice::Cpu, -1, 256, DType::F16});
        for (const DeviceChoice choice : {DeviceChoice::Auto, DeviceChoice::Cuda}) {
            cu::emulated::configure({});
            RecordingSink sink;
            EngineOptions options;
            options.cpu.nThread = 1;
            options.device = {choice, -1, 256, DType::F16};
            auto engine = Engine::create(options, sink);
            QVERIFY(engine);
            const RunId load = (*engine)->submit(LoadModelJob{llama()});
            sink.waitFinished(load);
            const GenerateJob job = twelveTokens(sink.of<ModelLoaded>(load).front().model);
            QCOMPARE(job.model->backend()->info().name, std::string("CUDA"));
            cu::emulated::configure(
                {.nDevice = 1, .memoryBytes = cu::emulated::counts().usedBytes + 1000, .absent = {}});
            for (const bool first : {true, false}) {
                const RunId run = (*engine)->submit(GenerateJob(job));
                sink.waitFinished(run);
                const Result<void> status = sink.finished(run).status;
                if (choice == DeviceChoice::Cuda) { // who asked for the card hears the reason instead
                    QVERIFY(!status);
                    QVERIFY2(status.error().message.find("memory") != std::string::npos &&
                                 status.error().message.find("Choose the CPU") != std::string::npos,
                             status.error().message.c_str());
                    continue;
                }
                QVERIFY_RESULT(status);
                std::vector<TokenId> tokens;
                for (const TokenProduced& token : sink.of<TokenProduced>(run))
                    tokens.push_back(token.score.id);
                QCOMPARE(tokens, cpu.tokens);
                const auto other = sink.of<ModelLoaded>(run);
                QCOMPARE(other.size(), first ? std::size_t{1} : std::size_t{0});
                if (first) {
                    QCOMPARE(other[0].replaces, job.model);
                    QCOMPARE(other[0].model->backend()->info().name, std::string("CPU"));
                    QVERIFY2(other[0].placement.note.find("memory") != std::string::npos,
                             other[0].placement.note.c_str());
                }
            }
        }
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
        // A model of some hundred kilobytes: what it needs is nearly all fixed.
        QVERIFY2(whole.needBytes > std::size_t{160} << 20 && whole.needBytes < std::size_t{168} << 20,
                 whole.sentence().c_str());
        const Placement onCpu = planPlacement(**file, {}, any);
        QVERIFY(onCpu.allOnCpu() && onCpu.parts[0].freeBytes > 0);
        const Placement none = planPlacement(**file, card(std::size_t{60} << 20), any);
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
        // Two cards that hold all layers between them: the processor is not in the plan, unless for the table of
        // tokens.
        bool withoutCpu = false;
        for (std::size_t memory = std::size_t{160} << 20; memory < std::size_t{200} << 20; memory += 10000) {
            const Placement two = planPlacement(**file, card(memory, 2), any);
            std::int64_t n = 0;
            std::uint64_t need = 0;
            for (const PlacementPart& part : two.parts) {
                n += part.nLayer;
                need += part.needBytes;
                if (part.nLayer == 0)
                    QVERIFY(part.ordinal < 0 && two.sentence().find("table of tokens on the CPU") != std::string::npos);
            }
            QCOMPARE(n, two.nLayer);
            QCOMPARE(need, two.needBytes);
            withoutCpu = withoutCpu || (two.parts.size() == 2 && two.parts[0].ordinal == 0);
        }
        QVERIFY(withoutCpu);
    }

    // The real plug-in over a driver that says what the environment tells it: a sentence for each.
    void sentencesOfTheDriver_data() {
        QTest::addColumn<QString>("version");
        QTest::addColumn<QString>("init");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("too old") << "11040"
                                 << "0"
                                 << "The NVIDIA driver is too old: it offers CUDA 11.4";
        QTest::newRow("no device") << "13000"
                                   << "100"
                                   << "There is an NVIDIA driver but no device it can use.";
        QTest::newRow("anything else") << "13000"
                                       << "999"
                                       << "The graphics device failed while counting devices";
        QTest::newRow("none") << ""
                              << ""
                              << "No NVIDIA driver is installed.";
    }
    void sentencesOfTheDriver() {
        QFETCH(QString, version);
        QFETCH(QString, init);
        QFETCH(QString, sentence);
        if (QByteArray(VITRAL_DEVICE_REPORT).isEmpty())
            QSKIP("built without the CUDA Toolkit: there is no plug-in");
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        if (version.isEmpty()) {
            if (findReal() != GpuAbsence::NoDriver)
                QSKIP("this machine has a driver");
        } else {
            environment.insert("LD_LIBRARY_PATH", VITRAL_FAKE_DRIVER);
            environment.insert("VITRAL_FAKE_VERSION", version);
            environment.insert("VITRAL_FAKE_INIT", init);
        }
        process.setProcessEnvironment(environment);
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(VITRAL_DEVICE_REPORT, {"--check"});
        QVERIFY(process.waitForFinished());
        const QByteArray text = process.readAll();
        QCOMPARE(process.exitCode(), 77);
        QVERIFY2(text.contains(sentence.toUtf8()), text.constData());
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
