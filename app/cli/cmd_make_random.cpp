// SPDX-License-Identifier: Apache-2.0
#include "app/cli/commands.h"
#include "app/cli/random_model.h"
#include "core/base/amounts.h"
#include "core/diffusion/summary.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>

namespace vitral::cli {

void addMakeRandomCommand(CLI::App& app, CommonOptions& common) {
    struct Options {
        RandomModel what;
        std::string output;
    };
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("make-random", "Write a model of a real shape with random weights");
    command
        ->add_option("--shape", options->what.shape,
                     fmt::format("One of {}; or of a picture model: {}", fmt::join(randomModelShapes(), ", "),
                                 fmt::join(diffusion::randomDiffusionShapes(), ", ")))
        ->required();
    command
        ->add_option("--type", options->what.type,
                     "Weights: F32, F16, BF16, Q8_0, Q4_0, Q4_K, ... or Q4_K_M (picture models: always F16)")
        ->default_val("Q8_0");
    command->add_option("-o,--output", options->output, "File to write; an ending is added where it has none")
        ->required();
    command->add_option("--seed", options->what.seed, "Seed of the random numbers");
    command->callback([&common, options] {
        common.action = [options]() -> Result<void> {
            const auto pictures = diffusion::randomDiffusionShapes();
            const bool picture = std::find(pictures.begin(), pictures.end(), options->what.shape) != pictures.end();
            std::filesystem::path path(options->output);
            if (!path.has_extension()) // readers know a file by its ending
                path += picture ? ".safetensors" : ".gguf";
            if (picture)
                VITRAL_TRY(diffusion::writeRandomDiffusion(options->what.shape, options->what.seed, path));
            else
                VITRAL_TRY(writeRandomModel(options->what, path));
            std::error_code error;
            const auto bytes = std::filesystem::file_size(path, error);
            say(fmt::format("{}: {}", path.string(), byteSize(error ? 0 : bytes)));
            return {};
        };
    });
}

} // namespace vitral::cli
