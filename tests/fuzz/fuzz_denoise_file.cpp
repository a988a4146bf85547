// SPDX-License-Identifier: Apache-2.0
// Any bytes as a recorded denoising run.

#include "core/diffusion/recording_file.h"
#include "core/io/safetensors.h"
#include "tests/fuzz/fuzz_target.h"

#include <span>

VITRAL_FUZZ_TARGET(const std::uint8_t* data, std::size_t size) {
    using namespace vitral;
    const auto file = SafetensorsFile::parse(std::as_bytes(std::span(data, size)));
    if (!file)
        return 0;
    const auto run = diffusion::readDenoiseRecording(**file);
    if (!run) {
        VITRAL_FUZZ_REQUIRE(run.error().message.size() > 15 && run.error().message.size() < 1500);
        return 0;
    }
    float sum = 0;
    for (const auto& step : (*run)->steps)
        if (step->x != nullptr)
            for (const float value : step->x->values)
                sum += value;
    fuzzUse(unsigned(sum > 0));
    return 0;
}
