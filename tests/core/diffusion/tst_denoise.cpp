// SPDX-License-Identifier: Apache-2.0
// Runs: where they end, branches bit for bit, masks, what is recorded, budgets, cancelling; recordings in files.

#include "core/diffusion/denoise.h"
#include "core/diffusion/recipe.h"
#include "core/diffusion/recording_file.h"
#include "core/diffusion/upscale.h"
#include "tests/core/diffusion/fake_diffusion.h"
#include "tests/support/result_test.h"

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cstring>
#include <fstream>
#include <random>

using namespace vitral;
using namespace vitral::diffusion;

namespace {

constexpr SolverKind kAll[] = {SolverKind::Ddpm,           SolverKind::Ddim,  SolverKind::Euler,
                               SolverKind::EulerAncestral, SolverKind::Heun,  SolverKind::DpmPp2M,
                               SolverKind::DpmPp2MSde,     SolverKind::UniPc, SolverKind::Lcm};

DenoiseJob jobOf(const DiffusionModelPtr& model, SolverKind solver = SolverKind::DpmPp2M, std::int32_t steps = 8) {
    DenoiseJob job;
    job.model = model;
    job.settings.solver = solver;
    job.settings.steps = steps;
    job.settings.classId = 1;
    job.settings.seed = 5;
    return job;
}

bool sameBits(const PicturePtr& a, const PicturePtr& b) {
    return a && b && a->sameShape(*b) &&
           std::memcmp(a->values.data(), b->values.data(), a->values.size() * sizeof(float)) == 0;
}

double distance(const Picture& p, std::int32_t classId) {
    double most = 0;
    for (std::size_t i = 0; i < p.values.size(); ++i)
        most = std::max(most, std::abs(static_cast<double>(p.values[i] - FakeDenoiser::clean(classId, i))));
    return most;
}

std::vector<std::byte> bytesOf(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    std::vector<std::byte> out(text.size());
    std::memcpy(out.data(), text.data(), text.size());
    return out;
}

} // namespace

class TestDenoise : public QObject {
    Q_OBJECT
private slots:
    void everySolverEndsAtThePicture() {
        for (const SolverKind solver : kAll) {
            const auto run = denoise(jobOf(fakeModel(), solver, 20), {}, {});
            QVERIFY_RESULT(run);
            QCOMPARE((*run)->steps.size(), std::size_t{20});
            QVERIFY2(distance(*(*run)->result, 1) < 0.35, std::string(solverName(solver)).c_str()); // spread 0.05
            // The same again, bit for bit.
            const auto again = denoise(jobOf(fakeModel(), solver, 20), {}, {});
            QVERIFY_RESULT(again);
            QVERIFY(sameBits((*run)->result, (*again)->result));
        }
    }

    void stepsAreRecordedAndConsistent() {
        DenoiseJob job = jobOf(fakeModel());
        job.settings.guidance = 3;
        job.settings.guidanceBegin = 0.25;
        job.settings.guidanceEnd = 0.75;
        const auto run = denoise(job, {}, {});
        QVERIFY_RESULT(run);
        const DenoiseRecording& r = **run;
        QCOMPARE(r.times.size(), r.steps.size() + 1);
        for (std::size_t i = 0; i < r.steps.size(); ++i) {
            const DenoiseStep& s = *r.steps[i];
            QVERIFY(s.x && s.next && s.x0 && s.eps && s.conditional && s.solverBefore && s.preview);
            if (i > 0)
                QVERIFY(s.x == r.steps[i - 1]->next); // shared
            const bool guided = i >= 2 && i < 6;
            QCOMPARE(s.unconditional != nullptr, guided);
            QCOMPARE(s.guidance, guided ? 3.0 : 1.0);
            for (std::size_t k = 0; k < s.x->size(); ++k) {
                QVERIFY(std::abs(s.from.alpha * static_cast<double>(s.x0->values[k]) +
                                 s.from.sigma * static_cast<double>(s.eps->values[k]) -
                                 static_cast<double>(s.x->values[k])) < 1e-4);
                if (guided)
                    QVERIFY(std::abs(s.unconditional->values[k] +
                                     3 * (s.conditional->values[k] - s.unconditional->values[k]) - s.eps->values[k]) <
                            1e-4F);
            }
        }
        // Four guided steps cost two evaluations.
        QCOMPARE(static_cast<const FakeDenoiser&>(*job.model->denoiser).nEvaluation.load(), 8);
        const auto plan = planDenoise(job);
        QVERIFY_RESULT(plan);
        QCOMPARE(plan->evaluations, std::int64_t{12});
        // Pictures that were kept: x, next of the last, x0, eps, conditional, and four unconditional ones.
        const std::size_t kept = (8 * 4 + 4) * 64 * sizeof(float);
        QVERIFY(plan->recordBytes >= kept && plan->recordBytes <= kept * 5 / 4);
    }

