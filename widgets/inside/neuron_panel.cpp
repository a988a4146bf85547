// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/neuron_panel.h"
#include "widgets/chat/error_text.h"
#include "widgets/inside/flow_row.h"

#include "widgets/design/metrics.h"
#include "widgets/inside/arithmetic_popup.h"
#include "widgets/inside/bar_list.h"
#include "widgets/inside/value_text.h"

#include <QComboBox>
#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QResizeEvent>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace vitral {

using design::Glass;

namespace {
constexpr int kNarrow = 440; // three lists beside each other would hide their words
}

NeuronPanel::NeuronPanel(QWidget* parent) : QWidget(parent) {
    grid_ = new QGridLayout(this);
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setHorizontalSpacing(design::kSpace3);
    grid_->setVerticalSpacing(design::kSpace1);
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
    head->addWidget(off_);
    head->addWidget(twice_);
    auto* top = new QVBoxLayout;
    top->setSpacing(design::kSpace1);
    top->addLayout(head);
    count_->setWordWrap(true); // with experts it is a sentence or two
    count_->setMinimumWidth(1);
    top->addWidget(count_);
    grid_->addLayout(top, 0, 0, 1, 3);
    promotedLabel_ = small();
    suppressedLabel_ = small();
    neurons_ = new BarList(this);
    promoted_ = new BarList(this);
    suppressed_ = new BarList(this);
    arrange(true); // hidden, it must not ask for the width of three lists
    connect(order_, &QComboBox::currentIndexChanged, this, &NeuronPanel::requestChanged);
    connect(neurons_, &BarList::currentChanged, this, &NeuronPanel::fillTokens);
    connect(neurons_, &BarList::unfoldAsked, this, &NeuronPanel::unfoldNeuron);
    connect(promoted_, &BarList::unfoldAsked, this, [this](int index, QPoint at) {
        if (const Neuron* neuron = chosen())
            unfoldToken(neuron->promoted, index, at);
    });
    connect(suppressed_, &BarList::unfoldAsked, this, [this](int index, QPoint at) {
        if (const Neuron* neuron = chosen())
            unfoldToken(neuron->suppressed, index, at);
    });
    const auto ask = [this](double factor) {
        const int at = neurons_->current();
        if (report_ && at >= 0 && at < int(report_->neurons.size()))
            emit scaleAsked(report_->iLayer, report_->neurons[std::size_t(at)].index, factor);
    };
    connect(off_, &QPushButton::clicked, this, [ask] { ask(0); });
    connect(twice_, &QPushButton::clicked, this, [ask] { ask(2); });
    retranslate();
}

void NeuronPanel::arrange(bool narrow) {
    if (narrow_ == narrow)
        return;
    narrow_ = narrow;
    for (QWidget* widget :
         {static_cast<QWidget*>(promotedLabel_), static_cast<QWidget*>(suppressedLabel_),
          static_cast<QWidget*>(neurons_), static_cast<QWidget*>(promoted_), static_cast<QWidget*>(suppressed_)})
        grid_->removeWidget(widget);
    const int row = narrow ? 2 : 1, left = narrow ? 0 : 1;
    grid_->addWidget(neurons_, 1, 0, narrow ? 1 : 2, narrow ? 2 : 1);
    grid_->addWidget(promotedLabel_, row, left);
    grid_->addWidget(suppressedLabel_, row, left + 1);
    grid_->addWidget(promoted_, row + 1, left);
    grid_->addWidget(suppressed_, row + 1, left + 1);
    for (int i = 0; i < 3; ++i)
        grid_->setColumnStretch(i, narrow ? (i < 2 ? 1 : 0) : i == 0 ? 4 : 3);
    for (int i = 1; i < 4; ++i)
        grid_->setRowStretch(i, narrow ? (i != 2 ? 1 : 0) : i == 2 ? 1 : 0);
}

void NeuronPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange(event->size().width() < kNarrow);
}

NeuronOrder NeuronPanel::order() const {
    return static_cast<NeuronOrder>(order_->currentData().toInt());
}

void NeuronPanel::setWaiting(const QString& sentence) {
    report_.reset();
    waiting_ = sentence;
    fill();
}

void NeuronPanel::setReport(NeuronReport report, const Piece& piece, const QString& otherName) {
    report_ = std::move(report);
    otherName_ = otherName;
    piece_ = piece;
    fill();
    neurons_->setCurrent(report_->neurons.empty() ? -1 : 0);
    fillTokens();
}

QString NeuronPanel::neuronName(const Neuron& neuron) {
    return neuron.iExpert < 0 ? tr("Neuron %1").arg(neuron.index)
                              : tr("Expert %1, neuron %2").arg(neuron.iExpert).arg(neuron.index);
}

QString NeuronPanel::expertsText() const {
    QStringList experts;
    for (const RoutedExpert& expert : report_->experts)
        experts << tr("%1 (weight %2)").arg(expert.iExpert).arg(numberText(double(expert.weight), 3));
    if (experts.isEmpty())
        return {};
    QString text = QStringLiteral("; ") + tr("experts chosen: %1").arg(experts.join(QStringLiteral(", ")));
    for (const std::string& note : report_->notes)
        text += QStringLiteral(". ") + noteText(note);
    return text;
}

