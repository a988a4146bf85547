// SPDX-License-Identifier: Apache-2.0
// The U-Net against diffusers: small random networks of every family, every block's output, on every instruction set of
// this machine and on the emulated CUDA device, in f32 and in 16 bits. A failure names the first block that differs.
// VITRAL_VERBOSE=1 prints the errors.

#include "gpu/cuda/cuda_backend.h"
#include "gpu/cuda/emulated/emulated.h"
#include "tests/core/diffusion/diffusion_golden.h"

#include <QTemporaryDir>
#include <cmath>

using namespace vitral;
using namespace vitral::diffusion;
using namespace vitral::test;

namespace {

constexpr int kDevice = -1; ///< in the place of an instruction set: the emulated CUDA device

const std::vector<std::string> kCases = {"unet-sd1", "unet-sd2", "unet-xl", "unet-plain", "unet-classes"};

/// What a case feeds in, with storage.
struct CaseInput {
    explicit CaseInput(const DiffusionGolden& golden) : x(golden.tensors.at("x")) {
        const auto n = static_cast<std::size_t>(x.dims[0]);
        conditioning.resize(n);
        for (std::size_t i = 0; i < n; ++i) {
            Conditioning& c = conditioning[i];
            if (const auto words = golden.tensors.find("words"); words != golden.tensors.end()) {
                c.nToken = words->second.dims[1];
                c.width = words->second.dims[2];
                const auto size = static_cast<std::ptrdiff_t>(c.nToken * c.width);
                const auto first = words->second.values.begin() + static_cast<std::ptrdiff_t>(i) * size;
                c.tokens.assign(first, first + size);
            }
            if (const auto pooled = golden.tensors.find("pooled"); pooled != golden.tensors.end()) {
                const auto size = static_cast<std::ptrdiff_t>(pooled->second.dims[1]);
                const auto first = pooled->second.values.begin() + static_cast<std::ptrdiff_t>(i) * size;
                c.pooled.assign(first, first + size);
            }
            if (const auto classes = golden.tensors.find("classes"); classes != golden.tensors.end())
                c.classId = static_cast<std::int32_t>(classes->second.values[i]);
            pointers.push_back(&c);
        }
        input.x = x.values;
        input.nImage = static_cast<std::int32_t>(n);
        input.height = static_cast<std::int32_t>(x.dims[2]);
        input.width = static_cast<std::int32_t>(x.dims[3]);
        input.timestep = static_cast<double>(golden.tensors.at("timestep").values[0]);
        input.conditioning = pointers;
    }
    GoldenTensor x;
    std::vector<Conditioning> conditioning;
    std::vector<const Conditioning*> pointers;
    NetworkInput input;
};

} // namespace

class TestUNet : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;

    Result<DiffusionModelPtr> load(const DiffusionGolden& golden, int isa, Precision precision,
                                   DType type = DType::F32) {
        const auto path = std::filesystem::path(folder_.path().toStdString()) / (golden.name + ".safetensors");
        VITRAL_TRY(writeGoldenModel(golden, path, type));
        DiffusionLoadOptions options;
        if (isa == kDevice) {
            VITRAL_TRY_ASSIGN(options.backend, cuda::CudaBackend::create(0));
        } else {
            VITRAL_TRY_ASSIGN(options.backend, makeCpuBackend({2, CpuIsa(isa)}));
        }
        options.precision = precision;
        return loadDiffusionModel(path, options);
    }

private slots:
    void initTestCase() {
#ifndef __SANITIZE_ADDRESS__               // which sees kernels beyond an allocation's end only on the heap
        cuda::emulated::guardMemory(true); // the device's memory is there for kernels and copies alone
#endif
    }
    void agreesWithDiffusers_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("isa");
        QTest::addColumn<bool>("exact");
        const auto add = [](const std::string& where, int isa) {
            for (const std::string& name : kCases)
                for (const bool exact : {true, false})
                    QTest::addRow("%s %s %s", name.c_str(), where.c_str(), exact ? "exact" : "fast")
                        << QString::fromStdString(name) << isa << exact;
        };
        for (const auto& [isaName, isa] : cpuIsasHere())
            add(isaName, int(isa));
        add("device", kDevice);
    }
    void agreesWithDiffusers() {
        QFETCH(QString, name);
        QFETCH(int, isa);
        QFETCH(bool, exact);
        const auto golden = loadDiffusionGolden(name.toStdString());
        QVERIFY_RESULT(golden);
        const auto model = load(*golden, isa, exact ? Precision::Exact : Precision::Fast);
        QVERIFY_RESULT(model);
        const CaseInput in(*golden);
        Workspace workspace(*(*model)->backend);
        FeatureCollector collector(*(*model)->backend, in.input.nImage);
        NetworkContext context{*(*model)->backend, workspace, {}, &collector};
        std::vector<float> out(golden->tensors.at("out").values.size());
        QVERIFY_RESULT((*model)->denoiser->predict(context, in.input, out));

        // BF16 keeps 8 bits of a factor, F16 of the device 11; the bound is what such products leave after all the
        // blocks of these networks.
        const double allowed = exact ? 1e-4 : isa == kDevice ? 5e-3 : 4e-2;
        double worst = 0;
        std::size_t nCompared = 0;
        const auto& known = (*model)->denoiser->info().featureBlocks;
        std::vector<std::string> given;
        for (const auto& [block, tensor] : collector.got) {
            given.push_back(block);
            const auto expected = golden->tensors.find(block);
            if (expected == golden->tensors.end())
                continue;
            ++nCompared;
            const double error = relativeDifference(tensor.values, expected->second.values);
            worst = std::max(worst, error);
            QVERIFY2(
                error <= allowed,
                qPrintable(
                    QString("%1 is the first block that differs: relative error %2").arg(block.c_str()).arg(error)));
        }
        QCOMPARE(given, known); // the description says what is given, in order
        std::size_t nGolden = 0;
        for (const auto& [block, tensor] : golden->tensors)
            nGolden += block.starts_with("unet.") ? 1 : 0;
        QCOMPARE(nCompared, nGolden);
        const double error = relativeDifference(out, golden->tensors.at("out").values);
        QVERIFY2(error <= allowed, qPrintable(QString("the prediction differs: relative error %1").arg(error)));
        if (qEnvironmentVariableIsSet("VITRAL_VERBOSE"))
            qInfo("%-28s worst block %.1e, prediction %.1e", QTest::currentDataTag(), worst, error);
    }
};

QTEST_GUILESS_MAIN(TestUNet)
#include "tst_unet.moc"
