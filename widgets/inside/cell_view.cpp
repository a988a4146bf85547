// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/cell_view.h"

#include "core/trace/attention_map.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/bar_list.h"
#include "widgets/inside/cell_bars.h"
#include "widgets/inside/cell_step.h"
#include "widgets/inside/painted_export.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace vitral {
namespace {
constexpr int kColumnWidth = 920, kLeastDrawn = 180;

/// Steps under each other as one picture, for export.
class PageOf : public Painted {
public:
    explicit PageOf(QWidget& page) : page_(page) {}
    [[nodiscard]] QSize pictureSize() const override { return page_.size(); }
    void paintPicture(QPainter& painter) const override {
        page_.render(&painter, {}, {}, QWidget::DrawChildren | QWidget::IgnoreMask);
    }
    [[nodiscard]] QString csv() const override { return {}; }

private:
    QWidget& page_;
};

} // namespace

CellView::CellView(InsideController& inside, QWidget* parent) : InsideView(inside, parent) {
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    scroll_ = new QScrollArea(this);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setWidgetResizable(true);
    // A narrow window: lines break where they can, and what cannot scrolls.
    auto* page = new QWidget(scroll_);
    page->setProperty("kind", "page");
    auto* side = new QHBoxLayout(page);
    side->setContentsMargins(0, 0, design::kSpace2, design::kSpace4);
    auto* holder = new QWidget(page);
    holder->setMaximumWidth(kColumnWidth);
    auto* column = new QVBoxLayout(holder);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace2);
    side->addWidget(holder, 1);
    headline_ = new QLabel(holder);
    headline_->setTextFormat(Qt::PlainText);
    headline_->setWordWrap(true);
    formula_ = new QLabel(holder);
    formula_->setFont(design::codeFont(design::TextRole::Title));
    formula_->setTextInteractionFlags(Qt::TextBrowserInteraction);
    formula_->setWordWrap(true);
    rounding_ = new QLabel(holder);
    rounding_->setProperty("role", "small");
    rounding_->setWordWrap(true);
    compared_ = new QLabel(holder);
    compared_->setTextFormat(Qt::PlainText);
    compared_->setWordWrap(true);
    compared_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    for (QLabel* words : {headline_, formula_, rounding_, compared_})
        words->setMinimumWidth(1);
    column->addWidget(headline_);
    column->addWidget(formula_);
    column->addWidget(compared_);
    column->addWidget(rounding_);
    for (int i = 0; i < kStepCount; ++i) {
        steps_[i] = new CellStep(i + 1, holder);
        column->addWidget(steps_[i]);
        connect(steps_[i], &CellStep::linkActivated, this, &CellView::onLink);
    }
    connect(formula_, &QLabel::linkActivated, this, &CellView::onLink);
    column->addStretch(1);
    bars_ = new CellBars(holder);
    steps_[Vectors]->body()->addWidget(bars_);
    dials_ = new RotaryDials(holder);
    for (QWidget* drawn : {static_cast<QWidget*>(bars_), static_cast<QWidget*>(dials_)})
        drawn->setMinimumWidth(kLeastDrawn);
    steps_[Rotary]->body()->addWidget(dials_);
    table_ = new QPlainTextEdit(holder);
    table_->setReadOnly(true);
    table_->setLineWrapMode(QPlainTextEdit::NoWrap);
    table_->setFont(design::codeFont(design::TextRole::Small));
    table_->setMinimumHeight(220);
    steps_[Sum]->body()->addWidget(table_);
    steps_[Sum]->setOpen(false);
    row_ = new BarList(holder);
    row_->setMinimumHeight(220);
    steps_[Softmax]->body()->addWidget(row_);
    scroll_->setWidget(page);
    outer->addWidget(scroll_);
    connect(bars_, &CellBars::currentChanged, this, [this] { sayRotary(); });
    connect(row_, &BarList::activated, this, [this](int index) {
        const auto& terms = cell_ ? cell_->row : std::vector<CellTerm>{};
        if (index < 0 || index >= static_cast<int>(order_.size()))
            return;
        if (const std::int64_t at = order_[static_cast<std::size_t>(index)]; at >= 0)
            this->inside().selection().setCell(query_, terms[static_cast<std::size_t>(at)].key, this);
    });
    CellView::retranslate();
}

