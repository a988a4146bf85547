// SPDX-License-Identifier: Apache-2.0
// What the steps of a cell say: every number with its origin, rounded in one way, and where rounding shows.
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/inside/arithmetic.h"
#include "widgets/inside/bar_list.h"
#include "widgets/inside/cell_bars.h"
#include "widgets/inside/cell_step.h"
#include "widgets/inside/cell_view.h"
#include "widgets/inside/value_text.h"

#include <QLabel>
#include <QLocale>
#include <QPlainTextEdit>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vitral {
namespace {

constexpr int kDigits = 6;
constexpr std::size_t kMostBars = 12;
constexpr int kNarrow = 640; ///< width below which the formula is written smaller, so that it stays whole

QString n6(double value) {
    return sixDigits(value);
}
QString strong(const QString& text) {
    return strongText(text);
}

} // namespace

QString CellView::link(Step to, const QString& text) {
    return QStringLiteral("<a href=\"%1\">%2</a>").arg(static_cast<int>(to)).arg(text);
}

QString CellView::token(std::int64_t position) const {
    QString piece = inside().pieceText(position);
    piece.replace(QLatin1Char(' '), QChar::Nbsp); // a line must not break inside the quotes
    return QStringLiteral("%1\u00A0\u201C%2\u201D").arg(QLocale().toString(static_cast<qlonglong>(position)), piece);
}

QString CellView::comparedText() const {
    return compared_->isHidden() ? QString() : compared_->text();
}

void CellView::sayOther() {
    const RecordingPtr& other = inside().other();
    compared_->setVisible(cell_.has_value() && other != nullptr);
    if (!cell_ || !other)
        return;
    const CellArithmetic& c = *cell_;
    const auto at = static_cast<std::size_t>(layer_);
    const AttentionRecord* record = at < other->attention.size() ? other->attention[at].get() : nullptr;
    const std::int64_t query = inside().alignment()->of(c.iQuery), key = inside().alignment()->of(c.iKey);
    const QString& name = inside().otherName();
    if (record == nullptr || head_ >= record->geometry.nHead || query >= record->nPosition())
        compared_->setText(tr("In %1 this head was not recorded.").arg(name));
    else if (query < 0 || key < 0)
        compared_->setText(tr("In %1 token %2 has no partner: there is nothing to compare.")
                               .arg(name, token(query < 0 ? c.iQuery : c.iKey)));
    else {
        const AttentionCell there = attentionCell(*record, head_, query, key);
        compared_->setText(
            tr("In %1 (tokens %2 and %3) the score is %4 and the weight %5. This run minus that: score %6, weight %7.")
                .arg(name, QString::number(query), QString::number(key), numberText(double(there.capped)),
                     percentText(double(there.weight)), signedText(double(c.capped) - double(there.capped)),
                     percentChangeText(double(c.weight) - double(there.weight))));
    }
}

void CellView::sayVectors() {
    const CellArithmetic& c = *cell_;
    headline_->setText(tr("Layer %1, head %2: how much token %3 looks at token %4")
                           .arg(QString::number(layer_), QString::number(head_), token(c.iQuery), token(c.iKey)));
    QString weight;
    if (c.visible())
        weight = tr("weight") + QStringLiteral(" = e^(") + link(Softmax, tr("score")) + QStringLiteral(" \u2212 ") +
                 link(Softmax, tr("log-sum-exp")) + QStringLiteral(") = e^(") +
                 link(c.softcap > 0 ? SoftCap : Scale, n6(c.capped)) + QStringLiteral(" \u2212 ") +
                 link(Softmax, bracketed(c.recordedLse)) + QStringLiteral(") = ") + strong(n6(c.weight)) +
                 QStringLiteral("  (%1)").arg(percentText(c.weight));
    else
        weight = tr("weight") + QStringLiteral(" = ") + link(Mask, strong(QStringLiteral("0")));
    formula_->setFont(design::codeFont(width() < kNarrow ? design::TextRole::Body : design::TextRole::Title));
    formula_->setText(weight);
    rounding_->setText(
        tr("Computed in double precision from the recorded query (%1 bits) and key (%2 bits); shown with %3 "
           "significant digits.")
            .arg(record_->q.dtype() == DType::F32 ? 32 : 16)
            .arg(record_->k.dtype() == DType::F32 ? 32 : 16)
            .arg(kDigits));
    steps_[Vectors]->setWords(
        tr("Query and key"),
        tr("%1 numbers of token %2, %1 of token %3")
            .arg(QString::number(static_cast<int>(c.q.size())), token(c.iQuery).toHtmlEscaped(),
                 token(c.iKey).toHtmlEscaped()),
        c.iKvHead == c.iHead ? tr("After rotation, as the engine multiplied them. Point at a column for its numbers.")
                             : tr("After rotation, as the engine multiplied them. This query head shares key head %1 "
                                  "with others.")
                                   .arg(c.iKvHead));
}

