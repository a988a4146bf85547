// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/vocabulary_view.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/value_text.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QRegularExpression>
#include <QSpinBox>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <optional>

namespace vitral {

using namespace design;

namespace {

constexpr int kTypingMs = 120;
constexpr int kMostBytes = 2048; ///< core's longest piece
constexpr int kAnyScript = -1;

/// Room at both sides of a cell, so that a number and the word behind it stay apart.
class RoomyCells : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        if ((option.state & QStyle::State_Selected) != 0)
            painter->fillRect(option.rect, paletteFor(option.widget).accentSoft);
        QStyleOptionViewItem inner = option;
        inner.rect.adjust(kSpace1, 0, -kSpace1, 0);
        QStyledItemDelegate::paint(painter, inner, index);
    }
};

QWidget* together(QWidget* parent, std::initializer_list<QWidget*> widgets) {
    auto* box = new QWidget(parent);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace1);
    for (QWidget* widget : widgets)
        row->addWidget(widget);
    return box;
}

/// "#5" or "#5-9" (also with two dots or a colon between): ids. Nothing: it is a text.
std::optional<std::pair<TokenId, TokenId>> idsOf(const QString& text) {
    static const QRegularExpression pattern(QStringLiteral("^#(\\d{1,9})(?:(?:-|:|\\.\\.)(\\d{1,9}))?$"));
    const QRegularExpressionMatch match = pattern.match(text.trimmed());
    if (!match.hasMatch())
        return std::nullopt;
    const TokenId first = match.captured(1).toInt();
    return std::pair(first, match.captured(2).isEmpty() ? first : match.captured(2).toInt());
}

} // namespace

VocabularyView::VocabularyView(TokenController& tokens, QWidget* parent)
    : TokenView(tokens, parent), tables_(VocabularyTables::of(tokens)), model_(new VocabularyModel(this)),
      search_(new QLineEdit(this)), expression_(new QCheckBox(this)), unreachable_(new QCheckBox(this)),
      undertrained_(new QCheckBox(this)), script_(new QComboBox(this)), bytesLabel_(new QLabel(this)),
      toLabel_(new QLabel(this)), rule_(new QLabel(this)), status_(new QLabel(this)), minBytes_(new QSpinBox(this)),
      maxBytes_(new QSpinBox(this)), table_(new QTableView(this)), open_(new QPushButton(this)) {
    search_->setClearButtonEnabled(true);
    search_->setMinimumWidth(220);
    search_->addAction(design::icon(QStringLiteral("search"), IconTone::Muted), QLineEdit::LeadingPosition);
    minBytes_->setRange(0, kMostBytes);
    maxBytes_->setRange(0, kMostBytes);
    maxBytes_->setValue(kMostBytes);
    bytesLabel_->setBuddy(minBytes_);
    script_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    for (QLabel* label : {rule_, status_}) {
        label->setWordWrap(true);
        label->setProperty("role", QStringLiteral("small"));
    }
    rule_->hide();

    table_->setModel(model_);
    table_->setItemDelegate(new RoomyCells(table_));
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->setShowGrid(false);
    table_->setAlternatingRowColors(false);
    table_->setWordWrap(false);
    table_->setTabKeyNavigation(false);
    table_->setSortingEnabled(false); // the model does not sort; the header asks for a search in that order
    table_->setFrameShape(QFrame::NoFrame);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    QHeaderView* header = table_->horizontalHeader();
    header->setSectionsClickable(true);
    header->setSortIndicatorShown(true);
    header->setSortIndicator(VocabularyModel::kId, Qt::AscendingOrder);
    header->setHighlightSections(false);
    header->setStretchLastSection(true);

    auto* controls = new QWidget(this);
    auto* flow = new FlowRow(controls);
    for (QWidget* widget :
         {static_cast<QWidget*>(search_), static_cast<QWidget*>(expression_), static_cast<QWidget*>(script_),
          together(controls, {bytesLabel_, minBytes_, toLabel_, maxBytes_}), static_cast<QWidget*>(unreachable_),
          static_cast<QWidget*>(undertrained_)})
        flow->addWidget(widget);
    auto* bottom = new QHBoxLayout;
    bottom->addWidget(status_, 1);
    bottom->addWidget(open_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, kSpace1, 0, 0);
    column->setSpacing(kSpace2);
    column->addWidget(controls);
    column->addWidget(rule_);
    column->addWidget(table_, 1);
    column->addLayout(bottom);

    timer_.setSingleShot(true);
    timer_.setInterval(kTypingMs);
    connect(&timer_, &QTimer::timeout, this, &VocabularyView::find);
    const auto soon = [this] {
        if (!filling_)
            timer_.start();
    };
    connect(search_, &QLineEdit::textChanged, this, soon);
    connect(expression_, &QCheckBox::toggled, this, soon);
    connect(script_, &QComboBox::currentIndexChanged, this, soon);
    connect(minBytes_, &QSpinBox::valueChanged, this, soon);
    connect(maxBytes_, &QSpinBox::valueChanged, this, soon);
    connect(unreachable_, &QCheckBox::toggled, this, soon);
    connect(undertrained_, &QCheckBox::toggled, this, soon);
    connect(header, &QHeaderView::sortIndicatorChanged, this, soon);
    connect(tables_, &VocabularyTables::changed, this, &VocabularyView::tablesChanged);
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& now) { choose(now.row(), false); });
    connect(table_, &QTableView::activated, this, [this](const QModelIndex& at) { choose(at.row(), true); });
    connect(open_, &QPushButton::clicked, this, [this] { emit viewAsked(QStringLiteral("embedding")); });
    connect(search_, &QLineEdit::returnPressed, table_, [this] { table_->setFocus(); });
    retranslate();
}

