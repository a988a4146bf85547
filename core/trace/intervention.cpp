// SPDX-License-Identifier: Apache-2.0
#include "core/trace/intervention.h"

#include <algorithm>

namespace vitral {

bool InterventionSet::active() const {
    return std::any_of(items.begin(), items.end(), [](const Intervention& i) { return i.enabled; });
}

} // namespace vitral
