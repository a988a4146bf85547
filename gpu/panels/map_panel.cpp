// SPDX-License-Identifier: Apache-2.0
#include "gpu/panels/map_panel.h"

#include <algorithm>
#include <imgui.h>

namespace vitral::gpu {

namespace {

constexpr float kLeastWidth = 208, kMargin = 8;

void note(MapPanelIntents& intents, const char* control) {
    const ImVec2 low = ImGui::GetItemRectMin(), high = ImGui::GetItemRectMax();
    intents.places.push_back({control, (low.x + high.x) / 2, (low.y + high.y) / 2, high.x - low.x, high.y - low.y});
}

// A pointer before ImGui 1.91.4, a number since: only a C cast makes both.
ImTextureID textureOf(std::uint64_t id) {
    return (ImTextureID)(std::uintptr_t)id;
}

// A slider over 0..n-1 with a step button at either side.
std::optional<int> picker(MapPanelIntents& intents, const char* control, const std::string& label, int value, int n) {
    std::optional<int> wanted;
    ImGui::PushID(control);
    ImGui::TextUnformatted(label.c_str());
    const float button = ImGui::GetFrameHeight();
    if (ImGui::ArrowButton("less", ImGuiDir_Left))
        wanted = std::max(0, value - 1);
    ImGui::SameLine(0, 4);
    ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x - button - 4);
    int moved = value;
    if (ImGui::SliderInt("##value", &moved, 0, std::max(0, n - 1), "%d", ImGuiSliderFlags_AlwaysClamp) &&
        moved != value)
        wanted = moved;
    note(intents, control);
    ImGui::SameLine(0, 4);
    if (ImGui::ArrowButton("more", ImGuiDir_Right))
        wanted = std::min(n - 1, value + 1);
    ImGui::PopID();
    return wanted == value ? std::nullopt : wanted;
}

std::optional<int> choice(MapPanelIntents& intents, const char* control, const std::string& label, int value,
                          const std::vector<std::string>& names) {
    std::optional<int> wanted;
    if (names.empty())
        return wanted;
    ImGui::PushID(control);
    ImGui::TextUnformatted(label.c_str());
    ImGui::SetNextItemWidth(-1);
    const auto now = static_cast<std::size_t>(std::clamp<int>(value, 0, static_cast<int>(names.size()) - 1));
    const bool open = ImGui::BeginCombo("##choice", names[now].c_str());
    note(intents, control);
    if (open) {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (ImGui::Selectable(names[i].c_str(), i == now) && i != now)
                wanted = static_cast<int>(i);
            note(intents, "choice");
        }
        ImGui::EndCombo();
    }
    ImGui::PopID();
    return wanted;
}

void colourBar(const MapPanelState& state) {
    if (state.barTexture == 0)
        return;
    const float width = ImGui::GetContentRegionAvail().x;
    ImGui::Image(textureOf(state.barTexture), {width, 10});
    const float left = ImGui::GetCursorPosX();
    const auto advance = [](const std::string& text) { return ImGui::CalcTextSize(text.c_str()).x; };
    const float low = advance(state.barLow), middle = advance(state.barMiddle), high = advance(state.barHigh);
    ImGui::TextDisabled("%s", state.barLow.c_str());
    if (low + middle + high + 16 < width) {
        ImGui::SameLine(left + (width - middle) / 2);
        ImGui::TextDisabled("%s", state.barMiddle.c_str());
    }
    ImGui::SameLine(left + width - high);
    ImGui::TextDisabled("%s", state.barHigh.c_str());
}

} // namespace

