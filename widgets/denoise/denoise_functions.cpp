// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/denoise_functions.h"

namespace vitral {

using namespace diffusion;

DenoiseFunctions coreDenoiseFunctions() {
    DenoiseFunctions f;
    f.looksLike = looksLikeDiffusionModel;
    f.load = loadDiffusionModel;
    f.plan = planDenoise;
    f.run = denoise;
    f.save = saveDenoiseRecording;
    f.open = openDenoiseRecording;
    f.addNoise = addNoise;
    f.times = [](const ScheduleSpec& spec, std::int32_t steps, StepSpacing spacing,
                 SolverKind solver) -> Result<std::vector<StepTime>> {
        VITRAL_TRY_ASSIGN(const NoiseSchedule schedule, NoiseSchedule::make(spec));
        return stepTimes(schedule, steps, spacing, solver);
    };
    f.toJson = settingsToJson;
    f.fromJson = settingsFromJson;
    f.check = checkSettings;
    f.upscale = upscale;
    return f;
}

} // namespace vitral
