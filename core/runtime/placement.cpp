// SPDX-License-Identifier: Apache-2.0
#include "core/runtime/placement.h"

#include "core/backend/split_backend.h"
#include "core/base/amounts.h"
#include "core/base/system_memory.h"
#include "core/io/gguf_summary.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <map>

namespace vitral {

namespace {

constexpr std::uint64_t kFixedBytes = std::uint64_t{64} << 20;  ///< code, graphs, lists: whatever the model
constexpr std::uint64_t kChunkRows = 512;                       ///< of the largest prefill chunk
constexpr std::uint64_t kHeadFloats = std::uint64_t{8} << 20;   ///< logits in memory at once
constexpr std::uint64_t kDeviceBytes = std::uint64_t{96} << 20; ///< what products of many rows take on a device at most
constexpr double kUsable = 0.95;                                ///< of what a device says is free

double gigabytes(std::uint64_t bytes) {
    return static_cast<double>(bytes) / 1e9;
}

std::int64_t layerOf(std::string_view tensor) {
    constexpr std::string_view kPrefix = "blk.";
    if (tensor.substr(0, kPrefix.size()) != kPrefix)
        return -1;
    std::int64_t layer = -1;
    std::from_chars(tensor.data() + kPrefix.size(), tensor.data() + tensor.size(), layer);
    return layer;
}

/// Activations of a prefill chunk in the layer that has most of them, its inputs rounded for products, logits: an upper
/// estimate from the tensors' shapes.
std::uint64_t scratchOf(const GgufFile& file) {
    std::int64_t nUsed = 1;
    if (const auto architecture = file.string("general.architecture", ""))
        nUsed = std::clamp<std::int64_t>(file.integer(*architecture + ".expert_used_count", 1).value_or(1), 1, 256);
    std::map<std::int64_t, std::uint64_t> widths; // outputs of all matrices of a layer
    std::uint64_t widest = 0, nEmbd = 0, nVocab = 0;
    for (const GgufTensor& tensor : file.tensors()) {
        const Shape& shape = tensor.view.shape;
        if (shape.rank < 2)
            continue;
        const auto nOut = static_cast<std::uint64_t>(shape[shape.rank - 2]);
        const std::int64_t layer = layerOf(tensor.name);
        if (layer >= 0)
            widths[layer] += nOut * (shape.rank == 3 ? static_cast<std::uint64_t>(nUsed) : 1);
        else if (tensor.name == "token_embd.weight")
            nVocab = nOut, nEmbd = static_cast<std::uint64_t>(shape.nCol());
    }
    for (const auto& [layer, width] : widths)
        widest = std::max(widest, width);
    // The stream, the normalised stream, a branch; queries again as the attention's result; inputs of a product in 8 or
    // 16 bits, no wider than everything together.
    const std::uint64_t perRow = (3 * nEmbd + 2 * widest) * sizeof(float);
    const std::uint64_t logits = std::max(32 * nVocab, std::min(kHeadFloats, kChunkRows * nVocab)) * sizeof(float);
    return kFixedBytes + kChunkRows * perRow + logits;
}

struct Needs {
    std::vector<std::uint64_t> layers; ///< weights, keys and values
    std::uint64_t embedding = 0;       ///< the table and what else stands before the layers
    std::uint64_t scratch = 0;         ///< of every part
    std::uint64_t head = 0;            ///< the output matrix: the table again where it is tied
};

/// Tokens that keys and values are counted for.
std::int64_t contextOf(const GgufSummary& summary, const DeviceOptions& options) {
    return summary.nCtxTrain > 0 && !options.beyondTraining ? std::min(options.nCtxTokens, summary.nCtxTrain)
                                                            : options.nCtxTokens;
}

Needs needsOf(const GgufFile& file, const DeviceOptions& options) {
    const GgufSummary summary = summarize(file);
    Needs needs;
    needs.scratch = scratchOf(file);
    const std::uint64_t nLayer = static_cast<std::uint64_t>(std::clamp<std::int64_t>(summary.nLayer, 0, 4096));
    needs.layers.resize(nLayer);
    for (const GgufTensor& tensor : file.tensors()) {
        const std::int64_t layer = layerOf(tensor.name);
        if (layer >= 0 && static_cast<std::uint64_t>(layer) < nLayer)
            needs.layers[static_cast<std::size_t>(layer)] += tensor.view.bytes.size();
        else if (tensor.name.starts_with("output"))
            needs.head += tensor.view.bytes.size();
        else
            needs.embedding += tensor.view.bytes.size();
    }
    if (!file.findTensor("output.weight"))
        if (const GgufTensor* table = file.findTensor("token_embd.weight"))
            needs.head += table->view.bytes.size();
    if (nLayer > 0)
        for (std::uint64_t& layer : needs.layers)
            layer += summary.kvBytes(contextOf(summary, options), options.kvType) / nLayer;
    return needs;
}

PlacementPart cpuPart(std::int64_t nLayer, std::uint64_t bytes) {
    return {-1, "CPU", 0, nLayer, bytes, availableMemoryBytes()};
}

} // namespace

std::string Placement::sentence() const {
    std::string text;
    bool said = false; // how many layers there are
    for (const PlacementPart& part : parts) {
        const std::string what = part.nLayer == 0 ? std::string("the table of tokens")
                                 : said           ? fmt::format("{} layers", part.nLayer)
                                                  : fmt::format("{} of {} layers", part.nLayer, nLayer);
        said = said || part.nLayer > 0;
        text += fmt::format("{}{} on {} ({:.1f} GB)", text.empty() ? "" : ", ", what,
                            part.ordinal < 0 ? "the CPU" : part.device, gigabytes(part.needBytes));
    }
    return text.empty() ? text : text + ".";
}

Placement planPlacement(const GgufFile& file, const GpuFindings& gpus, const DeviceOptions& options) {
    const Needs needs = needsOf(file, options);
    const auto nLayer = static_cast<std::int64_t>(needs.layers.size());
    Placement plan;
    plan.nLayer = nLayer;
    std::uint64_t all = needs.embedding + needs.head + needs.scratch;
    for (const std::uint64_t layer : needs.layers)
        all += layer;
    plan.needBytes = all;
    plan.absence = gpus.absence;
    const auto onCpu = [&](std::string why) {
        plan.parts = {cpuPart(nLayer, all)};
        plan.note = std::move(why);
        return plan;
    };
    if (options.choice == DeviceChoice::Cpu || options.gpuLayers == 0)
        return onCpu({});
    if (gpus.devices.empty())
        return onCpu(options.choice == DeviceChoice::Auto && gpus.absence == GpuAbsence::NoPlugin ? std::string()
                                                                                                  : gpus.sentence);
    const auto budget = [&](const GpuDevice& device) {
        const auto usable = static_cast<std::uint64_t>(kUsable * static_cast<double>(device.freeBytes));
        const std::uint64_t fixed = needs.scratch + kDeviceBytes;
        return usable > fixed ? usable - fixed : 0;
    };
    const std::int64_t most = options.gpuLayers < 0 ? nLayer : std::min(nLayer, options.gpuLayers);
    // One device with room for everything takes everything.
    const auto whole = std::find_if(gpus.devices.begin(), gpus.devices.end(),
                                    [&](const GpuDevice& d) { return budget(d) >= all - needs.scratch; });
    if (whole != gpus.devices.end() && most == nLayer) {
        plan.needBytes += kDeviceBytes;
        plan.parts = {{whole->ordinal, whole->name, 0, nLayer, plan.needBytes, whole->freeBytes}};
        return plan;
    }
    // Else from the last layer back, device by device; a device that cannot even take the head is passed over.
    std::vector<PlacementPart> backwards;
    std::int64_t next = nLayer - 1, left = most;
    std::uint64_t head = needs.head;
    for (auto device = gpus.devices.rbegin(); device != gpus.devices.rend() && left > 0; ++device) {
        PlacementPart part{device->ordinal, device->name, 0, 0, head, device->freeBytes};
        const std::uint64_t room = budget(*device);
        while (left > 0 && next >= 0 && part.needBytes + needs.layers[static_cast<std::size_t>(next)] <= room) {
            part.needBytes += needs.layers[static_cast<std::size_t>(next)];
            ++part.nLayer;
            --next;
            --left;
        }
        if (part.nLayer == 0)
            continue;
        part.firstLayer = next + 1;
        part.needBytes += needs.scratch + kDeviceBytes;
        backwards.push_back(part);
        head = 0;
    }
    if (backwards.empty())
        return onCpu(
            fmt::format("The graphics device's free memory ({:.1f} GB on {}) is too little for even one layer.",
                        gigabytes(gpus.devices.front().freeBytes), gpus.devices.front().name));
    // The table of tokens goes with the first layers: to a device that has all layers before it and room for the table.
    const auto first = std::find_if(gpus.devices.begin(), gpus.devices.end(),
                                    [&](const GpuDevice& d) { return d.ordinal == backwards.back().ordinal; });
    if (next < 0 && backwards.back().needBytes - needs.scratch - kDeviceBytes + needs.embedding <= budget(*first)) {
        backwards.back().needBytes += needs.embedding;
        plan.needBytes = 0;
    } else {
        std::uint64_t cpu = needs.embedding + needs.scratch;
        for (std::int64_t i = 0; i <= next; ++i)
            cpu += needs.layers[static_cast<std::size_t>(i)];
        plan.needBytes = cpu;
        plan.parts.push_back(cpuPart(next + 1, cpu));
    }
    for (auto part = backwards.rbegin(); part != backwards.rend(); ++part) {
        plan.needBytes += part->needBytes;
        plan.parts.push_back(*part);
    }
    return plan;
}

MemoryNeed memoryNeed(const GgufFile& file, const Placement& plan, const DeviceOptions& options,
                      std::uint64_t freeBytes) {
    constexpr std::int64_t kStep = 256; // of contexts that are offered
    MemoryNeed need;
    need.freeBytes = freeBytes;
    const auto part =
        std::find_if(plan.parts.begin(), plan.parts.end(), [](const PlacementPart& p) { return p.ordinal < 0; });
    if (part == plan.parts.end())
        return need;
    const GgufSummary summary = summarize(file);
    need.nCtx = contextOf(summary, options);
    need.needBytes = part->needBytes;
    const auto nLayer = static_cast<std::uint64_t>(std::max<std::int64_t>(plan.nLayer, 1));
    const auto nHere = static_cast<std::uint64_t>(part->nLayer);
    const std::uint64_t kvAll = summary.kvBytes(need.nCtx, options.kvType);
    need.kvBytes = std::min(kvAll / nLayer * nHere, need.needBytes);
    const std::uint64_t rest = need.needBytes - need.kvBytes;
    need.weightBytes = rest - std::min(scratchOf(file), rest);
    if (need.kvBytes > 0 && freeBytes > rest && need.nCtx > 0) {
        const double perToken = static_cast<double>(need.kvBytes) / static_cast<double>(need.nCtx);
        const double tokens = std::min(static_cast<double>(freeBytes - rest) / perToken, double(need.nCtx));
        need.nCtxFits = static_cast<std::int64_t>(tokens) / kStep * kStep;
    }
    return need;
}

std::string MemoryNeed::sentence(const std::string& name) const {
    return fmt::format(
        "{} needs about {} of memory (weights {}, a context of {} tokens {}, the rest for computing), but "
        "only {} is free.",
        name, byteSize(needBytes), byteSize(weightBytes), nCtx, byteSize(kvBytes), byteSize(freeBytes));
}

Result<std::shared_ptr<Backend>> placedBackend(const Placement& placement, const std::shared_ptr<Backend>& cpu,
                                               const std::function<Result<std::shared_ptr<Backend>>(int)>& gpu) {
    if (placement.allOnCpu())
        return cpu;
    std::vector<SplitBackend::Part> parts;
    for (const PlacementPart& part : placement.parts) {
        std::shared_ptr<Backend> backend = cpu;
        if (part.ordinal >= 0) {
            VITRAL_TRY_ASSIGN(backend, gpu(part.ordinal));
        }
        parts.push_back({std::move(backend), static_cast<std::int32_t>(part.nLayer)});
    }
    if (parts.size() == 1)
        return parts.front().backend;
    return std::shared_ptr<Backend>(std::make_shared<SplitBackend>(std::move(parts)));
}

} // namespace vitral
