// SPDX-License-Identifier: Apache-2.0
// The sum of rows ("king" minus "man" plus "woman"): its terms, each a field with a sign, and what lies near it.
#include "widgets/tokenroom/embedding_view.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/bar_list.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QPushButton>
#include <QToolButton>

#include <cmath>
#include <limits>

namespace vitral {

using namespace design;

void EmbeddingView::addTerm(bool negative, const QString& text) {
    if (nTerm() >= kMostTerms)
        return;
    Term term;
    term.negative = negative;
    term.box = new QWidget(termRow_);
    auto* row = new QHBoxLayout(term.box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2);
    term.sign = new QToolButton(term.box);
    term.field = new TokenField(term.box);
    term.field->setFixedWidth(150);
    term.remove = new QToolButton(term.box);
    term.remove->setIcon(design::icon(QStringLiteral("close"), IconTone::Muted));
    row->addWidget(term.sign);
    row->addWidget(term.field);
    row->addWidget(term.remove);
    term.wanted = text;
    term.field->setIndex(tables_->index());
    connect(term.sign, &QToolButton::clicked, this, [this, box = term.box] {
        for (int i = 0; i < nTerm(); ++i)
            if (terms_[std::size_t(i)].box == box)
                setTermNegative(i, !terms_[std::size_t(i)].negative);
    });
    connect(term.remove, &QToolButton::clicked, this, [this, box = term.box] { removeTerm(box); });
    connect(term.field, &TokenField::tokenChosen, this, [this] { computeSum(); });
    terms_.push_back(term);
    // Terms stand before the button that adds one.
    QLayout* flow = termRow_->layout();
    flow->removeWidget(add_);
    flow->removeWidget(unit_);
    flow->addWidget(term.box);
    flow->addWidget(add_);
    flow->addWidget(unit_);
    term.box->show();
    paintSigns();
}

void EmbeddingView::removeTerm(QWidget* box) {
    if (nTerm() <= 1)
        return;
    std::erase_if(terms_, [&](const Term& term) { return term.box == box; });
    box->hide();
    termRow_->layout()->removeWidget(box);
    box->deleteLater();
    paintSigns();
    computeSum();
}

void EmbeddingView::setTermNegative(int i, bool negative) {
    terms_[std::size_t(i)].negative = negative;
    paintSigns();
    computeSum();
}

void EmbeddingView::paintSigns() {
    for (std::size_t i = 0; i < terms_.size(); ++i) {
        Term& term = terms_[i];
        term.sign->setText(term.negative ? QString(QChar(0x2212)) : QStringLiteral("+"));
        term.sign->setToolTip(term.negative ? tr("Taken off the sum; click to add it")
                                            : tr("Added to the sum; click to take it off"));
        term.sign->setAccessibleName(term.sign->toolTip());
        term.field->setPlaceholderText(tr("token"));
        term.field->setAccessibleName(tr("Token %1 of the sum").arg(i + 1));
        term.remove->setAccessibleName(tr("Leave token %1 out").arg(i + 1));
        term.remove->setToolTip(tr("Leave it out"));
        term.remove->setVisible(terms_.size() > 1);
    }
    add_->setEnabled(nTerm() < kMostTerms);
    termRow_->updateGeometry();
}

void EmbeddingView::settleTerms() {
    for (Term& term : terms_)
        if (const QString wanted = std::exchange(term.wanted, {}); !wanted.isEmpty() && term.field->text().isEmpty()) {
            term.field->setToken(typedToken(*tables_->index(), wanted));
            if (term.field->token() < 0)
                term.field->setText(wanted);
        }
}

void EmbeddingView::computeSum() {
    std::vector<EmbeddingRows::Term> terms;
    bool wrong = false;
    for (const Term& term : terms_) {
        if (term.field->token() >= 0)
            terms.push_back({term.field->token(), term.negative ? -1.0F : 1.0F});
        wrong = wrong || term.field->isWrong();
    }
    sumError_.clear();
    if (!matrix_ || terms.empty() || wrong) {
        tokens().pool().cancel(this, "sum");
        summing_ = false;
        sum_.reset();
        say();
        return;
    }
    summing_ = true;
    using Answer = Result<EmbeddingRows::Arithmetic>;
    const auto how = unit_->isChecked() ? EmbeddingRows::Rows::UnitLength : EmbeddingRows::Rows::AsTheyAre;
    tokens().pool().ask(
        this, "sum",
        [matrix = matrix_, terms, how](const std::stop_token& stop) -> Answer {
            const std::lock_guard lock(matrix->busy);
            return matrix->rows->sum(terms, kNeighbours - 2, how, stop);
        },
        [this, matrix = matrix_](Answer answer) {
            summing_ = false;
            if (matrix != matrix_)
                return;
            sum_.reset();
            if (answer)
                sum_ = std::move(*answer);
            else
                sumError_ = answer.error().code == ErrorCode::InvalidArgument
                                ? tr("This sum comes to 0: it has no direction, so nothing is near it.")
                                : tokenRoomError(tr("The sum could not be computed."), answer.error());
            say();
            bringSums();
        },
        true);
}

} // namespace vitral
