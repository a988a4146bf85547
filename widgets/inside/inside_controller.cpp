// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/inside_controller.h"

#include "core/base/log.h"
#include "core/trace/head_scores.h"
#include "core/trace/run_file.h"
#include "core/trace/trace_shape.h"
#include "widgets/chat/error_text.h"
#include "widgets/tokens/token_blocks.h"

#include <QFileInfo>

#include <algorithm>
#include <limits>

namespace vitral {
namespace {

constexpr std::int64_t kQueriesToChoose = 48;

RecordedModel describeModel(const ModelConfig& c) {
    RecordedModel m;
    m.name = c.name;
    m.architecture = c.architecture;
    m.quantisation = c.quantisation;
    m.nLayer = c.nLayer;
    m.nEmbd = c.nEmbd;
    m.nVocab = c.nVocab;
    m.nHead = c.nHead;
    return m;
}

} // namespace

InsideController::InsideController(EnginePort& engine, EngineBridge& bridge, ChatController& chat, ModelSession& model,
                                   QObject* parent)
    : QObject(parent), engine_(engine), chat_(chat), model_(model) {
    connect(&bridge, &EngineBridge::eventsArrived, this, &InsideController::onEvents);
    connect(&model, &ModelSession::changed, this, &InsideController::modelChanged);
    connect(&selection_, &SelectionModel::changed, this, [this](const Selection& s, QObject* origin) {
        if (origin != this && (s.layer != lastHead_.first || s.head != lastHead_.second))
            headIsOurs_ = false; // a person's choice stays
        lastHead_ = {s.layer, s.head};
    });
}

InsideController::~InsideController() {
    for (const auto& [run, what] : watched_)
        engine_.cancel(run);
}

std::shared_ptr<const Model> InsideController::model() const {
    const std::shared_ptr<const Model>& loaded = model_.model();
    if (!loaded || !recording_)
        return nullptr;
    const RecordedModel &a = recording_->model, b = describeModel(loaded->config());
    const bool same = a.name == b.name && a.architecture == b.architecture && a.quantisation == b.quantisation &&
                      a.nLayer == b.nLayer && a.nEmbd == b.nEmbd && a.nVocab == b.nVocab && a.nHead == b.nHead;
    return same ? loaded : nullptr;
}

void InsideController::setActive(bool on) {
    if (on == active_)
        return;
    active_ = on;
    tellChat();
}

void InsideController::want(QObject* view, std::vector<TracePoint> points) {
    if (points.empty()) {
        if (wanted_.erase(view) == 0)
            return;
    } else {
        if (const auto at = wanted_.find(view); at == wanted_.end())
            connect(view, &QObject::destroyed, this, [this](QObject* gone) {
                wanted_.erase(gone);
                tellChat();
            });
        else if (at->second == points)
            return;
        wanted_[view] = std::move(points);
    }
    tellChat();
}

TraceRequest InsideController::request() const {
    TraceRequest request;
    request.attention = true;
    request.byteBudget = byteBudget_;
    for (const auto& [view, points] : wanted_)
        for (const TracePoint& point : points)
            if (std::find(request.points.begin(), request.points.end(), point) == request.points.end())
                request.points.push_back(point);
    return request;
}

void InsideController::tellChat() {
    chat_.setTrace(active_ ? std::make_shared<const TraceRequest>(request()) : nullptr);
}

void InsideController::setByteBudget(std::size_t bytes) {
    byteBudget_ = bytes;
    tellChat();
}

std::size_t InsideController::expectedBytes(std::int64_t nToken) const {
    const std::shared_ptr<const Model>& model = model_.model();
    if (!model)
        return 0;
    if (shapeOf_ != model.get()) {
        shapeOf_ = model.get();
        const Result<TraceShape> shape = traceShape(*model);
        shape_ = shape ? std::make_shared<const TraceShape>(*shape) : nullptr;
    }
    if (!shape_)
        return 0;
    TraceRequest wanted = request();
    wanted.byteBudget = std::numeric_limits<std::size_t>::max() / 2; // what it would take, not what it gets
    const Result<TracePlan> plan = planTrace(wanted, *shape_, nToken, 1, chat_.settings().kvType);
    return plan ? plan->bytes : 0;
}

void InsideController::setInterventions(std::shared_ptr<const InterventionSet> set) {
    interventions_ = std::move(set);
    chat_.setInterventions(interventions_);
    if (findChanges())
        emit recordingChanged(false); // what can be shown of it is another
    emit interventionsChanged();
}

void InsideController::lookInside(MessageId last) {
    if (last == kNoMessage) {
        if (chat_.count() == 0) {
            emit problem(tr("This conversation is empty. Ask something first."));
            return;
        }
        last = chat_.message(chat_.count() - 1).id;
    }
    setBusy(tr("Reading the conversation\u2026"), -1);
    chat_.assemble(last, this, [this](Result<AssembledPath> path) {
        if (!path) {
            setBusy({}, -1);
            emit problem(knownText(path.error()));
            return;
        }
        RecordRun run;
        run.ids = path->ids;
        run.nPrompt = static_cast<std::int32_t>(path->context->ids.size());
        // An answer that ran into the end of the window has one token more than the model has read: it stays unread.
        if (const auto room = static_cast<std::size_t>(chat_.nCtx()); run.ids.size() == room + 1)
            run.ids.resize(room);
        run.interventions = interventions_;
        const ChatRun place{0, path->answer, path->context, interventions_};
        const RunId id =
            record(std::move(run), this, [this, place, changes = interventions_](Result<RecordingPtr> recording) {
                setBusy({}, -1);
                if (!recording) {
                    if (recording.error().code != ErrorCode::Cancelled)
                        emit problem(knownText(recording.error()));
                    return;
                }
                place_ = place;
                adopt(std::move(*recording), RecordingOrigin::Reread, 0, false, changes);
            });
        watched_[id].shown = true;
    });
}

void InsideController::recordAgain() {
    if (!recording_ || !model()) {
        emit problem(tr("The recorded model is not the one that is loaded. Load it to record more of this run."));
        return;
    }
    RecordRun run;
    run.ids = recording_->tokens;
    run.nPrompt = recording_->nPrompt;
    run.interventions = unreadable().isEmpty() ? ranWith_ : interventions_;
    setBusy(tr("Recording again\u2026"), -1);
    const RunId id = record(std::move(run), this,
                            [this, place = place_, changes = run.interventions](Result<RecordingPtr> recording) {
                                setBusy({}, -1);
                                if (!recording) {
                                    if (recording.error().code != ErrorCode::Cancelled)
                                        emit problem(knownText(recording.error()));
                                    return;
                                }
                                place_ = place;
                                adopt(std::move(*recording), RecordingOrigin::Reread, 0, false, changes);
                            });
    watched_[id].shown = true;
}

void InsideController::openRunFile(const QString& path) {
    setBusy(tr("Opening %1\u2026").arg(QFileInfo(path).fileName()), -1);
    pool_.ask(
        this, "open", [file = std::filesystem::path(path.toStdU16String())](std::stop_token) { return openRun(file); },
        [this, path](Result<RecordingPtr> recording) {
            setBusy({}, -1);
            if (!recording) {
                emit problem(knownText(recording.error()));
                return;
            }
            show(std::move(*recording), RecordingOrigin::File, QFileInfo(path).fileName());
        });
}

void InsideController::saveRunFile(const QString& path) {
    if (!recording_)
        return;
    setBusy(tr("Saving %1\u2026").arg(QFileInfo(path).fileName()), -1);
    pool_.ask(
        this, "save",
        [file = std::filesystem::path(path.toStdU16String()), recording = recording_](std::stop_token stop) {
            return saveRun(*recording, file, stop);
        },
        [this, path](const Result<void>& done) {
            setBusy({}, -1);
            if (done)
                emit saved(path);
            else
                emit problem(knownText(done.error()));
        });
}

void InsideController::show(RecordingPtr recording, RecordingOrigin origin, const QString& name,
                            std::shared_ptr<const InterventionSet> interventions) {
    place_ = {};
    fileName_ = name;
    adopt(std::move(recording), origin, 0, false, std::move(interventions));
}

bool InsideController::findChanges() {
    if (!recording_ || recording_->interventions.empty() || (ranWith_ && origin_ != RecordingOrigin::File))
        return false;
    // Words say everything of a change that has no vector, no source and no name that somebody gave it.
    std::vector<std::string> words;
    bool telling = interventions_ != nullptr;
    for (const Intervention& item : interventions_ ? interventions_->items : std::vector<Intervention>())
        if (item.enabled) {
            words.push_back(describe(item));
            telling = telling && item.label.empty() && item.vector == nullptr && item.source == nullptr;
        }
    auto found = telling && words == recording_->interventions ? interventions_ : nullptr;
    if (found == ranWith_)
        return false;
    ranWith_ = std::move(found);
    return true;
}

QString InsideController::unreadable() const {
    if (!recording_ || recording_->interventions.empty() || ranWith_)
        return {};
    QStringList changes;
    for (const std::string& change : recording_->interventions)
        changes << QString::fromStdString(change);
    return tr("This run was recorded with changes of which its file holds the words only (%1). Switch the same ones on "
              "to "
              "compute it again as it was, or record it again with the changes that are switched on now.")
        .arg(changes.join(QStringLiteral("; ")));
}

void InsideController::adopt(RecordingPtr recording, RecordingOrigin origin, RunId run, bool grew,
                             std::shared_ptr<const InterventionSet> interventions) {
    recording_ = std::move(recording);
    origin_ = origin;
    ranWith_ = recording_ && !recording_->interventions.empty() ? std::move(interventions) : nullptr;
    findChanges();
    shownRun_ = run;
    if (!grew) {
        Selection s = selection_.current();
        s.run = run;
        const std::int64_t n = recording_ ? recording_->nPosition() : 0;
        if (s.position >= n)
            s.position = -1;
        if (s.key >= n)
            s.key = -1;
        if (recording_ && s.layer >= recording_->model.nLayer)
            s.layer = -1;
        if (recording_ && s.head >= recording_->model.nHead)
            s.head = -1;
        if (recording_ && s.layer < 0) { // no view is blank after a run: the first layer there is
            const auto& layers = recording_->attention;
            const auto first = std::find_if(layers.begin(), layers.end(), [](const auto& l) { return l != nullptr; });
            s.layer = first == layers.end() ? 0 : static_cast<std::int32_t>(first - layers.begin());
            s.head = 0;
            headIsOurs_ = true;
        }
        if (recording_ && s.head < 0)
            s.head = 0;
        selection_.set(s, this);
        if (other_ && !compareWith(other_, otherName_).isEmpty())
            compareWith(nullptr, {});
    }
    emit recordingChanged(grew);
    if (recording_ && recording_->complete)
        chooseHead();
}

void InsideController::chooseHead() {
    if (!headIsOurs_)
        return;
    pool_.ask(
        this, "choose-head",
        [recording = recording_](std::stop_token stop) {
            // What tells something: a head that does one thing far beyond chance. Resting on the first token, or
            // looking near by, is what most do.
            HeadScoreOptions options;
            options.mostQueries = kQueriesToChoose;
            std::pair<std::int32_t, std::int32_t> best{-1, -1};
            double most = 0;
            for (const HeadScores& scores : scoreHeads(*recording, options, stop))
                for (const HeadBehaviour b : {HeadBehaviour::PreviousToken, HeadBehaviour::Induction,
                                              HeadBehaviour::DuplicateToken, HeadBehaviour::LongRange})
                    if (scores.of(b).nPosition > 0 && scores.of(b).contrast() > most) {
                        most = scores.of(b).contrast();
                        best = {scores.iLayer, scores.iHead};
                    }
            return best;
        },
        [this](std::pair<std::int32_t, std::int32_t> best) {
            if (headIsOurs_ && best.first >= 0) // nobody has chosen meanwhile
                selection_.setHead(best.first, best.second, this);
            headIsOurs_ = false;
        });
}

QString InsideController::compareWith(RecordingPtr other, const QString& name,
                                      std::shared_ptr<const InterventionSet> interventions) {
    if (other && recording_) {
        const RecordedModel &a = recording_->model, &b = other->model;
        if (a.nLayer != b.nLayer || a.nHead != b.nHead)
            return tr("These two runs cannot be compared: one has %1 layers of %2 heads, the other %3 layers of %4 "
                      "heads.")
                .arg(a.nLayer)
                .arg(a.nHead)
                .arg(b.nLayer)
                .arg(b.nHead);
    }
    if (other != other_)
        otherInterventions_ = std::move(interventions);
    other_ = std::move(other);
    otherName_ = name;
    alignment_.reset();
    emit otherChanged();
    return {};
}

std::shared_ptr<const TextAlignment> InsideController::alignment() const {
    if (!recording_ || !other_)
        return nullptr;
    if (!alignment_ || alignedTo_ != recording_) {
        alignment_ = std::make_shared<const TextAlignment>(alignTexts(recording_->pieces, other_->pieces));
        alignedTo_ = recording_;
    }
    return alignment_;
}

QString InsideController::alignmentText() const {
    const std::shared_ptr<const TextAlignment> pairs = alignment();
    if (!pairs)
        return {};
    const QLocale locale;
    const auto number = [&](std::int64_t n) { return locale.toString(static_cast<qlonglong>(n)); };
    const std::int64_t n = recording_->nPosition(), nOther = other_->nPosition();
    if (pairs->nPair == n && pairs->nPair == nOther)
        return tr("the same tokens");
    if (pairs->nPair == 0)
        return tr("no token is in both texts: there is nothing to compare");
    bool begins = pairs->nPair == std::min(n, nOther); // one text is the beginning of the other
    for (std::int64_t i = 0; begins && i < pairs->nPair; ++i)
        begins = pairs->of(i) == i;
    if (begins && recording_->model == other_->model && recording_->interventions == other_->interventions)
        return tr("the first %1 tokens are the same, and a model that reads from left to right computes the same at "
                  "them: no "
                  "difference there but rounding. The other %2 have nothing to be compared with")
            .arg(number(pairs->nPair), number(std::max(n, nOther) - pairs->nPair));
    QString text = tr("compared word by word: %1 tokens are in both texts, %2 only here, %3 only there")
                       .arg(number(pairs->nPair), number(n - pairs->nPair), number(nOther - pairs->nPair));
    if (pairs->endsOnly)
        text += tr(" (too long: only what both begin and end with was looked for)");
    return text;
}

QString InsideController::otherUnreadable() const {
    if (!other_ || !recording_)
        return {};
    if (!(other_->model == recording_->model))
        return tr("The other run is of another model; what this view shows is computed with the model that is loaded.");
    if (!other_->interventions.empty() && !otherInterventions_)
        return tr("The other run was computed with changes that are not in its file.");
    return {};
}

void InsideController::compareWithFile(const QString& path) {
    setBusy(tr("Opening %1\u2026").arg(QFileInfo(path).fileName()), -1);
    pool_.ask(
        this, "open-other",
        [file = std::filesystem::path(path.toStdU16String())](std::stop_token) { return openRun(file); },
        [this, path](Result<RecordingPtr> recording) {
            setBusy({}, -1);
            const QString sentence =
                recording ? compareWith(*recording, QFileInfo(path).fileName()) : knownText(recording.error());
            if (!sentence.isEmpty())
                emit problem(sentence);
        });
}

bool InsideController::behind() const {
    if (!recording_ || !place_.context || chat_.count() == 0 || chat_.busy())
        return false;
    const Message& last = chat_.message(chat_.count() - 1);
    return last.id != place_.answer ||
           !last.tokens.empty() == (positionOf(last.id, static_cast<int>(last.tokens.size()) - 1) < 0);
}

std::int64_t InsideController::newestQuery() const {
    if (!recording_)
        return -1;
    std::int64_t n = recording_->nPosition();
    for (const auto& layer : recording_->attention)
        if (layer && layer->nPosition() > 0)
            n = std::min(n, layer->nPosition());
    const std::shared_ptr<const Model> loaded = model();
    const Tokenizer* tokenizer = loaded ? loaded->tokenizer().get() : nullptr;
    std::int64_t at = n - 1;
    while (tokenizer != nullptr && at > 0 && tokenizer->isEndOfGeneration(recording_->tokens[std::size_t(at)]))
        --at;
    return at;
}

QString InsideController::pieceText(const Recording& recording, std::int64_t position) {
    if (position < 0 || position >= static_cast<std::int64_t>(recording.pieces.size()))
        return {};
    const std::string& piece = recording.pieces[static_cast<std::size_t>(position)];
    if (piece.empty() && position < recording.nPosition())
        return QStringLiteral("#%1").arg(recording.tokens[static_cast<std::size_t>(position)]);
    return visibleToken(piece);
}

QString InsideController::pieceText(std::int64_t position) const {
    return recording_ ? pieceText(*recording_, position) : QString();
}

void InsideController::setBusy(const QString& text, double fraction) {
    busyText_ = text;
    busyFraction_ = fraction;
    emit busyChanged();
}

} // namespace vitral
