// SPDX-License-Identifier: Apache-2.0
#include "widgets/compare/answer_difference.h"

#include <algorithm>
#include <cmath>

namespace vitral {

namespace {
double geometricMean(const std::vector<MessageToken>& tokens) {
    if (tokens.empty())
        return 0;
    double sum = 0;
    for (const MessageToken& token : tokens)
        sum += static_cast<double>(token.score.logProbability);
    return std::exp(sum / static_cast<double>(tokens.size()));
}
} // namespace

AnswerDifference compareAnswers(const Message& left, const Message& right) {
    AnswerDifference result;
    const std::size_t n = std::min(left.tokens.size(), right.tokens.size());
    std::size_t i = 0;
    while (i < n && left.tokens[i].bytes == right.tokens[i].bytes)
        ++i;
    result.nCommonTokens = static_cast<int>(i);
    result.same = i == left.tokens.size() && i == right.tokens.size();
    result.meanProbability[0] = geometricMean(left.tokens);
    result.meanProbability[1] = geometricMean(right.tokens);
    result.nTokens[0] = static_cast<int>(left.tokens.size());
    result.nTokens[1] = static_cast<int>(right.tokens.size());
    return result;
}

} // namespace vitral