    void branchesWithTheSameSettingsAreTheSame() {
        QTemporaryDir folder;
        for (const SolverKind solver : kAll) {
            DenoiseJob job = jobOf(fakeModel(), solver, 7);
            job.settings.eta = solver == SolverKind::Ddim ? 0.5 : 0;
            job.settings.guidance = 2;
            const auto parent = denoise(job, {}, {});
            QVERIFY_RESULT(parent);
            const std::string path = folder.filePath("run.safetensors").toStdString();
            QVERIFY_RESULT(saveDenoiseRecording(**parent, path));
            const auto opened = openDenoiseRecording(path);
            QVERIFY_RESULT(opened);
            for (const auto& from : {*parent, *opened}) // in memory, and from a file, which has no solver's history
                for (const std::int32_t at : {0, 1, 3, 6}) {
                    DenoiseJob branch = job;
                    branch.branchFrom = from;
                    branch.branchStep = at;
                    const auto child = denoise(branch, {}, {});
                    QVERIFY_RESULT(child);
                    QCOMPARE((*child)->branchStep, at);
                    QCOMPARE((*child)->steps.size(), (*parent)->steps.size());
                    for (std::size_t i = 0; i < 7; ++i)
                        QVERIFY2(sameBits((*child)->steps[i]->next, (*parent)->steps[i]->next),
                                 std::string(solverName(solver)).c_str());
                    QVERIFY(sameBits((*child)->result, (*parent)->result));
                }
        }
    }