VocabularyView::~VocabularyView() {
    tokens().pool().cancelAll(this);
}

QString VocabularyView::title() const {
    return tr("Vocabulary");
}

QString VocabularyView::help() const {
    return tr(
        "Every entry of the tokenizer. Search by text, by expression or by id (#300, #300-400), filter, and click a "
        "column\u2019s title to sort by it. The token you choose is shown in the other pages.");
}

QString VocabularyView::missing() const {
    const OpenTokenizer* current = tokens().currentTokenizer();
    if (current == nullptr)
        return tr("Open a tokenizer to see its vocabulary.");
    if (!current->error.isEmpty())
        return current->error;
    return tables_->indexError();
}

bool VocabularyView::busy() const {
    return tables_->busy() || finding_ || timer_.isActive();
}

void VocabularyView::tokenizersChanged() {
    tables_->wantIndex();
    tables_->wantMatrix();
    tablesChanged();
}

void VocabularyView::showEvent(QShowEvent* event) {
    TokenView::showEvent(event);
    tables_->wantIndex();
    tables_->wantMatrix();
    tablesChanged(); // they may have come while another page was shown
}

void VocabularyView::tablesChanged() {
    if (!isVisible())
        return;
    const bool another = tables_->index() != index_;
    index_ = tables_->index();
    model_->setTables(index_, tables_->matrix());
    undertrained_->setEnabled(tables_->matrix() != nullptr || undertrained_->isChecked());
    undertrained_->setToolTip(tables_->matrixError());
    for (const int column : {int(VocabularyModel::kNorm), int(VocabularyModel::kDistance)})
        table_->setColumnHidden(column, !tables_->matrix());
    table_->setColumnHidden(VocabularyModel::kScore, model_->scoreKind() == VocabularyModel::ScoreKind::None);
    if (another)
        fillScripts();
    find();
    emit stateChanged();
}

void VocabularyView::fillScripts() {
    filling_ = true;
    const QVariant before = script_->currentData();
    script_->clear();
    script_->addItem(tr("Every script"), kAnyScript);
    if (index_) {
        const std::vector<std::size_t> counts = index_->countByScript();
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < counts.size(); ++i)
            if (counts[i] > 0)
                order.push_back(i);
        std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return counts[a] > counts[b]; });
        for (const std::size_t i : order)
            script_->addItem(tr("%1 (%2)").arg(VocabularyModel::scriptName(i), countText(std::int64_t(counts[i]))),
                             int(i));
    }
    const int at = script_->findData(before);
    script_->setCurrentIndex(at >= 0 ? at : 0);
    filling_ = false;
}

