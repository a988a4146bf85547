// SPDX-License-Identifier: Apache-2.0
#pragma once
// The arithmetic of one attention weight with its real numbers, step by step, so that it can be done again by hand:
// query and key, rotation, products, scale, soft-cap, mask, softmax against the other keys. Thread: GUI.

#include "core/trace/cell_arithmetic.h"
#include "widgets/inside/inside_view.h"

#include <memory>
#include <optional>

class QLabel;
class QPlainTextEdit;
class QScrollArea;

namespace vitral {

class BarList;
class CellBars;
class CellStep;
class RotaryDials;

class CellView : public InsideView {
    Q_OBJECT
public:
    explicit CellView(InsideController& inside, QWidget* parent = nullptr);
    ~CellView() override;
    [[nodiscard]] QString name() const override { return QStringLiteral("cell"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("inside-cell"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
    [[nodiscard]] bool compares() const override { return true; }
    [[nodiscard]] QString comparedText() const; ///< the same cell of the second run; empty: no comparison
    [[nodiscard]] QString missing(bool* offersRecordAgain) const override;
    [[nodiscard]] QStringList exportFormats() const override;
    Result<void> exportAs(const QString& path, const QString& format, double scale) override;

    enum Step { Vectors, Rotary, Sum, Scale, SoftCap, Mask, Softmax, kStepCount };
    [[nodiscard]] CellStep* step(Step which) const { return steps_[which]; }
    [[nodiscard]] const CellArithmetic* arithmetic() const { return cell_ ? &*cell_ : nullptr; }
    [[nodiscard]] QString headline() const;
    void showDimension(int dimension);
    void unfold(Step which); ///< opens, scrolls to and marks it

protected:
    void recordingChanged(bool grew) override;
    void otherChanged() override;
    void selectionChanged(const Selection& selection, QObject* origin) override;
    void retranslate() override;

private:
    void compute();
    void refresh();
    // cell_words.cpp
    void sayOther();
    void sayVectors();
    void sayRotary();
    void sayScore();
    void saySoftmax();
    void sayTable();
    [[nodiscard]] QString token(std::int64_t position) const;
    [[nodiscard]] static QString link(Step to, const QString& text);
    void onLink(const QString& link);

    std::shared_ptr<const AttentionRecord> record_; ///< what cell_ points into
    std::optional<CellArithmetic> cell_;
    int layer_ = 0, head_ = 0;
    std::int64_t query_ = -1, key_ = -1;
    QLabel *headline_, *formula_, *rounding_, *compared_;
    QScrollArea* scroll_;
    CellStep* steps_[kStepCount] = {};
    CellBars* bars_;
    RotaryDials* dials_;
    QPlainTextEdit* table_;
    BarList* row_;
    std::vector<std::int64_t> order_; ///< index into cell_->row of every bar; -1: a sum
};

} // namespace vitral
