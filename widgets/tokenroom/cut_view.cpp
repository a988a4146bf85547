// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/cut_view.h"

#include "widgets/design/elided_label.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/flow_row.h"
#include "widgets/tokenroom/path_view.h"

#include <QCheckBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace vitral {
namespace {

constexpr int kColumnWidth = 216;    ///< the least at which a column can be read
constexpr double kBelowShare = 0.42; ///< of the page's height, for the path of the chosen token
constexpr int kMostBelow = 300, kLeastBelow = 112;
constexpr int kTextFirst = 300; ///< of the page's height that the text keeps in a small window

QString kindText(TokenizerKind kind) {
    switch (kind) {
    case TokenizerKind::ByteLevelBpe:
        return QStringLiteral("BPE");
    case TokenizerKind::SentencePieceBpe:
        return QStringLiteral("SentencePiece BPE");
    case TokenizerKind::Unigram:
        return QStringLiteral("Unigram");
    case TokenizerKind::WordPiece:
        break;
    }
    return QStringLiteral("WordPiece");
}

/// How far a reading or a cutting is, where that is known.
QString shareText(const OpenTokenizer& entry) {
    const double share = entry.share ? entry.share->load(std::memory_order_relaxed) : -1;
    return share < 0 ? QString()
                     : QStringLiteral(" ") + QLocale().toString(int(share * 100)) + QStringLiteral("\u00A0%");
}

} // namespace

CutView::CutView(TokenController& tokens, QWidget* parent) : TokenView(tokens, parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace2);
    auto* toggles = new QWidget(this);
    auto* flow = new FlowRow(toggles);
    flow->setSpacing(design::kSpace3);
    for (QCheckBox** box : {&ids_, &pieces_, &bytes_, &points_, &blanks_, &special_}) {
        *box = new QCheckBox(toggles);
        flow->addWidget(*box);
        if (*box != special_)
            connect(*box, &QCheckBox::toggled, this, &CutView::updateLook);
    }
    connect(special_, &QCheckBox::toggled, this, [this](bool on) { this->tokens().setParsesSpecial(on); });
    column->addWidget(toggles);

    scroll_ = new QScrollArea(this);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll_->setWidgetResizable(true);
    row_ = new QWidget(scroll_);
    rowLayout_ = new QHBoxLayout(row_);
    rowLayout_->setContentsMargins(0, 0, 0, 0);
    rowLayout_->setSpacing(design::kSpace2);
    scroll_->setWidget(row_);
    column->addWidget(scroll_, 1);

    stripRow_ = new QWidget(this);
    auto* strip = new QHBoxLayout(stripRow_);
    strip->setContentsMargins(0, 0, 0, 0);
    strip_ = new design::ElidedLabel(stripRow_);
    strip_->setProperty("role", "value");
    path_ = new QPushButton(stripRow_);
    showBelow_ = new QToolButton(stripRow_);
    showBelow_->setIcon(design::icon(QStringLiteral("chevron-down")));
    showBelow_->setIconSize({design::kIcon, design::kIcon});
    showBelow_->setCheckable(true);
    showBelow_->setChecked(true);
    strip->addWidget(strip_, 1);
    strip->addWidget(showBelow_);
    strip->addWidget(path_);
    column->addWidget(stripRow_);
    stripRow_->hide();
    below_ = new PathView(tokens, this);
    below_->setCompact(true);
    column->addWidget(below_);
    below_->hide();
    connect(showBelow_, &QToolButton::toggled, this, &CutView::showPath);
    connect(path_, &QPushButton::clicked, this, [this] { emit viewAsked(QStringLiteral("path")); });
    connect(&tokens, &TokenController::countsChanged, this, [this] {
        if (isVisible())
            fillCounts(-1);
    });
    connect(&tokens, &TokenController::progressChanged, this, [this] {
        if (isVisible())
            fillCounts(-1);
    });
    retranslate();
}

QString CutView::help() const {
    return tr(
        "Every column is the same text and can be typed into; the same colour is the same token. Click a token to "
        "see how it came about below, double-click it to see that as a page.");
}

