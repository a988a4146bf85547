// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/overview_view.h"

#include "widgets/chat/error_text.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/arithmetic_popup.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/painted_export.h"

#include <QComboBox>
#include <QLabel>
#include <QLocale>
#include <QScrollBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace vitral {
namespace {
constexpr int kFeedMs = 250;
}

OverviewView::OverviewView(InsideController& inside, QWidget* parent) : InsideView(inside, parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace2);
    auto* row = new FlowRow;
    measure_ = new QComboBox(this);
    measure_->addItem(QString(), -1);
    for (int i = 0; i <= kHeadBehaviours; ++i)
        measure_->addItem(QString(), i);
    text_ = new QComboBox(this);
    text_->addItem(QString());
    text_->addItem(QString());
    order_ = new QComboBox(this);
    order_->addItem(QString());
    order_->addItem(QString());
    row->addWidget(measure_);
    row->addWidget(text_);
    row->addWidget(order_);
    size_ = new QComboBox(this);
    for (const int pixels : {0, 24, 48, 96, 160})
        size_->addItem(QString(), pixels);
    row->addWidget(size_);
    unfold_ = new QToolButton(this);
    unfold_->setIcon(design::icon(QStringLiteral("inside-cell")));
    unfold_->setIconSize({design::kIcon, design::kIcon});
    unfold_->setEnabled(false);
    row->addWidget(unfold_);
    connect(unfold_, &QToolButton::clicked, this, &OverviewView::unfoldScore);
    column->addLayout(row);
    statement_ = new QLabel(this);
    statement_->setProperty("role", "small");
    statement_->setTextFormat(Qt::PlainText);
    statement_->setWordWrap(true);
    column->addWidget(statement_);
    grid_ = new OverviewGrid(this);
    column->addWidget(grid_, 1);
    feed_.setSingleShot(true);
    feed_.setInterval(kFeedMs);
    connect(&feed_, &QTimer::timeout, this, &OverviewView::feed);
    const auto reorder = [this] {
        refill();
        grid_->verticalScrollBar()->setValue(0); // the highest score, not the chosen head
    };
    connect(measure_, &QComboBox::currentIndexChanged, this, reorder);
    connect(text_, &QComboBox::currentIndexChanged, this, &OverviewView::feed);
    connect(order_, &QComboBox::currentIndexChanged, this, reorder);
    refill_.setSingleShot(true);
    refill_.setInterval(design::kFrameMs * 2);
    connect(&refill_, &QTimer::timeout, this, &OverviewView::refill);
    connect(size_, &QComboBox::currentIndexChanged, this, [this] { grid_->setTileSize(size_->currentData().toInt()); });
    connect(grid_, &OverviewGrid::hovered, this, [this](HeadName head) {
        hovered_ = head;
        refreshWords();
    });
    connect(grid_, &OverviewGrid::chosen, this,
            [this](HeadName head) { this->inside().selection().setHead(head.iLayer, head.iHead, this); });
    connect(grid_, &OverviewGrid::opened, this, [this](HeadName head) {
        this->inside().selection().setHead(head.iLayer, head.iHead, this);
        emit viewAsked(QStringLiteral("matrix"));
    });
    OverviewView::retranslate();
}

OverviewView::~OverviewView() {
    if (overview_)
        overview_->close();
    if (other_)
        other_->close();
    if (scoring_)
        scoring_->close();
}

QString OverviewView::title() const {
    return tr("Overview");
}

QString OverviewView::help() const {
    return tr("Every head of every layer as a small map: a row for each token that looks, a column for each token it "
              "looks at. Click a head to open it; the arrow keys walk, Enter opens.");
}

QString OverviewView::missing(bool* offersRecordAgain) const {
    const bool any = std::any_of(recording()->attention.begin(), recording()->attention.end(),
                                 [](const auto& layer) { return layer != nullptr; });
    if (offersRecordAgain != nullptr)
        *offersRecordAgain = !any;
    return any ? QString() : tr("This run was recorded without attention.");
}

