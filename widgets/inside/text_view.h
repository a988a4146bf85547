// SPDX-License-Identifier: Apache-2.0
#pragma once
// The recorded text itself, shaded by what one token looks at (or who looks at it), with arcs. Follows the answer while
// it is written, until a token is chosen. Thread: GUI.

#include "widgets/inside/inside_view.h"
#include "widgets/inside/token_weights.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QSlider;
class QToolButton;

namespace vitral {

class ScaleLegend;
class TextCanvas;

class TextView : public InsideView {
    Q_OBJECT
public:
    explicit TextView(InsideController& inside, QWidget* parent = nullptr);
    [[nodiscard]] QString name() const override { return QStringLiteral("text"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("inside-text"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QString missing(bool* offersRecordAgain) const override;
    [[nodiscard]] bool compares() const override { return true; }
    [[nodiscard]] QStringList exportFormats() const override;
    Result<void> exportAs(const QString& path, const QString& format, double scale) override;
    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;

    [[nodiscard]] TextCanvas* canvas() const { return canvas_; }
    [[nodiscard]] QString statement() const;
    void setMix(HeadMix mix);
    void setDirection(LookDirection direction);

protected:
    void recordingChanged(bool grew) override;
    void otherChanged() override;
    void selectionChanged(const Selection& selection, QObject* origin) override;
    void retranslate() override;

private:
    void ask();
    void refreshWords();
    void unfold(qint64 token, QPoint at);
    [[nodiscard]] WeightQuestion question() const;

    TextCanvas* canvas_;
    QComboBox *mix_, *direction_;
    QCheckBox *arcs_, *difference_;
    QSlider* threshold_;
    QToolButton* unfold_; ///< the arithmetic of the other chosen token's weight, or of the largest
    ScaleLegend* legend_;
    QLabel *thresholdLabel_, *statement_;
    std::int64_t hovered_ = -1;
    std::int64_t nSeen_ = 0; ///< tokens of the recording when it was last looked at
};

} // namespace vitral
