// SPDX-License-Identifier: Apache-2.0
#pragma once
// The time of a page that has one of its own (points in a plane): what the room's timeline shows, plays and steps
// through in place of the current run's. Thread: GUI.

#include "widgets/denoise/step_strip.h"

namespace vitral {

class PageTime {
public:
    virtual ~PageTime() = default;
    /// `clean`: the end that each step predicts, else x as it is. No moment: there is nothing yet, and `empty` says so.
    [[nodiscard]] virtual StripContent content(bool clean) const = 0;
    [[nodiscard]] virtual int moment() const = 0;
    virtual void setMoment(int moment) = 0; ///< the page answers with DenoisePage::timeMoved
};

} // namespace vitral
