// SPDX-License-Identifier: Apache-2.0
// What the page Path says about a word.
#include "core/base/rng.h"
#include "widgets/design/metrics.h"
#include "widgets/tokenroom/lattice_picture.h"
#include "widgets/tokenroom/merge_picture.h"
#include "widgets/tokenroom/pane_strip.h"
#include "widgets/tokenroom/path_word.h"
#include "widgets/tokenroom/text_blocks.h"
#include "widgets/tokenroom/token_block_layout.h"
#include "widgets/tokenroom/token_units.h"

#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace vitral {
namespace {

constexpr std::size_t kContextBytes = 48; ///< of text beside the word
constexpr std::size_t kNeighbours = 8;    ///< words before and behind it
constexpr std::size_t kMostSymbols = 400; ///< letters of a word whose tree is drawn
constexpr std::size_t kWays = 6, kSamples = 6;
constexpr std::size_t kMostLetters = 200;

/// The letters of a text (grapheme clusters) as panes.
std::vector<StripPane> letterPanes(std::string_view text) {
    std::vector<StripPane> panes;
    for (std::size_t at = 0; at < text.size() && panes.size() < kMostLetters;) {
        const std::size_t end = nextLetter(text, at);
        StripPane pane;
        pane.text = visibleText(text.substr(at, end - at));
        pane.note = codePointText(text.substr(at, end - at));
        panes.push_back(pane);
        at = end;
    }
    return panes;
}

/// Marks the letters that the other side lacks: what is outside a longest common subsequence.
void markChanges(std::vector<StripPane>& a, std::vector<StripPane>& b) {
    const std::size_t n = a.size(), m = b.size();
    std::vector<std::vector<int>> best(n + 1, std::vector<int>(m + 1));
    for (std::size_t i = n; i-- > 0;)
        for (std::size_t j = m; j-- > 0;)
            best[i][j] = a[i].text == b[j].text ? best[i + 1][j + 1] + 1 : std::max(best[i + 1][j], best[i][j + 1]);
    std::size_t i = 0, j = 0;
    while (i < n || j < m) {
        if (i < n && j < m && a[i].text == b[j].text) {
            ++i;
            ++j;
        } else if (j >= m || (i < n && best[i + 1][j] >= best[i][j + 1])) {
            a[i++].marked = true;
        } else {
            b[j++].marked = true;
        }
    }
}

void clear(QLayout* layout) {
    while (QLayoutItem* item = layout->takeAt(0)) {
        delete item->widget();
        delete item;
    }
}

} // namespace

QString PathView::pieceText(std::uint32_t begin, std::uint32_t end) const {
    return visibleText(std::string_view(word_->traced.trace.normalised).substr(begin, end - begin), 24);
}

void PathView::refresh() {
    emit stateChanged();
    if (!isVisible())
        return;
    const OpenTokenizer* entry = tokens().currentTokenizer();
    if (entry != nullptr && entry->cut && wantedToken_ >= 0)
        selectToken(
            static_cast<std::size_t>(std::exchange(wantedToken_, -1))); // comes back here if it changes anything
    const std::ptrdiff_t wanted = wantedToken();
    word_.reset();
    column_->setVisible(wanted >= 0);
    if (wanted < 0) {
        heading_->setText(entry != nullptr && entry->cut ? tr("The text has no tokens.")
                                                         : tr("The text is being cut\u2026"));
        return;
    }
    auto traced = entry->cut->traceAround(static_cast<std::size_t>(wanted));
    const auto token = entry->cut->token(static_cast<std::size_t>(wanted));
    if (!traced || !token) {
        column_->hide();
        heading_->setText(QString::fromStdString(!traced ? traced.error().message : token.error().message));
        return;
    }
    word_ = std::make_unique<Word>();
    word_->traced = std::move(*traced);
    word_->token = static_cast<std::size_t>(wanted);
    word_->firstToken = word_->token - word_->traced.inPreToken;
    word_->begin = token->begin;
    word_->end = token->end;
    for (std::size_t i = 0; i < word_->pre().ids.size(); ++i)
        if (const auto part = entry->cut->token(word_->firstToken + i)) {
            word_->begin = std::min(word_->begin, part->begin);
            word_->end = std::max(word_->end, part->end);
        }
    const QLocale locale;
    heading_->setText(tr("%1  \u00B7  token %2 of %3  \u00B7  id %4  \u00B7  \u201C%5\u201D")
                          .arg(entry->name, locale.toString(static_cast<qulonglong>(wanted) + 1),
                               locale.toString(static_cast<qulonglong>(entry->cut->nToken())),
                               QString::number(token->id), visibleText(entry->tokenizer->piece(token->id), 40)));
    fillText();
    fillNeighbours();
    fillModel();
    if (compact_) // where it was is told above: the steps come first
        QTimer::singleShot(0, this, [this] { scroll_->verticalScrollBar()->setValue(modelTitle_->y()); });
}

