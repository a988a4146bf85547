// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where two answers part, and how sure each model was: the numbers under a side-by-side view. Thread: any.

#include "core/chat/conversation.h"

namespace vitral {

struct AnswerDifference {
    int nCommonTokens = 0;       ///< leading tokens whose bytes are the same
    bool same = false;           ///< both ended alike
    double meanProbability[2]{}; ///< geometric mean over the answer's tokens, 0..1; 0 without tokens
    int nTokens[2]{};
};

AnswerDifference compareAnswers(const Message& left, const Message& right);

} // namespace vitral
