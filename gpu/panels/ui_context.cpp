// SPDX-License-Identifier: Apache-2.0
#include "gpu/panels/ui_context.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cfloat>
#include <cstring>
#include <imgui.h>
#include <unordered_map>

namespace vitral::gpu {

namespace {

static_assert(sizeof(UiVertex) == sizeof(ImDrawVert) && offsetof(UiVertex, u) == offsetof(ImDrawVert, uv) &&
              offsetof(UiVertex, colour) == offsetof(ImDrawVert, col));
static_assert(sizeof(ImDrawIdx) == 2, "Dear ImGui is built with 16-bit indices");

// Latin, Greek, punctuation, arrows, mathematical operators.
constexpr std::array<ImWchar, 11> kRanges{0x20, 0x17f, 0x370, 0x3ff, 0x2010, 0x205e, 0x2190, 0x21ff, 0x2200, 0x22ff, 0};

constexpr std::array<ImGuiKey, static_cast<std::size_t>(UiKey::Count)> kKeys{
    ImGuiKey_Tab,    ImGuiKey_LeftArrow, ImGuiKey_RightArrow, ImGuiKey_UpArrow, ImGuiKey_DownArrow,
    ImGuiKey_PageUp, ImGuiKey_PageDown,  ImGuiKey_Home,       ImGuiKey_End,     ImGuiKey_Insert,
    ImGuiKey_Delete, ImGuiKey_Backspace, ImGuiKey_Space,      ImGuiKey_Enter,   ImGuiKey_Escape,
    ImGuiKey_A,      ImGuiKey_C,         ImGuiKey_V,          ImGuiKey_X,       ImGuiKey_Y,
    ImGuiKey_Z};

ImVec4 colour(std::uint32_t argb) {
    const auto part = [argb](unsigned shift) { return static_cast<float>((argb >> shift) & 0xffU) / 255.F; };
    return {part(16), part(8), part(0), part(24)};
}

// Other contexts may exist: ours is current only while we use it.
class Current {
public:
    explicit Current(ImGuiContext* context) : before_(ImGui::GetCurrentContext()) { ImGui::SetCurrentContext(context); }
    ~Current() { ImGui::SetCurrentContext(before_); }
    Current(const Current&) = delete;
    Current& operator=(const Current&) = delete;

private:
    ImGuiContext* before_;
};

std::uint64_t nextTextureId() {
    static std::atomic<std::uint64_t> last{std::uint64_t{1} << 32U}; // above what callers count themselves
    return ++last;
}

} // namespace

bool panelFontHas(char32_t character) {
    for (std::size_t i = 0; kRanges[i] != 0; i += 2)
        if (character >= kRanges[i] && character <= kRanges[i + 1])
            return true;
    return false;
}

struct UiContext::Impl {
    ImGuiContext* context = nullptr;
    std::vector<std::byte> fontFile;
    float fontPixels = 15, fontScale = 0;
    std::uint64_t fontTexture = 0;
    UiFrame frame;
    std::unordered_map<std::uint64_t, UiTexture> textures;
    std::function<std::string()> getClipboard;
    std::function<void(const std::string&)> setClipboard;
    std::string clipboard;
    int nSettle = 0;

