// SPDX-License-Identifier: Apache-2.0
#pragma once
// Painted pictures into files: PNG at any scale, SVG and PDF as lines and text, CSV for their numbers. Thread: GUI.

#include "core/base/result.h"
#include "widgets/inside/painted.h"

#include <vector>

namespace vitral {

/// Pictures stand under each other; CSV holds the numbers of the first. Errors: Io, Unsupported (no such format,
/// nothing to save, a picture larger than can be kept).
Result<void> exportPainted(const std::vector<const Painted*>& pictures, const QString& path, const QString& format,
                           double scale);
Result<void> writeText(const QString& path, const QString& text);

} // namespace vitral