void PathView::fillText() {
    const std::string_view text = tokens().text();
    const std::size_t from = word_->begin > kContextBytes ? word_->begin - kContextBytes : 0;
    std::size_t begin = from;
    while (begin < word_->begin && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80)
        ++begin;
    std::size_t end = std::min(text.size(), word_->end + kContextBytes);
    while (end > word_->end && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80)
        --end;
    std::vector<StripPane> panes;
    if (begin < word_->begin)
        panes.push_back(
            {(begin > 0 ? QStringLiteral("\u2026") : QString()) + visibleText(text.substr(begin, word_->begin - begin)),
             {},
             -1,
             false,
             true,
             {}});
    const int chosen = static_cast<int>(panes.size());
    const std::string_view own = text.substr(word_->begin, word_->end - word_->begin);
    panes.push_back({visibleText(own, 80), {}, -1, false, false, codePointText(own)});
    if (end > word_->end)
        panes.push_back({visibleText(text.substr(word_->end, end - word_->end)) +
                             (end < text.size() ? QStringLiteral("\u2026") : QString()),
                         {},
                         -1,
                         false,
                         true,
                         {}});
    text_->setPanes(std::move(panes), chosen);

    const EncodeTrace::PreToken& pre = word_->pre();
    const std::string_view normal =
        std::string_view(word_->traced.trace.normalised).substr(pre.begin, pre.end - pre.begin);
    const bool changed = normal != own;
    before_->setVisible(changed);
    after_->setVisible(changed);
    if (pre.isAdded) {
        normalTitle_->setText(tr("Added token: taken out of the text whole, before anything else looks at it"));
    } else if (!changed) {
        normalTitle_->setText(tr("Normalisation changed nothing here"));
    } else {
        normalTitle_->setText(tr("Normalisation: before and after, what changed is outlined"));
        std::vector<StripPane> was = letterPanes(own), now = letterPanes(normal);
        markChanges(was, now);
        before_->setPanes(std::move(was));
        after_->setPanes(std::move(now));
    }
}

void PathView::fillNeighbours() {
    const EncodeTrace& trace = word_->traced.trace;
    word_->firstNeighbour = word_->traced.preToken > kNeighbours ? word_->traced.preToken - kNeighbours : 0;
    std::vector<StripPane> panes;
    for (std::size_t i = word_->firstNeighbour; i < trace.preTokens.size() && i <= word_->traced.preToken + kNeighbours;
         ++i) {
        const EncodeTrace::PreToken& pre = trace.preTokens[i];
        StripPane pane;
        pane.text = pieceText(pre.begin, pre.end);
        pane.caption = pre.isAdded ? tr("added") : tr("%Ln token(s)", nullptr, static_cast<int>(pre.ids.size()));
        panes.push_back(pane);
    }
    preTitle_->setText(trace.preTokens.size() == 1 && !word_->pre().isAdded
                           ? tr("Pre-tokens: this tokenizer does not cut the text before the model does")
                           : tr("Pre-tokens: no token crosses their ends"));
    pre_->setPanes(std::move(panes), static_cast<int>(word_->traced.preToken - word_->firstNeighbour));
}

