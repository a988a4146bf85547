// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/graphics_tiles.h"

#ifdef VITRAL_HAVE_VULKAN
#include "gpu/render/attention_compute.h"
#include "widgets/canvas/vulkan_window.h"
#endif

#include <algorithm>
#include <limits>

namespace vitral {

#ifdef VITRAL_HAVE_VULKAN

namespace {
constexpr std::size_t kMostWanted = 64; // a view asks again for what it still shows
constexpr int kPollMs = 2;
} // namespace

std::unique_ptr<GraphicsTiles> GraphicsTiles::open(std::shared_ptr<AttentionTiles> tiles, ViewPool& pool, QString* why,
                                                   std::shared_ptr<gpu::VulkanDevice> device) {
    std::shared_ptr<void> keep;
    const std::vector<std::int64_t>& masked = tiles->options().maskedKeys;
    if (masked.size() > 1 || (masked.size() == 1 && masked.front() != 0)) {
        *why = tr("The graphics device cannot hide these tokens.");
        return nullptr;
    }
    if (!device) {
        const Result<std::shared_ptr<VulkanHost>> host = sharedVulkan();
        if (!host) {
            *why = QString::fromStdString(host.error().message);
            return nullptr;
        }
        device = (*host)->device;
        keep = *host;
    }
    auto compute = gpu::AttentionCompute::create(device);
    if (!compute) {
        *why = QString::fromStdString(compute.error().message);
        return nullptr;
    }
    return std::unique_ptr<GraphicsTiles>(
        new GraphicsTiles(std::move(tiles), pool, std::move(keep), std::move(*compute)));
}

GraphicsTiles::GraphicsTiles(std::shared_ptr<AttentionTiles> tiles, ViewPool& pool, std::shared_ptr<void> keep,
                             std::unique_ptr<gpu::AttentionCompute> compute)
    : tiles_(std::move(tiles)), pool_(pool), keep_(std::move(keep)), compute_(std::move(compute)) {
    timer_.setInterval(kPollMs);
    connect(&timer_, &QTimer::timeout, this, &GraphicsTiles::step);
}

GraphicsTiles::~GraphicsTiles() {
    pool_.cancelAll(this);
}

QString GraphicsTiles::deviceName() const {
    return compute_ ? QString::fromStdString(compute_->deviceName()) : QString();
}

void GraphicsTiles::request(const MapTileKey& key) {
    if (!compute_ || (compute_->busy() && key == now_))
        return;
    wanted_.remove(key);
    wanted_.push_front(key);
    if (wanted_.size() > kMostWanted)
        wanted_.pop_back();
    if (!timer_.isActive())
        timer_.start();
}

void GraphicsTiles::pack() {
    packing_ = true;
    pool_.ask(
        this, "pack",
        [record = tiles_->record(), iHead = tiles_->head()](std::stop_token) {
            Head head{record, {}, {}, {}};
            const auto n = static_cast<std::size_t>(record->nPosition());
            const auto dim = static_cast<std::size_t>(record->geometry.headDimK);
            head.q.resize(n * dim);
            head.k.resize(n * dim);
            head.lse.resize(n);
            for (std::size_t i = 0; i < n; ++i) {
                const auto position = static_cast<std::int64_t>(i);
                record->q.read(position, std::int64_t{iHead} * record->geometry.headDimK,
                               std::span(head.q).subspan(i * dim, dim));
                record->k.read(position, std::int64_t{record->kvHead(iHead)} * record->geometry.headDimK,
                               std::span(head.k).subspan(i * dim, dim));
                head.lse[i] = record->lse.at(position, iHead);
            }
            return head;
        },
        [this](const Head& head) {
            packing_ = false;
            if (!compute_ || compute_->busy())
                return;
            const AttentionGeometry& g = head.record->geometry;
            const Result<void> set =
                compute_->setHead({head.q, head.k, head.lse, static_cast<std::int32_t>(head.lse.size()), g.headDimK,
                                   g.scale, g.softcap, static_cast<std::int32_t>(g.window)});
            if (!set)
                fail(QString::fromStdString(set.error().message));
            else
                loaded_ = head.record;
        });
}

void GraphicsTiles::step() {
    if (!compute_ || packing_)
        return;
    if (compute_->busy()) {
        auto done = compute_->poll();
        if (!done) {
            fail(QString::fromStdString(done.error().message));
            return;
        }
        if (!*done)
            return;
        auto tile = std::make_shared<MapTile>();
        tile->key = now_;
        tile->max = std::move((*done)->max);
        tile->mean = std::move((*done)->mean);
        tiles_->adopt(tile, loaded_);
        ++nMade_;
        emit made(tile);
    }
    if (wanted_.empty()) {
        timer_.stop();
        return;
    }
    const std::shared_ptr<const AttentionRecord> record = tiles_->record();
    if (record->nPosition() == 0 || record->nPosition() > std::numeric_limits<std::int32_t>::max() / 256) {
        wanted_.clear();
        return;
    }
    if (loaded_ != record) {
        pack();
        return;
    }
    now_ = wanted_.front();
    wanted_.pop_front();
    gpu::AttentionTileJob job;
    job.block = 1 << now_.level;
    job.firstQuery = static_cast<std::int32_t>(now_.iRow * kMapTileSide * job.block);
    job.firstKey = static_cast<std::int32_t>(now_.iCol * kMapTileSide * job.block);
    job.score = tiles_->options().value == MapValue::Score;
    job.hideFirst = !tiles_->options().maskedKeys.empty();
    if (const Result<void> sent = compute_->submit(job); !sent)
        fail(QString::fromStdString(sent.error().message));
}

void GraphicsTiles::fail(const QString& sentence) {
    timer_.stop();
    wanted_.clear();
    compute_.reset();
    emit failed(sentence);
}

#else

namespace gpu {
class AttentionCompute {};
class VulkanDevice {};
} // namespace gpu

GraphicsTiles::~GraphicsTiles() = default;
QString GraphicsTiles::deviceName() const {
    return {};
}
void GraphicsTiles::request(const MapTileKey&) {}

std::unique_ptr<GraphicsTiles> GraphicsTiles::open(std::shared_ptr<AttentionTiles>, ViewPool&, QString* why,
                                                   std::shared_ptr<gpu::VulkanDevice>) {
    *why = tr("This build has no Vulkan.");
    return nullptr;
}

#endif

} // namespace vitral
