// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/inside_views.h"

#include "widgets/inside/cell_view.h"
#include "widgets/inside/interventions_view.h"
#include "widgets/inside/matrix_view.h"
#include "widgets/inside/model_view.h"
#include "widgets/inside/overview_view.h"
#include "widgets/inside/positions_view.h"
#include "widgets/inside/residual_view.h"
#include "widgets/inside/text_view.h"

namespace vitral {

std::vector<InsideView*> makeInsideViews(InsideController& inside, QWidget* parent) {
    return {
        new OverviewView(inside, parent), new MatrixView(inside, parent),        new CellView(inside, parent),
        new TextView(inside, parent),     new ResidualView(inside, parent),      new PositionsView(inside, parent),
        new ModelView(inside, parent),    new InterventionsView(inside, parent),
    };
}

} // namespace vitral