void PathView::fillModel() {
    const OpenTokenizer& entry = *tokens().currentTokenizer();
    const EncodeTrace::PreToken& pre = word_->pre();
    mergeScroll_->hide();
    latticeScroll_->hide();
    search_->hide();
    stepRow_->hide();
    modelNote_->hide();
    waysBox_->hide();
    waysTitle_->hide();
    {
        const QSignalBlocker quiet(slider_);
        slider_->setRange(0, 0);
    }
    const auto note = [this](const QString& sentence) {
        modelNote_->setText(sentence);
        modelNote_->show();
    };
    switch (entry.tokenizer->kind()) {
    case TokenizerKind::ByteLevelBpe:
    case TokenizerKind::SentencePieceBpe:
        modelTitle_->setText(tr("Merges: of all pairs side by side the one with the lowest rank is joined, again and "
                                "again; the number above a piece is its rank"));
        if (pre.isAdded)
            note(tr("An added token is not made of merges."));
        else if (pre.symbolBegin.empty())
            note(tr("The whole word is a piece of the vocabulary and is taken as it is, without merges."));
        else if (pre.symbolBegin.size() > kMostSymbols)
            note(tr("This word has %1 symbols; the tree is drawn for words of up to %2.")
                     .arg(QLocale().toString(static_cast<qulonglong>(pre.symbolBegin.size())))
                     .arg(kMostSymbols));
        else
            fillMerges();
        break;
    case TokenizerKind::WordPiece:
        modelTitle_->setText(tr("Search: the longest piece that fits, from the whole rest down, one letter less each "
                                "time"));
        if (pre.isAdded)
            note(tr("An added token is not searched for."));
        else
            fillSearch();
        break;
    case TokenizerKind::Unigram:
        modelTitle_->setText(
            tr("Every piece that fits, with the logarithm of its probability; the way with the largest "
               "sum is lit"));
        if (pre.isAdded)
            note(tr("An added token is not a choice of the model."));
        else
            fillLattice();
        break;
    }
    std::vector<StripPane> panes;
    for (const TokenId id : pre.ids) {
        StripPane pane;
        pane.text = visibleText(entry.tokenizer->piece(id), 24);
        pane.caption = QString::number(id);
        pane.glass = glassOfToken(id);
        panes.push_back(pane);
    }
    resultTitle_->setText(tr("The tokens of the word"));
    result_->setPanes(std::move(panes), static_cast<int>(word_->traced.inPreToken));
    if (const int wanted = std::exchange(wantedStep_, -1); wanted >= 0)
        setStep(wanted);
    fillStep();
}

void PathView::fillMerges() {
    word_->nodes = mergeTree(word_->pre());
    std::vector<QString> texts;
    std::vector<int> glass;
    for (const MergeNode& node : word_->nodes) {
        texts.push_back(pieceText(node.begin, node.end));
        glass.push_back(node.id >= 0 ? glassOfToken(node.id) : -1);
    }
    merges_->setTree(word_->nodes, std::move(texts), std::move(glass));
    mergeScroll_->setFixedHeight(merges_->sizeHint().height() + design::kSpace4);
    mergeScroll_->show();
    stepRow_->setVisible(merges_->nMerge() > 0);
    const QSignalBlocker quiet(slider_);
    slider_->setRange(0, merges_->nMerge());
    slider_->setValue(merges_->nMerge());
}

void PathView::fillSearch() {
    search_->show();
    const auto n = static_cast<int>(word_->pre().lattice.size());
    stepRow_->setVisible(n > 1);
    const QSignalBlocker quiet(slider_);
    slider_->setRange(0, n);
    slider_->setValue(n);
}

void PathView::fillLattice() {
    const EncodeTrace::PreToken& pre = word_->pre();
    const OpenTokenizer& entry = *tokens().currentTokenizer();
    // Letters are what pieces begin and end at.
    std::vector<std::uint32_t> edges;
    for (const EncodeTrace::LatticeNode& node : pre.lattice) {
        edges.push_back(node.begin);
        edges.push_back(node.end);
    }
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    if (edges.size() < 2 || edges.size() > kMostLetters) {
        modelNote_->setText(tr("This stretch has %1 letters; the ways are drawn for up to %2.")
                                .arg(QLocale().toString(static_cast<qulonglong>(edges.size())))
                                .arg(kMostLetters));
        modelNote_->show();
        return;
    }
    const auto place = [&](std::uint32_t at) {
        return static_cast<int>(std::lower_bound(edges.begin(), edges.end(), at) - edges.begin());
    };
    std::vector<QString> letters;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i)
        letters.push_back(pieceText(edges[i], edges[i + 1]));
    std::vector<LatticePiece> pieces;
    for (const EncodeTrace::LatticeNode& node : pre.lattice)
        pieces.push_back(
            {place(node.begin), place(node.end), node.id, node.score,
             node.id >= 0 ? visibleText(entry.tokenizer->piece(node.id), 24) : pieceText(node.begin, node.end),
             node.onBestPath});
    lattice_->setPieces(std::move(letters), std::move(pieces));
    latticeScroll_->setFixedHeight(lattice_->sizeHint().height() + design::kSpace4);
    latticeScroll_->show();
    fillWays();
}