    void buildFont(float scale);
    void take(const ImDrawData& data, float scale);
};

UiContext::UiContext(std::span<const std::byte> fontFile, float fontPixels) : impl_(std::make_unique<Impl>()) {
    ImGuiContext* before = ImGui::GetCurrentContext();
    impl_->context = ImGui::CreateContext();
    ImGui::SetCurrentContext(before);
    const Current current(impl_->context);
    impl_->fontFile.assign(fontFile.begin(), fontFile.end());
    impl_->fontPixels = fontPixels;
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.BackendPlatformName = "vitral";
    io.BackendRendererName = "vitral";
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
    io.ConfigWindowsMoveFromTitleBarOnly = true;
    io.ClipboardUserData = impl_.get();
    io.GetClipboardTextFn = [](void* self) -> const char* {
        auto* impl = static_cast<Impl*>(self);
        impl->clipboard = impl->getClipboard ? impl->getClipboard() : std::string();
        return impl->clipboard.c_str();
    };
    io.SetClipboardTextFn = [](void* self, const char* text) {
        if (auto* impl = static_cast<Impl*>(self); impl->setClipboard)
            impl->setClipboard(text);
    };
#if IMGUI_VERSION_NUM < 18700
    for (const ImGuiKey key : kKeys)
        io.KeyMap[key] = key;
#endif
    setTheme({});
}

UiContext::~UiContext() {
    ImGuiContext* before = ImGui::GetCurrentContext();
    ImGui::DestroyContext(impl_->context);
    if (before != impl_->context)
        ImGui::SetCurrentContext(before);
}

void UiContext::setTheme(const UiTheme& theme) {
    const Current current(impl_->context);
    ImGuiStyle& style = ImGui::GetStyle();
    style = ImGuiStyle();
    style.WindowRounding = 8;
    style.FrameRounding = style.GrabRounding = style.PopupRounding = 4;
    style.WindowBorderSize = style.PopupBorderSize = 1;
    style.WindowPadding = {8, 8};
    style.ItemSpacing = {8, 4};
    style.AntiAliasedLinesUseTex = true;
    ImGui::StyleColorsDark();
    const auto set = [&](ImGuiCol which, std::uint32_t argb) { style.Colors[which] = colour(argb); };
    for (const ImGuiCol which :
         {ImGuiCol_WindowBg, ImGuiCol_PopupBg, ImGuiCol_TitleBg, ImGuiCol_TitleBgActive, ImGuiCol_TitleBgCollapsed})
        set(which, theme.window);
    set(ImGuiCol_Border, theme.border);
    set(ImGuiCol_Separator, theme.border);
    set(ImGuiCol_Text, theme.text);
    set(ImGuiCol_TextDisabled, theme.muted);
    for (const ImGuiCol which : {ImGuiCol_FrameBg, ImGuiCol_Button, ImGuiCol_Header})
        set(which, theme.control);
    for (const ImGuiCol which : {ImGuiCol_FrameBgHovered, ImGuiCol_FrameBgActive, ImGuiCol_ButtonHovered,
                                 ImGuiCol_ButtonActive, ImGuiCol_HeaderHovered, ImGuiCol_HeaderActive})
        set(which, theme.hovered);
    for (const ImGuiCol which : {ImGuiCol_CheckMark, ImGuiCol_SliderGrab, ImGuiCol_SliderGrabActive,
                                 ImGuiCol_ResizeGripHovered, ImGuiCol_ResizeGripActive})
        set(which, theme.accent);
    impl_->nSettle = 2;
}

void UiContext::setClipboard(std::function<std::string()> get, std::function<void(const std::string&)> set) {
    impl_->getClipboard = std::move(get);
    impl_->setClipboard = std::move(set);
}

void UiContext::mouseMoved(float x, float y) {
    const Current current(impl_->context);
#if IMGUI_VERSION_NUM < 18700
    ImGui::GetIO().MousePos = {x, y};
#else
    ImGui::GetIO().AddMousePosEvent(x, y);
#endif
    impl_->nSettle = 2;
}
void UiContext::mouseLeft() {
    mouseMoved(-FLT_MAX, -FLT_MAX);
}
void UiContext::mouseButton(int iButton, bool down) {
    const Current current(impl_->context);
    if (iButton < 0 || iButton > 2)
        return;
#if IMGUI_VERSION_NUM < 18700
    ImGui::GetIO().MouseDown[iButton] = down;
#else
    ImGui::GetIO().AddMouseButtonEvent(iButton, down);
#endif
    impl_->nSettle = 3;
}
void UiContext::wheel(float dx, float dy) {
    const Current current(impl_->context);
#if IMGUI_VERSION_NUM < 18700
    ImGui::GetIO().MouseWheel += dy;
    ImGui::GetIO().MouseWheelH += dx;
#else
    ImGui::GetIO().AddMouseWheelEvent(dx, dy);
#endif
    impl_->nSettle = 2;
}
void UiContext::key(UiKey key, bool down) {
    const Current current(impl_->context);
    const ImGuiKey mapped = kKeys[static_cast<std::size_t>(key)];
#if IMGUI_VERSION_NUM < 18700
    ImGui::GetIO().KeysDown[mapped] = down;
#else
    ImGui::GetIO().AddKeyEvent(mapped, down);
#endif
    impl_->nSettle = 2;
}
void UiContext::modifiers(bool control, bool shift, bool alt, bool super) {
    const Current current(impl_->context);
    ImGuiIO& io = ImGui::GetIO();
#if IMGUI_VERSION_NUM < 18700
    io.KeyCtrl = control;
    io.KeyShift = shift;
    io.KeyAlt = alt;
    io.KeySuper = super;
#elif IMGUI_VERSION_NUM < 18837
    io.AddKeyEvent(ImGuiKey_ModCtrl, control);
    io.AddKeyEvent(ImGuiKey_ModShift, shift);
    io.AddKeyEvent(ImGuiKey_ModAlt, alt);
    io.AddKeyEvent(ImGuiKey_ModSuper, super);
#else
    io.AddKeyEvent(ImGuiMod_Ctrl, control);
    io.AddKeyEvent(ImGuiMod_Shift, shift);
    io.AddKeyEvent(ImGuiMod_Alt, alt);
    io.AddKeyEvent(ImGuiMod_Super, super);
#endif
}
void UiContext::text(char32_t character) {
    const Current current(impl_->context);
    ImGui::GetIO().AddInputCharacter(static_cast<unsigned>(character));
    impl_->nSettle = 2;
}
void UiContext::focus(bool has) {
    const Current current(impl_->context);
    ImGui::GetIO().AddFocusEvent(has);
#if IMGUI_VERSION_NUM < 18700
    if (!has)
        std::memset(ImGui::GetIO().KeysDown, 0, sizeof ImGui::GetIO().KeysDown);
#endif
}

bool UiContext::wantsMouse() const {
    const Current current(impl_->context);
    return ImGui::GetIO().WantCaptureMouse;
}
bool UiContext::wantsKeyboard() const {
    const Current current(impl_->context);
    return ImGui::GetIO().WantCaptureKeyboard;
}
bool UiContext::wantsText() const {
    const Current current(impl_->context);
    return ImGui::GetIO().WantTextInput;
}
bool UiContext::settling() const {
    return impl_->nSettle > 0;
}

void UiContext::addTexture(const UiTexture& texture) {
    impl_->textures[texture.id] = texture;
}
void UiContext::dropTexture(std::uint64_t id) {
    impl_->textures.erase(id);
}

void UiContext::Impl::buildFont(float scale) {
    ImGuiIO& io = ImGui::GetIO();
    io.Fonts->Clear();
    void* bytes = ImGui::MemAlloc(fontFile.size()); // the atlas frees it
    std::memcpy(bytes, fontFile.data(), fontFile.size());
    ImFontConfig config; // glyphs on whole pixels: sharp, and a third of the time of ImGui's oversampling
    config.OversampleH = config.OversampleV = 1;
    config.PixelSnapH = true;
    ImFont* font = fontFile.empty() ? nullptr
                                    : io.Fonts->AddFontFromMemoryTTF(bytes, static_cast<int>(fontFile.size()),
                                                                     fontPixels * scale, &config, kRanges.data());
    if (!font)
        io.Fonts->AddFontDefault();
    unsigned char* pixels = nullptr;
    int width = 0, height = 0;
    io.Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
    fontScale = scale;
    fontTexture = nextTextureId();
    // A pointer before ImGui 1.91.4, a number since: only a C cast makes both.
    io.Fonts->SetTexID((ImTextureID)(std::uintptr_t)fontTexture);
    io.FontGlobalScale = 1 / scale; // the glyphs are as many device pixels as the screen has
    textures[fontTexture] = {fontTexture, static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height),
                             std::as_bytes(std::span(pixels, std::size_t{4} * static_cast<std::size_t>(width) *
                                                                 static_cast<std::size_t>(height)))};
}

