// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/step_pictures.h"

#include "widgets/denoise/picture_image.h"

#include <QCoreApplication>

namespace vitral {

using namespace diffusion;

namespace {

class StepWords {
    Q_DECLARE_TR_FUNCTIONS(vitral::StepWords)
};

Picture mixed(const Picture& a, double fa, const Picture& b, double fb) {
    if (!a.sameShape(b) || a.size() != b.size())
        return {};
    Picture out(a.channels, a.height, a.width);
    for (std::size_t i = 0; i < out.size(); ++i)
        out.values[i] = float(fa * a.values[i] + fb * b.values[i]);
    return out;
}

PicturePtr shared(Picture picture) {
    return picture.empty() ? nullptr : std::make_shared<const Picture>(std::move(picture));
}

} // namespace

PicturePtr stepPicture(const DenoiseStep& step, StepPicture which, Prediction prediction) {
    switch (which) {
    case StepPicture::X:
        return step.x;
    case StepPicture::X0:
        return step.x0;
    case StepPicture::Eps:
        return step.eps;
    case StepPicture::Next:
        return step.next;
    case StepPicture::Change:
        return step.x && step.next ? shared(difference(*step.next, *step.x)) : nullptr;
    case StepPicture::Unconditional:
        return step.unconditional;
    case StepPicture::Conditional:
        return step.conditional;
    case StepPicture::Guided:
        break;
    }
    if (!step.unconditional || !step.x0 || !step.eps)
        return nullptr; // without guidance it is the conditional one
    switch (prediction) {
    case Prediction::Epsilon:
        return step.eps;
    case Prediction::X0:
        return step.x0;
    case Prediction::V:
        return shared(mixed(*step.eps, step.from.alpha, *step.x0, -step.from.sigma));
    case Prediction::Flow:
        return shared(mixed(*step.eps, 1, *step.x0, -1));
    }
    return nullptr;
}

QString stepPictureName(StepPicture which) {
    switch (which) {
    case StepPicture::X:
        return QStringLiteral("x\u209C"); // x with a small t
    case StepPicture::X0:
        return StepWords::tr("predicted x\u2080");
    case StepPicture::Eps:
        return StepWords::tr("predicted noise");
    case StepPicture::Change:
        return StepWords::tr("change");
    case StepPicture::Unconditional:
        return StepWords::tr("without prompt");
    case StepPicture::Conditional:
        return StepWords::tr("with prompt");
    case StepPicture::Guided:
        return StepWords::tr("guided");
    case StepPicture::Next:
        return StepWords::tr("next x");
    }
    return {};
}

QString stepPictureWords(StepPicture which) {
    switch (which) {
    case StepPicture::X:
        return StepWords::tr("What goes into the network: the picture with its noise at this step.");
    case StepPicture::X0:
        return StepWords::tr("What the clean picture would be, if the prediction of this step were right.");
    case StepPicture::Eps:
        return StepWords::tr("The noise that is thought to be in x, guidance included.");
    case StepPicture::Change:
        return StepWords::tr("What this step adds to x.");
    case StepPicture::Unconditional:
        return StepWords::tr("The network's output with the negative prompt, or none.");
    case StepPicture::Conditional:
        return StepWords::tr("The network's output with the prompt.");
    case StepPicture::Guided:
        return StepWords::tr("Both outputs together: without + guidance \u00D7 (with \u2212 without).");
    case StepPicture::Next:
        return StepWords::tr("What comes out and goes into the next step.");
    }
    return {};
}

bool isSigned(StepPicture which, Prediction prediction) {
    switch (which) {
    case StepPicture::X:
    case StepPicture::X0:
    case StepPicture::Next:
        return false;
    case StepPicture::Eps:
    case StepPicture::Change:
        return true;
    case StepPicture::Unconditional:
    case StepPicture::Conditional:
    case StepPicture::Guided:
        return prediction != Prediction::X0;
    }
    return true;
}

} // namespace vitral
