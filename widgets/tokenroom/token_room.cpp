// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/token_room.h"

#include "widgets/design/elided_label.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/design/room_parts.h"
#include "widgets/inside/page_rail.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/shell/work_bar.h"
#include "widgets/tokenroom/token_view.h"
#include "widgets/tokenroom/token_views.h"

#include <QComboBox>
#include <QEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace vitral {

TokenRoom::TokenRoom(TokenController& tokens, QWidget* parent) : Room(parent), tokens_(tokens) {
    setProperty("kind", "page");
    views_ = makeTokenViews(tokens, this);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(makeRail());
    auto* line = new QFrame(this);
    line->setProperty("kind", "vline");
    row->addWidget(line);
    auto* column = new QVBoxLayout;
    column->setContentsMargins(design::kSpace3, design::kSpace2, design::kSpace3, design::kSpace2);
    column->setSpacing(design::kSpace2);
    column->addWidget(makeHead());
    notice_ = new NoticeBar(this);
    notice_->hide();
    column->addWidget(notice_);
    stack_ = new QStackedWidget(this);
    stack_->addWidget(empty_ = new design::EmptyPage(QStringLiteral("tokens"), this));
    for (TokenView* view : views_) {
        stack_->addWidget(view);
        connect(view, &TokenView::viewAsked, this, &TokenRoom::showView);
        connect(view, &TokenView::stateChanged, this, &TokenRoom::refresh);
    }
    column->addWidget(stack_, 1);
    help_ = design::textLabel("small", this);
    help_->setWordWrap(true);
    column->addWidget(help_);
    row->addLayout(column, 1);

    connect(&tokens_, &TokenController::tokenizersChanged, this, [this] {
        fillTokenizers();
        refresh();
    });
    connect(&tokens_, &TokenController::currentChanged, this, [this] {
        fillTokenizers();
        refresh();
    });
    connect(&tokens_, &TokenController::textChanged, this, &TokenRoom::refresh);
    connect(&tokens_, &TokenController::selectionChanged, this, &TokenRoom::refresh);
    connect(&tokens_, &TokenController::cutChanged, this, &TokenRoom::refresh);
    connect(&tokens_, &TokenController::busyChanged, this, &TokenRoom::showProgress);
    connect(&tokens_, &TokenController::progressChanged, this, &TokenRoom::showProgress);
    connect(&tokens_, &TokenController::textReplaced, this, [this] {
        if (property("taught").toBool())
            return; // a step of a lesson put it there
        notice_->tell(NoticeBar::Kind::Notice, tr("Another text has taken the place of the one before."),
                      tr("Take it back"), [this] { tokens_.undo(); });
    });
    connect(&tokens_, &TokenController::problem, this,
            [this](const QString& sentence) { notice_->tell(NoticeBar::Kind::Problem, sentence); });
    for (const auto& [widget, name] :
         std::initializer_list<std::pair<QWidget*, const char*>>{{row->itemAt(0)->widget(), "tokens.rail"},
                                                                 {stack_, "tokens.view"},
                                                                 {view(QStringLiteral("cut")), "tokens.text"},
                                                                 {tokenizer_, "tokens.tokenizers"}})
        widget->setObjectName(QLatin1String(name)); // steps of lessons point there (core/lesson/commands.cpp)
    retranslate();
    makeCurrent(0);
}

TokenRoom::~TokenRoom() = default;

PageRail* TokenRoom::makeRail() {
    rail_ = new PageRail(this);
    for (const auto& view : views_)
        rail_->addPage(view->iconName());
    connect(rail_, &PageRail::chosen, this, &TokenRoom::makeCurrent);
    return rail_;
}