CutColumn CutView::makeColumn(int serial) {
    CutColumn c;
    c.frame = new QWidget(row_);
    c.frame->setMinimumWidth(kColumnWidth);
    auto* lines = new QVBoxLayout(c.frame);
    lines->setContentsMargins(0, 0, 0, 0);
    lines->setSpacing(design::kSpace1);
    auto* head = new QHBoxLayout;
    head->setSpacing(design::kSpace1);
    c.name = new design::ElidedLabel(c.frame);
    c.name->setProperty("role", "value");
    c.close = new QToolButton(c.frame);
    c.close->setIcon(design::icon(QStringLiteral("close"), design::IconTone::Muted));
    c.close->setIconSize({design::kIconSmall, design::kIconSmall});
    head->addWidget(c.name, 1);
    head->addWidget(c.close);
    lines->addLayout(head);
    c.counts = new QLabel(c.frame);
    c.counts->setProperty("role", "small");
    c.counts->setTextFormat(Qt::PlainText);
    c.counts->setWordWrap(true);
    lines->addWidget(c.counts);
    c.note = new QLabel(c.frame);
    c.note->setProperty("role", "small");
    c.note->setTextFormat(Qt::PlainText);
    c.note->setWordWrap(true);
    c.note->hide();
    lines->addWidget(c.note);
    auto* ways = new QWidget(c.frame);
    auto* flow = new FlowRow(ways);
    for (QPushButton** button : {&c.again, &c.asText}) {
        *button = new QPushButton(ways);
        (*button)->hide();
        flow->addWidget(*button);
    }
    lines->addWidget(ways);
    connect(c.again, &QPushButton::clicked, this, [this, serial] { tokens().retry(tokens().indexOf(serial)); });
    connect(c.asText, &QPushButton::clicked, this, [this, serial] {
        const int index = tokens().indexOf(serial);
        if (index < 0)
            return;
        const QString path = tokens().tokenizers()[static_cast<std::size_t>(index)].path;
        tokens().closeTokenizer(index);
        tokens().openTextFile(path);
    });
    c.canvas = new TokenCanvas(tokens(), blocks_, caret_, serial, c.frame);
    c.canvas->setLook(look_);
    lines->addWidget(c.canvas, 1);
    TokenCanvas* canvas = c.canvas;
    connect(c.close, &QToolButton::clicked, this,
            [this, serial] { tokens().setShown(tokens().indexOf(serial), false); });
    connect(canvas, &TokenCanvas::caretChanged, this, [this, canvas] {
        for (auto& [other, column] : columns_)
            if (column.canvas != canvas)
                column.canvas->caretMoved(false);
    });
    connect(canvas, &TokenCanvas::placeChanged, this, [this, canvas] {
        const auto [block, fraction] = canvas->place();
        for (auto& [other, column] : columns_)
            if (column.canvas != canvas)
                column.canvas->setPlace(block, fraction);
    });
    connect(canvas, &TokenCanvas::tokenClicked, this,
            [this, serial](const PlacedToken& token) { choose(serial, token); });
    connect(canvas, &TokenCanvas::tokenOpened, this, [this, serial](const PlacedToken& token) {
        choose(serial, token);
        emit viewAsked(QStringLiteral("path"));
    });
    return c;
}

void CutView::choose(int serial, const PlacedToken& token) {
    for (std::size_t i = 0; i < tokens().tokenizers().size(); ++i)
        if (tokens().tokenizers()[i].serial == serial) {
            tokens().setCurrent(static_cast<int>(i));
            tokens().select(
                {static_cast<int>(i), token.id, static_cast<std::ptrdiff_t>(token.index), token.begin, token.end},
                this);
        }
}

TokenCanvas* CutView::canvas(int tokenizer) const {
    if (tokenizer < 0 || tokenizer >= static_cast<int>(tokens().tokenizers().size()))
        return nullptr;
    const auto at = columns_.find(tokens().tokenizers()[static_cast<std::size_t>(tokenizer)].serial);
    return at == columns_.end() ? nullptr : at->second.canvas;
}

void CutView::tokenizersChanged() {
    const auto& list = tokens().tokenizers();
    // A column of what is not there any more goes.
    for (auto it = columns_.begin(); it != columns_.end();) {
        const bool there = std::any_of(list.begin(), list.end(),
                                       [&](const OpenTokenizer& e) { return e.serial == it->first && e.shown; });
        if (there) {
            ++it;
            continue;
        }
        delete it->second.frame;
        it = columns_.erase(it);
    }
    int place = 0;
    for (const OpenTokenizer& entry : list) {
        if (!entry.shown)
            continue;
        if (!columns_.contains(entry.serial))
            columns_[entry.serial] = makeColumn(entry.serial);
        CutColumn& column = columns_[entry.serial];
        rowLayout_->removeWidget(column.frame);
        rowLayout_->insertWidget(place++, column.frame, 1);
    }
    for (std::size_t i = 0; i < list.size(); ++i)
        fillCounts(static_cast<int>(i));
    retranslate();
}

