// SPDX-License-Identifier: Apache-2.0
#include "widgets/panels/welcome.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

namespace vitral {

namespace {
constexpr int kFrameShare = 20; // parts of the row's width, with one more part left empty on each side
} // namespace

Welcome::Welcome(QWidget* parent) : QWidget(parent) {
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    auto* scroll = new QScrollArea(this); // on a small screen nothing may overlap
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* page = new QWidget(scroll);
    page->setProperty("kind", "page");
    scroll->setWidget(page);
    whole->addWidget(scroll);
    auto* outer = new QVBoxLayout(page);
    outer->setContentsMargins(design::kSpace5, design::kSpace5, design::kSpace5, design::kSpace5);
    outer->addStretch(2);
    auto* column = new QVBoxLayout;
    column->setSpacing(design::kSpace2);
    mark_ = new QLabel(this);
    mark_->setAlignment(Qt::AlignCenter);
    title_ = new QLabel(this);
    title_->setProperty("role", "display");
    title_->setAlignment(Qt::AlignCenter);
    title_->setWordWrap(true);
    line_ = new QLabel(this);
    line_->setAlignment(Qt::AlignCenter);
    line_->setWordWrap(true);
    line_->setProperty("role", "small");
    pick_ = new QPushButton(this);
    column->addWidget(mark_);
    column->addSpacing(design::kSpace2);
    column->addWidget(title_);
    column->addWidget(line_);
    column->addSpacing(design::kSpace1);
    column->addWidget(pick_, 0, Qt::AlignCenter);
    column->addSpacing(design::kSpace5);
    grid_ = new QGridLayout;
    grid_->setSpacing(design::kSpace3);
    for (int i = 0; i < 4; ++i) {
        auto* b = new QPushButton(this);
        b->setProperty("kind", "suggestion");
        b->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // equal columns
        connect(b, &QPushButton::clicked, this, [this, b] { emit suggestionChosen(b->text()); });
        suggestions_.push_back(b);
    }
    column->addLayout(grid_);
    frame_ = new QWidget(this);
    frame_->setMaximumWidth(design::kReadingWidth);
    frame_->setLayout(column);
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(frame_, kFrameShare);
    row->addStretch(1);
    outer->addLayout(row);
    outer->addStretch(3);
    connect(pick_, &QPushButton::clicked, this, &Welcome::modelPickerAsked);
    retranslate();
}

void Welcome::setModel(const QString& name, bool bundled) {
    model_ = name;
    bundled_ = bundled;
    retranslate();
}

void Welcome::retranslate() {
    mark_->setPixmap(design::iconPixmap(QStringLiteral("vitral"), Qt::black, 72, devicePixelRatioF()));
    title_->setText(tr("What shall we look at?"));
    if (model_.isEmpty())
        line_->setText(tr("No model is loaded yet. Choose one, or drop a .gguf file here."));
    else if (bundled_)
        line_->setText(
            tr("%1 came with the program. It is tiny: it greets, tells small stories and explains a few words, and is "
               "often wrong. "
               "For better answers, download a GGUF model of 1 to 8 billion parameters and drop the file here.")
                .arg(model_));
    else
        line_->setText(tr("%1 answers. Everything stays on this computer.").arg(model_));
    pick_->setText(tr("Choose another model\u2026"));
    pick_->setVisible(model_.isEmpty() || bundled_);
    const QString texts[] = {tr("Hello! Who are you?"), tr("Tell me a short story about a cat."),
                             tr("What is a token?"), tr("What does attention do in a transformer?")};
    for (std::size_t i = 0; i < suggestions_.size(); ++i)
        suggestions_[i]->setText(texts[i]);
    arrange();
}

void Welcome::arrange() {
    int widest = 0;
    for (const QPushButton* b : suggestions_) {
        b->ensurePolished(); // before it is shown, the hint would lack the style's padding
        widest = std::max(widest, b->sizeHint().width());
    }
    mark_->setVisible(height() > 420);
    // What the frame really gets: the row less its margins and the two empty parts.
    const int row = width() - 2 * design::kSpace5;
    const int room = std::min(row * kFrameShare / (kFrameShare + 2), design::kReadingWidth);
    const int columns = 2 * widest + design::kSpace3 <= room ? 2 : 1;
    if (columns == nColumn_)
        return;
    nColumn_ = columns;
    for (std::size_t i = 0; i < suggestions_.size(); ++i) {
        grid_->removeWidget(suggestions_[i]);
        grid_->addWidget(suggestions_[i], static_cast<int>(i) / columns, static_cast<int>(i) % columns);
    }
    grid_->setColumnStretch(0, 1);
    grid_->setColumnStretch(1, columns == 2 ? 1 : 0);
}

void Welcome::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

void Welcome::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace vitral
