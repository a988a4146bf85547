// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/work_bar.h"

#include "widgets/shell/ways.h"

#include <algorithm>
#include <cmath>

namespace vitral {

namespace {
constexpr int kWidth = 96, kSteps = 1000;
} // namespace

WorkBar::WorkBar(QWidget* parent) : QProgressBar(parent) {
    setFixedWidth(kWidth);
    setTextVisible(false);
    connect(&Ways::shared(), &Ways::motionChanged, this, [this] {
        if (unknown_)
            setShare({});
    });
}

void WorkBar::setShare(std::optional<double> share) {
    unknown_ = !share;
    if (share) {
        setRange(0, kSteps);
        setValue(static_cast<int>(std::lround(std::clamp(*share, 0.0, 1.0) * kSteps)));
        return;
    }
    setRange(0, Ways::shared().still() ? 1 : 0);
    setValue(0);
}

} // namespace vitral