void OverviewView::recordingChanged(bool grew) {
    // On a worker: close() is called before this object goes, so it is there.
    const auto ready = [this](std::int32_t) {
        QMetaObject::invokeMethod(
            this,
            [this] {
                if (!refill_.isActive())
                    refill_.start();
            },
            Qt::QueuedConnection);
    };
    const auto make = [&](std::shared_ptr<const std::vector<std::int64_t>> positions) {
        OverviewOptions options;
        options.positions = std::move(positions);
        auto made = std::make_shared<Overview>(std::move(options), ready);
        inside().mapWorkers().attach(made);
        return made;
    };
    if (grew && wasSome_ && !recording()->complete) // aligned anew when it is over: these pictures cannot grow
        return;
    // Texts that are not in step are compared over the tokens that both have, in their order.
    const std::shared_ptr<const TextAlignment> pairs = inside().alignment();
    const bool some = pairs && !pairs->inStep;
    auto here = some ? std::make_shared<std::vector<std::int64_t>>() : nullptr;
    auto there = some ? std::make_shared<std::vector<std::int64_t>>() : nullptr;
    for (std::int64_t i = 0; some && i < std::ssize(pairs->partner); ++i)
        if (pairs->of(i) >= 0) {
            here->push_back(i);
            there->push_back(pairs->of(i));
        }
    if (other_ && some) {
        other_->close();
        other_.reset();
    }
    const bool again = grew && overview_ && !some && !wasSome_;
    wasSome_ = some;
    if (!again) {
        if (overview_)
            overview_->close();
        if (scoring_)
            scoring_->close();
        overview_ = make(here);
        scoring_ = std::make_shared<HeadScoring>(HeadScoreOptions{}, ready);
        inside().mapWorkers().attach(scoring_);
        scored_.reset();
        if (probe_ && !(probe_->model == recording()->model))
            probe_.reset(); // another model
    }
    if (inside().other() && !other_) {
        other_ = make(there);
        other_->setRecording(inside().other());
    }
    if (again && !recording()->complete) {
        if (!feed_.isActive())
            feed_.start();
    } else {
        feed();
    }
    refill();
}

void OverviewView::feed() {
    if (!recording() || !overview_)
        return;
    overview_->setRecording(recording());
    if (onProbe()) {
        if (!probe_ && !readingProbe_)
            readProbe();
        else if (probe_ && scored_ != probe_)
            scoring_->setRecording(scored_ = probe_);
    } else if (scored_ != recording() && (recording()->complete || !scored_ || scored_ == probe_)) {
        // Scores are of the whole text: of a run under way they would be old before they are there.
        scoring_->setRecording(scored_ = recording());
    }
    refill();
}

bool OverviewView::onProbe() const {
    return text_->currentIndex() == 1;
}

void OverviewView::scoreOnProbe(bool on) {
    text_->setCurrentIndex(on ? 1 : 0);
}

void OverviewView::readProbe() {
    const std::shared_ptr<const Model> model = inside().model();
    probeProblem_.clear();
    if (!model) {
        probeProblem_ = tr("the standard probe needs the recorded model: load it");
        return;
    }
    Result<RepeatedProbe> probe = repeatedProbe(*model->tokenizer());
    if (!probe) {
        probeProblem_ = knownText(probe.error());
        return;
    }
    RecordRun run;
    run.ids = std::move(probe->tokens);
    run.trace = TraceRequest{};
    run.trace->attention = true;
    readingProbe_ = true;
    inside().record(std::move(run), this, [this](Result<RecordingPtr> recording) {
        readingProbe_ = false;
        if (recording) {
            probe_ = std::move(*recording);
            feed();
        } else {
            probeProblem_ = knownText(recording.error());
            refill();
        }
    });
}

void OverviewView::otherChanged() {
    if (other_) {
        other_->close();
        other_.reset();
    }
    if (recording())
        recordingChanged(true);
}

void OverviewView::unfoldScore() {
    const HeadName head = grid_->current();
    const int which = measure();
    const std::optional<HeadScores> scores = scoring_ ? scoring_->find(head.iLayer, head.iHead) : std::nullopt;
    if (!scores || !scored_ || which < 0)
        return;
    const auto piece = [recording = scored_](std::int64_t i) { return InsideController::pieceText(*recording, i); };
    const QString name = tr("Layer %1, head %2").arg(head.iLayer).arg(head.iHead);
    const QPoint at = unfold_->mapToGlobal(QPoint(unfold_->width() / 2, unfold_->height()));
    if (which == kHeadBehaviours) {
        inside().pool().ask(
            this, "unfold",
            [recording = scored_, head](std::stop_token stop) -> std::optional<std::vector<EntropyTerm>> {
                const auto& record = recording->attention[static_cast<std::size_t>(head.iLayer)];
                if (!record)
                    return std::nullopt;
                return HeadScorer(recording->tokens).entropies(*record, head.iHead, stop);
            },
            [this, piece, name, at, scores = *scores](const std::optional<std::vector<EntropyTerm>>& terms) {
                if (terms && !terms->empty() && isVisible())
                    ArithmeticPopup::of(this).open(ArithmeticWords::headEntropy(name, scores, *terms, piece), at);
            });
        return;
    }
    inside().pool().ask(
        this, "unfold",
        [recording = scored_, head, which](std::stop_token stop) -> std::optional<std::vector<BehaviourTerm>> {
            const auto& record = recording->attention[static_cast<std::size_t>(head.iLayer)];
            if (!record)
                return std::nullopt;
            return HeadScorer(recording->tokens).terms(*record, head.iHead, static_cast<HeadBehaviour>(which), stop);
        },
        [this, piece, name, at, which, score = scores->behaviours[static_cast<std::size_t>(which)]](
            const std::optional<std::vector<BehaviourTerm>>& terms) {
            if (terms && !terms->empty() && isVisible())
                ArithmeticPopup::of(this).open(
                    ArithmeticWords::headScore(behaviourName(which), name, score, *terms, piece), at);
        });
}