void NeuronPanel::fill() {
    BarContent content;
    content.signedBars = true;
    content.labelTitle = tr("Neuron");
    const bool difference = report_ && report_->difference;
    content.valueTitle = difference ? tr("Activation, minus the other run\u2019s") : tr("Activation");
    content.unfolds = report_.has_value();
    content.empty = waiting_;
    if (report_)
        for (const Neuron& neuron : report_->neurons) {
            Bar bar;
            const QString name = neuronName(neuron);
            bar.label = neuron.iExpert < 0 ? name : tr("Expert %1: %2").arg(neuron.iExpert).arg(neuron.index);
            bar.value = double(neuron.activation);
            bar.description =
                (difference ? tr("%1: activation changed by %2; that moves the stream by %3.")
                            : tr("%1: activation %2; it moves the stream by %3."))
                    .arg(name, signedText(double(neuron.activation)), numberText(double(neuron.write), 3));
            content.bars.push_back(std::move(bar));
        }
    neurons_->setContent(std::move(content));
    if (narrow_ && !*narrow_)
        grid_->setColumnStretch(0, report_ && report_->nPerExpert > 0 ? 5 : 4); // longer names
    count_->setText(report_
                        ? tr("%1 of %2 neurons active").arg(countText(report_->nActive), countText(report_->nNeuron)) +
                              expertsText()
                        : QString());
    count_->setToolTip(tr("Active: more than 1 % of the largest activation of this layer at this token"));
    fillTokens();
}

void NeuronPanel::fillTokens() {
    const int at = neurons_->current();
    const bool any = report_ && at >= 0 && at < int(report_->neurons.size());
    const bool inExpert = report_ && report_->nPerExpert > 0; // no point of a run lies inside an expert
    off_->setEnabled(any && !inExpert);
    twice_->setEnabled(any && !inExpert);
    off_->setToolTip(inExpert
                         ? tr("A neuron inside an expert cannot be changed on its own: switch the whole expert off "
                              "in \u201CParts of the logit\u201D")
                         : tr("Set this neuron to zero in the next answers"));
    twice_->setToolTip(inExpert ? off_->toolTip() : tr("Multiply this neuron by two in the next answers"));
    BarContent up, down;
    up.signedBars = down.signedBars = true;
    up.unfolds = down.unfolds = true;
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

const Neuron* NeuronPanel::chosen() const {
    const int at = neurons_->current();
    return report_ && at >= 0 && at < int(report_->neurons.size()) ? &report_->neurons[std::size_t(at)] : nullptr;
}

void NeuronPanel::unfoldNeuron(int index, QPoint at) {
    if (!report_ || index < 0 || index >= int(report_->neurons.size()))
        return;
    const Neuron& neuron = report_->neurons[std::size_t(index)];
    if (report_->difference) {
        const auto place = std::size_t(std::max<std::int64_t>(0, neuron.iExpert) * report_->nPerExpert + neuron.index);
        if (place >= report_->activations.size())
            return;
        const double here = double(report_->activations[place]), change = double(neuron.activation);
        Arithmetic a =
            ArithmeticWords::ofTwoRuns(tr("Activation of %1").arg(neuronName(neuron)), otherName_, here, here - change);
        Neuron changed = neuron; // its halves are of this run, its activation is the change
        changed.pre = changed.linear = std::nanf("");
        for (ArithmeticStep& step : ArithmeticWords::neuron(changed, neuronName(neuron), {}).steps)
            a.steps.push_back(std::move(step));
        ArithmeticPopup::of(this).open(a, at);
        return;
    }
    std::optional<double> weight;
    for (const RoutedExpert& expert : report_->experts)
        if (expert.iExpert == neuron.iExpert)
            weight = double(expert.weight);
    ArithmeticPopup::of(this).open(ArithmeticWords::neuron(neuron, neuronName(neuron), weight), at);
}

void NeuronPanel::unfoldToken(const std::vector<PromotedToken>& tokens, int index, QPoint at) {
    if (index >= 0 && index < int(tokens.size()))
        ArithmeticPopup::of(this).open(ArithmeticWords::promoted(*chosen(), neuronName(*chosen()),
                                                                 tokens[std::size_t(index)], piece_,
                                                                 report_->difference),
                                       at);
}

QString NeuronPanel::csv() const {
    if (!report_)
        return {};
    QString out = QStringLiteral("expert,neuron,activation,write,promoted,suppressed\n");
    for (const Neuron& neuron : report_->neurons) {
        const auto words = [this](const std::vector<PromotedToken>& tokens) {
            QStringList list;
            for (const PromotedToken& token : tokens)
                list << QStringLiteral("%1 %2").arg(piece_(token.id), csvNumber(double(token.logit)));
            return csvField(list.join(QStringLiteral("; ")));
        };
        out += QStringLiteral("%1,%2,%3,%4,")
                   .arg(neuron.iExpert >= 0 ? QString::number(neuron.iExpert) : QString())
                   .arg(neuron.index)
                   .arg(csvNumber(double(neuron.activation)), csvNumber(double(neuron.write))) +
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
    twice_->setText(tr("Double"));
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
