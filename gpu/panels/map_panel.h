// SPDX-License-Identifier: Apache-2.0
#pragma once
// The controls over a heat map: a pure function of a snapshot that gives back what the person wants. Draws into the
// ImGui context that is current (inside UiContext::frame). Strings come translated. Thread: GUI.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vitral::gpu {

/// A line of text, or a picture of it where the panels' font lacks a character.
struct PanelLine {
    std::string text;
    std::uint64_t texture = 0; ///< of UiContext::addTexture; 0: draw the text
    float width = 0, height = 0;
};

struct MapPanelStrings {
    std::string title, layer, head, colours, scale, blocks, hideSinks, showAll, timings;
    std::vector<std::string> colourNames, scaleNames, blockNames;
};

struct MapPanelState {
    int nLayer = 0, nHead = 0, iLayer = 0, iHead = 0; ///< nLayer 0: no picker
    int iColours = 0, iScale = 0, iBlock = 0;
    std::uint64_t barTexture = 0; ///< the colour scale from low to high
    std::string barLow, barMiddle, barHigh;
    bool canHideSinks = false, hidesSinks = false;
    bool open = true;                 ///< else only the title bar
    std::vector<std::string> timings; ///< frame and engine times, one line each
};

struct MapPanelIntents {
    std::optional<int> iLayer, iHead, iColours, iScale, iBlock;
    std::optional<bool> hideSinks, open;
    bool showAll = false;
    /// Where things are, for tests: name of the control and its middle, device-independent pixels.
    struct Place {
        const char* control;
        float x, y, width, height;
    };
    std::vector<Place> places;
};

/// Floats at the upper right corner of a view of that size.
[[nodiscard]] MapPanelIntents mapPanel(const MapPanelState& state, const MapPanelStrings& strings, float viewWidth);

/// A box of lines that follows the pointer and stays inside the view.
void readOutPanel(const std::vector<PanelLine>& lines, float pointerX, float pointerY, float viewWidth,
                  float viewHeight);

} // namespace vitral::gpu
