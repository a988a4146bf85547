// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/graphics_tiles.h"

#ifdef VITRAL_HAVE_VULKAN
#include "gpu/render/attention_compute.h"
#include "widgets/canvas/vulkan_window.h"
#include "widgets/chat/error_text.h"
#endif

#include <algorithm>
#include <limits>
#include <utility>

#ifndef _WIN32
#include <unistd.h>
#endif

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
            *why = knownText(host.error());
            return nullptr;
        }
        device = (*host)->device;
        setDrawingDevice({device->name(), device->uuid(), device->exportsMemory()}); // for runs that begin from now on
        keep = *host;
    }
    auto compute = gpu::AttentionCompute::create(device);
    if (!compute) {
        *why = knownText(compute.error());
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

namespace {
/// A head's blocks on the card.
struct KeptHead {
    std::vector<const std::byte*> blocks[3];
    SharedPart parts[3];
    int ordinal = -1;
};

/// False where the card has not all of it.
bool addKept(KeptHead& head, int i, const Rows& rows, std::int64_t n, std::int64_t firstCol, std::int64_t nCol,
             std::size_t toByte) {
    for (std::int64_t block = 0; block * kRowsPerBlock < n; ++block) {
        const DeviceBlock* kept = rows.kept(block);
        if (!kept || (head.ordinal >= 0 && kept->ordinal != head.ordinal))
            return false;
        head.ordinal = kept->ordinal;
        head.blocks[i].push_back(kept->data);
    }
    head.parts[i] = {{}, kRowsPerBlock, rows.dtype(), rows.nCol(), firstCol, nCol, n, toByte};
    return true;
}

/// Closed unless somebody took it.
struct Descriptor {
    explicit Descriptor(int fd) : value(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
#ifndef _WIN32
        if (value >= 0)
            close(value);
#endif
    }
    int take() {
        return std::exchange(value, -1);
    }
    int value;
};

struct Gathered {
    std::shared_ptr<SharedTarget> target;
    std::string problem;
};
} // namespace

bool GraphicsTiles::gather() {
    const std::shared_ptr<const AttentionRecord> record = tiles_->record();
    const AttentionGeometry& g = record->geometry;
    const std::int64_t n = record->nPosition();
    auto head = std::make_shared<KeptHead>();
    if (!shares_ || n < 1 ||
        !addKept(*head, 0, record->q, n, std::int64_t{tiles_->head()} * g.headDimK, g.headDimK, 0) ||
        !addKept(*head, 1, record->k, n, std::int64_t{record->kvHead(tiles_->head())} * g.headDimK, g.headDimK, 0) ||
        !addKept(*head, 2, record->lse, n, tiles_->head(), 1, 0))
        return false;
    const auto room = compute_->room(static_cast<std::int32_t>(n), g.headDimK);
    if (!room) {
        shares_ = false;
        shareProblem_ = knownText(room.error());
        return false;
    }
    for (int i = 0; i < 3; ++i)
        head->parts[i].toByte = room->offset[i];
    const auto descriptor = std::make_shared<Descriptor>(room->descriptor);
    if (room->serial != targetSerial_)
        target_.reset();
    targetSerial_ = room->serial;
    packing_ = true;
    pool_.ask(
        this, "pack",
        [record, head, room = *room, descriptor, target = target_](std::stop_token) {
            Gathered gathered{target, {}};
            if (!gathered.target) {
                auto opened = openSharedTarget(head->ordinal,
                                               {descriptor->take(), room.bytes, room.allocatedBytes, room.dedicated});
                if (!opened) {
                    gathered.problem = opened.error().message;
                    return gathered;
                }
                gathered.target = std::move(*opened);
            }
            for (int i = 0; i < 3; ++i)
                head->parts[i].blocks = head->blocks[i];
            if (const Result<void> done = gathered.target->gather(head->parts); !done)
                gathered.problem = done.error().message;
            return gathered;
        },
        [this, record, n](const Gathered& gathered) {
            packing_ = false;
            if (!compute_ || compute_->busy())
                return;
            if (!gathered.problem.empty()) { // the host's copy is there
                shares_ = false;
                shareProblem_ = QString::fromStdString(gathered.problem);
                target_.reset();
                pack();
                return;
            }
            target_ = gathered.target;
            const AttentionGeometry& geometry = record->geometry;
            compute_->useRoom({{},
                               {},
                               {},
                               static_cast<std::int32_t>(n),
                               geometry.headDimK,
                               geometry.scale,
                               geometry.softcap,
                               static_cast<std::int32_t>(geometry.window)});
            packed(record, Way::Shared);
        });
    return true;
}

void GraphicsTiles::packed(const std::shared_ptr<const AttentionRecord>& record, Way way) {
    loaded_ = record;
    if (std::exchange(way_, way) != way)
        emit wayChanged();
}

void GraphicsTiles::pack() {
    if (gather())
        return;
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
                fail(knownText(set.error()));
            else
                packed(head.record, Way::Host);
        });
}

void GraphicsTiles::step() {
    if (!compute_ || packing_)
        return;
    if (compute_->busy()) {
        auto done = compute_->poll();
        if (!done) {
            fail(knownText(done.error()));
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
        fail(knownText(sent.error()));
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