void CellView::sayRotary() {
    if (!cell_)
        return;
    const CellArithmetic& c = *cell_;
    CellStep* step = steps_[Rotary];
    if (c.rope == nullptr) {
        step->setWords(tr("Rotation by position"), QString(),
                       tr("This model does not rotate queries and keys: positions enter elsewhere."));
        dials_->hide();
        return;
    }
    const int d = bars_->current();
    const CellArithmetic::Pair pair = c.pairOf(d);
    if (pair.index < 0) {
        step->setWords(tr("Rotation by position"), QString(),
                       tr("Dimension %1 is not rotated: only the first %2 are.").arg(d).arg(c.nRotary()));
        dials_->hide();
        return;
    }
    dials_->show();
    const std::int64_t a = pair.first ? d : pair.other;
    const std::int64_t b = pair.first ? pair.other : d;
    const auto hand = [&](const std::vector<double>& before, const std::vector<double>& after, std::int64_t position,
                          const QString& name) {
        RotaryDials::Hand h;
        h.before[0] = before[static_cast<std::size_t>(a)];
        h.before[1] = before[static_cast<std::size_t>(b)];
        h.after[0] = after[static_cast<std::size_t>(a)];
        h.after[1] = after[static_cast<std::size_t>(b)];
        h.angle = c.angle(pair.index, position);
        h.name = name + QLatin1Char('\n') + tr("%1 rad").arg(n6(h.angle));
        h.caption =
            QStringLiteral("(%1; %2)\n\u2192 (%3; %4)")
                .arg(numberText(h.before[0]), numberText(h.before[1]), numberText(h.after[0]), numberText(h.after[1]));
        return h;
    };
    dials_->setHands(hand(c.qBefore, c.q, c.iQuery, tr("query at %1").arg(c.iQuery)),
                     hand(c.kBefore, c.k, c.iKey, tr("key at %1").arg(c.iKey)));
    const double frequency = static_cast<double>(c.rope->inverseFrequency[static_cast<std::size_t>(pair.index)]);
    const double between = c.angle(pair.index, c.iQuery - c.iKey);
    step->setWords(
        tr("Rotation by position"),
        tr("dimensions %1 and %2: angle = position \u00D7 %3 = %4 rad and %5 rad, %6 rad apart")
            .arg(QString::number(a), QString::number(b), n6(frequency), n6(c.angle(pair.index, c.iQuery)),
                 n6(c.angle(pair.index, c.iKey)), n6(between)),
        c.rope->magnitude == 1.0F
            ? tr("Dashed: before; solid: after. Only the distance between the two tokens matters for their product.")
            : tr("Dashed: before; solid: after, made %1 times as long. Only the distance between the two tokens "
                 "matters for their product.")
                  .arg(n6(static_cast<double>(c.rope->magnitude))));
}

void CellView::sayScore() {
    const CellArithmetic& c = *cell_;
    steps_[Sum]->setWords(
        tr("Sum of the products"), sumText(c.product, c.dot),
        tr("The four largest products, then the other %1 together. All of them are in the table, with the running sum.")
            .arg(c.product.size() - std::min<std::size_t>(4, c.product.size())));
    steps_[Sum]->setFoldText(tr("All %1 products").arg(c.product.size()));
    const double root = 1 / (c.scale * c.scale);
    const bool usual = std::abs(root - static_cast<double>(c.q.size())) < 1e-3 * root;
    steps_[Scale]->setWords(
        tr("Scale"), link(Sum, n6(c.dot)) + QStringLiteral(" \u00D7 %1 = ").arg(n6(c.scale)) + strong(n6(c.scaled)),
        usual ? tr("%1 is 1 / \u221A%2: the number of dimensions keeps the scores from growing with it.")
                    .arg(n6(c.scale), QString::number(static_cast<int>(c.q.size())))
              : tr("This model's own factor."));
    const bool caps = c.softcap > 0;
    steps_[SoftCap]->setVisible(caps);
    if (caps)
        steps_[SoftCap]->setWords(tr("Soft cap"),
                                  QStringLiteral("%1 \u00D7 tanh(%2 / %1) = %3")
                                      .arg(n6(c.softcap), link(Scale, n6(c.scaled)), strong(n6(c.capped))),
                                  tr("Keeps scores between \u2212%1 and %1.").arg(n6(c.softcap)));
    QString mask;
    if (!c.causal)
        mask = tr("Token %1 comes after token %2: it cannot be seen, its weight is exactly 0.")
                   .arg(token(c.iKey), token(c.iQuery));
    else if (!c.inWindow)
        mask = tr("Token %1 is %2 tokens back; this layer sees %3. Its weight is exactly 0.")
                   .arg(token(c.iKey))
                   .arg(c.iQuery - c.iKey)
                   .arg(c.window);
    else if (c.window > 0)
        mask =
            tr("Visible: not later, and %1 tokens back, within the window of %2.").arg(c.iQuery - c.iKey).arg(c.window);
    else
        mask =
            tr("Visible: not later than token %1. What comes later is left out of the softmax.").arg(token(c.iQuery));
    steps_[Mask]->setWords(
        tr("Mask"),
        QStringLiteral("%1 \u2264 %2: %3")
            .arg(QString::number(c.iKey), QString::number(c.iQuery), c.causal ? tr("yes") : tr("no")),
        mask);
}