int OverviewView::measure() const {
    return measure_->currentData().toInt();
}

bool OverviewView::sorted() const {
    return order_->currentIndex() == 1 && measure() >= 0;
}

void OverviewView::showScore(int measure, bool sorted) {
    measure_->setCurrentIndex(measure + 1);
    order_->setCurrentIndex(sorted ? 1 : 0);
}

double OverviewView::scoreOf(HeadName head) const {
    const std::optional<HeadScores> scores = scoring_ ? scoring_->find(head.iLayer, head.iHead) : std::nullopt;
    if (!scores || measure() < 0)
        return -1;
    if (measure() == kHeadBehaviours)
        return scores->uniformEntropy > 0 ? std::clamp(scores->entropy / scores->uniformEntropy, 0.0, 1.0) : -1;
    const BehaviourScore& score = scores->behaviours[static_cast<std::size_t>(measure())];
    return score.nPosition > 0 ? std::clamp(score.contrast(), 0.0, 1.0) : -1;
}

void OverviewView::go(const QString& argument) {
    for (int i = 0; i < kHeadBehaviours; ++i) {
        const std::string_view name = headBehaviourName(static_cast<HeadBehaviour>(i));
        if (argument == QLatin1String(name.data(), static_cast<qsizetype>(name.size())))
            return showScore(i, true);
    }
    InsideView::go(argument);
}

QJsonObject OverviewView::saveState() const {
    return {{QStringLiteral("measure"), measure()}, {QStringLiteral("sorted"), order_->currentIndex() == 1}};
}

void OverviewView::restoreState(const QJsonObject& state) {
    showScore(std::clamp(state[QStringLiteral("measure")].toInt(-1), -1, kHeadBehaviours),
              state[QStringLiteral("sorted")].toBool());
}

bool OverviewView::settled() const {
    const auto done = [](const std::shared_ptr<Overview>& o) {
        return !o || o->progress().nFinal == o->progress().nHead;
    };
    return overview_ && done(overview_) && done(other_);
}

void OverviewView::refill() {
    if (!recording() || !overview_)
        return;
    std::vector<OverviewTile> tiles;
    std::int32_t nHead = 0;
    const auto nLayer = static_cast<std::int32_t>(recording()->attention.size());
    for (std::int32_t l = 0; l < nLayer; ++l) {
        const auto& record = recording()->attention[static_cast<std::size_t>(l)];
        if (!record)
            continue;
        nHead = std::max(nHead, record->geometry.nHead);
        for (std::int32_t h = 0; h < record->geometry.nHead; ++h) {
            OverviewTile tile{{l, h}, overview_->find(l, h), nullptr, scoreOf({l, h})};
            if (other_) {
                tile.minus = other_->find(l, h);
                // Blocks of one size only: both runs get the pooling of their own length.
                if (tile.picture && (!tile.minus || tile.minus->block != tile.picture->block))
                    tile.picture = nullptr;
            }
            tiles.push_back(std::move(tile));
        }
    }
    if (sorted())
        std::stable_sort(tiles.begin(), tiles.end(),
                         [](const OverviewTile& a, const OverviewTile& b) { return a.score > b.score; });
    order_->setEnabled(measure() >= 0);
    text_->setEnabled(measure() >= 0);
    grid_->setShowsScore(measure() >= 0);
    grid_->setTiles(std::move(tiles), nLayer, nHead, sorted());
    refreshWords();
}

void OverviewView::selectionChanged(const Selection& s, QObject*) {
    grid_->setCurrent({s.layer, s.head});
    refreshWords();
}

QStringList OverviewView::exportFormats() const {
    return {QStringLiteral("png"), QStringLiteral("pdf"), QStringLiteral("csv")};
}

Result<void> OverviewView::exportAs(const QString& path, const QString& format, double scale) {
    return exportPainted({grid_}, path, format, scale);
}

} // namespace vitral
