// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/gif_file.h"

#include "core/io/animation_file.h"

#include <QCoreApplication>
#include <QHash>
#include <QSaveFile>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

namespace vitral {

namespace {

constexpr int kColours = 256, kMostEdge = 4096;
constexpr int kCodeBits = 8, kMostCodes = 4096;

class GifWords {
    Q_DECLARE_TR_FUNCTIONS(vitral::GifWords)
};

/// Median cut (Heckbert 1982) over 15-bit colours with their counts.
struct Box {
    std::vector<std::pair<std::uint16_t, int>> colours;
    std::int64_t weight = 0;
};

int part(std::uint16_t colour, int channel) {
    return colour >> (10 - 5 * channel) & 31;
}

std::uint16_t key(QRgb c) {
    return std::uint16_t(qRed(c) >> 3 << 10 | qGreen(c) >> 3 << 5 | qBlue(c) >> 3);
}

std::vector<QRgb> colourTable(const std::vector<QImage>& frames, std::array<std::uint8_t, 32768>& nearest) {
    std::vector<int> counts(32768);
    std::vector<std::array<std::int64_t, 3>> sums(32768);
    for (const QImage& frame : frames)
        for (int y = 0; y < frame.height(); ++y) {
            const auto* line = reinterpret_cast<const QRgb*>(frame.constScanLine(y));
            for (int x = 0; x < frame.width(); ++x) {
                const std::uint16_t k = key(line[x]);
                ++counts[k];
                sums[k][0] += qRed(line[x]);
                sums[k][1] += qGreen(line[x]);
                sums[k][2] += qBlue(line[x]);
            }
        }
    Box all;
    for (int k = 0; k < 32768; ++k)
        if (counts[std::size_t(k)] > 0) {
            all.colours.emplace_back(std::uint16_t(k), counts[std::size_t(k)]);
            all.weight += counts[std::size_t(k)];
        }
    std::vector<Box> boxes = {std::move(all)};
    while (int(boxes.size()) < kColours) {
        auto largest = boxes.end();
        for (auto it = boxes.begin(); it != boxes.end(); ++it)
            if (it->colours.size() > 1 && (largest == boxes.end() || it->weight > largest->weight))
                largest = it;
        if (largest == boxes.end())
            break;
        int widest = 0, span = -1;
        for (int c = 0; c < 3; ++c) {
            int low = 31, high = 0;
            for (const auto& [colour, count] : largest->colours) {
                low = std::min(low, part(colour, c));
                high = std::max(high, part(colour, c));
            }
            if (high - low > span)
                span = high - low, widest = c;
        }
        std::sort(largest->colours.begin(), largest->colours.end(), [widest](const auto& a, const auto& b) {
            return std::pair(part(a.first, widest), a.first) < std::pair(part(b.first, widest), b.first);
        });
        std::int64_t half = 0;
        std::size_t cut = 0;
        while (cut + 1 < largest->colours.size() - 1 && half + largest->colours[cut].second < largest->weight / 2)
            half += largest->colours[cut++].second;
        cut = std::max<std::size_t>(cut, 1);
        Box upper;
        upper.colours.assign(largest->colours.begin() + std::ptrdiff_t(cut), largest->colours.end());
        largest->colours.resize(cut);
        for (Box* box : {&upper, &*largest}) {
            box->weight = 0;
            for (const auto& [colour, count] : box->colours)
                box->weight += count;
        }
        boxes.push_back(std::move(upper));
    }
    std::vector<QRgb> table;
    for (const Box& box : boxes) {
        std::array<std::int64_t, 3> sum{};
        std::int64_t n = 0;
        for (const auto& [colour, count] : box.colours) {
            nearest[colour] = std::uint8_t(table.size());
            n += count;
            for (std::size_t c = 0; c < 3; ++c)
                sum[c] += sums[colour][c];
        }
        table.push_back(n > 0 ? qRgb(int(sum[0] / n), int(sum[1] / n), int(sum[2] / n)) : qRgb(0, 0, 0));
    }
    return table;
}

/// Lempel, Ziv and Welch, codes of 9 to 12 bits, lowest bit first, in blocks of at most 255 bytes.
class LzwWriter {
public:
    explicit LzwWriter(QByteArray& out) : out_(out) {
        out_ += char(kCodeBits);
        reset();
        put(clear_);
    }
    void add(std::uint8_t value) {
        if (prefix_ < 0) {
            prefix_ = value;
            return;
        }
        const int wanted = prefix_ << 8 | value;
        if (const auto found = table_.constFind(wanted); found != table_.constEnd()) {
            prefix_ = *found;
            return;
        }
        put(prefix_);
        if (next_ < kMostCodes) {
            table_.insert(wanted, next_);
            grow();
        } else {
            put(clear_);
            reset();
        }
        prefix_ = value;
    }
    void finish() {
        if (prefix_ >= 0) {
            put(prefix_);
            grow(); // a reader adds an entry for it
        }
        put(clear_ + 1);
        while (held_ > 0) {
            block_ += char(buffer_ & 0xFF);
            buffer_ >>= 8;
            held_ -= std::min(held_, 8);
        }
        flush();
        out_ += char(0);
    }

private:
    void grow() {
        if (next_ < kMostCodes && next_++ == 1 << bits_ && bits_ < 12)
            ++bits_;
    }
    void reset() {
        table_.clear();
        next_ = clear_ + 2;
        bits_ = kCodeBits + 1;
    }
    void put(int code) {
        buffer_ |= std::uint32_t(code) << held_;
        held_ += bits_;
        while (held_ >= 8) {
            block_ += char(buffer_ & 0xFF);
            buffer_ >>= 8;
            held_ -= 8;
            if (block_.size() == 255)
                flush();
        }
    }
    void flush() {
        if (block_.isEmpty())
            return;
        out_ += char(block_.size());
        out_ += block_;
        block_.clear();
    }