void CellView::saySoftmax() {
    const CellArithmetic& c = *cell_;
    std::vector<std::int64_t> byWeight(c.row.size());
    std::iota(byWeight.begin(), byWeight.end(), std::int64_t{0});
    std::sort(byWeight.begin(), byWeight.end(), [&](std::int64_t a, std::int64_t b) {
        return c.row[static_cast<std::size_t>(a)].weight > c.row[static_cast<std::size_t>(b)].weight;
    });
    std::vector<std::int64_t> shown(
        byWeight.begin(), byWeight.begin() + static_cast<std::ptrdiff_t>(std::min(kMostBars, byWeight.size())));
    const auto own = std::find_if(byWeight.begin(), byWeight.end(),
                                  [&](std::int64_t at) { return c.row[static_cast<std::size_t>(at)].key == c.iKey; });
    if (own != byWeight.end() && std::find(shown.begin(), shown.end(), *own) == shown.end())
        shown.back() = *own;
    BarContent content;
    content.labelTitle = QStringLiteral("key");
    content.valueTitle = QStringLiteral("weight");
    order_ = shown;
    double named = 0;
    for (const std::int64_t at : shown) {
        const CellTerm& term = c.row[static_cast<std::size_t>(at)];
        Bar bar;
        bar.label = token(term.key);
        bar.value = term.weight;
        bar.valueText = QStringLiteral("e^(%1) = %2").arg(n6(term.score - c.lse), n6(term.weight));
        bar.glass = term.key == c.iKey ? design::Glass::Amber : design::Glass::Cobalt;
        content.bars.push_back(bar);
        named += term.weight;
    }
    const auto add = [&](const QString& label, double value, design::Glass glass, bool isSum) {
        Bar bar;
        bar.label = label;
        bar.value = value;
        bar.valueText = n6(value);
        bar.glass = glass;
        bar.strong = isSum;
        content.bars.push_back(bar);
        order_.push_back(-1);
    };
    if (shown.size() < c.row.size())
        add(tr("the other %1 keys").arg(c.row.size() - shown.size()), c.rowSum - named, design::Glass::Teal, false);
    if (c.sink)
        add(tr("sink (nobody's token)"), c.sinkWeight, design::Glass::Rose, false);
    add(tr("sum"), c.rowSum + c.sinkWeight, design::Glass::Emerald, true);
    content.largest = 1;
    row_->setContent(std::move(content));
    row_->setFixedHeight(row_->pictureSize().height() + 4);

    QString formula;
    if (c.visible())
        formula = QStringLiteral("e^(%1 \u2212 %2) = %3")
                      .arg(link(c.softcap > 0 ? SoftCap : Scale, n6(c.capped)), bracketed(c.recordedLse),
                           strong(n6(c.weight)));
    const double difference = c.recordedLse - c.lse;
    steps_[Softmax]->setWords(
        tr("Softmax over the %1 keys that are seen").arg(c.row.size()), formula,
        tr("log-sum-exp is the logarithm of the sum of e^score over these keys: %1 as the engine recorded it, %2 from "
           "the numbers on this page; %3 apart, which is rounding.")
            .arg(numberText(c.recordedLse, 9), numberText(c.lse, 9), numberText(difference, 3)));
}

void CellView::sayTable() {
    const CellArithmetic& c = *cell_;
    const bool rotated = c.rope != nullptr;
    QString text = QStringLiteral("%1").arg(tr("dim"), 4);
    const auto head = [&](const QString& name) { text += QStringLiteral("  %1").arg(name, 12); };
    if (rotated) {
        head(tr("q before"));
        head(tr("k before"));
    }
    head(QStringLiteral("q"));
    head(QStringLiteral("k"));
    head(QStringLiteral("q \u00D7 k"));
    head(tr("sum"));
    for (std::size_t d = 0; d < c.q.size(); ++d) {
        text += QStringLiteral("\n%1").arg(static_cast<int>(d), 4);
        if (rotated) {
            head(n6(c.qBefore[d]));
            head(n6(c.kBefore[d]));
        }
        for (const double v : {c.q[d], c.k[d], c.product[d], c.running[d]})
            head(n6(v));
    }
    table_->setPlainText(text);
}

} // namespace vitral