    void branchesGoOtherWays() {
        const DenoiseJob job = jobOf(fakeModel(), SolverKind::DpmPp2M, 10);
        const auto parent = denoise(job, {}, {});
        QVERIFY_RESULT(parent);
        DenoiseJob other = job;
        other.branchFrom = *parent;
        other.branchStep = 2;
        other.settings.classId = 2;
        const auto child = denoise(other, {}, {});
        QVERIFY_RESULT(child);
        QVERIFY((*child)->steps[1] == (*parent)->steps[1]); // shared
        QVERIFY(distance(*(*child)->result, 2) < 0.35);
        QVERIFY(distance(*(*parent)->result, 1) < 0.35);
        for (const SolverKind solver : kAll) { // any other solver goes on from there
            other.settings.solver = solver;
            const auto changed = denoise(other, {}, {});
            QVERIFY_RESULT(changed);
            QVERIFY2(distance(*(*changed)->result, 2) < 0.4, std::string(solverName(solver)).c_str());
        }
        other.branchStep = 10;
        QVERIFY_ERROR(denoise(other, {}, {}), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(planDenoise(other), ErrorCode::InvalidArgument);
        other.branchStep = -1;
        QVERIFY_ERROR(denoise(other, {}, {}), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(planDenoise(other), ErrorCode::InvalidArgument);
        other.branchStep = 2;
        other.settings.width = 16;
        QVERIFY_ERROR(denoise(other, {}, {}), ErrorCode::InvalidArgument);
    }

    void picturesAndMasks() {
        DenoiseJob job = jobOf(fakeModel(), SolverKind::Ddim, 10);
        auto init = std::make_shared<Picture>(1, 8, 8);
        for (std::size_t i = 0; i < init->values.size(); ++i)
            init->values[i] = FakeDenoiser::clean(2, i);
        job.settings.init = init;
        job.settings.strength = 0.3;
        auto run = denoise(job, {}, {});
        QVERIFY_RESULT(run);
        QCOMPARE((*run)->steps.size(), std::size_t{3});
        // It begins with the picture under the noise of the third step from the end.
        const DenoiseStep& first = *(*run)->steps[0];
        const Picture expected = addNoise(*init, first.from, 5);
        QVERIFY(first.x->values == expected.values);
        job.settings.strength = 0.05;
        QVERIFY_ERROR(denoise(job, {}, {}), ErrorCode::InvalidArgument);

        job.settings.strength = 1;
        auto mask = std::make_shared<Picture>(1, 8, 8);
        for (std::size_t i = 0; i < 32; ++i)
            mask->values[i] = 1; // the upper half anew
        job.settings.mask = mask;
        run = denoise(job, {}, {});
        QVERIFY_RESULT(run);
        for (std::size_t i = 0; i < 64; ++i) {
            const float v = (*run)->result->values[i];
            if (i < 32)
                QVERIFY(std::abs(v - FakeDenoiser::clean(1, i)) < 0.35F);
            else
                QCOMPARE(v, init->values[i]); // what is kept is kept to the bit
        }
        job.settings.init = nullptr;
        QVERIFY_ERROR(denoise(job, {}, {}), ErrorCode::InvalidArgument);
    }

    void paintingNetworksGetTheMask() {
        const auto model = fakeModel();
        const auto net = std::make_shared<FakeDenoiser>(model->schedule, 1, 8, true);
        model->denoiser = net;
        DenoiseJob job = jobOf(model, SolverKind::Ddim, 2);
        job.settings.guidance = 2;
        QVERIFY_ERROR(denoise(job, {}, {}), ErrorCode::InvalidArgument); // nothing to paint into
        auto init = std::make_shared<Picture>(1, 8, 8);
        std::fill(init->values.begin(), init->values.end(), 0.5F);
        auto mask = std::make_shared<Picture>(1, 8, 8);
        for (std::size_t i = 0; i < 32; ++i)
            mask->values[i] = 1;
        job.settings.init = init;
        job.settings.mask = mask;
        const auto run = denoise(job, {}, {});
        QVERIFY_RESULT(run);
        QCOMPARE(net->lastInput.size(), std::size_t{2 * 3 * 64}); // two images of x, mask, masked picture
        for (std::size_t i = 0; i < 64; ++i) {
            const std::size_t second = 3 * 64;
            QCOMPARE(net->lastInput[second + i], (*run)->steps[1]->x->values[i]);
            QCOMPARE(net->lastInput[second + 64 + i], i < 32 ? 1.0F : 0.0F);
            QCOMPARE(net->lastInput[second + 128 + i], i < 32 ? 0.0F : 0.5F);
        }
    }

    void latentsArePreviewedAndDecoded() {
        DenoiseJob job = jobOf(fakeModel(true), SolverKind::Euler, 6);
        for (const PreviewKind kind : {PreviewKind::None, PreviewKind::Projection, PreviewKind::Decoder}) {
            job.request.preview = kind;
            const auto run = denoise(job, {}, {});
            QVERIFY_RESULT(run);
            QCOMPARE((*run)->result->width, 16);
            QCOMPARE((*run)->steps[0]->x->width, 8);
            const PicturePtr& preview = (*run)->steps[2]->preview;
            QCOMPARE(preview != nullptr, kind != PreviewKind::None);
            if (preview)
                QCOMPARE(preview->width, kind == PreviewKind::Decoder ? 16 : 8);
        }
        auto blind = fakeModel(true); // no projection known: its small decoder stands in, and that is said
        blind->info.previewProjection.clear();
        job.model = blind;
        job.request.preview = PreviewKind::Projection;
        const auto run = denoise(job, {}, {});
        QVERIFY_RESULT(run);
        QCOMPARE((*run)->steps[2]->preview->width, 16);
        QCOMPARE((*run)->notes.size(), std::size_t{1});
        job.settings.width = 15; // not a multiple of 2
        QVERIFY_ERROR(denoise(job, {}, {}), ErrorCode::InvalidArgument);
    }

    void seedsAndClassesMix() {
        DenoiseJob job = jobOf(fakeModel(), SolverKind::Ddim, 4);
        const auto x = [&](double mix) {
            job.settings.otherSeed = 99;
            job.settings.seedMix = mix;
            return (*denoise(job, {}, {}))->steps[0]->x->values;
        };
        const auto a = x(0), middle = x(0.5), b = x(1);
        job.settings.seed = 99;
        job.settings.seedMix = 0;
        const auto other = (*denoise(job, {}, {}))->steps[0]->x->values;
        double length = 0;
        for (std::size_t i = 0; i < b.size(); ++i) {
            QVERIFY(std::abs(b[i] - other[i]) < 1e-5F);
            length += static_cast<double>(middle[i]) * static_cast<double>(middle[i]);
        }
        QVERIFY(a != middle && length > 30 && length < 110); // 64 numbers of variance 1, not half of it
        job.settings.classId = -1;
        job.settings.prompt = " Two ";
        const auto named = denoise(job, {}, {});
        QVERIFY_RESULT(named);
        QCOMPARE((*named)->conditioning.classId, 2);
        job.settings.prompt = "sete";
        QVERIFY_ERROR(denoise(job, {}, {}), ErrorCode::InvalidArgument);
        job.settings.prompt.clear();
        job.settings.classId = 9;
        QVERIFY_ERROR(denoise(job, {}, {}), ErrorCode::InvalidArgument);
    }

    void mapsObeyTheBudget() {
        DenoiseJob job = jobOf(fakeModel(), SolverKind::Heun, 5);
        job.settings.guidance = 2;
        job.request.cross = {"*"};
        job.request.features = {"fake.features"};
        auto run = denoise(job, {}, {});
        QVERIFY_RESULT(run);
        for (const DenoiseStepPtr& step : (*run)->steps) { // once a step, also where a step asks twice
            QCOMPARE(step->cross.size(), std::size_t{1});
            QCOMPARE(step->cross[0]->weights.size(), std::size_t{2 * 3 * 64});
            QCOMPARE(step->cross[0]->weights[7], std::uint16_t{0x3555}); // a third
            QCOMPARE(step->features.size(), std::size_t{1});
        }
        job.request.byteBudget = 2 * (2 * 3 * 64 + 3 * 64) * 2 + 100; // two steps' worth
        run = denoise(job, {}, {});
        QVERIFY_RESULT(run);
        std::size_t n = 0;
        for (const DenoiseStepPtr& step : (*run)->steps)
            n += step->cross.size() + step->features.size();
        QCOMPARE(n, std::size_t{4});
        QVERIFY(!(*run)->notes.empty());
        // Also of one step that is only looked into.
        job.request.byteBudget = 10;
        job.request.mostSteps = 1;
        run = denoise(job, {}, {});
        QVERIFY_RESULT(run);
        QVERIFY(!(*run)->notes.empty() && (*run)->notes.back().find("left out") != std::string::npos);
    }

    void aStopIsObeyed() {
        const auto model = fakeModel();
        auto slow = std::make_shared<FakeDenoiser>(model->schedule, 1, 8);
        slow->sleepMs = 60'000;
        model->denoiser = slow;
        std::stop_source source;
        std::jthread stopper([&] {
            while (slow->nEvaluation == 0)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            source.request_stop();
        });
        QVERIFY_ERROR(denoise(jobOf(model), source.get_token(), {}), ErrorCode::Cancelled);
        QCOMPARE(slow->nEvaluation.load(), 1);
        QVERIFY_ERROR(denoise(jobOf(fakeModel()), source.get_token(), {}), ErrorCode::Cancelled);
    }

    void progressShowsTheRunGrow() {
        std::vector<std::size_t> sizes;
        double last = -1;
        const auto run = denoise(jobOf(fakeModel(true)), {}, [&](const DenoiseProgress& p) {
            QVERIFY(p.fraction >= last && p.fraction <= 1);
            last = p.fraction;
            if (p.recording)
                sizes.push_back(p.recording->steps.size());
        });
        QVERIFY_RESULT(run);
        QCOMPARE(last, 1.0);
        QVERIFY(std::is_sorted(sizes.begin(), sizes.end()));
        QCOMPARE(sizes.back(), std::size_t{8});
    }

    void recordingsGoThereAndBack() {
        DenoiseJob job = jobOf(fakeModel(true), SolverKind::UniPc, 5);
        job.settings.guidance = 2;
        job.settings.guidanceEnd = 0.5;
        job.request.cross = job.request.features = {"*"};
        auto init = std::make_shared<Picture>(3, 16, 16);
        job.settings.init = init;
        job.settings.strength = 0.9;
        job.settings.mask = std::make_shared<Picture>(1, 16, 16);
        const auto run = denoise(job, {}, {});
        QVERIFY_RESULT(run);
        QTemporaryDir folder;
        const std::string path = folder.filePath("run.safetensors").toStdString();
        QVERIFY_RESULT(saveDenoiseRecording(**run, path));
        const auto back = openDenoiseRecording(path);
        QVERIFY_RESULT(back);
        const DenoiseRecording &a = **run, &b = **back;
        QCOMPARE(settingsToJson(b.settings), settingsToJson(a.settings));
        QVERIFY(sameBits(b.settings.init, a.settings.init) && sameBits(b.settings.mask, a.settings.mask));
        QCOMPARE(b.times.size(), a.times.size());
        QCOMPARE(b.times[1].alpha, a.times[1].alpha);
        QVERIFY(sameBits(b.result, a.result));
        QCOMPARE(b.steps.size(), a.steps.size());
        QCOMPARE(scheduleToJson(b.schedule), scheduleToJson(a.schedule));
        for (std::size_t i = 0; i < a.steps.size(); ++i) {
            const DenoiseStep &s = *a.steps[i], &t = *b.steps[i];
            QVERIFY(sameBits(s.x, t.x) && sameBits(s.next, t.next) && sameBits(s.x0, t.x0) && sameBits(s.eps, t.eps) &&
                    sameBits(s.conditional, t.conditional) && sameBits(s.preview, t.preview));
            QCOMPARE(t.unconditional != nullptr, s.unconditional != nullptr);
            QCOMPARE(t.guidance, s.guidance);
            QVERIFY(t.cross.at(0)->weights == s.cross.at(0)->weights);
            QVERIFY(t.features.at(0)->values == s.features.at(0)->values);
        }
    }

    void hostileRecordingsGetASentence() {
        DenoiseJob job = jobOf(fakeModel(false, 2), SolverKind::Ddim, 2);
        job.request.cross = {"*"};
        const auto run = denoise(job, {}, {});
        QVERIFY_RESULT(run);
        QTemporaryDir folder;
        const std::string path = folder.filePath("run.safetensors").toStdString();
        QVERIFY_RESULT(saveDenoiseRecording(**run, path));
        const std::vector<std::byte> whole = bytesOf(path);
        for (std::size_t n = 0; n < whole.size(); ++n) { // every prefix
            const std::vector<std::byte> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
            const auto file = SafetensorsFile::parse(part);
            if (file)
                QVERIFY(!readDenoiseRecording(**file));
        }
        std::mt19937 random(3); // mutations: an answer or a sentence, never a crash
        int nRead = 0;
        for (int i = 0; i < 3000; ++i) {
            std::vector<std::byte> bytes = whole;
            for (int k = 0; k < 1 + i % 4; ++k)
                bytes[random() % bytes.size()] = static_cast<std::byte>(random() % 256);
            const auto file = SafetensorsFile::parse(bytes);
            if (!file)
                continue;
            const auto read = readDenoiseRecording(**file);
            nRead += read ? 1 : 0;
            if (!read)
                QVERIFY(read.error().message.size() > 10);
        }
        QVERIFY(nRead > 0);
        // Fields that contradict each other, one by one.
        const auto changed = [&](std::string from, std::string to) {
            std::string text(reinterpret_cast<const char*>(whole.data()), whole.size());
            const std::size_t at = text.find(from);
            if (at == std::string::npos || from.size() != to.size())
                return false;
            text.replace(at, from.size(), to);
            std::vector<std::byte> bytes(text.size());
            std::memcpy(bytes.data(), text.data(), text.size());
            const auto file = SafetensorsFile::parse(bytes);
            return file.has_value() && !readDenoiseRecording(**file);
        };
        QVERIFY(changed("vitral-denoise", "vitral-denoisX"));
        QVERIFY(changed("\\\"steps\\\":2", "\\\"steps\\\":0"));
        QVERIFY(changed("\\\"solver\\\":\\\"ddim", "\\\"solver\\\":\\\"ddix"));
        QVERIFY(changed("steps.0.cross.fake", "steps.0.cross.fakX"));
        QVERIFY(changed("\\\"times\\\"", "\\\"timex\\\""));
        QVERIFY(changed("\\\"nTrain\\\":1000", "\\\"nTrain\\\":0000"));
    }

    void tilesCoverALargerPicture() {
        UpscaleJob job;
        job.base = jobOf(fakeModel(true), SolverKind::Ddim, 10);
        auto init = std::make_shared<Picture>(3, 20, 27);
        std::fill(init->values.begin(), init->values.end(), 0.25F);
        job.base.settings.init = init;
        job.base.settings.strength = 0.3;
        const auto plan = planUpscale(job);
        QVERIFY_RESULT(plan);
        QCOMPARE(plan->width, 54);
        QCOMPARE(plan->height, 40);
        QCOMPARE(plan->nTile, 5 * 3); // 16 pixels each, at least 4 shared
        QCOMPARE(plan->oneTile.evaluations, std::int64_t{3});
        int nTold = 0;
        const auto large = upscale(job, {}, [&](double, const Picture& p) { nTold += p.width == 54 ? 1 : 0; });
        QVERIFY_RESULT(large);
        QCOMPARE(nTold, 15);
        QCOMPARE(large->height, 40);
        for (const float v : large->values) // every pixel is covered by what some tile drew
            QVERIFY(std::isfinite(v) && std::abs(v) < 1.5F);
        job.tile = 15;
        QVERIFY_ERROR(planUpscale(job), ErrorCode::InvalidArgument);
        job.tile = 0;
        job.overlap = 9;
        QVERIFY_ERROR(planUpscale(job), ErrorCode::InvalidArgument);
        job.overlap = -1;
        job.factor = 9;
        QVERIFY_ERROR(planUpscale(job), ErrorCode::InvalidArgument);
        job.factor = 2;
        std::stop_source source;
        source.request_stop();
        QVERIFY_ERROR(upscale(job, source.get_token()), ErrorCode::Cancelled);
    }

    void recipesRestoreSettings() {
        DenoiseJob job = jobOf(fakeModel());
        job.settings.prompt = "dois";
        job.settings.init = std::make_shared<Picture>(1, 8, 8);
        const auto recipe = recipeFromJson(recipeJson(job.model->info, job.settings));
        QVERIFY_RESULT(recipe);
        QCOMPARE(recipe->modelName, std::string("fake"));
        QCOMPARE(recipe->settings.prompt, job.settings.prompt);
        QVERIFY(recipe->init && !recipe->mask);
        for (const char* bad : {"", "{}", "[]", "{\"version\":2}", "{\"version\":1}",
                                "{\"version\":1,\"settings\":{\"steps\":0}}", "{\"version\":1,\"settings\":3}"})
            QVERIFY(!recipeFromJson(bad));
        QVERIFY(!recipeFromJson(std::string(100'000, '[')));
        QVERIFY_RESULT(recipeFromJson("{\"version\":1,\"settings\":{},\"model\":{\"name\":[]}}"));
        const Pixels8 pixels = toPixels8(*job.settings.init);
        QCOMPARE(pixels.values.at(0), std::uint8_t{128});
        const PicturePtr sheet[] = {job.settings.init, job.settings.init, nullptr, job.settings.init};
        const Picture both = contactSheet(sheet, 2, 2, 3);
        QCOMPARE(both.width, 2 * 24 + 2);
        QCOMPARE(both.height, 2 * 24 + 2);
    }

    void numbersThatExplodeAreAnError() {
        DenoiseJob job = jobOf(fakeModel(), SolverKind::Euler, 3);
        auto init = std::make_shared<Picture>(1, 8, 8);
        init->values[3] = std::numeric_limits<float>::infinity();
        job.settings.init = init;
        job.settings.strength = 0.7;
        QVERIFY_ERROR(denoise(job, {}, {}), ErrorCode::InvalidArgument);
    }
};

QTEST_GUILESS_MAIN(TestDenoise)
#include "tst_denoise.moc"
