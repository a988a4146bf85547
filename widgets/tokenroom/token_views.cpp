// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/token_views.h"

#include "widgets/tokenroom/costs_view.h"
#include "widgets/tokenroom/cut_view.h"
#include "widgets/tokenroom/embedding_view.h"
#include "widgets/tokenroom/fairness_view.h"
#include "widgets/tokenroom/path_view.h"
#include "widgets/tokenroom/template_view.h"
#include "widgets/tokenroom/vocabulary_view.h"
#include "widgets/tokenroom/workshop_view.h"

namespace vitral {

std::vector<TokenView*> makeTokenViews(TokenController& tokens, QWidget* parent) {
    return {
        new CutView(tokens, parent),        //
        new PathView(tokens, parent),       //
        new VocabularyView(tokens, parent), //
        new EmbeddingView(tokens, parent),  //
        new WorkshopView(tokens, parent),   //
        new FairnessView(tokens, parent),   //
        new CostsView(tokens, parent),      //
        new TemplateView(tokens, parent),
    };
}

} // namespace vitral