void CutView::fillCounts(int tokenizer) {
    const auto& list = tokens().tokenizers();
    const QLocale locale;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const OpenTokenizer& entry = list[i];
        const auto at = columns_.find(entry.serial);
        if ((tokenizer >= 0 && static_cast<int>(i) != tokenizer) || at == columns_.end())
            continue;
        const CutColumn& column = at->second;
        column.name->setText(entry.tokenizer
                                 ? QStringLiteral("%1  \u00B7  %2").arg(entry.name, kindText(entry.tokenizer->kind()))
                                 : entry.name);
        column.name->setToolTip(entry.path);
        column.canvas->setAccessibleName(tr("Text as %1 cuts it").arg(entry.name));
        const QString note = !entry.error.isEmpty() ? entry.error : entry.cutError;
        column.note->setVisible(!note.isEmpty());
        column.note->setText(note);
        column.again->setVisible(!note.isEmpty() && !entry.path.isEmpty());
        column.asText->setVisible(!entry.error.isEmpty() && !entry.stopped &&
                                  entry.source == OpenTokenizer::Source::File && !entry.path.isEmpty());
        column.asText->setText(tr("Open it as a text"));
        column.again->setText(entry.stopped ? tr("Start again") : tr("Try again"));
        QString counts;
        if (entry.loading)
            counts = tr("being read\u2026") + shareText(entry);
        else if (entry.cut) {
            const auto n = static_cast<qulonglong>(entry.cut->nToken());
            QStringList parts{tr("%Ln token(s)", nullptr, static_cast<int>(n))};
            if (const auto& c = tokens().counts()) {
                if (c->words > 0 && !c->wordsAreRuns)
                    parts << tr("%1 a word").arg(locale.toString(double(n) / double(c->words), 'f', 2));
                if (c->characters > 0)
                    parts << tr("%1 a character").arg(locale.toString(double(n) / double(c->characters), 'f', 2));
            }
            counts = parts.join(QStringLiteral("  \u00B7  "));
        } else if (note.isEmpty())
            counts = entry.preview && !entry.preview->exact()
                         ? tr("being cut\u2026%1 Colours may still change at some places.").arg(shareText(entry))
                         : tr("being cut\u2026") + shareText(entry);
        column.counts->setText(counts);
        column.canvas->setAccessibleDescription(counts);
    }
}

void CutView::textChanged(std::size_t at, std::size_t removed, std::size_t inserted) {
    const std::string& text = tokens().text();
    if (knownBytes_ + inserted == text.size() + removed && (removed > 0 || inserted < text.size()))
        blocks_.edit(text, at, removed, inserted);
    else
        blocks_.set(text);
    knownBytes_ = text.size();
    if (caret_.at > text.size() || caret_.anchor > text.size())
        caret_ = {std::min(caret_.at, text.size()), std::min(caret_.at, text.size())};
    for (auto& [serial, column] : columns_)
        column.canvas->textChanged();
    fillStrip();
}

void CutView::cutChanged(int tokenizer) {
    fillCounts(tokenizer);
    chooseWanted();
    for (auto& [serial, column] : columns_)
        if (tokenizer < 0 || tokens().tokenizers()[static_cast<std::size_t>(tokenizer)].serial == serial)
            column.canvas->cutChanged();
    fillStrip();
}

void CutView::selectionChanged(QObject* origin) {
    for (auto& [serial, column] : columns_)
        column.canvas->marksChanged();
    if (origin != this && tokens().selection().token >= 0) {
        caret_ = {tokens().selection().begin, tokens().selection().begin};
        for (auto& [serial, column] : columns_)
            column.canvas->caretMoved(true);
    }
    fillStrip();
}

void CutView::hoverChanged(QObject*) {
    for (auto& [serial, column] : columns_)
        column.canvas->marksChanged();
}

void CutView::fillStrip() {
    const TokenSelection& s = tokens().selection();
    TokenCanvas* at = canvas(s.tokenizer);
    stripRow_->setVisible(at != nullptr && s.token >= 0);
    showPath();
    if (at == nullptr || s.token < 0)
        return;
    const std::string_view own = std::string_view(tokens().text()).substr(s.begin, s.end - s.begin);
    const QString points = codePointText(own);
    strip_->setText(at->describe({static_cast<std::size_t>(s.token), s.id, s.begin, s.end}) +
                    (points.isEmpty() ? QString() : QStringLiteral("  \u00B7  ") + points));
}

