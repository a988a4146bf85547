// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/cell_step.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QStyle>
#include <QTextDocumentFragment>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace vitral {
namespace {
constexpr int kFlashMs = 900;
}

CellStep::CellStep(int number, QWidget* parent) : QFrame(parent) {
    setProperty("kind", "card");
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(design::kSpace3, design::kSpace3, design::kSpace3, design::kSpace3);
    row->setSpacing(design::kSpace3);
    badge_ = new QLabel(QString::number(number), this);
    badge_->setProperty("role", "heading");
    badge_->setAlignment(Qt::AlignTop | Qt::AlignHCenter);
    badge_->setFixedWidth(design::kSpace5);
    badge_->setEnabled(false);
    row->addWidget(badge_);
    auto* column = new QVBoxLayout;
    column->setSpacing(design::kSpace1);
    title_ = new QLabel(this);
    title_->setProperty("role", "value");
    title_->setTextFormat(Qt::PlainText);
    title_->setWordWrap(true);
    formula_ = new QLabel(this);
    formula_->setFont(design::codeFont(design::TextRole::Body));
    formula_->setTextFormat(Qt::RichText);
    formula_->setTextInteractionFlags(Qt::TextBrowserInteraction);
    formula_->setWordWrap(true);
    sentence_ = new QLabel(this);
    sentence_->setProperty("role", "small");
    sentence_->setTextFormat(Qt::PlainText);
    sentence_->setWordWrap(true);
    fold_ = new QToolButton(this);
    fold_->setProperty("kind", "section");
    fold_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    fold_->setIconSize({design::kIconSmall, design::kIconSmall});
    fold_->hide();
    content_ = new QWidget(this);
    body_ = new QVBoxLayout(content_);
    body_->setContentsMargins(0, 0, 0, 0);
    for (QLabel* words : {title_, formula_, sentence_})
        words->setMinimumWidth(1); // a narrow window breaks lines rather than growing
    column->addWidget(title_);
    column->addWidget(formula_);
    column->addWidget(sentence_);
    column->addWidget(fold_, 0, Qt::AlignLeft);
    column->addWidget(content_);
    row->addLayout(column, 1);
    connect(formula_, &QLabel::linkActivated, this, &CellStep::linkActivated);
    connect(fold_, &QToolButton::clicked, this, [this] { setOpen(content_->isHidden()); });
}

void CellStep::setNumber(int number) {
    badge_->setText(QString::number(number));
}

void CellStep::setWords(const QString& title, const QString& formula, const QString& sentence) {
    title_->setText(title);
    formula_->setText(formula);
    formula_->setVisible(!formula.isEmpty());
    sentence_->setText(sentence);
    sentence_->setVisible(!sentence.isEmpty());
}

QString CellStep::formula() const {
    return QTextDocumentFragment::fromHtml(formula_->text()).toPlainText();
}

QString CellStep::sentence() const {
    return sentence_->text();
}

void CellStep::setFoldText(const QString& text) {
    fold_->setText(text);
    fold_->setVisible(!text.isEmpty());
    if (!text.isEmpty())
        setOpen(!content_->isHidden());
}

void CellStep::setOpen(bool open) {
    content_->setVisible(open);
    fold_->setIcon(
        design::icon(open ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right"), design::IconTone::Muted));
}

bool CellStep::isOpen() const {
    return !content_->isHidden();
}

void CellStep::flash() {
    const auto mark = [this](const char* kind) {
        setProperty("kind", kind);
        style()->unpolish(this);
        style()->polish(this);
    };
    mark("notice");
    QTimer::singleShot(kFlashMs, this, [mark] { mark("card"); });
}

} // namespace vitral
