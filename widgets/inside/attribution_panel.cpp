// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/attribution_panel.h"

#include "widgets/chat/error_text.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/bar_list.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/value_text.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vitral {

using design::Glass;

namespace {
constexpr int kNone = -1;
enum Order { kBySize, kByComputation };
} // namespace

AttributionPanel::AttributionPanel(QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace2);
    auto* row = new FlowRow;
    tokenLabel_ = new QLabel(this);
    token_ = new QComboBox(this);
    minusLabel_ = new QLabel(this);
    minus_ = new QComboBox(this);
    order_ = new QComboBox(this);
    order_->addItem(QString(), kBySize);
    order_->addItem(QString(), kByComputation);
    off_ = new QPushButton(this);
    for (QComboBox* box : {token_, minus_, order_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        box->setMinimumContentsLength(6);
    }
    row->addWidget(tokenLabel_);
    row->addWidget(token_);
    row->addWidget(minusLabel_);
    row->addWidget(minus_);
    row->addWidget(order_);
    column->addLayout(row);
    bars_ = new BarList(this);
    column->addWidget(bars_, 1);
    auto* foot = new QHBoxLayout;
    sum_ = new QLabel(this);
    sum_->setProperty("role", "small");
    sum_->setWordWrap(true);
    sum_->setMinimumWidth(1); // a narrow window breaks lines rather than growing
    sum_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    foot->addWidget(sum_, 1);
    foot->addWidget(off_, 0, Qt::AlignTop);
    column->addLayout(foot);
    connect(token_, &QComboBox::currentIndexChanged, this, &AttributionPanel::requestChanged);
    connect(minus_, &QComboBox::currentIndexChanged, this, &AttributionPanel::requestChanged);
    connect(order_, &QComboBox::currentIndexChanged, this, &AttributionPanel::fill);
    connect(bars_, &BarList::currentChanged, this, [this] {
        const Contribution* part = chosen();
        off_->setEnabled(part != nullptr &&
                         (part->kind == ContributionKind::Head || part->kind == ContributionKind::Mlp ||
                          part->kind == ContributionKind::Expert));
        if (part != nullptr)
            emit partChosen(part->iLayer, part->kind == ContributionKind::Head ? part->iHead : -1);
    });
    connect(bars_, &BarList::unfoldAsked, this, [this](int index, QPoint at) {
        if (attribution_ && index >= 0 && index < int(shown_.size()))
            emit unfoldAsked(int(shown_[std::size_t(index)]), at);
    });
    connect(off_, &QPushButton::clicked, this, [this] {
        if (const Contribution* part = chosen())
            emit switchOffAsked(*part);
    });
    off_->setEnabled(false);
    retranslate();
}

const Contribution* AttributionPanel::chosen() const {
    const int at = bars_->current();
    if (!attribution_ || at < 0 || at >= int(shown_.size()) ||
        shown_[std::size_t(at)] >= attribution_->contributions.size())
        return nullptr;
    return &attribution_->contributions[shown_[std::size_t(at)]];
}

void AttributionPanel::setCandidates(const std::vector<TokenId>& tokens, const Piece& piece) {
    const QSignalBlocker quietToken(token_), quietMinus(minus_);
    const QVariant token = token_->currentData(), minus = minus_->currentData();
    token_->clear();
    minus_->clear();
    minus_->addItem(tr("nothing"), kNone);
    for (const TokenId id : tokens) {
        const QString text = QStringLiteral("\u201C%1\u201D").arg(piece(id));
        token_->addItem(text, id);
        minus_->addItem(text, id);
    }
    token_->setCurrentIndex(std::max(0, token_->findData(token)));
    minus_->setCurrentIndex(std::max(0, minus_->findData(minus)));
}

AttributionRequest AttributionPanel::request(std::int64_t position) const {
    AttributionRequest request;
    request.position = position;
    request.token = token_->count() > 0 ? token_->currentData().toInt() : -1;
    const int minus = minus_->count() > 0 ? minus_->currentData().toInt() : kNone;
    if (minus != kNone && minus != request.token)
        request.minus = minus;
    return request;
}

void AttributionPanel::setWaiting(const QString& sentence) {
    attribution_.reset();
    minusRun_.reset();
    waiting_ = sentence;
    fill();
}

void AttributionPanel::setAttribution(Attribution attribution, const Piece& piece, std::optional<Attribution> minus) {
    attribution_ = std::move(attribution);
    minusRun_ = std::move(minus);
    piece_ = piece;
    fill();
}

double AttributionPanel::valueOf(const Contribution& part) const {
    if (!minusRun_)
        return part.logit;
    for (const Contribution& other : minusRun_->contributions)
        if (other.kind == part.kind && other.iLayer == part.iLayer && other.iHead == part.iHead)
            return part.logit - other.logit;
    return part.logit; // an intervention of this run alone, an expert that only this run chose
}

