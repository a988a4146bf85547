// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the colours of the tokens mean: which measure, the scale with its ends named, and the average over the answer.
// Thread: GUI.

#include "widgets/tokens/token_scale.h"

#include <QWidget>

class QComboBox;
class QLabel;

namespace vitral {

struct Message;

class TokenLegend : public QWidget {
    Q_OBJECT
public:
    explicit TokenLegend(QWidget* parent = nullptr);
    [[nodiscard]] TokenMeasure measure() const;
    void setMeasure(TokenMeasure measure);
    /// Averages over the tokens of a message; null: none.
    void setMessage(const Message* message);

signals:
    void measureChanged(vitral::TokenMeasure measure);

protected:
    void changeEvent(QEvent* event) override;

private:
    void retranslate();

    QComboBox* measure_;
    QWidget* scale_;
    QLabel *sure_, *unsure_, *average_;
    double meanProbability_ = -1, perplexity_ = 0;
    int nToken_ = 0;
};

} // namespace vitral
