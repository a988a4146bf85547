// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/cell_view.h"

namespace vitral {

CellView::CellView(InsideController& inside, QWidget* parent) : InsideView(inside, parent) {}

QString CellView::title() const {
    return tr("Cell");
}

QString CellView::help() const {
    return tr("How one weight came about, number by number.");
}

} // namespace vitral
