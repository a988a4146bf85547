// SPDX-License-Identifier: Apache-2.0
#include "core/runtime/events.h"

namespace vitral {

std::string_view finishReasonName(FinishReason reason) {
    switch (reason) {
    case FinishReason::EndOfText:
        return "end of text";
    case FinishReason::MaxTokens:
        return "token limit";
    case FinishReason::StopString:
        return "stop string";
    case FinishReason::ContextFull:
        return "context full";
    case FinishReason::Cancelled:
        return "cancelled";
    case FinishReason::GrammarDone:
        return "grammar complete";
    case FinishReason::Failed:
        return "failed";
    case FinishReason::Done:
        return "done";
    }
    return "unknown";
}

} // namespace vitral