Result<VocabularyQuery> VocabularyView::query() const {
    VocabularyQuery query;
    if (const auto ids = idsOf(search_->text()); ids && !expression_->isChecked()) {
        query.filter.firstId = ids->first;
        query.filter.lastId = ids->second;
    } else if (expression_->isChecked()) {
        query.filter.regex = search_->text().toStdString();
    } else {
        query.filter.text = search_->text().toStdString();
    }
    if (minBytes_->value() > 0)
        query.filter.minBytes = std::uint32_t(minBytes_->value());
    if (maxBytes_->value() < kMostBytes)
        query.filter.maxBytes = std::uint32_t(maxBytes_->value());
    if (script_->currentData().isValid() && script_->currentData().toInt() != kAnyScript)
        query.filter.script = std::uint8_t(script_->currentData().toInt());
    query.filter.onlyUnreachable = unreachable_->isChecked();
    query.onlyUndertrained = undertrained_->isChecked();
    using Order = VocabularyQuery::Order;
    constexpr Order kOrders[] = {Order::Id,    Order::Text,  Order::Length, Order::Script,
                                 Order::Score, Order::Reach, Order::Norm,   Order::Distance};
    const int section = table_->horizontalHeader()->sortIndicatorSection();
    query.order = kOrders[section >= 0 && section < VocabularyModel::kColumnCount ? section : 0];
    query.descending = table_->horizontalHeader()->sortIndicatorOrder() == Qt::DescendingOrder;
    return query;
}

void VocabularyView::find() {
    timer_.stop();
    if (!index_) {
        say();
        return;
    }
    const Result<VocabularyQuery> wanted = query();
    finding_ = true;
    using Found = Result<std::vector<TokenId>>;
    tokens().pool().ask(
        this, "find",
        [index = index_, matrix = tables_->matrix(), wanted = *wanted](const std::stop_token&) {
            return findEntries(*index, matrix.get(), wanted);
        },
        [this, index = index_](Found found) {
            finding_ = false;
            if (index != index_)
                return;
            error_ = found ? QString() : tokenRoomError(tr("This search cannot be made."), found.error());
            model_->setFound(found ? std::move(*found) : std::vector<TokenId>());
            showSelection();
            say();
        },
        true);
    say();
}

void VocabularyView::say() {
    rule_->setText(ruleText());
    rule_->setVisible(!rule_->text().isEmpty());
    status_->setText(statusText());
    open_->setEnabled(tokens().selection().id >= 0);
}

QString VocabularyView::ruleText() const {
    QStringList rules;
    if (unreachable_->isChecked())
        rules +=
            tr("Unreachable: the token\u2019s own text, which must pass the normaliser unchanged and the pre-tokeniser "
               "in one piece, is not encoded as that token alone. Special, added, unused and byte tokens, and tokens "
               "that begin or end inside a character, are not judged.");
    if (undertrained_->isChecked()) {
        rules +=
            tr("Looks undertrained: its row lies closer to the mean of all rows than nearly all others do (more than 5 "
               "scaled median absolute deviations below the median distance). Rows that are never an input stay where "
               "training leaves them. A sign, not a proof.");
        if (!tables_->matrix() && !tables_->matrixError().isEmpty())
            rules += tables_->matrixError();
    }
    return rules.join(QLatin1Char('\n'));
}

QString VocabularyView::statusText() const {
    if (!error_.isEmpty())
        return error_;
    if (!index_)
        return tables_->busy() ? tr("Reading the vocabulary\u2026") : QString();
    QString text = tr("%1 of %2 entries").arg(countText(model_->rowCount()), countText(std::int64_t(index_->size())));
    if (tables_->readsMatrix())
        text += QStringLiteral(" \u00B7 ") + tr("Reading the embedding matrix for norms\u2026");
    return text;
}