// The path of the chosen token: it follows the selection by itself while it is on the screen.
void CutView::showPath() {
    const bool on = stripRow_->isVisibleTo(this) && showBelow_->isChecked();
    if (on)
        below_->setFixedHeight(
            std::max(kLeastBelow, std::min({kMostBelow, int(height() * kBelowShare), height() - kTextFirst})));
    below_->setVisible(on);
}

void CutView::resizeEvent(QResizeEvent* event) {
    TokenView::resizeEvent(event);
    showPath();
}

void CutView::updateLook() {
    TokenLook look;
    look.ids = ids_->isChecked();
    look.pieces = pieces_->isChecked();
    look.bytes = bytes_->isChecked();
    look.codePoints = points_->isChecked();
    look.blanks = blanks_->isChecked();
    setLook(look);
}

void CutView::setLook(const TokenLook& look) {
    look_ = look;
    const QSignalBlocker a(ids_), b(pieces_), c(bytes_), d(points_), e(blanks_);
    ids_->setChecked(look.ids);
    pieces_->setChecked(look.pieces);
    bytes_->setChecked(look.bytes);
    points_->setChecked(look.codePoints);
    blanks_->setChecked(look.blanks);
    for (auto& [serial, column] : columns_)
        column.canvas->setLook(look);
}

void CutView::chooseWanted() {
    const int index = wantedToken_ ? tokens().indexOf(wantedToken_->first) : -1;
    if (index < 0 || !tokens().tokenizers()[static_cast<std::size_t>(index)].cut || tokens().text().empty())
        return;
    const auto [serial, number] = *std::exchange(wantedToken_, std::nullopt);
    if (const auto token = tokens().tokenizers()[static_cast<std::size_t>(index)].cut->token(number))
        choose(serial, *token);
}

void CutView::go(const QString& argument) {
    TokenLook look;
    bool any = false;
    for (const QString& word : argument.split(QLatin1Char('+'))) {
        const QString name = word.section(QLatin1Char('.'), 0, 0);
        any = any || name != QLatin1String("token");
        look.ids = look.ids || name == QLatin1String("ids");
        look.pieces = look.pieces || name == QLatin1String("pieces");
        look.bytes = look.bytes || name == QLatin1String("bytes");
        look.codePoints = look.codePoints || name == QLatin1String("points");
        look.blanks = look.blanks || name == QLatin1String("blanks");
        const OpenTokenizer* entry = tokens().currentTokenizer();
        if (name == QLatin1String("token") && entry != nullptr) {
            wantedToken_ = {entry->serial, word.section(QLatin1Char('.'), 1).toULongLong()};
            chooseWanted();
        }
    }
    if (any)
        setLook(look);
}

QJsonObject CutView::saveState() const {
    return {{QStringLiteral("ids"), look_.ids},       {QStringLiteral("pieces"), look_.pieces},
            {QStringLiteral("bytes"), look_.bytes},   {QStringLiteral("points"), look_.codePoints},
            {QStringLiteral("blanks"), look_.blanks}, {QStringLiteral("path"), showBelow_->isChecked()}};
}

void CutView::restoreState(const QJsonObject& state) {
    setLook({state[QStringLiteral("ids")].toBool(), state[QStringLiteral("pieces")].toBool(),
             state[QStringLiteral("bytes")].toBool(), state[QStringLiteral("points")].toBool(),
             state[QStringLiteral("blanks")].toBool()});
    showBelow_->setChecked(state[QStringLiteral("path")].toBool(true));
}

void CutView::retranslate() {
    ids_->setText(tr("Ids"));
    pieces_->setText(tr("Pieces"));
    pieces_->setToolTip(tr("How the vocabulary spells the token"));
    bytes_->setText(tr("Bytes"));
    points_->setText(tr("Code points"));
    blanks_->setText(tr("White space"));
    special_->setText(tr("Control tokens"));
    special_->setToolTip(tr("Read <|im_end|> and the like as the control token, not as text"));
    {
        const QSignalBlocker quiet(special_);
        special_->setChecked(tokens().parsesSpecial());
    }
    path_->setText(tr("How it came about"));
    showBelow_->setToolTip(tr("The path of the chosen token, below the text"));
    showBelow_->setAccessibleName(showBelow_->toolTip());
    for (auto& [serial, column] : columns_) {
        column.close->setToolTip(tr("Hide this column"));
        column.close->setAccessibleName(tr("Hide this column"));
    }
    fillCounts(-1);
    fillStrip();
}

} // namespace vitral
