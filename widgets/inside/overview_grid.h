// SPDX-License-Identifier: Apache-2.0
#pragma once
// All heads as thumbnails: a row for each layer, or in the order of a score. Only what is seen is painted. Knows
// nothing of how thumbnails come about. Thread: GUI.

#include "core/trace/overview.h"
#include "widgets/canvas/colour_map.h"
#include "widgets/inside/painted.h"

#include <QAbstractScrollArea>
#include <QImage>

#include <functional>
#include <vector>

namespace vitral {

struct HeadName {
    std::int32_t iLayer = -1, iHead = -1;
    bool operator==(const HeadName&) const = default;
};

struct OverviewTile {
    HeadName head;
    ThumbnailPtr picture; ///< null: not there yet
    ThumbnailPtr minus;   ///< of a comparison; null: none
    double score = -1;    ///< 0..1; < 0: none
    bool operator==(const OverviewTile&) const = default;
};

class OverviewGrid : public QAbstractScrollArea, public Painted {
    Q_OBJECT
public:
    explicit OverviewGrid(QWidget* parent = nullptr);

    /// `nHead` columns; sorted: tiles as they come, from the left. Layers without tiles are said to be missing.
    void setTiles(std::vector<OverviewTile> tiles, std::int32_t nLayer, std::int32_t nHead, bool sorted);
    void setCurrent(HeadName head);
    [[nodiscard]] HeadName current() const { return current_; }
    /// 0: as large as fits the width; else pixels per tile.
    void setTileSize(int pixels);
    void setShowsScore(bool on);
    [[nodiscard]] QRect tileRect(HeadName head) const; ///< in the viewport
    [[nodiscard]] double lastPaintMs() const { return lastPaintMs_; }

    [[nodiscard]] QSize pictureSize() const override;
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override;

signals:
    void hovered(vitral::HeadName head); ///< iLayer -1: none
    void chosen(vitral::HeadName head);  ///< walked to
    void opened(vitral::HeadName head);  ///< clicked, or Enter

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;

private:
    struct Picture {
        ThumbnailPtr of, minus;
        QImage image;
    };
    void layOut();
    [[nodiscard]] QRectF rect(std::size_t i) const; ///< in the content
    [[nodiscard]] int columns() const;
    [[nodiscard]] int tileAt(const QPoint& point) const;
    [[nodiscard]] int indexOf(HeadName head) const;
    void paintContent(QPainter& painter, const QRectF& seen) const;
    void paintTile(QPainter& painter, std::size_t i) const;
    [[nodiscard]] const QImage& image(std::size_t i) const;
    void makeVisible(int index);
    void step(int by);

    std::vector<OverviewTile> tiles_;
    std::int32_t nLayer_ = 0, nHead_ = 0;
    bool sorted_ = false, showsScore_ = false;
    int wantedSize_ = 0;
    double side_ = 64, label_ = 0, caption_ = 0; ///< of a tile; row labels' width; room under a tile
    double line_ = 14;                           ///< height of small words
    HeadName current_, hovered_;
    mutable std::vector<Picture> pictures_; ///< by tile
    mutable ColourTable colours_[2];        ///< of weights, of differences; made when first needed
    double lastPaintMs_ = 0;
};

/// The colours of thumbnails: weights on the log scale, or the difference of two (blue and orange).
[[nodiscard]] ColourTable thumbnailColours(bool difference, QRgb nothing);
/// The thumbnail in colour; NaN becomes `nothing`.
[[nodiscard]] QImage thumbnailImage(const Thumbnail& picture, const Thumbnail* minus, const ColourTable& colours,
                                    QRgb nothing);

} // namespace vitral