CellView::~CellView() = default;

QString CellView::title() const {
    return tr("Cell");
}

QString CellView::help() const {
    return tr("One weight, worked out with the recorded numbers. Click an underlined number to see where it comes "
              "from, a bar to see its rotation; double click a key in the last step to go to its cell.");
}

QString CellView::missing(bool* offersRecordAgain) const {
    const bool any = std::any_of(recording()->attention.begin(), recording()->attention.end(),
                                 [](const auto& layer) { return layer != nullptr; });
    if (offersRecordAgain != nullptr)
        *offersRecordAgain = !any;
    return any ? QString() : tr("This run was recorded without attention.");
}

void CellView::compute() {
    const Selection& s = selection();
    const auto& attention = recording()->attention;
    layer_ = s.layer;
    if (layer_ < 0) {
        const auto first = std::find_if(attention.begin(), attention.end(), [](const auto& l) { return l != nullptr; });
        layer_ = static_cast<int>(first - attention.begin());
    }
    head_ = std::max(0, s.head);
    record_ = layer_ < static_cast<int>(attention.size()) ? attention[static_cast<std::size_t>(layer_)] : nullptr;
    cell_.reset();
    if (!record_ || record_->nPosition() == 0)
        return;
    query_ = s.position >= 0 ? s.position : std::min(inside().newestQuery(), record_->nPosition() - 1);
    key_ = s.key;
    if (key_ < 0) { // a token alone is chosen: the key it looks at most, and not the first, where most rest
        std::vector<float> weights(static_cast<std::size_t>(std::min(query_ + 1, record_->nPosition())));
        attentionRow(*record_, std::min(head_, record_->geometry.nHead - 1), std::min(query_, record_->nPosition() - 1),
                     MapValue::Weight, weights);
        const auto from = weights.size() > 1 ? weights.begin() + 1 : weights.begin();
        key_ = std::max_element(from, weights.end()) - weights.begin();
    }
    cell_ = cellArithmetic(*record_, head_, query_, key_);
}

void CellView::refresh() {
    if (!recording())
        return;
    compute();
    for (CellStep* step : steps_)
        step->setVisible(cell_.has_value());
    formula_->setVisible(cell_.has_value());
    rounding_->setVisible(cell_.has_value());
    sayOther();
    if (!cell_) {
        headline_->setText(tr("Nothing is recorded of layer %1, head %2 for these tokens. Choose another cell in the "
                              "matrix.")
                               .arg(layer_)
                               .arg(head_));
        return;
    }
    bars_->setValues(cell_->q, cell_->k, cell_->product);
    sayVectors();
    sayRotary();
    sayScore();
    saySoftmax();
    sayTable();
    int number = 0;
    for (CellStep* step : steps_)
        if (!step->isHidden())
            step->setNumber(++number);
}

void CellView::otherChanged() {
    refresh();
}

void CellView::recordingChanged(bool) {
    refresh();
}

void CellView::selectionChanged(const Selection&, QObject*) {
    refresh();
}

void CellView::showDimension(int dimension) {
    bars_->setCurrent(dimension);
}

QString CellView::headline() const {
    return headline_->text();
}

void CellView::unfold(Step which) {
    steps_[which]->setOpen(true);
    scroll_->ensureWidgetVisible(steps_[which], 0, design::kSpace3);
    steps_[which]->flash();
}

void CellView::onLink(const QString& link) {
    bool good = false;
    const int which = link.toInt(&good);
    if (good && which >= 0 && which < kStepCount)
        unfold(static_cast<Step>(which));
}

QStringList CellView::exportFormats() const {
    return {QStringLiteral("pdf"), QStringLiteral("svg"), QStringLiteral("png"), QStringLiteral("csv")};
}

Result<void> CellView::exportAs(const QString& path, const QString& format, double scale) {
    if (format == QLatin1String("csv"))
        return exportPainted({bars_}, path, format, scale);
    const PageOf page(*scroll_->widget());
    return exportPainted({&page}, path, format, scale);
}

void CellView::retranslate() {
    bars_->setAccessibleName(tr("Query, key and product by dimension"));
    row_->setAccessibleName(tr("Keys of this row by weight"));
    table_->setAccessibleName(tr("All products"));
    refresh();
}

} // namespace vitral
