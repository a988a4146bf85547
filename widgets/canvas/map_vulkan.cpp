// SPDX-License-Identifier: Apache-2.0
#include "widgets/canvas/map_vulkan.h"

#include <array>

namespace vitral {

namespace {

constexpr std::uint64_t kWhiteId = 1; // below the ids that the controls count up from
constexpr std::array<std::byte, 4> kWhite{std::byte{255}, std::byte{255}, std::byte{255}, std::byte{255}};

// The scene with its marks turned into triangles in front of the controls' lists.
struct Prepared {
    MapScene scene;
    std::vector<gpu::UiVertex> vertices;
    std::vector<std::uint16_t> indices;
    gpu::UiFrame ui;
};

void addMarks(Prepared& p) {
    const auto scale = static_cast<float>(1 / p.scene.devicePixelRatio);
    const auto corner = [&](int x, int y, QRgb colour) {
        const std::uint32_t rgba = 0xff000000U | static_cast<std::uint32_t>(qBlue(colour)) << 16U |
                                   static_cast<std::uint32_t>(qGreen(colour)) << 8U |
                                   static_cast<std::uint32_t>(qRed(colour));
        p.vertices.push_back({static_cast<float>(x) * scale, static_cast<float>(y) * scale, 0.5F, 0.5F, rgba});
    };
    for (const MarkRect& mark : p.scene.marks) {
        const auto first = static_cast<std::uint16_t>(p.vertices.size());
        const QRect& r = mark.rect;
        corner(r.left(), r.top(), mark.colour);
        corner(r.right() + 1, r.top(), mark.colour);
        corner(r.right() + 1, r.bottom() + 1, mark.colour);
        corner(r.left(), r.bottom() + 1, mark.colour);
        for (const int i : {0, 1, 2, 0, 2, 3})
            p.indices.push_back(static_cast<std::uint16_t>(first + i));
    }
    gpu::UiList list;
    list.vertices = p.vertices;
    list.indices = p.indices;
    list.commands.push_back(
        {0, 0, p.ui.width, p.ui.height, kWhiteId, static_cast<std::uint32_t>(p.indices.size()), 0, 0});
    p.ui.lists.insert(p.ui.lists.begin(), std::move(list));
    p.ui.textures.push_back({kWhiteId, 1, 1, kWhite});
}

} // namespace

Result<std::unique_ptr<MapVulkan>> MapVulkan::create(const std::shared_ptr<gpu::VulkanDevice>& device,
                                                     VkRenderPass pass) {
    auto self = std::make_unique<MapVulkan>();
    VITRAL_TRY_ASSIGN(self->map_, gpu::HeatmapRenderer::create(device, pass));
    VITRAL_TRY_ASSIGN(self->ui_, gpu::UiRenderer::create(device, pass));
    return self;
}

gpu::FrameWork MapVulkan::work(MapScene scene) {
    auto p = std::make_shared<Prepared>();
    p->scene = std::move(scene);
    if (p->scene.ui)
        p->ui = *p->scene.ui;
    p->ui.scale = static_cast<float>(p->scene.devicePixelRatio);
    p->ui.width = static_cast<float>(p->scene.pixels.width()) / p->ui.scale;
    p->ui.height = static_cast<float>(p->scene.pixels.height()) / p->ui.scale;
    if (!p->scene.marks.empty())
        addMarks(*p);
    gpu::FrameWork work;
    const QRgb back = p->scene.background;
    work.clear = {static_cast<float>(qRed(back)) / 255.F, static_cast<float>(qGreen(back)) / 255.F,
                  static_cast<float>(qBlue(back)) / 255.F, 1};
    work.prepare = [this, p](const gpu::FrameContext& frame) -> Result<void> {
        VITRAL_TRY(map_->prepare(frame, p->scene.map.frame));
        return ui_->prepare(frame, p->ui);
    };
    work.draw = [this, p](const gpu::FrameContext& frame) {
        map_->draw(frame);
        ui_->draw(frame, p->ui);
    };
    return work;
}

} // namespace vitral
