// SPDX-License-Identifier: Apache-2.0
// vitral-cli devices: what models can be computed on, and why not where there is nothing; with a model, where its
// layers would go.

#include "app/cli/commands.h"
#include "app/cli/language.h"
#include "core/runtime/placement.h"

#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>

namespace vitral::cli {

namespace {

struct DevicesOptions {
    std::string model;
    bool json = false;
};

const char* absenceWord(GpuAbsence absence) {
    switch (absence) {
    case GpuAbsence::None:
        return "none";
    case GpuAbsence::SwitchedOff:
        return "switched-off";
    case GpuAbsence::NoPlugin:
        return "no-plugin";
    case GpuAbsence::WrongPlugin:
        return "wrong-plugin";
    case GpuAbsence::NoDriver:
        return "no-driver";
    case GpuAbsence::DriverTooOld:
        return "driver-too-old";
    case GpuAbsence::NoDevice:
        return "no-device";
    case GpuAbsence::DeviceTooOld:
        return "device-too-old";
    case GpuAbsence::Failed:
        break;
    }
    return "failed";
}

Result<void> showDevices(const DevicesOptions& o, const CommonOptions& common) {
    VITRAL_TRY_ASSIGN(const auto cpu, makeCpuBackend(common.cpuOptions()));
    const GpuFindings found = findGpus();
    std::string text = fmt::format("{:<8} {}\n", cpu->info().name, cpu->info().detail);
    nlohmann::json j;
    j["cpu"] = cpu->info().detail;
    j["absence"] = absenceWord(found.absence);
    j["reason"] = found.sentence;
    j["plugin"] = gpuPluginFile().string();
    j["devices"] = nlohmann::json::array();
    for (const GpuDevice& d : found.devices) {
        text += fmt::format("CUDA {:<3} {}, {:.1f} GB of {:.1f} GB free, compute capability {}.{}, {} multiprocessors, "
                            "driver for CUDA {}.{}\n",
                            d.ordinal, d.name, static_cast<double>(d.freeBytes) / 1e9,
                            static_cast<double>(d.totalBytes) / 1e9, d.major, d.minor, d.nMultiprocessor,
                            d.driverVersion / 1000, d.driverVersion % 1000 / 10);
        j["devices"].push_back({{"ordinal", d.ordinal},
                                {"name", d.name},
                                {"capability", fmt::format("{}.{}", d.major, d.minor)},
                                {"total_bytes", d.totalBytes},
                                {"free_bytes", d.freeBytes},
                                {"multiprocessors", d.nMultiprocessor},
                                {"driver", d.driverVersion}});
    }
    if (found.devices.empty())
        text += fmt::format("{:<8} {}\n", "CUDA", found.sentence);
    if (!o.model.empty()) {
        VITRAL_TRY_ASSIGN(const auto path, resolveModel(o.model));
        VITRAL_TRY_ASSIGN(const auto file, GgufFile::open(path));
        const Placement plan = planPlacement(*file, found, common.deviceOptions());
        text += fmt::format("{}{}\n", plan.sentence(), plan.note.empty() ? "" : " " + plan.note);
        j["need_bytes"] = plan.needBytes;
        j["note"] = plan.note;
        j["parts"] = nlohmann::json::array();
        for (const PlacementPart& part : plan.parts)
            j["parts"].push_back({{"device", part.device},
                                  {"ordinal", part.ordinal},
                                  {"first_layer", part.firstLayer},
                                  {"layers", part.nLayer},
                                  {"need_bytes", part.needBytes},
                                  {"free_bytes", part.freeBytes}});
    }
    return writeAnswer(o.json ? j.dump(2) + "\n" : text);
}

} // namespace

void addDevicesCommand(CLI::App& app, CommonOptions& common) {
    auto* command = app.add_subcommand("devices", "What models can be computed on; with a model, where its layers go");
    const auto o = std::make_shared<DevicesOptions>();
    command->add_option("MODEL", o->model, "GGUF file: where its layers would be computed; -: the bundled model")
        ->type_name("");
    command->add_flag("--json", o->json, "One JSON object");
    command->callback([o, &common] { common.action = [o, &common] { return showDevices(*o, common); }; });
}

} // namespace vitral::cli