QWidget* TokenRoom::makeHead() {
    auto* head = new QWidget(this);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(design::kSpace2);
    title_ = new design::ElidedLabel(head);
    title_->setProperty("role", "title");
    busy_ = new WorkBar(head);
    busy_->setFixedWidth(64);
    busy_->hide();
    share_ = design::textLabel("small", head);
    share_->hide();
    stop_ = iconButton(QStringLiteral("stop"), head);
    stop_->hide();
    connect(stop_, &QToolButton::clicked, &tokens_, &TokenController::stopWork);
    tokenizerLabel_ = design::textLabel("small", head);
    tokenizer_ = new QComboBox(head);
    tokenizer_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    tokenizer_->setMinimumContentsLength(10);
    tokenizerLabel_->setBuddy(tokenizer_);
    columns_ = iconButton(QStringLiteral("more"), head);
    columns_->setPopupMode(QToolButton::InstantPopup);
    columnsMenu_ = new QMenu(columns_);
    columns_->setMenu(columnsMenu_);
    connect(columnsMenu_, &QMenu::aboutToShow, this, &TokenRoom::fillColumnsMenu);
    openTokenizer_ = iconButton(QStringLiteral("plus"), head);
    openText_ = iconButton(QStringLiteral("folder"), head);
    row->addWidget(title_, 1);
    row->addWidget(busy_);
    row->addWidget(share_);
    row->addWidget(stop_);
    row->addWidget(tokenizerLabel_);
    row->addWidget(tokenizer_);
    row->addWidget(openTokenizer_);
    row->addWidget(openText_);
    row->addWidget(columns_);
    connect(tokenizer_, &QComboBox::activated, this, [this](int index) { tokens_.setCurrent(index); });
    connect(openTokenizer_, &QToolButton::clicked, this, &TokenRoom::openTokenizerDialog);
    connect(openText_, &QToolButton::clicked, this, &TokenRoom::openTextDialog);
    return head;
}

void TokenRoom::makeCurrent(int index) {
    current_ = index;
    rail_->setCurrent(index);
    refresh();
}

void TokenRoom::refresh() {
    TokenView* view = currentView();
    title_->setText(view->title());
    help_->setText(view->help());
    const QString missing = view->missing();
    empty_->say({}, missing);
    stack_->setCurrentWidget(missing.isEmpty() ? static_cast<QWidget*>(view) : empty_);
}

// A share where it is known; what takes no time is not worth a button that comes and goes.
void TokenRoom::showProgress() {
    constexpr int kShownAfterMs = 250;
    const std::optional<double> share = tokens_.progress();
    if (!share)
        since_.invalidate();
    else if (!since_.isValid())
        since_.start();
    const bool isLong = share && since_.elapsed() >= kShownAfterMs;
    busy_->setVisible(tokens_.busy());
    stop_->setVisible(isLong);
    const bool isKnown = isLong && *share >= 0;
    busy_->setShare(isKnown ? share : std::nullopt);
    share_->setVisible(isKnown);
    if (isKnown)
        share_->setText(QLocale().toString(int(*share * 100)) + QStringLiteral("\u00A0%"));
}

void TokenRoom::fillTokenizers() {
    const QSignalBlocker quiet(tokenizer_);
    tokenizer_->clear();
    for (const OpenTokenizer& entry : tokens_.tokenizers()) {
        tokenizer_->addItem(entry.loading           ? tr("%1 (being read)").arg(entry.name)
                            : entry.error.isEmpty() ? entry.name
                                                    : tr("%1 (cannot be used)").arg(entry.name));
        tokenizer_->setItemData(tokenizer_->count() - 1, entry.error.isEmpty() ? entry.path : entry.error,
                                Qt::ToolTipRole);
    }
    tokenizer_->setCurrentIndex(tokens_.current());
}

// Which tokenizers stand as columns; files can be closed.
void TokenRoom::fillColumnsMenu() {
    columnsMenu_->clear();
    const auto& list = tokens_.tokenizers();
    for (std::size_t i = 0; i < list.size(); ++i) {
        QAction* action = columnsMenu_->addAction(list[i].name);
        action->setCheckable(true);
        action->setChecked(list[i].shown);
        connect(action, &QAction::triggered, this, [this, i](bool on) { tokens_.setShown(static_cast<int>(i), on); });
    }
    columnsMenu_->addSeparator();
    for (std::size_t i = 0; i < list.size(); ++i)
        if (list[i].source == OpenTokenizer::Source::File)
            columnsMenu_->addAction(tr("Close %1").arg(list[i].name), this,
                                    [this, i] { tokens_.closeTokenizer(static_cast<int>(i)); });
}

void TokenRoom::openTokenizerDialog() {
    for (const QString& path :
         QFileDialog::getOpenFileNames(this, tr("Open tokenizers"), {}, TokenController::fileFilter()))
        tokens_.openTokenizer(path);
}

