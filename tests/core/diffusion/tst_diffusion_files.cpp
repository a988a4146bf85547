// SPDX-License-Identifier: Apache-2.0
// Files of diffusion models: checkpoints in the names of the original code against diffusers' own converter, diffusers
// folders with shards and variants, this program's own file; and files that lie.

#include "core/diffusion/checkpoint.h"
#include "core/diffusion/denoise.h"
#include "core/diffusion/summary.h"
#include "core/diffusion/unet.h"
#include "core/io/gguf_writer.h"
#include "core/io/safetensors.h"
#include "core/tensor/quantize.h"
#include "tests/core/diffusion/diffusion_golden.h"

#include <QCryptographicHash>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace vitral;
using namespace vitral::diffusion;
using namespace vitral::test;
namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

void writeText(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

} // namespace

class TestDiffusionFiles : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    Result<DiffusionGolden> sd1_;
    DiffusionLoadOptions options_;

    fs::path at(const std::string& name) const { return fs::path(folder_.path().toStdString()) / name; }

    /// One prediction of the golden inputs; compares with the golden prediction.
    void predicts(const DiffusionModel& model, const DiffusionGolden& golden, double allowed) {
        const GoldenTensor& x = golden.tensors.at("x");
        const GoldenTensor& words = golden.tensors.at("words");
        std::vector<Conditioning> conditioning(2);
        std::vector<const Conditioning*> pointers;
        for (std::size_t i = 0; i < 2; ++i) {
            conditioning[i].nToken = words.dims[1];
            conditioning[i].width = words.dims[2];
            const auto size = static_cast<std::ptrdiff_t>(words.dims[1] * words.dims[2]);
            const auto first = words.values.begin() + static_cast<std::ptrdiff_t>(i) * size;
            conditioning[i].tokens.assign(first, first + size);
            pointers.push_back(&conditioning[i]);
        }
        NetworkInput input;
        input.x = x.values;
        input.nImage = 2;
        input.height = static_cast<std::int32_t>(x.dims[2]);
        input.width = static_cast<std::int32_t>(x.dims[3]);
        input.timestep = static_cast<double>(golden.tensors.at("timestep").values[0]);
        input.conditioning = pointers;
        Workspace workspace(*model.backend);
        NetworkContext context{*model.backend, workspace, {}, nullptr};
        std::vector<float> out(golden.tensors.at("out").values.size());
        QVERIFY_RESULT(model.denoiser->predict(context, input, out));
        const double error = relativeDifference(out, golden.tensors.at("out").values);
        QVERIFY2(error <= allowed, qPrintable(QString("relative error %1").arg(error)));
    }

    /// The sd1 network with another config; `change` may edit the whole metadata.
    QString refusal(const std::function<void(Json&)>& change,
                    const std::function<void(std::vector<FileTensor>&)>& edit = {}) {
        Json meta = Json::parse(sd1_->meta);
        change(meta);
        const auto path = at("hostile.safetensors");
        if (const auto written = writeGoldenModel(*sd1_, path, DType::F16, meta.dump(), edit); !written)
            return "cannot write: " + QString::fromStdString(written.error().message);
        const auto model = loadDiffusionModel(path, options_);
        return model ? QString() : QString::fromStdString(model.error().message);
    }

