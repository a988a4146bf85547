// SPDX-License-Identifier: Apache-2.0
#pragma once
// Any view of the program as a page: its picture, and in words what the picture shows (labels, tables, settings, and
// what painted views tell a screen reader). Read on the GUI thread, written as HTML on any.

#include <QImage>
#include <QString>
#include <QStringList>

#include <vector>

class QWidget;

namespace vitral {

/// In the order of the view: a line, a setting and its value, or a table.
struct ViewBlock {
    enum class Kind { Text, Setting, Table };
    Kind kind = Kind::Text;
    QString text;                  ///< of a table: its name
    std::vector<QStringList> rows; ///< of a table; the first is the head, which may be empty
    qint64 nLeftOut = 0;           ///< rows of the table that are not here
    bool operator==(const ViewBlock&) const = default;
};

struct ViewPicture {
    QString caption;
    QImage image; ///< twice as many pixels as on the screen, so that print stays sharp
};

struct ViewDocument {
    QString title;
    QStringList caption; ///< what made it: model, prompt, seed, selection; program and time
    QString language;    ///< "en", "pt-BR"
    QString numbers;     ///< the heading over the blocks
    std::vector<ViewPicture> pictures;
    std::vector<ViewBlock> blocks;
};

inline constexpr int kMostViewRows = 1000, kMostViewBlocks = 4000;

/// What is visible in `view`, in the order of its layout, without what is hidden. `leftOut`: how many blocks were more
/// than kMostViewBlocks. Thread: GUI.
[[nodiscard]] std::vector<ViewBlock> viewBlocks(const QWidget* view, qint64* leftOut = nullptr);

/// A page that needs nothing else: the pictures are inside. `forPrint`: pictures get the width of paper, for
/// QTextDocument. Thread: any.
[[nodiscard]] QString viewHtml(const ViewDocument& document, bool forPrint);

} // namespace vitral
