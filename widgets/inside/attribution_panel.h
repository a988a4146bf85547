// SPDX-License-Identifier: Apache-2.0
#pragma once
// One logit, or the difference of two, taken apart into what the embedding, every head and every MLP wrote, as bars
// that add up; the sum stands beside what the model really computed. Values in, intents out. Thread: GUI.

#include "core/trace/attribution.h"

#include <QWidget>

#include <functional>
#include <optional>

class QComboBox;
class QLabel;
class QPushButton;

namespace vitral {

class BarList;

class AttributionPanel : public QWidget {
    Q_OBJECT
public:
    using Piece = std::function<QString(TokenId)>;

    explicit AttributionPanel(QWidget* parent = nullptr);

    /// Tokens that can be explained, likeliest first (the answer's candidates). Keeps what is chosen where it can.
    void setCandidates(const std::vector<TokenId>& tokens, const Piece& piece);
    /// `minus`: of another run, the same tokens: its parts are taken off.
    void setAttribution(Attribution attribution, const Piece& piece, std::optional<Attribution> minus = std::nullopt);
    void setWaiting(const QString& sentence); ///< while it is computed, or why it cannot be
    [[nodiscard]] AttributionRequest request(std::int64_t position) const;
    [[nodiscard]] const std::optional<Attribution>& attribution() const { return attribution_; }
    [[nodiscard]] BarList* bars() const { return bars_; }
    [[nodiscard]] QString sumText() const;
    /// The same part's logit in the other run of a comparison; nothing: no comparison.
    [[nodiscard]] std::optional<double> logitThere(std::size_t contribution) const;
    [[nodiscard]] static QString partName(const Contribution& part);

signals:
    void requestChanged();
    void partChosen(int layer, int head);                  ///< head -1: no head; layer -1: neither
    void switchOffAsked(const vitral::Contribution& part); ///< a head, an MLP or an expert
    void unfoldAsked(int contribution, QPoint at);         ///< index in the attribution; `at`: global

protected:
    void changeEvent(QEvent* event) override;

private:
    void fill();
    void retranslate();
    [[nodiscard]] const Contribution* chosen() const;
    [[nodiscard]] double valueOf(const Contribution& part) const; ///< of the difference, where there is one

    QComboBox *token_, *minus_, *order_;
    QLabel *tokenLabel_, *minusLabel_, *sum_;
    QPushButton* off_;
    BarList* bars_;
    std::optional<Attribution> attribution_, minusRun_;
    std::vector<std::size_t> shown_; ///< bar to contribution
    Piece piece_;
    QString waiting_;
};

} // namespace vitral
