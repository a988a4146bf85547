// SPDX-License-Identifier: Apache-2.0
#pragma once
// The MLP neurons that did most at one token of one layer, and which tokens the chosen one promotes and suppresses.
// Values in, intents out. Thread: GUI.

#include "core/trace/neurons.h"

#include <QWidget>

#include <functional>
#include <optional>

class QComboBox;
class QGridLayout;
class QLabel;
class QPushButton;

namespace vitral {

class BarList;

class NeuronPanel : public QWidget {
    Q_OBJECT
public:
    using Piece = std::function<QString(TokenId)>;

    explicit NeuronPanel(QWidget* parent = nullptr);

    void setReport(NeuronReport report, const Piece& piece, const QString& otherName = {});
    void setWaiting(const QString& sentence);
    [[nodiscard]] NeuronOrder order() const;
    [[nodiscard]] const std::optional<NeuronReport>& report() const { return report_; }
    [[nodiscard]] BarList* neurons() const { return neurons_; }
    [[nodiscard]] BarList* promoted() const { return promoted_; }
    [[nodiscard]] BarList* suppressed() const { return suppressed_; }
    [[nodiscard]] QString csv() const;

signals:
    void requestChanged();
    void scaleAsked(int layer, int neuron, double factor);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void fill();
    void arrange(bool narrow); ///< the lists beside each other, or the neurons above their tokens
    [[nodiscard]] static QString neuronName(const Neuron& neuron);
    [[nodiscard]] QString expertsText() const; ///< which the router chose; empty: an MLP
    void fillTokens();
    void unfoldNeuron(int index, QPoint at);
    void unfoldToken(const std::vector<PromotedToken>& tokens, int index, QPoint at);
    [[nodiscard]] const Neuron* chosen() const;
    void retranslate();

    QGridLayout* grid_;
    std::optional<bool> narrow_;
    QComboBox* order_;
    QLabel *count_, *promotedLabel_, *suppressedLabel_;
    QPushButton *off_, *twice_;
    BarList *neurons_, *promoted_, *suppressed_;
    std::optional<NeuronReport> report_;
    Piece piece_;
    QString waiting_, otherName_;
};

} // namespace vitral
