// SPDX-License-Identifier: Apache-2.0
#pragma once
// The merges of one word as a tree that grows from its letters: leaves at the foot, every merge above what it joined,
// with its rank. The step says how many merges have been made. Thread: GUI.

#include "core/tokenizer/explain.h"

#include <QString>
#include <QWidget>

#include <vector>

namespace vitral {

class MergePicture : public QWidget {
    Q_OBJECT
public:
    explicit MergePicture(QWidget* parent = nullptr);
    /// `texts`: of every node, as it is shown. A word of more than kMostLeaves symbols is cut, and says so.
    void setTree(std::vector<MergeNode> nodes, std::vector<QString> texts, std::vector<int> glass);
    void setStep(int merges); ///< 0: only the letters
    [[nodiscard]] int step() const { return step_; }
    [[nodiscard]] int nMerge() const { return static_cast<int>(nodes_.size()) - nLeaf_; }
    [[nodiscard]] int nShown() const { return nShown_; } ///< nodes painted last (tests)
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void arrange();

    std::vector<MergeNode> nodes_;
    std::vector<QString> texts_;
    std::vector<int> glass_;
    std::vector<double> x_;     ///< middle of every node
    std::vector<double> width_; ///< of every node
    std::vector<int> level_;    ///< 0: a leaf
    int nLeaf_ = 0, step_ = 0, deepest_ = 0, nShown_ = 0;
    double total_ = 0, box_ = 0, rowHeight_ = 0;
};

} // namespace vitral
