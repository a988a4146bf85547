// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/token_views.h"

#include "widgets/tokenroom/cut_view.h"

namespace vitral {

std::vector<TokenView*> makeTokenViews(TokenController& tokens, QWidget* parent) {
    return {
        new CutView(tokens, parent),
    };
}

} // namespace vitral
