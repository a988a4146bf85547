// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tiles of one head's map made by the graphics device that draws it (gpu/render/attention_compute), one at a time,
// newest request first. They go into the same cache as the processor's. Without Vulkan there is none. Thread: GUI.

#include "core/backend/shared_rows.h"
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
    /// How the head that is shown came to this device, where the run was computed on a card.
    enum class Way : std::uint8_t {
        Unknown, ///< none came so far
        Shared,  ///< from the card's own copy, in memory that both see
        Host,    ///< through pinned memory and the host's copy
    };
    [[nodiscard]] Way way() const { return way_; }
    /// Why not Shared, where sharing was tried and failed.
    [[nodiscard]] QString wayProblem() const { return shareProblem_; }

signals:
    void made(std::shared_ptr<const vitral::MapTile> tile);
    void wayChanged();
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
    /// From the card's copy; false where there is none of all its rows, or it cannot be shared.
    bool gather();
    void packed(const std::shared_ptr<const AttentionRecord>& record, Way way);
    void fail(const QString& sentence);

    std::shared_ptr<AttentionTiles> tiles_;
    ViewPool& pool_;
    std::shared_ptr<void> keep_; ///< instance and device live at least as long
    std::unique_ptr<gpu::AttentionCompute> compute_;
    std::shared_ptr<const AttentionRecord> loaded_; ///< whose head is on the device
    std::list<MapTileKey> wanted_;                  ///< newest first
    MapTileKey now_;
    QTimer timer_;
    std::shared_ptr<SharedTarget> target_; ///< the room of compute_ as the card sees it
    std::uint64_t targetSerial_ = 0;
    bool shares_ = true; ///< until it failed
    QString shareProblem_;
    Way way_ = Way::Unknown;
    bool packing_ = false;
    int nMade_ = 0;
};

} // namespace vitral