MapPanelIntents mapPanel(const MapPanelState& state, const MapPanelStrings& strings, float viewWidth) {
    MapPanelIntents intents;
    ImGui::SetNextWindowPos({viewWidth - kMargin, kMargin}, ImGuiCond_Always, {1, 0});
    // Portuguese is the longer language: the panel is as wide as its widest line.
    float width = kLeastWidth;
    const float padding = 2 * ImGui::GetStyle().WindowPadding.x;
    if (state.canHideSinks)
        width = std::max(width, ImGui::CalcTextSize(strings.hideSinks.c_str()).x + ImGui::GetFrameHeight() +
                                    ImGui::GetStyle().ItemInnerSpacing.x + padding);
    for (const std::string& line : state.timings)
        width = std::max(width, ImGui::CalcTextSize(line.c_str()).x + padding);
    ImGui::SetNextWindowSize({std::min(width, viewWidth - 2 * kMargin), 0});
    ImGui::SetNextWindowCollapsed(!state.open, ImGuiCond_Always);
    constexpr ImGuiWindowFlags kFlags = ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoResize |
                                        ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoFocusOnAppearing |
                                        ImGuiWindowFlags_NoNav;
    // The part after ### is the window's identity, whatever the language.
    ImGui::Begin((strings.title + "###map").c_str(), nullptr, kFlags);
    const bool open = !ImGui::IsWindowCollapsed(); // Begin() says true while the height follows what is inside
    const ImVec2 at = ImGui::GetWindowPos();
    intents.places.push_back({"fold", at.x + ImGui::GetFrameHeight() / 2, at.y + ImGui::GetFrameHeight() / 2, 0, 0});
    if (open != state.open)
        intents.open = open;
    if (open) {
        if (state.nLayer > 0) {
            intents.iLayer = picker(intents, "layer", strings.layer, state.iLayer, state.nLayer);
            intents.iHead = picker(intents, "head", strings.head, state.iHead, state.nHead);
            ImGui::Separator();
        }
        colourBar(state);
        intents.iColours = choice(intents, "colours", strings.colours, state.iColours, strings.colourNames);
        intents.iScale = choice(intents, "scale", strings.scale, state.iScale, strings.scaleNames);
        intents.iBlock = choice(intents, "blocks", strings.blocks, state.iBlock, strings.blockNames);
        if (state.canHideSinks) {
            bool hide = state.hidesSinks;
            if (ImGui::Checkbox(strings.hideSinks.c_str(), &hide))
                intents.hideSinks = hide;
            note(intents, "hideSinks");
        }
        if (ImGui::Button(strings.showAll.c_str(), {-1, 0}))
            intents.showAll = true;
        note(intents, "showAll");
        for (const std::string& line : state.timings)
            ImGui::TextDisabled("%s", line.c_str());
    }
    ImGui::End();
    return intents;
}

void readOutPanel(const std::vector<PanelLine>& lines, float pointerX, float pointerY, float viewWidth,
                  float viewHeight) {
    if (lines.empty())
        return;
    const ImGuiStyle& style = ImGui::GetStyle();
    ImVec2 size{0, 0};
    for (const PanelLine& line : lines) {
        const ImVec2 one = line.texture ? ImVec2{line.width, line.height} : ImGui::CalcTextSize(line.text.c_str());
        size.x = std::max(size.x, one.x);
        size.y += one.y + style.ItemSpacing.y;
    }
    size.x += 2 * style.WindowPadding.x;
    size.y += 2 * style.WindowPadding.y - style.ItemSpacing.y;
    // Below and to the right of the pointer, or on the other side where there is no room.
    constexpr float kAway = 16;
    const float x =
        pointerX + kAway + size.x <= viewWidth ? pointerX + kAway : std::max(2.F, pointerX - kAway - size.x);
    const float y =
        pointerY + kAway + size.y <= viewHeight ? pointerY + kAway : std::max(2.F, pointerY - kAway - size.y);
    ImGui::SetNextWindowPos({x, y});
    ImGui::SetNextWindowSize(size);
    constexpr ImGuiWindowFlags kFlags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoInputs |
                                        ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoFocusOnAppearing |
                                        ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBringToFrontOnFocus;
    ImGui::Begin("###readOut", nullptr, kFlags);
    for (const PanelLine& line : lines) {
        if (line.texture)
            ImGui::Image(textureOf(line.texture), {line.width, line.height});
        else
            ImGui::TextUnformatted(line.text.c_str());
    }
    ImGui::End();
}

} // namespace vitral::gpu
