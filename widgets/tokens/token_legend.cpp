// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokens/token_legend.h"

#include "core/chat/conversation.h"
#include "widgets/design/elided_label.h"
#include "widgets/design/metrics.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QSignalBlocker>

#include <cmath>

namespace vitral {
namespace {

/// The scale itself, in panes so that its steps can be told apart.
class ScaleStrip : public QWidget {
public:
    explicit ScaleStrip(QWidget* parent) : QWidget(parent) { setFixedSize(132, 14); }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const design::Palette& p = design::paletteFor(this);
        constexpr int kPanes = 9;
        const double w = static_cast<double>(width()) / kPanes;
        for (int i = 0; i < kPanes; ++i) {
            painter.setPen(QPen(p.border, 1));
            painter.setBrush(uncertaintyColor(static_cast<double>(i) / (kPanes - 1), p));
            painter.drawRoundedRect(QRectF(i * w + 0.5, 0.5, w - 2, height() - 1), 2, 2);
        }
    }
};

} // namespace

TokenLegend::TokenLegend(QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(design::kSpace2);
    measure_ = new QComboBox(this);
    measure_->addItem({}, static_cast<int>(TokenMeasure::Probability));
    measure_->addItem({}, static_cast<int>(TokenMeasure::Rank));
    measure_->addItem({}, static_cast<int>(TokenMeasure::Entropy));
    sure_ = new QLabel(this);
    unsure_ = new QLabel(this);
    average_ = new design::ElidedLabel(this); // a narrow chat beside the room "Inside"
    for (QLabel* label : {sure_, unsure_, average_})
        label->setProperty("role", "caption");
    scale_ = new ScaleStrip(this);
    row->addWidget(measure_);
    row->addSpacing(design::kSpace1);
    row->addWidget(sure_);
    row->addWidget(scale_);
    row->addWidget(unsure_);
    average_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    row->addWidget(average_, 1);
    connect(measure_, &QComboBox::currentIndexChanged, this, [this] {
        retranslate();
        emit measureChanged(measure());
    });
    retranslate();
}

TokenMeasure TokenLegend::measure() const {
    return static_cast<TokenMeasure>(measure_->currentData().toInt());
}

void TokenLegend::setMeasure(TokenMeasure measure) {
    measure_->setCurrentIndex(measure_->findData(static_cast<int>(measure)));
}

void TokenLegend::setMessage(const Message* message) {
    nToken_ = message != nullptr ? static_cast<int>(message->tokens.size()) : 0;
    if (nToken_ > 0) {
        double sumP = 0;
        double sumLog = 0;
        for (const MessageToken& token : message->tokens) {
            sumP += std::exp(static_cast<double>(token.score.logProbability));
            sumLog += static_cast<double>(token.score.logProbability);
        }
        meanProbability_ = sumP / nToken_;
        perplexity_ = std::exp(-sumLog / nToken_);
    }
    retranslate();
}

void TokenLegend::retranslate() {
    const QSignalBlocker block(measure_);
    measure_->setItemText(0, tr("Probability"));
    measure_->setItemText(1, tr("Rank"));
    measure_->setItemText(2, tr("Entropy"));
    measure_->setAccessibleName(tr("What the colours show"));
    const QLocale locale;
    switch (measure()) {
    case TokenMeasure::Probability:
        sure_->setText(QStringLiteral("100 %"));
        unsure_->setText(QStringLiteral("\u2264 %1 %").arg(locale.toString(0.1, 'f', 1)));
        break;
    case TokenMeasure::Rank:
        sure_->setText(tr("1st choice"));
        unsure_->setText(tr("beyond 100th"));
        break;
    case TokenMeasure::Entropy:
        sure_->setText(tr("0 nats"));
        unsure_->setText(tr("5 nats or more"));
        break;
    }
    average_->setText(
        nToken_ > 0 ? tr("mean probability %1 %  \u00B7  perplexity %2")
                          .arg(locale.toString(meanProbability_ * 100, 'f', 1), locale.toString(perplexity_, 'f', 2))
                    : QString());
    average_->setToolTip(average_->text());
}

void TokenLegend::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace vitral
