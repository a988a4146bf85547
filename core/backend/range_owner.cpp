// SPDX-License-Identifier: Apache-2.0
#include "core/backend/range_owner.h"

#include <algorithm>

namespace vitral {

void RangeOwner::set(std::uintptr_t begin, std::uintptr_t end, std::uint32_t parts) {
    if (begin >= end)
        return;
    auto it = map_.lower_bound(begin);
    if (it != map_.begin()) { // what began before and reaches in is cut, or cut in two
        const auto before = std::prev(it);
        const Value old = before->second;
        if (old.end > begin) {
            before->second.end = begin;
            if (old.end > end)
                map_[end] = old;
        }
    }
    for (it = map_.lower_bound(begin); it != map_.end() && it->first < end; it = map_.erase(it))
        if (it->second.end > end) {
            map_[end] = it->second;
            map_.erase(it);
            break;
        }
    if (parts == 0)
        return;
    it = map_.insert_or_assign(begin, Value{end, parts}).first;
    const auto next = std::next(it); // neighbours that say the same are one
    if (next != map_.end() && next->first == end && next->second.parts == parts) {
        it->second.end = next->second.end;
        map_.erase(next);
    }
    if (it != map_.begin()) {
        const auto before = std::prev(it);
        if (before->second.end == begin && before->second.parts == parts) {
            before->second.end = it->second.end;
            map_.erase(it);
        }
    }
}

std::vector<RangeOwner::Piece> RangeOwner::pieces(std::uintptr_t begin, std::uintptr_t end) const {
    std::vector<Piece> result;
    auto it = map_.upper_bound(begin);
    if (it != map_.begin())
        --it;
    for (; it != map_.end() && it->first < end; ++it)
        if (it->second.end > begin)
            result.push_back({std::max(begin, it->first), std::min(end, it->second.end), it->second.parts});
    return result;
}

} // namespace vitral
