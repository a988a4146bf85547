// SPDX-License-Identifier: Apache-2.0
// What the overview says: how exact it is, what a score means, and the scores of one head.
#include "widgets/inside/overview_view.h"
#include "widgets/inside/value_text.h"

#include <QComboBox>
#include <QLabel>
#include <QLocale>
#include <QToolButton>

#include <algorithm>

namespace vitral {

QString OverviewView::behaviourName(int measure) {
    if (measure == kHeadBehaviours)
        return tr("Spread (entropy)");
    switch (static_cast<HeadBehaviour>(measure)) {
    case HeadBehaviour::PreviousToken:
        return tr("Previous token");
    case HeadBehaviour::FirstToken:
        return tr("First token");
    case HeadBehaviour::Induction:
        return tr("Induction");
    case HeadBehaviour::DuplicateToken:
        return tr("Same token before");
    case HeadBehaviour::Local:
        return tr("Near tokens");
    case HeadBehaviour::LongRange:
        return tr("Far tokens");
    }
    return {};
}

QString OverviewView::meaning() const {
    const int which = measure();
    if (which < 0)
        return {};
    if (which == kHeadBehaviours)
        return tr("Spread: 1 looks at all tokens alike, 0 at a single one");
    const HeadScoreOptions options;
    QString what;
    switch (static_cast<HeadBehaviour>(which)) {
    case HeadBehaviour::PreviousToken:
        what = tr("weight on the token just before");
        break;
    case HeadBehaviour::FirstToken:
        what = tr("weight on the first token, where heads rest that have nothing to look for");
        break;
    case HeadBehaviour::Induction:
        what = tr("weight on the token that followed when the same token stood earlier: how a pattern is continued");
        break;
    case HeadBehaviour::DuplicateToken:
        what = tr("weight on earlier places of the same token");
        break;
    case HeadBehaviour::Local:
        what = tr("weight on the last %1 tokens").arg(options.local);
        break;
    case HeadBehaviour::LongRange:
        what = tr("weight on tokens %1 or more back, without the first").arg(options.far);
        break;
    }
    return tr("%1: %2; 0 is chance, 1 is all of it").arg(behaviourName(which), what);
}

QString OverviewView::scoresText(HeadName head) const {
    const std::optional<HeadScores> scores = scoring_ ? scoring_->find(head.iLayer, head.iHead) : std::nullopt;
    if (!scores)
        return {};
    QStringList parts;
    for (int i = 0; i < kHeadBehaviours; ++i) {
        const BehaviourScore& score = scores->behaviours[static_cast<std::size_t>(i)];
        if (i == measure() && score.nPosition == 0)
            parts << tr("%1: no such places in this text").arg(behaviourName(i).toLower());
        else if (score.nPosition > 0 && (i == measure() || score.contrast() >= 0.1))
            parts << tr("%1 %2 (by chance %3)")
                         .arg(behaviourName(i).toLower(), percentText(score.mass), percentText(score.uniform));
    }
    if (measure() == kHeadBehaviours)
        parts << tr("entropy %1 of at most %2 nats")
                     .arg(numberText(scores->entropy, 3), numberText(scores->uniformEntropy, 3));
    if (!scores->exact)
        parts << tr("scores from %1 sampled tokens").arg(countText(scores->nQuery));
    return parts.isEmpty() ? QString() : QStringLiteral(": ") + parts.join(QStringLiteral(", "));
}

QString OverviewView::statement() const {
    return statement_->text();
}

void OverviewView::refreshWords() {
    if (!recording() || !overview_) {
        statement_->clear();
        return;
    }
    const QLocale locale;
    const auto number = [&](std::int64_t n) { return locale.toString(static_cast<qlonglong>(n)); };
    QStringList parts;
    if (const QString text = meaning(); !text.isEmpty()) {
        parts << text;
        if (onProbe())
            parts
                << (!probeProblem_.isEmpty() ? probeProblem_
                    : scored_ == probe_ && probe_
                        ? tr("scored on the standard probe: %1 random tokens, twice").arg((probe_->nPosition() - 1) / 2)
                        : tr("reading the standard probe\u2026"));
    }
    const HeadName chosen = grid_->current();
    const auto known = scoring_ ? scoring_->find(chosen.iLayer, chosen.iHead) : std::nullopt;
    unfold_->setEnabled(known && measure() >= 0 &&
                        (measure() == kHeadBehaviours
                             ? known->nQuery
                             : known->behaviours[static_cast<std::size_t>(measure())].nPosition) > 0);
    const HeadName head = hovered_.iLayer >= 0 ? hovered_ : chosen;
    if (head.iLayer >= 0)
        parts << tr("Layer %1, head %2").arg(head.iLayer).arg(head.iHead) + scoresText(head);
    const Overview::Progress progress = overview_->progress();
    const ThumbnailPtr one = head.iLayer >= 0 ? overview_->find(head.iLayer, head.iHead) : overview_->find(0, 0);
    if (inside().other())
        parts << tr("this run minus %1: blue is more here, orange is less; means of blocks").arg(inside().otherName())
              << inside().alignmentText();
    if (inside().alignment() && !inside().alignment()->inStep)
        parts << tr("only tokens of both texts have rows and columns");
    if (one) {
        if (one->block > 1)
            parts << (inside().other()
                          ? tr("a pixel is a block of %1 \u00D7 %1 cells").arg(number(one->block))
                          : tr("a pixel is the largest weight of %1 \u00D7 %1 cells").arg(number(one->block)));
        else
            parts << tr("a pixel is one weight");
    }
    parts << tr("logarithmic");
    if (progress.nFinal < progress.nHead)
        parts << tr("%1 of %2 heads are exact so far, the others sampled")
                     .arg(number(progress.nFinal), number(progress.nHead));
    else if (one && !one->exact)
        parts << tr("sampled: the text is too long for exact thumbnails; open a head for exact values");
    else
        parts << tr("exact");
    const auto missing = std::count(recording()->attention.begin(), recording()->attention.end(), nullptr);
    if (missing > 0)
        parts << tr("%1 layers were not recorded").arg(number(missing));
    statement_->setText(parts.join(QStringLiteral("  \u00B7  ")));
    grid_->setAccessibleDescription(statement_->text());
}

void OverviewView::retranslate() {
    measure_->setItemText(0, tr("No score"));
    for (int i = 0; i <= kHeadBehaviours; ++i)
        measure_->setItemText(i + 1, behaviourName(i));
    measure_->setToolTip(tr("What to score the heads by"));
    measure_->setAccessibleName(measure_->toolTip());
    text_->setItemText(0, tr("On this text"));
    text_->setItemText(1, tr("On the standard probe"));
    text_->setToolTip(tr("The probe is random tokens and then the same again: only looking back can guess them"));
    text_->setAccessibleName(tr("What the scores are measured on"));
    order_->setItemText(0, tr("Layer by head"));
    order_->setItemText(1, tr("Highest score first"));
    order_->setToolTip(tr("Order of the heads"));
    order_->setAccessibleName(order_->toolTip());
    size_->setItemText(0, tr("Fit"));
    for (int i = 1; i < size_->count(); ++i)
        size_->setItemText(i, tr("%1 pixels").arg(size_->itemData(i).toInt()));
    size_->setToolTip(tr("Size of a head"));
    size_->setAccessibleName(size_->toolTip());
    grid_->setAccessibleName(tr("All heads"));
    unfold_->setToolTip(tr("Show the arithmetic of the chosen head's score"));
    unfold_->setAccessibleName(unfold_->toolTip());
    refreshWords();
}

} // namespace vitral
