// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/neuron_panel.h"
#include "widgets/inside/flow_row.h"

#include "widgets/design/metrics.h"
#include "widgets/inside/bar_list.h"
#include "widgets/inside/value_text.h"

#include <QComboBox>
#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>

namespace vitral {

using design::Glass;

NeuronPanel::NeuronPanel(QWidget* parent) : QWidget(parent) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(design::kSpace3);
    grid->setVerticalSpacing(design::kSpace1);
    const auto small = [this] {
        auto* label = new QLabel(this);
        label->setProperty("role", "small");
        return label;
    };
    auto* head = new FlowRow;
    order_ = new QComboBox(this);
    order_->addItem(QString(), int(NeuronOrder::Write));
    order_->addItem(QString(), int(NeuronOrder::Activation));
    count_ = small();
    off_ = new QPushButton(this);
    twice_ = new QPushButton(this);
    head->addWidget(order_);
    head->addWidget(count_);
    head->addWidget(off_);
    head->addWidget(twice_);
    grid->addLayout(head, 0, 0, 1, 3);
    promotedLabel_ = small();
    suppressedLabel_ = small();
    neurons_ = new BarList(this);
    promoted_ = new BarList(this);
    suppressed_ = new BarList(this);
    grid->addWidget(promotedLabel_, 1, 1);
    grid->addWidget(suppressedLabel_, 1, 2);
    grid->addWidget(neurons_, 1, 0, 2, 1);
    grid->addWidget(promoted_, 2, 1);
    grid->addWidget(suppressed_, 2, 2);
    grid->setRowStretch(2, 1);
    for (int i = 0; i < 3; ++i)
        grid->setColumnStretch(i, i == 0 ? 4 : 3);
    connect(order_, &QComboBox::currentIndexChanged, this, &NeuronPanel::requestChanged);
    connect(neurons_, &BarList::currentChanged, this, &NeuronPanel::fillTokens);
    const auto ask = [this](double factor) {
        const int at = neurons_->current();
        if (report_ && at >= 0 && at < int(report_->neurons.size()))
            emit scaleAsked(report_->iLayer, report_->neurons[std::size_t(at)].index, factor);
    };
    connect(off_, &QPushButton::clicked, this, [ask] { ask(0); });
    connect(twice_, &QPushButton::clicked, this, [ask] { ask(2); });
    retranslate();
}

NeuronOrder NeuronPanel::order() const {
    return static_cast<NeuronOrder>(order_->currentData().toInt());
}

void NeuronPanel::setWaiting(const QString& sentence) {
    report_.reset();
    waiting_ = sentence;
    fill();
}

void NeuronPanel::setReport(NeuronReport report, const Piece& piece) {
    report_ = std::move(report);
    piece_ = piece;
    fill();
    neurons_->setCurrent(report_->neurons.empty() ? -1 : 0);
    fillTokens();
}

void NeuronPanel::fill() {
    BarContent content;
    content.signedBars = true;
    content.labelTitle = tr("Neuron");
    const bool difference = report_ && report_->difference;
    content.valueTitle = difference ? tr("Activation, minus the other run\u2019s") : tr("Activation");
    content.empty = waiting_;
    if (report_)
        for (const Neuron& neuron : report_->neurons) {
            Bar bar;
            bar.label = tr("Neuron %1").arg(neuron.index);
            bar.value = double(neuron.activation);
            bar.description = (difference ? tr("Neuron %1: activation changed by %2; that moves the stream by %3.")
                                          : tr("Neuron %1: activation %2; it moves the stream by %3."))
                                  .arg(neuron.index)
                                  .arg(signedText(double(neuron.activation)), numberText(double(neuron.write), 3));
            content.bars.push_back(std::move(bar));
        }
    neurons_->setContent(std::move(content));
    count_->setText(report_
                        ? tr("%1 of %2 neurons active").arg(countText(report_->nActive), countText(report_->nNeuron))
                        : QString());
    count_->setToolTip(tr("Active: more than 1 % of the largest activation of this layer at this token"));
    fillTokens();
}

void NeuronPanel::fillTokens() {
    const int at = neurons_->current();
    const bool any = report_ && at >= 0 && at < int(report_->neurons.size());
    off_->setEnabled(any);
    twice_->setEnabled(any);
    BarContent up, down;
    up.signedBars = down.signedBars = true;
    up.labelTitle = down.labelTitle = tr("Token");
    up.valueTitle = down.valueTitle = tr("Logit");
    up.empty = down.empty = report_ ? tr("Choose a neuron on the left.") : QString();
    if (any) {
        const Neuron& neuron = report_->neurons[std::size_t(at)];
        const auto fillOne = [this](BarContent& content, const std::vector<PromotedToken>& tokens, Glass glass) {
            for (const PromotedToken& token : tokens)
                content.bars.push_back({piece_(token.id), double(token.logit), {}, {}, glass, false});
        };
        fillOne(up, neuron.promoted, Glass::Cobalt);
        fillOne(down, neuron.suppressed, Glass::Amber);
    }
    promoted_->setContent(std::move(up));
    suppressed_->setContent(std::move(down));
}

QString NeuronPanel::csv() const {
    if (!report_)
        return {};
    QString out = QStringLiteral("neuron,activation,write,promoted,suppressed\n");
    for (const Neuron& neuron : report_->neurons) {
        const auto words = [this](const std::vector<PromotedToken>& tokens) {
            QStringList list;
            for (const PromotedToken& token : tokens)
                list << QStringLiteral("%1 %2").arg(piece_(token.id), csvNumber(double(token.logit)));
            return csvField(list.join(QStringLiteral("; ")));
        };
        out += QStringLiteral("%1,%2,%3,").arg(neuron.index).arg(double(neuron.activation)).arg(double(neuron.write)) +
               words(neuron.promoted) + QLatin1Char(',') + words(neuron.suppressed) + QLatin1Char('\n');
    }
    return out;
}

void NeuronPanel::retranslate() {
    const QSignalBlocker quiet(order_);
    order_->setItemText(0, tr("By effect on the stream"));
    order_->setItemText(1, tr("By activation"));
    order_->setAccessibleName(tr("Order of the neurons"));
    off_->setText(tr("Switch off"));
    off_->setToolTip(tr("Set this neuron to zero in the next answers"));
    twice_->setText(tr("Double"));
    twice_->setToolTip(tr("Multiply this neuron by two in the next answers"));
    promotedLabel_->setText(tr("It promotes"));
    suppressedLabel_->setText(tr("It suppresses"));
    neurons_->setAccessibleName(tr("Most active neurons"));
    promoted_->setAccessibleName(tr("Tokens it promotes"));
    suppressed_->setAccessibleName(tr("Tokens it suppresses"));
    fill();
}

void NeuronPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace vitral
