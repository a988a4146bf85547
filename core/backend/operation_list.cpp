// SPDX-License-Identifier: Apache-2.0
#include "core/backend/operation_list.h"

#include <charconv>

namespace vitral {

std::int64_t OperationList::totalNs() const {
    std::int64_t sum = 0;
    for (const Operation& operation : operations)
        sum += operation.timeNs;
    return sum;
}

std::int64_t OperationList::totalFlops() const {
    std::int64_t sum = 0;
    for (const Operation& operation : operations)
        sum += operation.flops;
    return sum;
}

std::int64_t OperationList::totalBytes() const {
    std::int64_t sum = 0;
    for (const Operation& operation : operations)
        sum += operation.bytesRead + operation.bytesWritten;
    return sum;
}

std::int32_t layerOfScope(std::string_view scope) {
    constexpr std::string_view kPrefix = "blocks.";
    if (scope.substr(0, kPrefix.size()) != kPrefix)
        return -1;
    scope.remove_prefix(kPrefix.size());
    std::int32_t layer = -1;
    std::from_chars(scope.data(), scope.data() + scope.size(), layer);
    return layer;
}

} // namespace vitral
