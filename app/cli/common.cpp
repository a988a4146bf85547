// SPDX-License-Identifier: Apache-2.0
#include "app/cli/common.h"

#include "app/cli/language.h"
#include "core/base/system_memory.h"
#include "core/runtime/bundled_model.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <unistd.h>

namespace vitral::cli {

CpuOptions CommonOptions::cpuOptions() const {
    CpuOptions options;
    options.nThread = nThread;
    if (cpu == "scalar")
        options.isa = CpuIsa::Scalar;
    else if (cpu == "avx2")
        options.isa = CpuIsa::Avx2;
    else if (cpu == "avx512")
        options.isa = CpuIsa::Avx512;
    return options;
}

DType CommonOptions::kvType() const {
    return kv == "q8_0" ? DType::Q8_0 : DType::F16;
}

DeviceOptions CommonOptions::deviceOptions() const {
    DeviceOptions options;
    options.choice = device == "cpu" ? DeviceChoice::Cpu : device == "cuda" ? DeviceChoice::Cuda : DeviceChoice::Auto;
    options.gpuLayers = gpuLayers;
    options.nCtxTokens = nCtx > 0 ? nCtx : 4096;
    options.kvType = kvType();
    options.beyondTraining = nCtx > 0;
    return options;
}

Result<std::shared_ptr<Backend>> CommonOptions::backendFor(const std::filesystem::path& model) const {
    VITRAL_TRY_ASSIGN(const std::shared_ptr<Backend> processor, makeCpuBackend(cpuOptions()));
    const DeviceOptions wished = deviceOptions();
    VITRAL_TRY_ASSIGN(const auto file, GgufFile::open(model));
    const Placement plan =
        planPlacement(*file, wished.choice == DeviceChoice::Cpu ? GpuFindings{} : findGpus(), wished);
    if (const MemoryNeed need = memoryNeed(*file, plan, wished, availableMemoryBytes()); need.tooLarge() && !loadAnyway)
        return tl::unexpected(tooLarge(model, need));
    if (wished.choice == DeviceChoice::Cuda && plan.allOnCpu() && !plan.note.empty())
        return fail(ErrorCode::Device, plan.note);
    if (!plan.allOnCpu())
        say(plan.sentence());
    return placedBackend(plan, processor, [](int ordinal) { return makeGpuBackend(ordinal); });
}

Error CommonOptions::tooLarge(const std::filesystem::path& model, const MemoryNeed& need) {
    std::string text = need.sentence(model.filename().string());
    text += need.nCtxFits > 0 ? trf(" A shorter context is enough (-c {}); a smaller quantisation or closing other "
                                    "programs helps, too. --load-anyway loads it all the same.",
                                    " Um contexto mais curto basta (-c {}); uma quantização menor ou fechar outros "
                                    "programas também ajuda. --load-anyway carrega o modelo mesmo assim.",
                                    need.nCtxFits)
                              : std::string(tr(" Choose a smaller quantisation or a smaller model, or close other "
                                               "programs. --load-anyway loads it all the same.",
                                               " Escolha uma quantização menor ou um modelo menor, ou feche outros "
                                               "programas. --load-anyway carrega o modelo mesmo assim."));
    return {ErrorCode::OutOfMemory, text};
}

Result<std::shared_ptr<Backend>> CommonOptions::pictureBackendFor(std::uint64_t needBytes) const {
    if (device != "cpu" && gpuLayers != 0) {
        const GpuFindings found = findGpus();
        for (const GpuDevice& d : found.devices)
            if (d.freeBytes >= needBytes)
                return makeGpuBackend(d.ordinal);
        if (device == "cuda")
            return fail(ErrorCode::Device, found.devices.empty()
                                               ? found.sentence
                                               : fmt::format("No graphics device has {:.1f} GB of free memory.",
                                                             static_cast<double>(needBytes) / 1e9));
    }
    return makeCpuBackend(cpuOptions());
}

void addCommonOptions(CLI::App& command, CommonOptions& common) {
    const std::string group = "Options of every command";
    command.add_option("-t,--threads", common.nThread, "Threads; 0: every core this process may use")
        ->check(CLI::Range(0, 1024))
        ->type_name("N")
        ->group(group);
    command.add_option("-c,--ctx", common.nCtx, "Context in tokens; 0: the command's default")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 24U))
        ->type_name("N")
        ->group(group);
    command.add_option("--kv", common.kv, "Type of the key/value cache: f16 or q8_0")
        ->check(CLI::IsMember({"f16", "q8_0"}))
        ->type_name("TYPE")
        ->group(group);
    command.add_option("--cpu", common.cpu, "Instruction set: scalar, avx2 or avx512")
        ->check(CLI::IsMember({"scalar", "avx2", "avx512"}))
        ->type_name("ISA")
        ->group(group);
    command.add_option("--device", common.device, "Where models are computed: auto, cpu or cuda")
        ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
        ->type_name("DEVICE")
        ->group(group);
    command
        .add_option("--gpu-layers", common.gpuLayers,
                    "Layers on graphics devices at most, from the last; -1: as many as fit, 0: none")
        ->check(CLI::Range(std::int64_t{-1}, std::int64_t{4096}))
        ->type_name("N")
        ->group(group);
    command.add_flag("--load-anyway", common.loadAnyway, "Load a model although it needs more memory than is free")
        ->group(group);
    command.add_flag("--verbose", common.verbose, "More messages on standard error")->group(group);
}

Result<std::filesystem::path> resolveModel(const std::string& argument) {
    if (argument.empty() || argument == "-")
        return findBundledModel();
    return std::filesystem::path(argument);
}

CLI::Option* addModelArgument(CLI::App& command, std::string& model) {
    return command.add_option("MODEL", model, "GGUF file; - or nothing: the bundled model")->type_name("");
}

Result<void> writeAnswer(std::string_view bytes) {
    while (!bytes.empty()) {
        const ::ssize_t n = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (n >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(n));
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno == EPIPE)
            return fail(ErrorCode::Cancelled, "");
        return fail(ErrorCode::Io, fmt::format("Standard output cannot be written ({}).", std::strerror(errno)));
    }
    return {};
}

Result<std::string> readInput(std::size_t limitBytes) {
    std::string all;
    std::string chunk(std::size_t{1} << 16U, '\0');
    for (;;) {
        const ::ssize_t n = ::read(STDIN_FILENO, chunk.data(), chunk.size());
        if (n == 0)
            return all;
        if (n < 0) {
            if (errno == EINTR)
                continue;
            return fail(ErrorCode::Io, fmt::format("Standard input cannot be read ({}).", std::strerror(errno)));
        }
        all.append(chunk.data(), static_cast<std::size_t>(n));
        if (all.size() > limitBytes)
            return fail(
                ErrorCode::InvalidArgument,
                fmt::format("Standard input is longer than {} bytes, more than this command takes.", limitBytes));
    }
}

void sayRaw(std::string_view text) {
    // A message nobody can receive (a closed pipe) is not worth ending the program for.
    [[maybe_unused]] const ::ssize_t ignored = ::write(STDERR_FILENO, text.data(), text.size());
}

void say(std::string_view line) {
    sayRaw(std::string(line) + '\n');
}

bool errorIsTerminal() {
    return ::isatty(STDERR_FILENO) == 1;
}

} // namespace vitral::cli
