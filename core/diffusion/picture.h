// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a diffusion model works on, as values that never change once shared: pictures, latents, noise, and clouds of 2-D
// points alike. Thread: any.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace vitral::diffusion {

/// f32 values, channels first: [channels, height, width]. Pixels are in -1..1, RGB or grey; latents in the model's own
/// units (after the autoencoder's scaling); a cloud of N points is [2, 1, N].
struct Picture {
    std::int32_t channels = 0, height = 0, width = 0;
    std::vector<float> values;

    Picture() = default;
    Picture(std::int32_t c, std::int32_t h, std::int32_t w)
        : channels(c), height(h), width(w),
          values(static_cast<std::size_t>(c) * static_cast<std::size_t>(h) * static_cast<std::size_t>(w)) {}

    [[nodiscard]] std::size_t size() const { return values.size(); }
    [[nodiscard]] bool empty() const { return values.empty(); }
    [[nodiscard]] bool sameShape(const Picture& other) const {
        return channels == other.channels && height == other.height && width == other.width;
    }
    [[nodiscard]] const float* channel(std::int32_t c) const {
        return values.data() +
               static_cast<std::size_t>(c) * static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
    }
    [[nodiscard]] float* channel(std::int32_t c) { return const_cast<float*>(std::as_const(*this).channel(c)); }
};

using PicturePtr = std::shared_ptr<const Picture>;

} // namespace vitral::diffusion
