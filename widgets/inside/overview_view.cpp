// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/overview_view.h"

namespace vitral {

OverviewView::OverviewView(InsideController& inside, QWidget* parent) : InsideView(inside, parent) {}

QString OverviewView::title() const {
    return tr("Overview");
}

QString OverviewView::help() const {
    return tr("Every head of every layer as a small map. Click one to open it.");
}

} // namespace vitral