void UiContext::Impl::take(const ImDrawData& data, float scale) {
    frame.width = data.DisplaySize.x;
    frame.height = data.DisplaySize.y;
    frame.scale = scale;
    frame.lists.clear();
    frame.textures.clear();
    for (int i = 0; i < data.CmdListsCount; ++i) {
        const ImDrawList& from = *data.CmdLists[i];
        UiList list;
        list.vertices = {reinterpret_cast<const UiVertex*>(from.VtxBuffer.Data),
                         static_cast<std::size_t>(from.VtxBuffer.Size)};
        list.indices = {from.IdxBuffer.Data, static_cast<std::size_t>(from.IdxBuffer.Size)};
        for (const ImDrawCmd& command : from.CmdBuffer)
            if (!command.UserCallback)
                list.commands.push_back({command.ClipRect.x, command.ClipRect.y, command.ClipRect.z, command.ClipRect.w,
                                         (std::uint64_t)(std::uintptr_t)command.GetTexID(), command.ElemCount,
                                         command.IdxOffset, command.VtxOffset});
        frame.lists.push_back(std::move(list));
    }
    for (const auto& [id, texture] : textures)
        frame.textures.push_back(texture);
}

const UiFrame& UiContext::frame(float width, float height, float scale, float seconds,
                                const std::function<void()>& panels) {
    const Current current(impl_->context);
    ImGuiIO& io = ImGui::GetIO();
    if (impl_->fontScale != scale) {
        impl_->textures.erase(impl_->fontTexture);
        impl_->buildFont(scale);
    }
    io.DisplaySize = {width, height};
    io.DisplayFramebufferScale = {scale, scale};
    io.DeltaTime = std::max(seconds, 1e-4F);
    ImGui::NewFrame();
    panels();
    ImGui::Render();
    impl_->take(*ImGui::GetDrawData(), scale);
    impl_->nSettle = std::max(0, impl_->nSettle - 1);
    return impl_->frame;
}

} // namespace vitral::gpu