void VocabularyView::choose(int row, bool open) {
    const TokenId id = model_->idAt(row);
    if (filling_ || id < 0)
        return;
    if (tokens().selection().id != id || tokens().selection().tokenizer != tokens().current()) {
        TokenSelection selection;
        selection.tokenizer = tokens().current();
        selection.id = id;
        tokens().select(selection, this);
    }
    open_->setEnabled(true);
    if (open)
        emit viewAsked(QStringLiteral("embedding"));
}

void VocabularyView::selectionChanged(QObject* origin) {
    if (origin != this)
        showSelection();
    open_->setEnabled(tokens().selection().id >= 0);
}

void VocabularyView::showSelection() {
    const TokenSelection& selection = tokens().selection();
    const int row = selection.tokenizer == tokens().current() && selection.id >= 0 ? model_->rowOf(selection.id) : -1;
    filling_ = true;
    if (row >= 0) {
        const QModelIndex at = model_->index(row, VocabularyModel::kToken);
        table_->setCurrentIndex(at);
        table_->scrollTo(at, QAbstractItemView::EnsureVisible);
    } else {
        table_->clearSelection();
        table_->setCurrentIndex({});
    }
    filling_ = false;
}

void VocabularyView::retranslate() {
    search_->setPlaceholderText(tr("Text, or #id"));
    search_->setAccessibleName(tr("Search the vocabulary"));
    expression_->setText(tr("Expression"));
    expression_->setToolTip(tr("Read what is typed as a regular expression (PCRE2)"));
    script_->setAccessibleName(tr("Script"));
    bytesLabel_->setText(tr("Bytes"));
    toLabel_->setText(tr("to"));
    minBytes_->setAccessibleName(tr("Shortest token in bytes"));
    maxBytes_->setAccessibleName(tr("Longest token in bytes"));
    minBytes_->setSpecialValueText(tr("any"));
    unreachable_->setText(tr("Unreachable"));
    undertrained_->setText(tr("Looks undertrained"));
    open_->setText(tr("Its embedding row"));
    table_->setAccessibleName(tr("Entries of the vocabulary"));
    fillScripts();
    const QFontMetrics metrics(design::font(TextRole::Small));
    table_->verticalHeader()->setDefaultSectionSize(metrics.height() + kSpace2);
    QHeaderView* header = table_->horizontalHeader();
    const int widths[] = {8, 22, 7, 12, 8, 20, 8, 11};
    for (int c = 0; c < VocabularyModel::kColumnCount; ++c)
        header->resizeSection(c, widths[c] * metrics.averageCharWidth() + kSpace4);
    if (isVisible())
        say();
}

QJsonObject VocabularyView::saveState() const {
    return {{QStringLiteral("search"), search_->text()},
            {QStringLiteral("expression"), expression_->isChecked()},
            {QStringLiteral("unreachable"), unreachable_->isChecked()},
            {QStringLiteral("undertrained"), undertrained_->isChecked()},
            {QStringLiteral("column"), table_->horizontalHeader()->sortIndicatorSection()},
            {QStringLiteral("descending"), table_->horizontalHeader()->sortIndicatorOrder() == Qt::DescendingOrder}};
}

void VocabularyView::restoreState(const QJsonObject& state) {
    search_->setText(state[QStringLiteral("search")].toString());
    expression_->setChecked(state[QStringLiteral("expression")].toBool());
    unreachable_->setChecked(state[QStringLiteral("unreachable")].toBool());
    undertrained_->setChecked(state[QStringLiteral("undertrained")].toBool());
    const int column = state[QStringLiteral("column")].toInt();
    table_->horizontalHeader()->setSortIndicator(column >= 0 && column < VocabularyModel::kColumnCount ? column : 0,
                                                 state[QStringLiteral("descending")].toBool() ? Qt::DescendingOrder
                                                                                              : Qt::AscendingOrder);
}

void VocabularyView::go(const QString& argument) {
    if (argument == QLatin1String("unreachable"))
        unreachable_->setChecked(true);
    else if (argument == QLatin1String("undertrained"))
        undertrained_->setChecked(true);
    else
        search_->setText(argument);
}

} // namespace vitral