    QByteArray& out_;
    QByteArray block_;
    QHash<int, int> table_;
    static constexpr int clear_ = 1 << kCodeBits;
    int next_ = 0, bits_ = 0, prefix_ = -1, held_ = 0;
    std::uint32_t buffer_ = 0;
};

void word(QByteArray& out, int value) {
    out += char(value & 0xFF);
    out += char(value >> 8 & 0xFF);
}

} // namespace

QByteArray encodeGif(const std::vector<QImage>& frames, const GifOptions& options) {
    std::vector<QImage> shown;
    QSize size;
    for (const QImage& frame : frames) {
        if (frame.isNull())
            continue;
        if (size.isEmpty()) {
            const int factor = std::max(1, options.edge / std::max(1, std::max(frame.width(), frame.height())));
            size = frame.size() * factor;
        }
        if (size.width() > kMostEdge || size.height() > kMostEdge)
            return {};
        shown.push_back(frame.scaled(size).convertToFormat(QImage::Format_RGB32)); // squares: nothing is made up
    }
    if (shown.empty())
        return {};
    auto nearest = std::make_unique<std::array<std::uint8_t, 32768>>();
    const std::vector<QRgb> table = colourTable(shown, *nearest);
    QByteArray out("GIF89a");
    word(out, size.width());
    word(out, size.height());
    out += char(0xF7); // a table of 256 colours for all frames
    out += char(0);
    out += char(0);
    for (std::size_t i = 0; i < kColours; ++i) {
        const QRgb c = i < table.size() ? table[i] : 0;
        out += char(qRed(c));
        out += char(qGreen(c));
        out += char(qBlue(c));
    }
    if (options.loop)
        out += QByteArray("\x21\xFF\x0BNETSCAPE2.0\x03\x01\x00\x00\x00", 19);
    for (std::size_t f = 0; f < shown.size(); ++f) {
        const int delay = (f + 1 == shown.size() ? options.lastDelayMs : options.delayMs) / 10;
        out += QByteArray("\x21\xF9\x04\x04", 4);
        word(out, std::clamp(delay, 2, 65535));
        out += QByteArray("\x00\x00\x2C\x00\x00\x00\x00", 7);
        word(out, size.width());
        word(out, size.height());
        out += char(0);
        LzwWriter lzw(out);
        for (int y = 0; y < size.height(); ++y) {
            const auto* line = reinterpret_cast<const QRgb*>(shown[f].constScanLine(y));
            for (int x = 0; x < size.width(); ++x)
                lzw.add((*nearest)[key(line[x])]);
        }
        lzw.finish();
    }
    out += char(0x3B);
    return out;
}

Result<void> writeGif(const QString& path, const std::vector<QImage>& frames, const GifOptions& options) {
    const QByteArray bytes = encodeGif(frames, options);
    if (bytes.isEmpty())
        return fail(ErrorCode::InvalidArgument, GifWords::tr("There are no pictures to save yet.").toStdString());
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        return fail(ErrorCode::Io, GifWords::tr("The animation could not be written to %1.").arg(path).toStdString());
    return {};
}

Result<void> writeFilm(const QString& path, const std::vector<QImage>& frames, const GifOptions& options) {
    if (!path.endsWith(QLatin1String(".webp"), Qt::CaseInsensitive))
        return writeGif(path, frames, options);
    std::vector<AnimationFrame> film;
    QSize size;
    for (const QImage& frame : frames) {
        if (frame.isNull())
            continue;
        if (size.isEmpty())
            size = frame.size() * std::max(1, options.edge / std::max(1, std::max(frame.width(), frame.height())));
        const QImage shown = frame.scaled(size).convertToFormat(QImage::Format_RGB888);
        AnimationFrame one{Pixels8(shown.width(), shown.height(), 3), options.delayMs};
        for (int y = 0; y < shown.height(); ++y)
            std::copy_n(shown.constScanLine(y), std::size_t(shown.width()) * 3,
                        one.pixels.values.begin() + std::ptrdiff_t(y) * shown.width() * 3);
        film.push_back(std::move(one));
    }
    if (!film.empty())
        film.back().milliseconds = options.lastDelayMs;
    return writeAnimation(std::filesystem::path(path.toStdU16String()), film);
}

} // namespace vitral
