// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/denoise_pages.h"

#include "widgets/denoise/branches_page.h"
#include "widgets/denoise/grid_page.h"
#include "widgets/denoise/latent_page.h"
#include "widgets/denoise/network_page.h"
#include "widgets/denoise/paint_page.h"
#include "widgets/denoise/points_page.h"
#include "widgets/denoise/steps_page.h"
#include "widgets/denoise/words_page.h"

namespace vitral {

std::vector<DenoisePage*> makeDenoisePages(DenoiseController& denoise, QWidget* parent) {
    return {new StepsPage(denoise, parent),  new WordsPage(denoise, parent), new NetworkPage(denoise, parent),
            new LatentPage(denoise, parent), new PaintPage(denoise, parent), new BranchesPage(denoise, parent),
            new GridPage(denoise, parent),   new PointsPage(denoise, parent)};
}

} // namespace vitral
