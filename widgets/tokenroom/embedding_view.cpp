// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/embedding_view.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/bar_list.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/value_text.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QLabel>
#include <QPushButton>
#include <QRegularExpression>
#include <QResizeEvent>
#include <QScrollArea>
#include <QScrollBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>
#include <limits>

namespace vitral {

using namespace design;

namespace {
constexpr int kTwoColumns = 760; ///< narrower: pictures stand under each other

} // namespace

BarContent EmbeddingView::neighbourBars(const std::vector<EmbeddingRows::Neighbour>& neighbours,
                                        const Tokenizer& tokenizer, std::vector<TokenId>& ids) {
    BarContent content;
    content.largest = 1;
    ids.clear();
    for (const EmbeddingRows::Neighbour& n : neighbours) {
        Bar bar;
        bar.label = tokenName(tokenizer, n.id);
        bar.value = double(n.cosine);
        bar.valueText = numberText(double(n.cosine), 3);
        bar.glass = n.isInput ? Glass::Amber : Glass::Cobalt;
        ids.push_back(n.id);
        content.signedBars = content.signedBars || n.cosine < 0;
        content.bars.push_back(std::move(bar));
    }
    return content;
}

EmbeddingView::EmbeddingView(TokenController& tokens, QWidget* parent)
    : TokenView(tokens, parent), tables_(VocabularyTables::of(tokens)) {
    scroll_ = new QScrollArea(this);
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    page_ = new QWidget(scroll_);
    page_->setProperty("kind", "page");
    auto* column = new QVBoxLayout(page_);
    column->setContentsMargins(0, kSpace1, kSpace2, kSpace2);
    column->setSpacing(kSpace3);

    field_ = new TokenField(page_);
    field_->setMaximumWidth(320);
    facts_ = new QLabel(page_);
    facts_->setWordWrap(true);
    facts_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(field_);
    column->addWidget(facts_);

    columns_ = new QHBoxLayout;
    columns_->setSpacing(kSpace4);
    auto* left = new QVBoxLayout;
    left->setSpacing(kSpace1);
    rowTitle_ = heading();
    bars_ = new VectorBars(page_);
    normTitle_ = heading();
    histogram_ = new NormHistogram(page_);
    left->addWidget(rowTitle_);
    left->addWidget(bars_, 2);
    left->addSpacing(kSpace2);
    left->addWidget(normTitle_);
    left->addWidget(histogram_, 2);
    auto* right = new QVBoxLayout;
    right->setSpacing(kSpace1);
    nearTitle_ = heading();
    near_ = new BarList(page_);
    near_->setMinimumHeight(int(kNeighbours + 1) * (QFontMetrics(design::font(TextRole::Small)).height() + kSpace2));
    right->addWidget(nearTitle_);
    right->addWidget(near_, 1);
    columns_->addLayout(left, 3);
    columns_->addLayout(right, 2);
    column->addLayout(columns_);

    sumTitle_ = heading();
    sumHelp_ = new QLabel(page_);
    sumHelp_->setWordWrap(true);
    sumHelp_->setProperty("role", "small");
    termRow_ = new QWidget(page_);
    auto* flow = new FlowRow(termRow_);
    add_ = new QPushButton(termRow_);
    add_->setIcon(design::icon(QStringLiteral("plus")));
    unit_ = new QCheckBox(termRow_);
    unit_->setChecked(true);
    flow->addWidget(add_);
    flow->addWidget(unit_);
    answer_ = new QLabel(page_);
    answer_->setWordWrap(true);
    answers_ = new BarList(page_);
    answers_->setMinimumHeight(8 * (QFontMetrics(design::font(TextRole::Small)).height() + kSpace2));
    for (QWidget* widget : std::initializer_list<QWidget*>{sumTitle_, sumHelp_, termRow_, answer_, answers_})
        column->addWidget(widget);
    column->addStretch(1);
    scroll_->setWidget(page_);
    connect(scroll_->verticalScrollBar(), &QScrollBar::rangeChanged, this, &EmbeddingView::bringSums);
    connect(scroll_->verticalScrollBar(), &QScrollBar::actionTriggered, this, [this] { showSums_ = false; });
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(scroll_);

    for (const bool negative : {false, true, false})
        addTerm(negative);

    connect(tables_, &VocabularyTables::changed, this, &EmbeddingView::tablesChanged);
    connect(field_, &TokenField::tokenChosen, this, [this](int id) {
        if (id < 0) {
            say();
            return;
        }
        TokenSelection selection;
        selection.tokenizer = this->tokens().current();
        selection.id = id;
        this->tokens().select(selection, this);
        showToken(id);
    });
    connect(near_, &BarList::activated, this, [this](int i) {
        TokenSelection selection;
        selection.tokenizer = this->tokens().current();
        selection.id = nearIds_[std::size_t(i)];
        this->tokens().select(selection, nullptr);
    });
    connect(add_, &QPushButton::clicked, this, [this] {
        addTerm(false);
        terms_.back().field->setFocus();
    });
    connect(unit_, &QCheckBox::toggled, this, &EmbeddingView::computeSum);
    retranslate();
}

EmbeddingView::~EmbeddingView() {
    tokens().pool().cancelAll(this);
}

QLabel* EmbeddingView::heading() {
    auto* label = new QLabel(page_);
    label->setProperty("role", "section");
    return label;
}

QString EmbeddingView::title() const {
    return tr("Embedding");
}

QString EmbeddingView::help() const {
    return tr(
        "The first thing a model does with a token is to look up its row of numbers. Choose a token to see its row, "
        "what lies near it, and what sums of rows come to.");
}

QString EmbeddingView::missing() const {
    const OpenTokenizer* current = tokens().currentTokenizer();
    if (current == nullptr)
        return tr("Open a model to see its embedding rows.");
    if (!current->error.isEmpty())
        return current->error;
    return tables_->matrixError();
}

bool EmbeddingView::busy() const {
    return tables_->busy() || computing_ || summing_;
}

void EmbeddingView::tokenizersChanged() {
    tables_->wantIndex();
    tables_->wantMatrix();
    tablesChanged();
}

void EmbeddingView::showEvent(QShowEvent* event) {
    TokenView::showEvent(event);
    tables_->wantIndex();
    tables_->wantMatrix();
    tablesChanged(); // they may have come while another page was shown
}

void EmbeddingView::tablesChanged() {
    if (!isVisible())
        return;
    field_->setIndex(tables_->index());
    for (Term& term : terms_)
        term.field->setIndex(tables_->index());
    if (tables_->matrix() != matrix_) {
        matrix_ = tables_->matrix();
        row_ = {};
        sum_.reset();
        histogram_->setNorms(matrix_ ? matrix_->sortedNorms : std::vector<float>());
    }
    if (tables_->index() && matrix_) {
        settleTerms();
        if (const QString wanted = std::exchange(wanted_, {}); !wanted.isEmpty())
            go(wanted);
        else
            selectionChanged(nullptr);
        computeSum();
    }
    say();
    emit stateChanged();
}

void EmbeddingView::selectionChanged(QObject* origin) {
    if (!tables_->index() || !matrix_ || (origin == this && row_.id >= 0))
        return;
    TokenId id = tokens().selection().tokenizer == tokens().current() ? tokens().selection().id : -1;
    if (id < 0 && row_.id < 0) { // nothing is chosen anywhere: the first token of the text that says something
        const OpenTokenizer* current = tokens().currentTokenizer();
        if (current != nullptr && current->cut)
            for (std::size_t i = 0; i < std::min<std::size_t>(current->cut->nToken(), 8) && id < 0; ++i)
                if (const auto token = current->cut->token(i);
                    token && token->end > token->begin && tables_->index()->entry(token->id).type == TokenType::Normal)
                    id = token->id;
    }
    if (id >= 0 && id != row_.id)
        showToken(id);
}

void EmbeddingView::showToken(TokenId id) {
    if (!matrix_ || id < 0 || id >= matrix_->rows->nRow())
        return;
    field_->setToken(id);
    row_.id = id;
    computing_ = true;
    using Answer = Result<Row>;
    tokens().pool().ask(
        this, "near",
        [matrix = matrix_, id](const std::stop_token& stop) -> Answer {
            const std::lock_guard lock(matrix->busy);
            Row row;
            row.id = id;
            VITRAL_TRY_ASSIGN(row.vector, matrix->rows->row(id));
            row.rank = matrix->rows->rankOfNorm(id);
            const TokenId inputs[] = {id};
            if (matrix->rows->norm(id) > 0) {
                VITRAL_TRY_ASSIGN(row.near, matrix->rows->nearest(row.vector, kNeighbours + 1, inputs, stop));
            }
            return row;
        },
        [this, matrix = matrix_](Answer row) {
            computing_ = false;
            if (!row || matrix != matrix_)
                return;
            row_ = std::move(*row);
            std::erase_if(row_.near, [](const auto& n) { return n.isInput; }); // itself, with cosine 1
            say();
        },
        true);
    say();
}

QString EmbeddingView::factsText() const {
    if (!tables_->index() || !matrix_)
        return tables_->busy() ? tr("Reading the embedding matrix\u2026") : QString();
    if (field_->isWrong())
        return tr("\u201C%1\u201D is no single token of this vocabulary. Choose one from the list while typing, or "
                  "write #id.")
            .arg(field_->text());
    if (row_.id < 0)
        return tr("Type a token, or choose one in another page.");
    const EmbeddingRows& rows = *matrix_->rows;
    const auto i = std::size_t(row_.id);
    QString text = tr("Token %1. Its row has %2 numbers and the norm %3, larger than %4 of all %5 rows; it lies %6 "
                      "from the mean of "
                      "all rows.")
                       .arg(QString::number(row_.id), countText(rows.nCol()), numberText(double(rows.norm(row_.id)), 4),
                            percentText(double(row_.rank) / double(rows.nRow())), countText(rows.nRow()),
                            numberText(double(rows.meanDistances()[i]), 4));
    if (matrix_->isSuspect[i])
        text += QLatin1Char(' ') + tr("It looks undertrained: nearly all rows lie farther from the mean.");
    return text;
}

QString EmbeddingView::answerText() const {
    if (!sumError_.isEmpty())
        return sumError_;
    for (const Term& term : terms_)
        if (term.field->isWrong())
            return tr("\u201C%1\u201D is no single token of this vocabulary. Choose one from the list while typing, or "
                      "write "
                      "#id.")
                .arg(term.field->text());
    if (!sum_ || !tables_->index())
        return {};
    const Tokenizer& tokenizer = *tables_->index()->tokenizer();
    const auto name = [&](std::size_t i) { return tokenName(tokenizer, sum_->neighbours[i].id); };
    if (sum_->neighbours.empty())
        return {};
    if (!sum_->answerIsInput)
        return tr("The nearest row is %1.").arg(name(0));
    if (sum_->firstOther < 0)
        return tr("The nearest row is %1, which is one of the tokens you put in.").arg(name(0));
    return tr("The nearest row is %1, which is one of the tokens you put in: the sum hardly left it. The nearest other "
              "row is "
              "%2. Demonstrations that leave the inputs out show only that one.")
        .arg(name(0), name(std::size_t(sum_->firstOther)));
}

void EmbeddingView::say() {
    facts_->setText(factsText());
    const bool has = matrix_ && row_.id >= 0 && !row_.vector.empty();
    bars_->setVector(has ? row_.vector : std::vector<float>());
    if (has)
        histogram_->setMark(double(matrix_->rows->norm(row_.id)),
                            QStringLiteral("%1: %2").arg(tokenName(*tables_->index()->tokenizer(), row_.id),
                                                         numberText(double(matrix_->rows->norm(row_.id)), 4)));
    else
        histogram_->setMark(std::numeric_limits<double>::quiet_NaN(), {});
    BarContent near;
    if (has)
        near = neighbourBars(row_.near, *tables_->index()->tokenizer(), nearIds_);
    near.labelTitle = QStringLiteral("token");
    near.valueTitle = QStringLiteral("cosine");
    near.empty = has && row_.near.empty() ? tr("A row of zeros has no direction, so nothing is near it.") : QString();
    near_->setContent(std::move(near));
    BarContent sum;
    if (sum_ && tables_->index())
        sum = neighbourBars(sum_->neighbours, *tables_->index()->tokenizer(), answerIds_);
    sum.labelTitle = QStringLiteral("token");
    sum.valueTitle = QStringLiteral("cosine");
    answers_->setContent(std::move(sum));
    answers_->setVisible(sum_.has_value());
    answer_->setText(answerText());
    answer_->setVisible(!answer_->text().isEmpty());
}

void EmbeddingView::layOut() {
    columns_->setDirection(width() < kTwoColumns ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
}

void EmbeddingView::resizeEvent(QResizeEvent* event) {
    TokenView::resizeEvent(event);
    layOut();
    bringSums();
}

void EmbeddingView::retranslate() {
    field_->setPlaceholderText(tr("A token, or #id"));
    field_->setAccessibleName(tr("Token whose row is shown"));
    rowTitle_->setText(tr("The row"));
    normTitle_->setText(tr("Its norm among all"));
    nearTitle_->setText(tr("Nearest rows, by cosine"));
    sumTitle_->setText(tr("Sums of rows"));
    sumHelp_->setText(
        tr("Add and take off rows, then look for the nearest one among all, the tokens you put in included "
           "(amber)."));
    add_->setText(tr("Add a token"));
    unit_->setText(tr("Every row at length 1"));
    unit_->setToolTip(tr("Add directions, whatever the norms; without it rows are added as they are"));
    bars_->setAccessibleName(tr("The numbers of the row"));
    histogram_->setAccessibleName(tr("Norms of all rows"));
    near_->setAccessibleName(tr("Nearest rows, by cosine"));
    near_->setToolTip(tr("Enter or a double click shows that token"));
    answers_->setAccessibleName(tr("Rows nearest to the sum"));
    paintSigns();
    say();
}

QJsonObject EmbeddingView::saveState() const {
    QJsonArray terms;
    for (const Term& term : terms_)
        terms.append(QJsonObject{{QStringLiteral("negative"), term.negative},
                                 {QStringLiteral("text"), term.wanted.isEmpty() ? term.field->text() : term.wanted}});
    return {{QStringLiteral("terms"), terms}, {QStringLiteral("unit"), unit_->isChecked()}};
}

void EmbeddingView::restoreState(const QJsonObject& state) {
    unit_->setChecked(state[QStringLiteral("unit")].toBool(true));
    const QJsonArray terms = state[QStringLiteral("terms")].toArray();
    if (terms.isEmpty())
        return;
    while (nTerm() > 1)
        removeTerm(terms_.back().box);
    terms_.front().field->setToken(-1);
    for (qsizetype i = 0; i < std::min<qsizetype>(terms.size(), kMostTerms); ++i) {
        const QJsonObject term = terms[i].toObject();
        if (i > 0)
            addTerm(false);
        terms_[std::size_t(i)].negative = term[QStringLiteral("negative")].toBool();
        terms_[std::size_t(i)].wanted = term[QStringLiteral("text")].toString();
    }
    paintSigns();
    if (tables_->index() && matrix_) {
        settleTerms();
        computeSum();
    }
}

void EmbeddingView::go(const QString& argument) {
    static const QRegularExpression signs(QStringLiteral("\\s([+\\-\u2212])\\s"));
    if (argument.isEmpty())
        return;
    if (!signs.match(argument).hasMatch()) {
        showSums_ = false;
        if (!tables_->index() || !matrix_) {
            wanted_ = argument;
            return;
        }
        const TokenId id = typedToken(*tables_->index(), argument);
        if (id >= 0)
            emit field_->tokenChosen(id);
        return;
    }
    QJsonArray terms;
    qsizetype from = 0;
    bool negative = false;
    for (QRegularExpressionMatchIterator it = signs.globalMatch(argument);;) {
        const bool more = it.hasNext();
        const QRegularExpressionMatch match = more ? it.next() : QRegularExpressionMatch();
        const QString text = argument.mid(from, more ? match.capturedStart() - from : -1).trimmed();
        terms.append(QJsonObject{{QStringLiteral("negative"), negative}, {QStringLiteral("text"), text}});
        if (!more)
            break;
        negative = match.captured(1) != QLatin1String("+");
        from = match.capturedEnd();
    }
    restoreState({{QStringLiteral("terms"), terms}, {QStringLiteral("unit"), unit_->isChecked()}});
    showSums_ = true;
    bringSums();
}

// Asked for by a command: the sums stand below the row where there is one column only.
void EmbeddingView::bringSums() {
    if (!showSums_)
        return;
    page_->layout()->activate();
    scroll_->ensureWidgetVisible(sumTitle_, 0, 0);
    scroll_->verticalScrollBar()->setValue(
        std::min(scroll_->verticalScrollBar()->maximum(), sumTitle_->mapTo(page_, QPoint()).y()));
}

} // namespace vitral