private slots:
    void initTestCase() {
        sd1_ = loadDiffusionGolden("unet-sd1");
        QVERIFY_RESULT(sd1_);
        auto backend = makeCpuBackend({2, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        options_.backend = *backend;
        options_.precision = Precision::Exact;
    }

    void checkpoints_data() {
        QTest::addColumn<bool>("gguf");
        QTest::addColumn<QString>("type");
        QTest::newRow("safetensors F32") << false << "F32";
        QTest::newRow("safetensors F16") << false << "F16";
        QTest::newRow("safetensors BF16") << false << "BF16";
        QTest::newRow("gguf F32") << true << "F32";
        QTest::newRow("gguf F16") << true << "F16";
        QTest::newRow("gguf Q8_0") << true << "Q8_0";
    }
    void checkpoints() {
        QFETCH(bool, gguf);
        QFETCH(QString, type);
        const auto golden = loadDiffusionGolden("ldm");
        QVERIFY_RESULT(golden);
        const DType dtype = *dtypeFromName(type.toStdString());
        const auto path = at(gguf ? "checkpoint.gguf" : "checkpoint.safetensors");
        if (gguf) {
            GgufWriter writer;
            writer.setString("general.architecture", "sd");
            std::vector<std::pair<DType, std::vector<std::byte>>> bytes;
            for (const auto& [name, weight] : golden->weights) {
                const std::vector<float> values = goldenWeight(name, weight);
                // Rows that are no whole blocks stay F16, as in such files.
                const DType own = dtype != DType::Q8_0                                  ? dtype
                                  : weight.dims.size() == 2 && weight.dims[1] % 32 == 0 ? DType::Q8_0
                                                                                        : DType::F16;
                bytes.emplace_back(own, std::vector<std::byte>(rowBytes(own, std::int64_t(values.size()))));
                QVERIFY_RESULT(quantizeRow(own, values, bytes.back().second));
                Shape shape;
                for (const std::int64_t dim : weight.dims)
                    shape.dims[static_cast<std::size_t>(shape.rank++)] = dim;
                QVERIFY_RESULT(writer.addTensor(name, own, shape));
            }
            QVERIFY_RESULT(writer.begin(path));
            for (const auto& [own, data] : bytes)
                QVERIFY_RESULT(writer.write(data));
            QVERIFY_RESULT(writer.finish());
        } else {
            QVERIFY_RESULT(writeGoldenModel(*golden, path, dtype, "-"));
        }
        QVERIFY(looksLikeDiffusionModel(path));
        const auto model = loadDiffusionModel(path, options_);
        QVERIFY_RESULT(model);
        // Rounded weights move the result: 11 bits of F16, 8 of BF16 and of Q8_0.
        const double allowed = type == "F32" ? 1e-4 : type == "F16" ? 5e-3 : 5e-2;
        predicts(**model, *golden, allowed);
        Workspace workspace(*options_.backend);
        NetworkContext context{*options_.backend, workspace, {}, nullptr};
        const auto text = (*model)->textEncoder->encode(context, "a photo of a cat", nullptr);
        QVERIFY_RESULT(text);
        QCOMPARE(text->nToken, std::int64_t{77});
        QVERIFY(relativeDifference(text->tokens, golden->tensors.at("text").values) <= allowed);
        const GoldenTensor& z = golden->tensors.at("z");
        Picture latent(4, static_cast<std::int32_t>(z.dims[2]), static_cast<std::int32_t>(z.dims[3]));
        latent.values = z.values;
        const auto decoded = (*model)->autoencoder->decode(context, latent);
        QVERIFY_RESULT(decoded);
        QVERIFY(relativeDifference(decoded->values, golden->tensors.at("decoded").values) <= allowed);
        QVERIFY((*model)->autoencoder->canEncode());
        QVERIFY((*model)->schedule.kind == BetaKind::ScaledLinear);
    }

    void folders_data() {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"one file", "fp16 variant", "all variants", "shards", "pickle"})
            QTest::newRow(kind) << kind;
    }
    void folders() {
        QFETCH(QString, kind);
        const fs::path root = at("folder-" + kind.toStdString());
        const Json meta = Json::parse(sd1_->meta);
        writeText(root / "model_index.json",
                  R"({"_class_name":"StableDiffusionPipeline","unet":["diffusers","UNet2DConditionModel"]})");
        writeText(root / "unet" / "config.json", meta["unet"].dump());
        writeText(root / "scheduler" / "scheduler_config.json", meta["scheduler"].dump());
        const auto strip = [](std::vector<FileTensor>& tensors) {
            for (FileTensor& tensor : tensors)
                tensor.name = tensor.name.substr(5); // "unet."
        };
        const std::string stem = "diffusion_pytorch_model";
        if (kind == "pickle") {
            writeText(root / "unet" / (stem + ".bin"), "\x80\x02");
            const auto model = loadDiffusionModel(root, options_);
            QVERIFY_ERROR(model, ErrorCode::Unsupported);
            QVERIFY(model.error().message.find("pickle") != std::string::npos);
            return;
        }
        if (kind == "shards") {
            Json map = Json::object();
            for (const int i : {0, 1}) {
                const std::string name =
                    stem + (i == 0 ? "-00001-of-00002.safetensors" : "-00002-of-00002.safetensors");
                QVERIFY_RESULT(writeGoldenModel(*sd1_, root / "unet" / name, DType::F32, "-",
                                                [&](std::vector<FileTensor>& tensors) {
                                                    strip(tensors);
                                                    std::vector<FileTensor> half;
                                                    for (std::size_t j = std::size_t(i); j < tensors.size(); j += 2)
                                                        half.push_back(tensors[j]);
                                                    for (const FileTensor& one : half)
                                                        map[one.name] = name;
                                                    tensors = half;
                                                }));
            }
            writeText(root / "unet" / (stem + ".safetensors.index.json"), Json{{"weight_map", map}}.dump());
        } else {
            const bool half = kind == "fp16 variant";
            QVERIFY_RESULT(writeGoldenModel(*sd1_,
                                            root / "unet" / (stem + (half ? ".fp16.safetensors" : ".safetensors")),
                                            half ? DType::F16 : DType::F32, "-", strip));
            if (kind == "all variants") // as Stable Diffusion's own folder: these two are passed over
                for (const char* variant : {".fp16.safetensors", ".non_ema.safetensors"})
                    writeText(root / "unet" / (stem + variant), "no weights");
        }
        QVERIFY(looksLikeDiffusionModel(root));
        for (const fs::path& path : {root, root / "model_index.json"}) {
            const auto model = loadDiffusionModel(path, options_);
            QVERIFY_RESULT(model);
            predicts(**model, *sd1_, kind == "fp16 variant" ? 5e-3 : 1e-4);
        }
        if (kind != "shards")
            return;
        writeText(root / "unet" / (stem + ".safetensors.index.json"), R"({"weight_map":{"a":"../../etc/passwd"}})");
        QVERIFY_ERROR(loadDiffusionModel(root, options_), ErrorCode::InvalidFile);
        writeText(root / "unet" / (stem + ".safetensors.index.json"), R"({"weight_map":7})");
        QVERIFY_ERROR(loadDiffusionModel(root, options_), ErrorCode::InvalidFile);
    }

    // A folder as diffusers saves Stable Diffusion XL: two text encoders and tokenizers, pooled text, the picture's
    // measures; against its pipeline, from the words to the picture.
    void stableDiffusionXl() {
        const auto golden = loadDiffusionGolden("sdxl");
        QVERIFY_RESULT(golden);
        const Json meta = Json::parse(golden->meta);
        const fs::path root = at("sdxl");
        writeText(root / "model_index.json",
                  R"({"_class_name":"StableDiffusionXLPipeline","force_zeros_for_empty_prompt":true})");
        writeText(root / "scheduler" / "scheduler_config.json", meta["scheduler"].dump());
        for (const auto& [part, file] :
             std::initializer_list<std::pair<std::string, std::string>>{{"unet", "diffusion_pytorch_model"},
                                                                        {"vae", "diffusion_pytorch_model"},
                                                                        {"text_encoder", "model.fp16"},
                                                                        {"text_encoder_2", "model"}}) {
            writeText(root / part / "config.json", meta[part].dump());
            QVERIFY_RESULT(writeGoldenModel(*golden, root / part / (file + ".safetensors"), DType::F32, "-",
                                            [&, prefix = part + "."](std::vector<FileTensor>& tensors) {
                                                std::erase_if(tensors, [&](const FileTensor& tensor) {
                                                    return !tensor.name.starts_with(prefix);
                                                });
                                                for (FileTensor& tensor : tensors)
                                                    tensor.name = tensor.name.substr(prefix.size());
                                            }));
        }
        for (const auto& [name, pad] : std::initializer_list<std::pair<const char*, const char*>>{
                 {"tokenizer", "<|endoftext|>"}, {"tokenizer_2", "!"}}) {
            writeText(root / name / "merges.txt", "#version: 0.2\n");
            writeText(root / name / "vocab.json", meta["vocab"].dump());
            writeText(root / name / "tokenizer_config.json", Json{{"bos_token", "<|startoftext|>"},
                                                                  {"eos_token", "<|endoftext|>"},
                                                                  {"pad_token", pad},
                                                                  {"model_max_length", 16}}
                                                                 .dump());
        }
        const auto model = loadDiffusionModel(root, options_);
        QVERIFY_RESULT(model);
        const auto agrees = [&](std::span<const float> mine, const std::string& name) {
            const double error = relativeDifference(mine, golden->tensors.at(name).values);
            QVERIFY2(error <= 1e-4, qPrintable(QString("%1: relative error %2").arg(name.c_str()).arg(error)));
        };
        for (const std::string negative : {"", "negative"}) {
            DenoiseJob job;
            job.model = *model;
            job.settings.prompt = meta["prompt"];
            if (!negative.empty())
                job.settings.negative = meta["negative"];
            job.settings.solver = SolverKind::Ddim;
            job.settings.steps = 4;
            job.settings.guidance = 5;
            job.settings.seed = 7;
            job.settings.height = 64;
            job.settings.width = 48;
            const auto run = denoise(job, {}, {});
            QVERIFY_RESULT(run);
            const std::string name = negative.empty() ? "zeros" : negative;
            agrees((*run)->conditioning.tokens, "text");
            agrees((*run)->conditioning.pooled, "pooled");
            agrees((*run)->steps.front()->x->values, "first");
            if (negative.empty()) // zeros in both: no relative difference
                QCOMPARE(std::count((*run)->negative.tokens.begin(), (*run)->negative.tokens.end(), 0.0F), 16 * 40);
            else
                agrees((*run)->negative.tokens, "negative.text");
            agrees((*run)->steps.back()->next->values, name + ".latents");
            agrees((*run)->result->values, name + ".picture");
        }
        // A refiner is told apart by its measures.
        Json unet = meta["unet"];
        unet["projection_class_embeddings_input_dim"] = 20 + 40;
        writeText(root / "unet" / "config.json", unet.dump());
        const auto refiner = loadDiffusionModel(root, options_);
        QVERIFY_ERROR(refiner, ErrorCode::Unsupported);
        QVERIFY(refiner.error().message.find("Refiners") != std::string::npos);
    }

    void randomModelsAreShapedAsPublished_data() {
        QTest::addColumn<int>("nTensor");
        QTest::addColumn<QByteArray>("sha256"); // golden/generators/diffusion_shapes.py
        QTest::newRow("sd15") << 1130 << QByteArray("ddab0b9e57998bbe435bb1f3b74f231cd550b2e7e4d9446be955b4258ef709ef");
        QTest::newRow("sd21") << 1306 << QByteArray("d0b4221dcb9d61af6d8e4a0654457f9029811802f62e1d5031191718e4ce4476");
        QTest::newRow("sd15-tiny") << 512
                                   << QByteArray("fb0938b2c6417124a133503d97eb5980b8c64dd70ee1f14a96d032d187bac258");
        QTest::newRow("sd15-tiny-inpaint")
            << 396 << QByteArray("715fb46f36d6c1de180064d53baa3828344ef1be057c6b5fed352a44b07ac46f");
    }
    void randomModelsAreShapedAsPublished() {
        QFETCH(int, nTensor);
        QFETCH(QByteArray, sha256);
        const auto tensors = randomDiffusionTensors(QTest::currentDataTag());
        QVERIFY_RESULT(tensors);
        QCOMPARE(int(tensors->size()), nTensor);
        QByteArrayList lines;
        for (const RandomTensor& tensor : *tensors) {
            QByteArrayList dims;
            for (int i = 0; i < tensor.shape.rank; ++i)
                dims << QByteArray::number(qlonglong(tensor.shape[i]));
            lines << QByteArray::fromStdString(tensor.name) + ' ' + dims.join(',') + '\n';
        }
        std::sort(lines.begin(), lines.end());
        QCOMPARE(QCryptographicHash::hash(lines.join(), QCryptographicHash::Sha256).toHex(), sha256);
    }

    // As make-random wrote them before: convolutions of one pixel as matrices, no biases of the autoencoder's
    // attention.
    void matricesForConvolutions() {
        QVERIFY_RESULT(writeRandomDiffusion("sd15-tiny", 3, at("published.safetensors")));
        const auto file = SafetensorsFile::open(at("published.safetensors"));
        QVERIFY_RESULT(file);
        SafetensorsWriter writer;
        for (const auto& [key, value] : (*file)->metadata())
            writer.setMetadata(key, value);
        std::vector<const SafetensorsTensor*> kept;
        for (const SafetensorsTensor& tensor : (*file)->tensors()) {
            const QString name = QString::fromStdString(tensor.name);
            if (name.contains(QRegularExpression("^vae.*attentions.*to_.*bias$")))
                continue;
            std::vector<std::int64_t> dims = tensor.dims;
            if (dims.size() == 4 && dims[3] == 1)
                dims.resize(2);
            QVERIFY_RESULT(writer.addTensor(
                QString(name).replace(QRegularExpression("^te\\."), "text_encoder.").toStdString(), DType::F16, dims));
            kept.push_back(&tensor);
        }
        QCOMPARE(kept.size(), (*file)->tensors().size() - 8);
        QVERIFY_RESULT(writer.begin(at("matrices.safetensors")));
        for (const SafetensorsTensor* tensor : kept)
            QVERIFY_RESULT(writer.write(tensor->bytes));
        QVERIFY_RESULT(writer.finish());
        QVERIFY_RESULT(loadDiffusionModel(at("published.safetensors"), options_));
        QVERIFY_RESULT(loadDiffusionModel(at("matrices.safetensors"), options_));
    }

    void liesAreNamed() {
        QVERIFY2(refusal([](Json&) {}).isEmpty(), qPrintable(refusal([](Json&) {})));
        const auto unet = [](const char* key, Json value) {
            return [key, value](Json& meta) { meta["unet"][key] = value; };
        };
        const std::vector<std::pair<std::function<void(Json&)>, QString>> cases = {
            {unet("block_out_channels", Json::array({16, 32, 48})), "has the shape"},
            {unet("block_out_channels", Json::array({16})), "down_block_types"},
            {unet("block_out_channels", 16), "down_block_types"},
            {unet("block_out_channels", Json::array({16, -32, 32})), "block_out_channels"},
            {unet("block_out_channels", Json::array({16, 1e300, 32})), "block_out_channels"},
            {unet("block_out_channels", Json::array({15, 32, 32})), "divide"},
            {unet("attention_head_dim", 5), "heads"},
            {unet("attention_head_dim", 0), "attention_head_dim"},
            {unet("norm_num_groups", 7), "groups"},
            {unet("layers_per_block", 2), "lacks the tensor"},
            {unet("layers_per_block", 1000000000), "layers_per_block"},
            {unet("in_channels", 9), "conv_in.weight"},
            {unet("cross_attention_dim", 25), "attn2"},
            {unet("sample_size", 1 << 30), "sample_size"},
            {unet("act_fn", "mish"), "mish"},
            {unet("down_block_types", Json::array({"K", "L", "M"})), "down_block_types"},
            {unet("resnet_time_scale_shift", "scale_shift"), "resnet_time_scale_shift"},
            {unet("num_class_embeds", 10), "class_embedding"},
            {unet("_class_name", "Transformer2DModel"), "Transformer2DModel"},
            {[](Json& meta) { meta.erase("scheduler"); }, "scheduler"},
            {[](Json& meta) { meta["scheduler"]["beta_start"] = "x"; }, "beta_start"},
            {[](Json& meta) { meta["version"] = 2; }, "version"},
            {[](Json& meta) { meta["unet"] = Json::array(); }, "unet"},
            {[](Json& meta) {
                 meta["vae"] = {{"block_out_channels", {8}}};
             },
             "autoencoder"},
            {[](Json& meta) {
                 meta["text_encoder"] = {{"hidden_size", 24}};
             },
             "intermediate_size"},
            {[](Json& meta) {
                 meta["defaults"] = {{"steps", 1e9}};
             },
             "steps"},
        };
        QStringList wrong;
        for (std::size_t i = 0; i < cases.size(); ++i)
            if (const QString said = refusal(cases[i].first); !said.contains(cases[i].second))
                wrong << QString("case %1 said: %2").arg(i).arg(said);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    }

    void tensorsAreNamed() {
        // Every tensor in turn: missing, or with one row more.
        int n = 0;
        for (const auto& [name, weight] : sd1_->weights) {
            if (++n % 9 != 0)
                continue; // a ninth of some two hundred is enough
            const bool missing = n % 2 == 0;
            const QString said = refusal([](Json&) {},
                                         [&](std::vector<FileTensor>& tensors) {
                                             for (std::size_t i = 0; i < tensors.size(); ++i) {
                                                 if (tensors[i].name != name)
                                                     continue;
                                                 if (missing) {
                                                     tensors.erase(tensors.begin() + std::ptrdiff_t(i));
                                                 } else {
                                                     ++tensors[i].dims[0];
                                                     tensors[i].values.resize(tensors[i].values.size() /
                                                                              weight.dims[0] * tensors[i].dims[0]);
                                                 }
                                                 break;
                                             }
                                         });
            QVERIFY2(said.contains(QString::fromStdString(name.substr(5))), qPrintable(said));
        }
    }

    void deepJson() {
        std::string deep = R"({"version":1,"unet":)";
        for (int i = 0; i < 100000; ++i)
            deep += "[";
        QVERIFY_RESULT(writeGoldenModel(*sd1_, at("deep.safetensors"), DType::F16, deep));
        const auto model = loadDiffusionModel(at("deep.safetensors"), options_);
        QVERIFY_ERROR(model, ErrorCode::InvalidFile);
    }

    void truncatedFiles() {
        QVERIFY_RESULT(writeGoldenModel(*sd1_, at("whole.safetensors"), DType::F16));
        std::ifstream in(at("whole.safetensors"), std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(in)), {});
        for (const std::size_t n :
             {std::size_t{0}, std::size_t{7}, std::size_t{100}, bytes.size() / 2, bytes.size() - 1}) {
            writeText(at("cut.safetensors"), bytes.substr(0, n));
            QVERIFY(!loadDiffusionModel(at("cut.safetensors"), options_));
        }
    }
};

QTEST_GUILESS_MAIN(TestDiffusionFiles)
#include "tst_diffusion_files.moc"
