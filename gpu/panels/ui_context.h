// SPDX-License-Identifier: Apache-2.0
#pragma once
// Dear ImGui without a window system: events in, one frame of panels, triangles out (draw_list.h). A context of its own
// a view; nothing global is left current between calls. Works with ImGui 1.86 and with the key events of 1.87 and
// later. Strings come translated. Thread: GUI.

#include "gpu/render/draw_list.h"

#include <functional>
#include <memory>
#include <string>

namespace vitral::gpu {

enum class UiKey : std::uint8_t {
    Tab,
    Left,
    Right,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
    Insert,
    Delete,
    Backspace,
    Space,
    Enter,
    Escape,
    A,
    C,
    V,
    X,
    Y,
    Z,
    Count
};

/// Colours as 0xAARRGGBB.
struct UiTheme {
    std::uint32_t window = 0xf0202028U, border = 0xff404050U, text = 0xffe8e8f0U, muted = 0xffa0a0b0U;
    std::uint32_t control = 0xff30303cU, hovered = 0xff404058U, accent = 0xff93b2ffU, accentText = 0xff101018U;
};

/// Characters the panels' font is loaded for; others need a picture (UiImage).
[[nodiscard]] bool panelFontHas(char32_t character);

class UiContext {
public:
    /// fontFile: a whole TTF or OTF, copied. `fontPixels` device-independent.
    UiContext(std::span<const std::byte> fontFile, float fontPixels);
    ~UiContext();
    UiContext(const UiContext&) = delete;
    UiContext& operator=(const UiContext&) = delete;

    void setTheme(const UiTheme& theme);
    /// The clipboard as UTF-8; used while a number is typed.
    void setClipboard(std::function<std::string()> get, std::function<void(const std::string&)> set);

    void mouseMoved(float x, float y);
    void mouseLeft();
    void mouseButton(int iButton, bool down); ///< 0 left, 1 right, 2 middle
    void wheel(float dx, float dy);
    void key(UiKey key, bool down);
    void modifiers(bool control, bool shift, bool alt, bool super);
    void text(char32_t character);
    void focus(bool has);
    /// Of the last frame: the event belongs to a panel, not to the view below.
    [[nodiscard]] bool wantsMouse() const;
    [[nodiscard]] bool wantsKeyboard() const;
    [[nodiscard]] bool wantsText() const;
    /// A panel reacts over some frames; draw again while true.
    [[nodiscard]] bool settling() const;

    /// Runs the panels and gives their triangles, valid until the next call. Sizes in device-independent pixels; a new
    /// `scale` rebuilds the font.
    const UiFrame& frame(float width, float height, float scale, float seconds, const std::function<void()>& panels);

    /// Makes a texture known to the next frames; give the same id again only with the same pixels.
    void addTexture(const UiTexture& texture);
    void dropTexture(std::uint64_t id);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace vitral::gpu
