// SPDX-License-Identifier: Apache-2.0
#include "gpu/panels/software_raster.h"

#include <algorithm>
#include <cmath>

namespace vitral::gpu {

namespace {

struct Canvas {
    std::uint32_t* pixels;
    std::int64_t stride;
    std::int32_t left, top, right, bottom; // clip, device pixels, half open
};

struct Colour {
    float red, green, blue, alpha; // 0..255
};

Colour unpack(std::uint32_t rgba) {
    return {static_cast<float>(rgba & 0xffU), static_cast<float>((rgba >> 8U) & 0xffU),
            static_cast<float>((rgba >> 16U) & 0xffU), static_cast<float>(rgba >> 24U)};
}

// Source over, with the source not premultiplied; the target is opaque.
void blend(std::uint32_t& pixel, const Colour& c) {
    const float a = c.alpha / 255.F, b = 1 - a;
    const auto mix = [&](float from, unsigned shift) {
        return static_cast<std::uint32_t>(from * a + static_cast<float>((pixel >> shift) & 0xffU) * b + 0.5F) << shift;
    };
    pixel = 0xff000000U | mix(c.red, 16) | mix(c.green, 8) | mix(c.blue, 0);
}

const std::uint8_t* texel(const UiTexture& t, std::int32_t x, std::int32_t y) {
    x = std::clamp(x, 0, static_cast<std::int32_t>(t.width) - 1);
    y = std::clamp(y, 0, static_cast<std::int32_t>(t.height) - 1);
    return reinterpret_cast<const std::uint8_t*>(t.rgba.data()) + (std::size_t{t.width} * y + x) * 4;
}

Colour sample(const UiTexture& t, float u, float v) {
    const float x = u * static_cast<float>(t.width) - 0.5F, y = v * static_cast<float>(t.height) - 0.5F;
    const float fx = std::floor(x), fy = std::floor(y), wx = x - fx, wy = y - fy;
    const auto ix = static_cast<std::int32_t>(fx), iy = static_cast<std::int32_t>(fy);
    const std::uint8_t *a = texel(t, ix, iy), *b = texel(t, ix + 1, iy), *c = texel(t, ix, iy + 1),
                       *d = texel(t, ix + 1, iy + 1);
    const auto mix = [&](int i) {
        const float upper = static_cast<float>(a[i]) + (static_cast<float>(b[i]) - static_cast<float>(a[i])) * wx;
        const float lower = static_cast<float>(c[i]) + (static_cast<float>(d[i]) - static_cast<float>(c[i])) * wx;
        return upper + (lower - upper) * wy;
    };
    return {mix(0), mix(1), mix(2), mix(3)};
}

struct Point {
    float x, y, u, v;
    Colour colour;
    std::uint32_t packed;
};

// One colour over many pixels: 8-bit arithmetic that compilers turn into vectors.
class FlatBlend {
public:
    explicit FlatBlend(const Colour& c)
        : keep_(256U - scale(c.alpha)), red_(add(c.red, c.alpha)), green_(add(c.green, c.alpha)),
          blue_(add(c.blue, c.alpha)) {}
    void run(std::uint32_t* first, std::uint32_t* end) const {
        for (; first < end; ++first) {
            const std::uint32_t p = *first;
            *first = 0xff000000U | (((((p >> 16U) & 0xffU) * keep_ + red_) >> 8U) << 16U) |
                     (((((p >> 8U) & 0xffU) * keep_ + green_) >> 8U) << 8U) | (((p & 0xffU) * keep_ + blue_) >> 8U);
        }
    }

private:
    static std::uint32_t scale(float alpha) { return static_cast<std::uint32_t>(alpha * 256.F / 255.F + 0.5F); }
    static std::uint32_t add(float part, float alpha) {
        return std::min(static_cast<std::uint32_t>(part * static_cast<float>(scale(alpha)) + 128.F),
                        255U * scale(alpha) + 128U);
    }
    std::uint32_t keep_, red_, green_, blue_;
};

// Edge function of the directed edge p -> q at (x, y), and whether pixels exactly on it belong to the triangle
// (top-left rule, for triangles that wind clockwise on a screen with y down).
struct Edge {
    float a, b, c;
    bool owns;
    Edge(const Point& p, const Point& q) : a(p.y - q.y), b(q.x - p.x), c(p.x * q.y - p.y * q.x) {
        owns = a > 0 || (a == 0 && b > 0);
    }
    [[nodiscard]] float at(float x, float y) const { return a * x + b * y + c; }
    [[nodiscard]] bool inside(float value) const { return value > 0 || (value == 0 && owns); }
    // Leaves of [first, end) the pixels of the row at height cy that are inside: solved, then put right by a pixel
    // where rounding chose the wrong side.
    void narrow(float cy, std::int32_t& first, std::int32_t& end) const {
        if (first >= end)
            return;
        const auto has = [&](std::int32_t x) { return inside(at(static_cast<float>(x) + 0.5F, cy)); };
        if (a == 0) {
            if (!has(first))
                end = first;
            return;
        }
        const float zero = -(b * cy + c) / a - 0.5F;
        const auto x =
            static_cast<std::int32_t>(std::clamp(zero, static_cast<float>(first) - 2.F, static_cast<float>(end) + 2.F));
        if (a > 0) { // inside lies to the right
            first = std::clamp(x - 1, first, end);
            while (first < end && !has(first))
                ++first;
        } else {
            end = std::clamp(x + 2, first, end);
            while (end > first && !has(end - 1))
                --end;
        }
    }
};

void triangle(const Canvas& canvas, Point p0, Point p1, Point p2, const UiTexture& texture) {
    float area = (p1.x - p0.x) * (p2.y - p0.y) - (p1.y - p0.y) * (p2.x - p0.x);
    if (area == 0 || !std::isfinite(area))
        return;
    if (area < 0) {
        std::swap(p1, p2);
        area = -area;
    }
    const Edge e0(p1, p2), e1(p2, p0), e2(p0, p1); // weights of p0, p1, p2
    const auto low = [](float a, float b, float c) {
        return static_cast<std::int32_t>(std::floor(std::min({a, b, c})));
    };
    const auto high = [](float a, float b, float c) {
        return static_cast<std::int32_t>(std::ceil(std::max({a, b, c}))) + 1;
    };
    constexpr float kFar = 1e6F;
    if (std::max({std::abs(p0.x), std::abs(p1.x), std::abs(p2.x), std::abs(p0.y), std::abs(p1.y), std::abs(p2.y)}) >
        kFar)
        return;
    const std::int32_t left = std::max(canvas.left, low(p0.x, p1.x, p2.x)),
                       right = std::min(canvas.right, high(p0.x, p1.x, p2.x));
    const std::int32_t top = std::max(canvas.top, low(p0.y, p1.y, p2.y)),
                       bottom = std::min(canvas.bottom, high(p0.y, p1.y, p2.y));
    const bool plain = p0.u == p1.u && p0.u == p2.u && p0.v == p1.v && p0.v == p2.v;
    const Colour white = plain ? sample(texture, p0.u, p0.v) : Colour{};
    const bool flat = plain && p0.packed == p1.packed && p0.packed == p2.packed;
    const FlatBlend fill(flat ? Colour{p0.colour.red * white.red / 255.F, p0.colour.green * white.green / 255.F,
                                       p0.colour.blue * white.blue / 255.F, p0.colour.alpha * white.alpha / 255.F}
                              : Colour{});
    for (std::int32_t y = top; y < bottom; ++y) {
        const float cy = static_cast<float>(y) + 0.5F;
        std::int32_t first = left, end = right;
        for (const Edge* edge : {&e0, &e1, &e2})
            edge->narrow(cy, first, end);
        std::uint32_t* row = canvas.pixels + canvas.stride * y;
        if (flat) {
            fill.run(row + first, row + std::max(first, end));
            continue;
        }
        for (std::int32_t x = first; x < end; ++x) {
            const float cx = static_cast<float>(x) + 0.5F;
            const float f1 = e1.at(cx, cy) / area, f2 = e2.at(cx, cy) / area;
            const auto at = [&](float p, float q, float r) { return p + (q - p) * f1 + (r - p) * f2; };
            const Colour t = plain ? white : sample(texture, at(p0.u, p1.u, p2.u), at(p0.v, p1.v, p2.v));
            if (t.alpha == 0)
                continue;
            blend(row[x], {at(p0.colour.red, p1.colour.red, p2.colour.red) * t.red / 255.F,
                           at(p0.colour.green, p1.colour.green, p2.colour.green) * t.green / 255.F,
                           at(p0.colour.blue, p1.colour.blue, p2.colour.blue) * t.blue / 255.F,
                           at(p0.colour.alpha, p1.colour.alpha, p2.colour.alpha) * t.alpha / 255.F});
        }
    }
}

} // namespace

void rasterUi(const UiFrame& ui, std::uint32_t* pixels, std::int32_t width, std::int32_t height, std::int64_t stride) {
    for (const UiList& list : ui.lists)
        for (const UiCommand& command : list.commands) {
            const auto texture = std::find_if(ui.textures.begin(), ui.textures.end(),
                                              [&](const UiTexture& t) { return t.id == command.texture; });
            if (texture == ui.textures.end() || texture->width == 0 || texture->height == 0 ||
                texture->rgba.size() < std::size_t{4} * texture->width * texture->height)
                continue;
            const auto clip = [](float v, std::int32_t most) {
                return static_cast<std::int32_t>(std::clamp(v, 0.F, static_cast<float>(most)));
            };
            const Canvas canvas{pixels,
                                stride,
                                clip(std::floor(command.clipLeft * ui.scale), width),
                                clip(std::floor(command.clipTop * ui.scale), height),
                                clip(std::ceil(command.clipRight * ui.scale), width),
                                clip(std::ceil(command.clipBottom * ui.scale), height)};
            const auto point = [&](std::uint32_t i) -> Point {
                const UiVertex& v = list.vertices[command.vertexOffset + list.indices[i]];
                return {v.x * ui.scale, v.y * ui.scale, v.u, v.v, unpack(v.colour), v.colour};
            };
            for (std::uint32_t i = command.firstIndex; i + 2 < command.firstIndex + command.nIndex; i += 3)
                triangle(canvas, point(i), point(i + 1), point(i + 2), *texture);
        }
}

} // namespace vitral::gpu
