// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/matrix_view.h"

namespace vitral {

MatrixView::MatrixView(InsideController& inside, QWidget* parent) : InsideView(inside, parent) {}

QString MatrixView::title() const {
    return tr("Matrix");
}

QString MatrixView::help() const {
    return tr("One head: rows are the tokens that look, columns the tokens they look at. Zoom with the wheel, move by "
              "dragging, click a cell to see its arithmetic.");
}

} // namespace vitral
