// SPDX-License-Identifier: Apache-2.0
#pragma once
// Every piece that fits somewhere in a word, with its score, over the letters it covers; one way through is lit.
// Thread: GUI.

#include "core/tokenizer/tokenizer.h"

#include <QString>
#include <QWidget>

#include <vector>

namespace vitral {

struct LatticePiece {
    int first = 0, end = 0; ///< letters
    TokenId id = -1;
    double score = 0;
    QString text;
    bool lit = false;
};

class LatticePicture : public QWidget {
    Q_OBJECT
public:
    static constexpr int kMostPieces = 400; ///< the longest ones; how many are left out is written below
    explicit LatticePicture(QWidget* parent = nullptr);
    void setPieces(std::vector<QString> letters, std::vector<LatticePiece> pieces);
    /// Lights another way: indices into the pieces given.
    void setLit(const std::vector<int>& pieces);
    [[nodiscard]] const std::vector<LatticePiece>& pieces() const { return pieces_; }
    [[nodiscard]] int nLeftOut() const { return nLeftOut_; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void arrange();

    std::vector<QString> letters_;
    std::vector<LatticePiece> pieces_;
    std::vector<int> row_;  ///< of every piece; -1: left out
    std::vector<double> x_; ///< left edge of every letter, and the right end
    int nRow_ = 0, nLeftOut_ = 0;
    double rowHeight_ = 0;
};

} // namespace vitral