std::optional<double> AttributionPanel::logitThere(std::size_t contribution) const {
    if (!attribution_ || !minusRun_ || contribution >= attribution_->contributions.size())
        return std::nullopt;
    const Contribution& part = attribution_->contributions[contribution];
    return part.logit - valueOf(part);
}

QString AttributionPanel::partName(const Contribution& part) {
    switch (part.kind) {
    case ContributionKind::Embedding:
        return tr("Embedding");
    case ContributionKind::Position:
        return tr("Position embedding");
    case ContributionKind::Head:
        return tr("Layer %1, head %2").arg(part.iLayer).arg(part.iHead);
    case ContributionKind::AttnBias:
        return tr("Layer %1, attention bias").arg(part.iLayer);
    case ContributionKind::Mlp:
        return tr("Layer %1, MLP").arg(part.iLayer);
    case ContributionKind::Expert:
        return tr("Layer %1, expert %2").arg(part.iLayer).arg(part.iHead);
    case ContributionKind::Intervention:
        return tr("Layer %1, an intervention").arg(part.iLayer);
    case ContributionKind::FinalBias:
        return tr("Biases of the output head");
    }
    return {};
}

QString AttributionPanel::sumText() const {
    if (!attribution_)
        return {};
    const Attribution& a = *attribution_;
    double sum = 0;
    for (const Contribution& part : a.contributions)
        sum += part.logit;
    const QString what =
        a.minus ? tr("logit of \u201C%1\u201D minus logit of \u201C%2\u201D").arg(piece_(a.token), piece_(*a.minus))
                : tr("logit of \u201C%1\u201D").arg(piece_(a.token));
    if (minusRun_) {
        double change = 0;
        for (const Contribution& part : a.contributions)
            change += valueOf(part);
        return tr("The parts\u2019 differences sum to %1; the %2 is %3 here and %4 there, %5. A part that only the "
                  "other "
                  "run has is not listed.")
            .arg(signedText(change, 5), what, numberText(a.total, 6), numberText(minusRun_->total, 6),
                 signedText(a.total - minusRun_->total, 5));
    }
    QString text = tr("The %Ln parts sum to %1; the model computed %2 (%3). Left over by rounding: %4.", nullptr,
                      int(a.contributions.size()))
                       .arg(numberText(sum, 6), numberText(a.total, 6), what, numberText(a.rest, 2));
    if (a.softcapped != a.total)
        text += QLatin1Char(' ') + tr("After the soft-cap: %1.").arg(numberText(a.softcapped, 6));
    for (const std::string& note : a.notes)
        text += QLatin1Char(' ') + noteText(note);
    return text;
}

void AttributionPanel::fill() {
    BarContent content;
    content.signedBars = true;
    content.unfolds = true;
    content.labelTitle = tr("Part");
    content.valueTitle = minusRun_ ? tr("Logit, minus the other run\u2019s") : tr("Logit");
    content.empty = waiting_;
    shown_.clear();
    if (attribution_) {
        const auto& parts = attribution_->contributions;
        shown_.resize(parts.size());
        std::iota(shown_.begin(), shown_.end(), std::size_t{0});
        if (order_->currentData().toInt() == kBySize)
            std::stable_sort(shown_.begin(), shown_.end(), [&](std::size_t a, std::size_t b) {
                return std::fabs(valueOf(parts[a])) > std::fabs(valueOf(parts[b]));
            });
        for (const std::size_t i : shown_) {
            Bar bar;
            bar.label = partName(parts[i]);
            bar.value = valueOf(parts[i]);
            bar.glass = parts[i].kind == ContributionKind::Head           ? Glass::Violet
                        : parts[i].kind == ContributionKind::Mlp          ? Glass::Cobalt
                        : parts[i].kind == ContributionKind::Expert       ? Glass::Teal
                        : parts[i].kind == ContributionKind::Intervention ? Glass::Ruby
                                                                          : Glass::Amber;
            content.bars.push_back(std::move(bar));
        }
    }
    bars_->setContent(std::move(content));
    sum_->setText(sumText());
    off_->setEnabled(false);
}

void AttributionPanel::retranslate() {
    tokenLabel_->setText(tr("Explain"));
    minusLabel_->setText(tr("minus"));
    token_->setAccessibleName(tr("Token to explain"));
    minus_->setAccessibleName(tr("Token to subtract"));
    order_->setAccessibleName(tr("Order of the parts"));
    if (minus_->count() > 0)
        minus_->setItemText(0, tr("nothing"));
    order_->setItemText(0, tr("Largest first"));
    order_->setItemText(1, tr("In order"));
    off_->setText(tr("Switch off"));
    off_->setToolTip(tr("Set this head or MLP to zero in the next answers; an expert is no longer chosen"));
    bars_->setAccessibleName(tr("Parts of the logit"));
    fill();
}

void AttributionPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace vitral
