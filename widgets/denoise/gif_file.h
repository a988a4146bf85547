// SPDX-License-Identifier: Apache-2.0
#pragma once
// Animations: GIF 89a (CompuServe 1990), which every program shows; 256 colours for the whole film, so it is for
// looking at, and the recorded run holds the numbers. Thread: any.

#include "core/base/result.h"

#include <QImage>
#include <QString>

#include <vector>

namespace vitral {

struct GifOptions {
    int delayMs = 150; ///< of every frame; GIF counts in hundredths of a second
    int lastDelayMs = 2000;
    int edge = 256; ///< small pictures are enlarged by a whole factor up to about this, as squares
    bool loop = true;
};
/// Frames get the size of the first. Errors: InvalidArgument (no frames), Io.
Result<void> writeGif(const QString& path, const std::vector<QImage>& frames, const GifOptions& options = {});
/// WebP without loss where the name ends in .webp (core/io), else GIF. Errors: those of both.
Result<void> writeFilm(const QString& path, const std::vector<QImage>& frames, const GifOptions& options = {});
/// The file's bytes. Empty: no frames.
[[nodiscard]] QByteArray encodeGif(const std::vector<QImage>& frames, const GifOptions& options = {});

} // namespace vitral
