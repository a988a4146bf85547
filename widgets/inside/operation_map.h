// SPDX-License-Identifier: Apache-2.0
#pragma once
// The architecture as a picture: the residual stream as one line from the top to the bottom, every block a pane that
// leaves it and comes back, every operation a line with its shapes, types, bytes and measured share. Drawn from the
// recorded list. Up and Down walk, Right opens, Left closes, Enter does either, Ctrl + wheel and +, -, 0 zoom.
// Thread: GUI.

#include "widgets/design/painted_area.h"
#include "widgets/design/palette.h"
#include "widgets/inside/operation_tree.h"
#include "widgets/inside/painted.h"

#include <memory>
#include <vector>

namespace vitral {

enum class OperationMeasure : std::uint8_t { Time, Bytes, Flops };

class OperationMap : public PaintedArea, public Painted {
    Q_OBJECT
public:
    explicit OperationMap(QWidget* parent = nullptr);

    /// Null empties the picture. What was open stays open where the same model comes again.
    void setOperations(std::shared_ptr<const OperationList> list);
    void setEmptyText(const QString& text);
    [[nodiscard]] const OperationTree& tree() const { return tree_; }
    void setMeasure(OperationMeasure measure);
    [[nodiscard]] int current() const { return current_; } ///< node; -1: none
    void setCurrent(int node);
    [[nodiscard]] bool isOpen(int node) const { return open_[std::size_t(node)]; }
    void setOpen(int node, bool open);
    void openAll(bool open);
    [[nodiscard]] double zoom() const { return zoom_; }
    void setZoom(double zoom);
    [[nodiscard]] QRect nodeRect(int node) const; ///< in viewport coordinates; empty where folded away
    /// First operation of a node; -1: none.
    [[nodiscard]] int operationOf(int node) const;

    /// "Matrix product", ... in the language of the program.
    [[nodiscard]] static QString operationName(const std::string& name);
    [[nodiscard]] static QString partName(const std::string& part);
    [[nodiscard]] static design::Glass glassOf(const std::string& name);
    /// "8 heads, 2 key/value" and the like, which the engine says in English.
    [[nodiscard]] static QString detailText(const std::string& detail);
    [[nodiscard]] QString title(int node) const;
    [[nodiscard]] static QString shapeText(const vitral::Shape& shape);

    [[nodiscard]] QSize pictureSize() const override;
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override;
    [[nodiscard]] QSize sizeHint() const override { return {640, 480}; }

signals:
    void currentChanged(int node);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    [[nodiscard]] QString readOutAt(QPoint point) const override;
    void measure() override;
    void retranslate() override;

private:
    struct Line {
        int node;
        int top, height; ///< scene pixels
    };
    struct Pens;
    void updateScrollBars();
    [[nodiscard]] int lineHeight() const;
    [[nodiscard]] int lineOf(int node) const; ///< -1: folded away
    [[nodiscard]] int lineAt(QPoint viewportPoint) const;
    [[nodiscard]] double share(int node) const;
    [[nodiscard]] QString measureText(int node) const;
    [[nodiscard]] QString shapes(int node) const;
    [[nodiscard]] QString describe(int node) const;
    [[nodiscard]] bool hasChildren(int node) const { return !tree_.nodes[std::size_t(node)].children.empty(); }
    void paintLines(QPainter& painter, int width, int first, int end, bool live) const;
    void paintStream(QPainter& painter, int first, int end) const;
    void paintLine(QPainter& painter, const Line& line, int width, bool live) const;
    void walk(int by);

    std::shared_ptr<const OperationList> list_;
    OperationTree tree_;
    std::vector<bool> open_;
    std::vector<Line> lines_;
    QString empty_;
    OperationMeasure measure_ = OperationMeasure::Time;
    int current_ = -1;
    double zoom_ = 1.0;
};

} // namespace vitral