void PathView::fillWays() {
    clear(waysLayout_);
    clear(samplesLayout_);
    ways_.clear();
    if (!word_ || latticeScroll_->isHidden())
        return;
    const OpenTokenizer& entry = *tokens().currentTokenizer();
    const EncodeTrace::PreToken& pre = word_->pre();
    UnigramLattice lattice;
    lattice.clear(pre.end - pre.begin);
    for (const EncodeTrace::LatticeNode& node : pre.lattice)
        lattice.add(node.begin - pre.begin, node.end - pre.begin, node.id, node.score);
    const QLocale locale;
    const auto addWay = [&](QVBoxLayout* layout, const UnigramLattice::Path& path, const QString& numbers) {
        auto* row = new QWidget(waysBox_);
        auto* line = new QHBoxLayout(row);
        line->setContentsMargins(0, 0, 0, 0);
        auto* label = new QLabel(numbers, row);
        label->setProperty("role", "small");
        label->setMinimumWidth(150);
        auto* strip = new PaneStrip(row);
        std::vector<StripPane> panes;
        for (const std::int32_t i : path.nodes) {
            const UnigramLattice::Node& node = lattice.nodes()[static_cast<std::size_t>(i)];
            StripPane pane;
            pane.text = node.id >= 0 ? visibleText(entry.tokenizer->piece(node.id), 24)
                                     : pieceText(pre.begin + node.begin, pre.begin + node.end);
            pane.glass = node.id >= 0 ? glassOfToken(node.id) : -1;
            pane.note = node.id < 0 ? tr("unknown") : locale.toString(node.score, 'f', 3);
            panes.push_back(pane);
        }
        strip->setPanes(std::move(panes));
        strip->setAccessibleName(numbers);
        line->addWidget(label);
        line->addWidget(strip, 1);
        layout->addWidget(row);
        ways_.push_back(strip);
    };
    const double logSum = lattice.logSum(1);
    for (const UnigramLattice::Path& path : lattice.nBest(kWays))
        addWay(waysLayout_, path,
               tr("%1 %  \u00B7  %2")
                   .arg(locale.toString(100 * std::exp(path.score - logSum), 'f', 3),
                        locale.toString(path.score, 'f', 2)));
    Rng rng(seed_);
    const double alpha = alpha_->value(), alphaSum = lattice.logSum(alpha);
    for (std::size_t i = 0; i < kSamples; ++i) {
        const UnigramLattice::Path path = lattice.sample(alpha, rng);
        addWay(samplesLayout_, path,
               tr("%1 % at this alpha").arg(locale.toString(100 * std::exp(alpha * path.score - alphaSum), 'f', 3)));
    }
    waysBox_->show();
    waysTitle_->show();
}

void PathView::fillStep() {
    if (!word_)
        return;
    const int n = slider_->maximum(), at = slider_->value();
    first_->setEnabled(at > 0);
    previous_->setEnabled(at > 0);
    next_->setEnabled(at < n);
    const QLocale locale;
    const EncodeTrace::PreToken& pre = word_->pre();
    if (!mergeScroll_->isHidden()) {
        merges_->setStep(at);
        if (at == 0) {
            stepLabel_->setText(tr("%Ln symbol(s) to begin with", nullptr, static_cast<int>(pre.symbolBegin.size())));
        } else {
            const MergeNode& node = word_->nodes[pre.symbolBegin.size() + static_cast<std::size_t>(at) - 1];
            const MergeNode& left = word_->nodes[static_cast<std::size_t>(node.left)];
            const MergeNode& right = word_->nodes[static_cast<std::size_t>(node.right)];
            stepLabel_->setText(tr("merge %1 of %2: %3 + %4, rank %5")
                                    .arg(locale.toString(at), locale.toString(n), pieceText(left.begin, left.end),
                                         pieceText(right.begin, right.end), locale.toString(node.rank)));
        }
        merges_->setAccessibleDescription(stepLabel_->text());
    } else if (!search_->isHidden()) {
        std::vector<StripPane> panes;
        for (int i = 0; i < at; ++i) {
            const EncodeTrace::LatticeNode& node = pre.lattice[static_cast<std::size_t>(i)];
            StripPane pane;
            const bool inside = node.begin > pre.begin;
            pane.text = node.id >= 0 ? visibleText(tokens().currentTokenizer()->tokenizer->piece(node.id), 24)
                                     : (inside ? QStringLiteral("##") : QString()) + pieceText(node.begin, node.end);
            pane.caption = node.id >= 0 ? QString::number(node.id) : tr("no");
            pane.glass = node.id >= 0 ? glassOfToken(node.id) : -1;
            pane.muted = node.id < 0;
            panes.push_back(pane);
        }
        search_->setPanes(std::move(panes), at - 1);
        if (at == 0)
            stepLabel_->setText(tr("nothing looked up yet"));
        else if (const EncodeTrace::LatticeNode& node = pre.lattice[static_cast<std::size_t>(at) - 1]; node.id >= 0)
            stepLabel_->setText(tr("look-up %1 of %2: found").arg(locale.toString(at), locale.toString(n)));
        else
            stepLabel_->setText(
                tr("look-up %1 of %2: not in the vocabulary").arg(locale.toString(at), locale.toString(n)));
    }
}

} // namespace vitral
