// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tiles of one head's map made by the graphics device that draws it (gpu/render/attention_compute), one at a time,
// newest request first. They go into the same cache as the processor's. Without Vulkan there is none. Thread: GUI.

#include "core/trace/attention_tiles.h"
#include "widgets/inside/view_pool.h"

#include <QObject>
#include <QTimer>

#include <list>
#include <memory>
#include <vector>

namespace vitral::gpu {
class AttentionCompute;
class VulkanDevice;
} // namespace vitral::gpu

namespace vitral {

class GraphicsTiles : public QObject {
    Q_OBJECT
public:
    /// On `device`, or on the one that all windows share where it is null. Null, with the reason, where there is none,
    /// or where the map asks for what the shader does not do.
    static std::unique_ptr<GraphicsTiles> open(std::shared_ptr<AttentionTiles> tiles, ViewPool& pool, QString* why,
                                               std::shared_ptr<gpu::VulkanDevice> device = nullptr);
    ~GraphicsTiles() override;
    /// Tiles computed cell by cell; coarser ones are put together from them on the processor.
    [[nodiscard]] static bool takes(const MapTileKey& key) { return key.level <= AttentionTiles::kDirectLevel; }
    void request(const MapTileKey& key);
    [[nodiscard]] QString deviceName() const;
    [[nodiscard]] int nMade() const { return nMade_; }

signals:
    void made(std::shared_ptr<const vitral::MapTile> tile);
    void failed(const QString& sentence); ///< nothing more will come

private:
    struct Head { ///< of one head, packed
        std::shared_ptr<const AttentionRecord> record;
        std::vector<float> q, k, lse;
    };
    GraphicsTiles(std::shared_ptr<AttentionTiles> tiles, ViewPool& pool, std::shared_ptr<void> keep,
                  std::unique_ptr<gpu::AttentionCompute> compute);
    void step();
    void pack();
    void fail(const QString& sentence);

    std::shared_ptr<AttentionTiles> tiles_;
    ViewPool& pool_;
    std::shared_ptr<void> keep_; ///< instance and device live at least as long
    std::unique_ptr<gpu::AttentionCompute> compute_;
    std::shared_ptr<const AttentionRecord> loaded_; ///< whose head is on the device
    std::list<MapTileKey> wanted_;                  ///< newest first
    MapTileKey now_;
    QTimer timer_;
    bool packing_ = false;
    int nMade_ = 0;
};

} // namespace vitral