void TokenRoom::openTextDialog() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Open a text"), {}, tr("All files (*)"));
    if (!path.isEmpty())
        tokens_.openTextFile(path);
}

TokenView* TokenRoom::currentView() const {
    return views_[static_cast<std::size_t>(current_)];
}

TokenView* TokenRoom::view(const QString& name) const {
    const auto at = std::find_if(views_.begin(), views_.end(), [&](TokenView* v) { return v->name() == name; });
    return at == views_.end() ? nullptr : *at;
}

QString TokenRoom::emptyText() const {
    return stack_->currentWidget() == empty_ ? empty_->said() : QString();
}

bool TokenRoom::showView(const QString& what) {
    const QString name = what.section(QLatin1Char(':'), 0, 0);
    for (std::size_t i = 0; i < views_.size(); ++i)
        if (views_[i]->name() == name) {
            makeCurrent(static_cast<int>(i));
            if (what.contains(QLatin1Char(':')))
                views_[i]->go(what.section(QLatin1Char(':'), 1));
            return true;
        }
    return false;
}

void TokenRoom::go(const QString& argument) {
    tokens_.wake();
    const QString value = argument.section(QLatin1Char('='), 1);
    if (argument.startsWith(QLatin1String("text=")))
        tokens_.setText(value.toStdString());
    else if (argument.startsWith(QLatin1String("file=")))
        tokens_.openTextFile(value);
    else if (argument.startsWith(QLatin1String("open=")))
        tokens_.openTokenizer(value);
    else if (argument == QLatin1String("model"))
        lookAtModel();
    else
        showView(argument);
}

std::vector<RoomPlace> TokenRoom::places() const {
    std::vector<RoomPlace> all;
    for (const TokenView* view : views_)
        all.push_back({view->name(), view->title()});
    return all;
}

// The language model's own tokenizer, which pages on rows of the model need.
void TokenRoom::lookAtModel() {
    const std::vector<OpenTokenizer>& all = tokens_.tokenizers();
    const auto own = std::find_if(all.begin(), all.end(),
                                  [](const OpenTokenizer& t) { return t.source != OpenTokenizer::Source::File; });
    if (own == all.end())
        return;
    const int index = static_cast<int>(own - all.begin());
    tokens_.setCurrent(index);
    tokens_.setShown(index, true);
}

void TokenRoom::activated() {
    tokens_.wake();
}

bool TokenRoom::busy() const {
    return tokens_.busy() || currentView()->busy();
}

void TokenRoom::aboutToClose() {
    tokens_.save(true);
}

bool TokenRoom::takesFile(const QString& path) const {
    return !path.endsWith(QLatin1String(".safetensors"), Qt::CaseInsensitive);
}

void TokenRoom::openFile(const QString& path) {
    if (TokenController::mayBeTokenizer(path))
        tokens_.openTokenizer(path);
    else
        tokens_.openTextFile(path);
}

QJsonObject TokenRoom::saveState() const {
    QJsonObject state;
    state[QStringLiteral("view")] = currentView()->name();
    for (TokenView* view : views_)
        if (const QJsonObject own = view->saveState(); !own.isEmpty())
            state[view->name()] = own;
    return state;
}

void TokenRoom::restoreState(const QJsonObject& state) {
    for (TokenView* view : views_)
        view->restoreState(state[view->name()].toObject());
    showView(state[QStringLiteral("view")].toString());
}

void TokenRoom::changeEvent(QEvent* event) {
    Room::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        emit stateChanged();
    }
}

void TokenRoom::retranslate() {
    for (std::size_t i = 0; i < views_.size(); ++i)
        rail_->setPage(static_cast<int>(i), views_[i]->title());
    const auto name = [](QWidget* widget, const QString& text) {
        widget->setToolTip(text);
        widget->setAccessibleName(text);
    };
    tokenizerLabel_->setText(tr("Tokenizer"));
    name(tokenizer_, tr("The tokenizer that is looked at"));
    name(openTokenizer_, tr("Open a tokenizer: tokenizer.json, GGUF, SentencePiece model, tiktoken ranks, vocab.txt"));
    name(openText_, tr("Open a text"));
    name(columns_, tr("Columns: which tokenizers are shown"));
    name(busy_, tr("Working"));
    name(stop_, tr("Stop reading and cutting"));
    fillTokenizers();
    refresh();
}

} // namespace vitral
