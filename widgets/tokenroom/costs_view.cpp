// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/costs_view.h"

#include "widgets/chat/chat_controller.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/value_text.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>

namespace vitral {

using namespace design;

namespace {
constexpr int kMostAnswer = 10'000'000;

/// Names of several lines keep away from the row above and below.
class RoomyDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        return QStyledItemDelegate::sizeHint(option, index) + QSize(0, kSpace3);
    }
};

} // namespace

CostsView::CostsView(TokenController& tokens, QWidget* parent)
    : TokenView(tokens, parent), model_(new CostsModel(this)), kept_(tokens.folder(), QStringLiteral("costs"), [this] {
          QJsonObject state = model_->save();
          state[QStringLiteral("answer")] = answer_->value();
          return state;
      }) {
    amounts_ = new QLabel(this);
    amounts_->setWordWrap(true);
    amounts_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    answerLabel_ = new QLabel(this);
    answer_ = new QSpinBox(this);
    answer_->setRange(0, kMostAnswer);
    answer_->setGroupSeparatorShown(true);
    answer_->setValue(int(model_->amounts().answer));
    currencyLabel_ = new QLabel(this);
    currency_ = new QLineEdit(this);
    currency_->setMaxLength(12);
    currency_->setFixedWidth(80);
    add_ = new QPushButton(this);
    add_->setIcon(design::icon(QStringLiteral("plus")));
    remove_ = new QPushButton(this);
    examples_ = new QPushButton(this);
    note_ = new QLabel(this);
    note_->setProperty("role", "small");
    note_->setWordWrap(true);

    table_ = new QTableView(this);
    table_->setModel(model_);
    table_->setItemDelegate(new RoomyDelegate(table_));
    table_->setSelectionBehavior(QAbstractItemView::SelectItems);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed |
                            QAbstractItemView::AnyKeyPressed | QAbstractItemView::SelectedClicked);
    table_->setShowGrid(false);
    table_->setFrameShape(QFrame::NoFrame);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(kControlHeight + kSpace4);
    table_->verticalHeader()->setMinimumSectionSize(kControlHeight +
                                                    kSpace4); // a name of three lines makes a row taller
    table_->verticalHeader()->setMaximumSectionSize(4 * kControlHeight);
    table_->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table_->horizontalHeader()->setSectionResizeMode(CostsModel::kName, QHeaderView::Stretch);
    table_->horizontalHeader()->setMinimumSectionSize(72);
    table_->setTextElideMode(Qt::ElideMiddle);
    table_->setTabKeyNavigation(false);

    auto* controls = new QWidget(this);
    auto* flow = new FlowRow(controls);
    for (QWidget* widget :
         {labelled(controls, answerLabel_, answer_), labelled(controls, currencyLabel_, currency_),
          static_cast<QWidget*>(add_), static_cast<QWidget*>(remove_), static_cast<QWidget*>(examples_)})
        flow->addWidget(widget);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, kSpace1, 0, 0);
    column->setSpacing(kSpace2);
    column->addWidget(amounts_);
    column->addWidget(controls);
    column->addWidget(table_, 1);
    column->addWidget(note_);

    if (const QJsonObject kept = kept_.read(); !kept.isEmpty()) {
        model_->restore(kept);
        answer_->setValue(kept[QStringLiteral("answer")].toInt(answer_->value()));
    }
    currency_->setText(model_->currency());
    connect(model_, &CostsModel::edited, this, [this] { kept_.changed(); });
    connect(answer_, &QSpinBox::valueChanged, this, [this] {
        count();
        kept_.changed();
    });
    connect(currency_, &QLineEdit::textChanged, model_, &CostsModel::setCurrency);
    connect(add_, &QPushButton::clicked, this, [this] {
        const int row = model_->addRow({tr("New row"), 0, 0, 0});
        if (row < 0)
            return;
        table_->setCurrentIndex(model_->index(row, CostsModel::kName));
        table_->edit(model_->index(row, CostsModel::kName));
    });
    connect(remove_, &QPushButton::clicked, this, [this] { model_->removeRow(table_->currentIndex().row()); });
    connect(examples_, &QPushButton::clicked, this, [this] { model_->setExamples(); });
    connect(table_->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& now) { remove_->setEnabled(now.isValid()); });
    remove_->setEnabled(false);
    if (tokens.chat() != nullptr)
        connect(tokens.chat(), &ChatController::contextChanged, this, [this] {
            if (isVisible())
                count();
        });
    retranslate();
}

QString CostsView::title() const {
    return tr("Costs");
}

QString CostsView::help() const {
    return tr(
        "What the text and the conversation would cost, and how much of the context they fill, by your own prices. "
        "Double-click a price to change it.");
}

void CostsView::textChanged(std::size_t, std::size_t, std::size_t) {
    count();
}

void CostsView::tokenizersChanged() {
    count();
}

void CostsView::cutChanged(int) {
    count();
}

void CostsView::count() {
    TokenAmounts amounts;
    const OpenTokenizer* current = tokens().currentTokenizer();
    if (current != nullptr && current->cut)
        amounts.text = std::int64_t(current->cut->nToken());
    if (tokens().chat() != nullptr && tokens().chat()->context() && tokens().chat()->count() > 0)
        amounts.conversation = std::int64_t(tokens().chat()->context()->ids.size());
    amounts.answer = answer_->value();
    model_->setAmounts(amounts);
    amounts_->setText(amountsText());
}

QString CostsView::amountsText() const {
    const TokenAmounts& amounts = model_->amounts();
    QStringList parts;
    const OpenTokenizer* current = tokens().currentTokenizer();
    if (current == nullptr)
        parts += tr("Open a tokenizer to count the tokens of the text.");
    else if (amounts.text)
        parts += tr("The text of this room has %1 tokens with %2.").arg(countText(*amounts.text), current->name);
    else
        parts += current->error.isEmpty() && current->cutError.isEmpty() ? tr("Counting the tokens of the text\u2026")
                                                                         : current->error + current->cutError;
    parts += amounts.conversation ? tr("The open conversation has %1 tokens, as the loaded model receives it.")
                                        .arg(countText(*amounts.conversation))
                                  : tr("No conversation is open.");
    return parts.join(QLatin1Char(' '));
}

void CostsView::retranslate() {
    answerLabel_->setText(tr("Answer, in tokens"));
    currencyLabel_->setText(tr("Currency"));
    add_->setText(tr("Add a row"));
    remove_->setText(tr("Remove the row"));
    examples_->setText(tr("Back to the examples"));
    table_->setAccessibleName(tr("Prices and costs"));
    note_->setText(
        tr("The rows you begin with are examples, not offers: put in the prices that you pay. Other models count "
           "other tokens for the same text; a price is right for the tokenizer that is chosen above."));
    emit model_->headerDataChanged(Qt::Horizontal, 0, CostsModel::kColumnCount - 1);
    count();
}

} // namespace vitral
