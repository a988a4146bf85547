// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/text_view.h"

namespace vitral {

TextView::TextView(InsideController& inside, QWidget* parent) : InsideView(inside, parent) {}

QString TextView::title() const {
    return tr("Text");
}

QString TextView::help() const {
    return tr("Which tokens the chosen token looked at, drawn on the text itself.");
}

} // namespace vitral
