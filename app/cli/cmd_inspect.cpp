// SPDX-License-Identifier: Apache-2.0
// vitral-cli inspect FILE [--json]: what a GGUF, safetensors or npy file holds, and the memory a model would need.

#include "app/cli/commands.h"
#include "app/cli/inspect_diffusion.h"
#include "app/cli/inspect_picture.h"
#include "app/cli/printable.h"
#include "core/base/amounts.h"
#include "core/diffusion/recording_file.h"
#include "core/diffusion/summary.h"
#include "core/io/gguf.h"
#include "core/io/gguf_summary.h"
#include "core/io/npy.h"
#include "core/io/safetensors.h"
#include "core/trace/run_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

namespace vitral::cli {

namespace {

using Json = nlohmann::json; // keys sorted: with file order kept, a million keys would take quadratic time

constexpr std::size_t kTextElements = 6;   // of an array, shown in text
constexpr std::size_t kJsonElements = 16;  // and in JSON
constexpr std::size_t kTextLength = 100;   // characters of a string, shown in text
constexpr std::int64_t kDefaultCtx = 4096; // or less where the model was trained for less

/// A float as it was meant: 1e-05, not 9.99999974737875e-06.
double shortest(double value, GgufType type) {
    if (type != GgufType::F32 || !std::isfinite(value))
        return value;
    return std::stod(fmt::format("{}", static_cast<float>(value)));
}

std::string dims(std::span<const std::int64_t> shape) {
    return fmt::format("[{}]", fmt::join(shape, ", "));
}
std::vector<std::int64_t> dimsOf(const Shape& shape) {
    return {shape.dims.begin(), shape.dims.begin() + shape.rank};
}

/// One element of an array or a scalar, for text.
std::string elementText(const GgufArray& array, std::size_t i) {
    switch (array.kind) {
    case GgufArray::Kind::Strings:
        return quotedText(array.strings[i], 24);
    case GgufArray::Kind::Integers:
        return std::to_string(array.integers[i]);
    case GgufArray::Kind::Floats:
        return fmt::format("{}", shortest(array.floats[i], array.elementType));
    case GgufArray::Kind::Bools:
        return array.bools[i] ? "true" : "false";
    case GgufArray::Kind::Arrays:
        return fmt::format("{}[{}]", ggufTypeName(array.arrays[i]->elementType), array.arrays[i]->size());
    }
    return {};
}

Json elementJson(const GgufArray& array, std::size_t i) {
    switch (array.kind) {
    case GgufArray::Kind::Strings:
        return std::string(array.strings[i]);
    case GgufArray::Kind::Integers:
        return array.integers[i];
    case GgufArray::Kind::Floats:
        return shortest(array.floats[i], array.elementType);
    case GgufArray::Kind::Bools:
        return static_cast<bool>(array.bools[i]);
    case GgufArray::Kind::Arrays:
        return elementText(array, i);
    }
    return nullptr;
}

std::string valueText(const GgufValue& value, GgufType type) {
    if (const auto* truth = std::get_if<bool>(&value))
        return *truth ? "true" : "false";
    if (const auto* number = std::get_if<std::int64_t>(&value))
        return std::to_string(*number);
    if (const auto* number = std::get_if<std::uint64_t>(&value))
        return std::to_string(*number);
    if (const auto* number = std::get_if<double>(&value))
        return fmt::format("{}", shortest(*number, type));
    if (const auto* text = std::get_if<std::string>(&value))
        return quotedText(*text, kTextLength);
    const GgufArray& array = *std::get<std::shared_ptr<const GgufArray>>(value);
    std::string text = "[";
    for (std::size_t i = 0; i < std::min(array.size(), kTextElements); ++i)
        text += (i > 0 ? ", " : "") + elementText(array, i);
    if (array.size() > kTextElements)
        text += fmt::format(", ... {} more", array.size() - kTextElements);
    return text + "]";
}

Json valueJson(const GgufValue& value, GgufType type) {
    Json entry{{"type", ggufTypeName(type)}};
    if (const auto* truth = std::get_if<bool>(&value))
        entry["value"] = *truth;
    else if (const auto* integer = std::get_if<std::int64_t>(&value))
        entry["value"] = *integer;
    else if (const auto* natural = std::get_if<std::uint64_t>(&value))
        entry["value"] = *natural;
    else if (const auto* real = std::get_if<double>(&value))
        entry["value"] = shortest(*real, type);
    else if (const auto* text = std::get_if<std::string>(&value))
        entry["value"] = *text;
    else {
        const GgufArray& array = *std::get<std::shared_ptr<const GgufArray>>(value);
        entry["element_type"] = ggufTypeName(array.elementType);
        entry["count"] = array.size();
        entry["first"] = Json::array();
        for (std::size_t i = 0; i < std::min(array.size(), kJsonElements); ++i)
            entry["first"].push_back(elementJson(array, i));
    }
    return entry;
}

std::string typeText(const GgufValue& value, GgufType type) {
    if (type != GgufType::Array)
        return std::string(ggufTypeName(type));
    const GgufArray& array = *std::get<std::shared_ptr<const GgufArray>>(value);
    return fmt::format("{}[{}]", ggufTypeName(array.elementType), array.size());
}

struct Memory {
    std::int64_t nCtx = 0;
    std::uint64_t kvBytes = 0;
    std::uint64_t totalBytes = 0;
};
Memory memoryAt(const GgufSummary& summary, const CommonOptions& common) {
    Memory memory;
    memory.nCtx = common.nCtx;
    if (memory.nCtx == 0)
        memory.nCtx = summary.nCtxTrain > 0 ? std::min(summary.nCtxTrain, kDefaultCtx) : kDefaultCtx;
    memory.kvBytes = summary.kvBytes(memory.nCtx, common.kvType());
    memory.totalBytes = summary.tensorBytes + memory.kvBytes;
    return memory;
}

std::string ggufText(const GgufFile& file, const GgufSummary& summary, const CommonOptions& common) {
    std::string out;
    const auto put = std::back_inserter(out);
    fmt::format_to(put, "GGUF version {}, {} bytes", file.version(), file.fileBytes());
    if (file.nPart() > 1)
        fmt::format_to(put, " in {} files", file.nPart());
    fmt::format_to(put, "\n");
    fmt::format_to(put, "architecture {}, name {}\n", quotedText(summary.architecture, kTextLength),
                   quotedText(summary.name, kTextLength));
    fmt::format_to(put, "\nmetadata: {} keys\n", file.metadata().size());
    for (std::size_t i = 0; i < file.metadata().size(); ++i) {
        const auto& [key, value] = file.metadata()[i];
        fmt::format_to(put, "  {:<44} {:<16} {}\n", plainText(key, kTextLength), typeText(value, file.metadataType(i)),
                       valueText(value, file.metadataType(i)));
    }
    fmt::format_to(put, "\ntensors: {}\n", file.tensors().size());
    for (const GgufTensor& tensor : file.tensors())
        fmt::format_to(put, "  {:<44} {:<8} {:<24} {:>12} bytes\n", plainText(tensor.name, kTextLength),
                       dtypeInfo(tensor.view.dtype).name, tensor.view.shape.toString(), tensor.view.bytes.size());
    if (summary.types.empty())
        return out;
    fmt::format_to(put, "\ntypes\n");
    for (const TypeTotal& total : summary.types)
        fmt::format_to(put, "  {:<8} {:>6} tensors {:>16} elements {:>16} bytes\n", dtypeInfo(total.dtype).name,
                       total.nTensor, total.nElement, total.bytes);
    fmt::format_to(put, "\nparameters: {} ({:.2f} bits each), stored as {}\n", summary.nParameter,
                   static_cast<double>(summary.tensorBytes) * 8 / static_cast<double>(summary.nParameter),
                   plainText(summary.quantisation, kTextLength));
    const Memory memory = memoryAt(summary, common);
    fmt::format_to(
        put, "memory at {} tokens: {} of weights + {} of keys and values ({}) = {}, and under 200 MB to work in\n",
        memory.nCtx, byteSize(summary.tensorBytes), byteSize(memory.kvBytes), common.kv, byteSize(memory.totalBytes));
    return out;
}

Json ggufJson(const GgufFile& file, const GgufSummary& summary, const CommonOptions& common) {
    Json out{{"format", "gguf"},
             {"version", file.version()},
             {"bytes", file.fileBytes()},
             {"files", file.nPart()},
             {"alignment", file.alignment()}};
    out["architecture"] = summary.architecture;
    out["name"] = summary.name;
    out["quantisation"] = summary.quantisation;
    out["parameters"] = summary.nParameter;
    out["tensor_bytes"] = summary.tensorBytes;
    out["metadata"] = Json::object();
    for (std::size_t i = 0; i < file.metadata().size(); ++i)
        out["metadata"].emplace(file.metadata()[i].first, valueJson(file.metadata()[i].second, file.metadataType(i)));
    out["tensors"] = Json::array();
    for (const GgufTensor& tensor : file.tensors())
        out["tensors"].push_back({{"name", tensor.name},
                                  {"dtype", dtypeInfo(tensor.view.dtype).name},
                                  {"shape", dimsOf(tensor.view.shape)},
                                  {"bytes", tensor.view.bytes.size()}});
    out["types"] = Json::array();
    for (const TypeTotal& total : summary.types)
        out["types"].push_back({{"dtype", dtypeInfo(total.dtype).name},
                                {"tensors", total.nTensor},
                                {"elements", total.nElement},
                                {"bytes", total.bytes}});
    const Memory memory = memoryAt(summary, common);
    out["memory"] = {{"context", memory.nCtx},
                     {"kv", common.kv},
                     {"weights_bytes", summary.tensorBytes},
                     {"kv_bytes", memory.kvBytes},
                     {"total_bytes", memory.totalBytes}};
    return out;
}

std::int64_t elementsOf(const SafetensorsTensor& tensor) {
    std::int64_t n = 1;
    for (const std::int64_t dim : tensor.dims)
        n *= dim;
    return n;
}

struct SafetensorsTotals {
    struct Total {
        std::int64_t nTensor = 0, nElement = 0;
        std::uint64_t bytes = 0;
    };
    std::map<std::string, Total> types;
    std::int64_t nParameter = 0;
    std::uint64_t tensorBytes = 0;
};
SafetensorsTotals totalsOf(const SafetensorsFile& file) {
    SafetensorsTotals totals;
    for (const SafetensorsTensor& tensor : file.tensors()) {
        auto& total = totals.types[tensor.dtypeName];
        ++total.nTensor;
        total.nElement += elementsOf(tensor);
        total.bytes += tensor.bytes.size();
        totals.nParameter += elementsOf(tensor);
        totals.tensorBytes += tensor.bytes.size();
    }
    return totals;
}

std::string safetensorsText(const SafetensorsFile& file) {
    std::string out;
    const auto put = std::back_inserter(out);
    fmt::format_to(put, "safetensors, {} bytes\n\nmetadata: {} keys\n", file.fileBytes(), file.metadata().size());
    for (const auto& [key, value] : file.metadata())
        fmt::format_to(put, "  {:<44} {}\n", plainText(key, kTextLength), quotedText(value, kTextLength));
    fmt::format_to(put, "\ntensors: {}\n", file.tensors().size());
    for (const SafetensorsTensor& tensor : file.tensors())
        fmt::format_to(put, "  {:<64} {:<8} {:<24} {:>12} bytes\n", plainText(tensor.name, kTextLength),
                       tensor.dtypeName, dims(tensor.dims), tensor.bytes.size());
    const SafetensorsTotals totals = totalsOf(file);
    fmt::format_to(put, "\ntypes\n");
    for (const auto& [name, total] : totals.types)
        fmt::format_to(put, "  {:<8} {:>6} tensors {:>16} elements {:>16} bytes\n", name, total.nTensor, total.nElement,
                       total.bytes);
    fmt::format_to(put, "\nparameters: {}\nmemory: {} of weights\n", totals.nParameter, byteSize(totals.tensorBytes));
    return out;
}

Json safetensorsJson(const SafetensorsFile& file) {
    const SafetensorsTotals totals = totalsOf(file);
    Json out{{"format", "safetensors"},
             {"bytes", file.fileBytes()},
             {"parameters", totals.nParameter},
             {"tensor_bytes", totals.tensorBytes}};
    out["metadata"] = Json::object();
    for (const auto& [key, value] : file.metadata())
        out["metadata"].emplace(key, value);
    out["tensors"] = Json::array();
    for (const SafetensorsTensor& tensor : file.tensors())
        out["tensors"].push_back({{"name", tensor.name},
                                  {"dtype", tensor.dtypeName},
                                  {"shape", tensor.dims},
                                  {"bytes", tensor.bytes.size()}});
    out["types"] = Json::array();
    for (const auto& [name, total] : totals.types)
        out["types"].push_back(
            {{"dtype", name}, {"tensors", total.nTensor}, {"elements", total.nElement}, {"bytes", total.bytes}});
    return out;
}

std::string dumped(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<std::int64_t> layersWithAttention(const Recording& run) {
    std::vector<std::int64_t> layers;
    for (std::size_t i = 0; i < run.attention.size(); ++i)
        if (run.attention[i] != nullptr)
            layers.push_back(static_cast<std::int64_t>(i));
    return layers;
}

std::string runText(const SafetensorsFile& file, const Recording& run) {
    std::string out;
    const auto put = std::back_inserter(out);
    fmt::format_to(put, "recorded run, {} bytes\n\n", file.fileBytes());
    fmt::format_to(put, "  model          {}, {}, {}\n", plainText(run.model.name, kTextLength),
                   plainText(run.model.architecture, kTextLength), plainText(run.model.quantisation, kTextLength));
    fmt::format_to(put, "  computed on    {}\n", plainText(run.model.backend, kTextLength));
    fmt::format_to(put, "  tokens         {}: {} of the prompt, {} of the answer{}\n", run.nPosition(), run.nPrompt,
                   run.nPosition() - run.nPrompt, run.complete ? "" : " (not complete)");
    std::string text;
    for (const std::string& piece : run.pieces)
        text += piece;
    fmt::format_to(put, "  text           {}\n", quotedText(text, kTextLength));
    const auto layers = layersWithAttention(run);
    fmt::format_to(put, "  attention      {} of {} layers\n", layers.size(), run.attention.size());
    for (const std::string& change : run.interventions)
        fmt::format_to(put, "  changed        {}\n", plainText(change, kTextLength));
    for (const std::string& note : run.notes)
        fmt::format_to(put, "  note           {}\n", plainText(note, 2 * kTextLength));
    fmt::format_to(put, "\ntensors: {}\n", file.tensors().size());
    for (const SafetensorsTensor& tensor : file.tensors())
        fmt::format_to(put, "  {:<40} {:<5} {:<20} {:>12} bytes\n", plainText(tensor.name, kTextLength),
                       tensor.dtypeName, dims(tensor.dims), tensor.bytes.size());
    return out;
}

Json runJson(const SafetensorsFile& file, const Recording& run) {
    Json out = safetensorsJson(file);
    out.erase("metadata"); // told below, and long
    out["format"] = "recorded run";
    out["model"] = {{"name", run.model.name},
                    {"architecture", run.model.architecture},
                    {"quantisation", run.model.quantisation},
                    {"backend", run.model.backend}};
    out["n_prompt"] = run.nPrompt;
    out["n_token"] = run.nPosition();
    out["complete"] = run.complete;
    out["attention_layers"] = layersWithAttention(run);
    out["interventions"] = run.interventions;
    out["notes"] = run.notes;
    return out;
}

Result<std::string> describe(const std::filesystem::path& path, bool asJson, const CommonOptions& common) {
    VITRAL_TRY_ASSIGN(const MappedFile start, MappedFile::open(path));
    const auto begins = [&](std::string_view magic) {
        return start.bytes().size() >= magic.size() &&
               std::memcmp(start.bytes().data(), magic.data(), magic.size()) == 0;
    };
    if (begins("\x93NUMPY")) {
        VITRAL_TRY_ASSIGN(const NpyFile file, NpyFile::open(path));
        const TensorView& view = file.view();
        const std::string_view dtype = dtypeInfo(view.dtype).name;
        if (asJson)
            return dumped(
                {{"format", "npy"}, {"dtype", dtype}, {"shape", dimsOf(view.shape)}, {"bytes", view.bytes.size()}});
        return fmt::format("npy, {} {}, {} bytes\n", dtype, view.shape.toString(), view.bytes.size());
    }
    if (begins("\x89PNG"))
        return recipeText(path, asJson);
    const bool looksLikeJson = start.bytes().size() > 8 && start.bytes()[8] == std::byte{'{'};
    if (!begins("GGUF") && (path.extension() == ".safetensors" || looksLikeJson)) {
        VITRAL_TRY_ASSIGN(const auto file, SafetensorsFile::open(path));
        if (isRun(*file)) {
            VITRAL_TRY_ASSIGN(const RecordingPtr run, readRun(file));
            return asJson ? dumped(runJson(*file, *run)) : runText(*file, *run);
        }
        if (diffusion::isDenoiseRecording(*file))
            return denoiseRunText(*file, asJson);
        return asJson ? dumped(safetensorsJson(*file)) : safetensorsText(*file);
    }
    VITRAL_TRY_ASSIGN(const auto file, GgufFile::open(path));
    const GgufSummary summary = summarize(*file);
    return asJson ? dumped(ggufJson(*file, summary, common)) : ggufText(*file, summary, common);
}

struct InspectOptions {
    std::string file;
    bool json = false;
};

} // namespace

void addInspectCommand(CLI::App& app, CommonOptions& common) {
    auto* command = app.add_subcommand(
        "inspect", "What a GGUF, safetensors or npy file or a picture model holds, and the memory it needs");
    auto options = std::make_shared<InspectOptions>();
    command->add_option("FILE", options->file, "The file; - or nothing: the bundled model")->type_name("");
    command->add_flag("--json", options->json, "As JSON");
    command->callback([&common, options] {
        common.action = [&common, options]() -> Result<void> {
            if (diffusion::canSummarizeDiffusion(options->file)) {
                VITRAL_TRY_ASSIGN(const std::string parts, describeDiffusion(options->file, options->json));
                return writeAnswer(parts);
            }
            VITRAL_TRY_ASSIGN(const std::filesystem::path path, resolveModel(options->file));
            VITRAL_TRY_ASSIGN(const std::string text, describe(path, options->json, common));
            return writeAnswer(text);
        };
    });
}

} // namespace vitral::cli
