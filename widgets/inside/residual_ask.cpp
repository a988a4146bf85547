// SPDX-License-Identifier: Apache-2.0
// What the residual view asks the engine for: columns of the lens, the parts of a logit, neurons; of a comparison, of
// both runs.
#include "core/runtime/explain_task.h"
#include "widgets/chat/error_text.h"
#include "widgets/inside/arithmetic_popup.h"
#include "widgets/inside/attribution_panel.h"
#include "widgets/inside/grid_view.h"
#include "widgets/inside/neuron_panel.h"
#include "widgets/inside/residual_view.h"
#include "widgets/inside/value_text.h"

#include <QComboBox>
#include <QTabBar>

#include <algorithm>
#include <utility>

namespace vitral {

namespace {
constexpr std::size_t kColumnsAtOnce = 48;   // columns of the table one request computes
constexpr std::int64_t kWholeColumns = 2048; // an export computes no more than these
constexpr std::int64_t kMargin = 8;          // columns beside the screen, so that a step shows numbers at once
constexpr std::int64_t kExactTokens = 1024;  // longer runs read the recorded stream where there is one
constexpr int kTop = 10;
constexpr int kTopThere = 60; // of the other run: so that most candidates of this one are among them
} // namespace

void ResidualView::tell(const Error& error) {
    if (error.code != ErrorCode::Cancelled && !error.message.empty())
        emit inside().problem(knownText(error));
}

void ResidualView::askLens() {
    const std::shared_ptr<const Model> model = inside().model();
    if (lensAsked_)
        return;
    if (!isVisible() || !recording() || !model) {
        sayCompleted();
        return;
    }
    const GridView::Columns seen = table_->visibleColumns();
    const std::int64_t n = recording()->nPosition();
    std::vector<std::int64_t> wanted = lens_.missing(seen.first, std::min(seen.end, n), kColumnsAtOnce);
    if (const std::int64_t p = position();
        !lens_.has(p) && std::find(wanted.begin(), wanted.end(), p) == wanted.end()) {
        wanted.push_back(p); // its candidates are on screen, even where its column is not
        std::sort(wanted.begin(), wanted.end());
    }
    if (wanted.empty())
        wanted = lens_.missing(std::max<std::int64_t>(0, seen.first - kMargin), std::min(n, seen.end + kMargin),
                               kColumnsAtOnce);
    if (wanted.empty() && completed_ && n <= kWholeColumns)
        wanted = lens_.missing(0, n, kColumnsAtOnce);
    if (wanted.empty()) {
        sayCompleted();
        return;
    }
    LensRequest request;
    request.positions = std::move(wanted);
    request.nTop = kTop;
    request.target = static_cast<LensTarget>(target_->currentData().toInt());
    const bool fromRecording =
        n > kExactTokens && recording()->find(Point::ResidPost, std::int32_t(recording()->model.nLayer) - 1) != nullptr;
    lensAsked_ = true;
    struct Seen {
        LogitLens here;
        std::optional<LogitLens> there; ///< at the partners, with the positions they are the partners of
    };
    const bool both = comparing();
    const RecordingPtr other = inside().other();
    const bool otherRecorded = both && other->nPosition() > kExactTokens &&
                               other->find(Point::ResidPost, std::int32_t(other->model.nLayer) - 1) != nullptr;
    lensRun_ = inside().askEngine(
        this, "lens",
        [model, request, run = run(), source = fromRecording ? recording() : nullptr,
         pairs = both ? inside().alignment() : nullptr, otherRun = both ? otherRun() : ExplainedRun{},
         otherSource = otherRecorded ? other : nullptr](TaskContext& context) -> Result<Seen> {
            const ExplainContext explain = explainContext(context, *model, "logit lens");
            Seen found;
            VITRAL_TRY_ASSIGN(found.here, source ? logitLens(*model, explain, *source, request)
                                                 : logitLens(*model, explain, run, request));
            LensRequest there = request;
            there.positions.clear();
            there.target = LensTarget::Listed;
            there.nTop = kTopThere;
            std::vector<std::int64_t> places;
            for (std::size_t i = 0; pairs && i < found.here.positions.size(); ++i)
                if (const std::int64_t partner = pairs->of(found.here.positions[i]); partner >= 0) {
                    places.push_back(found.here.positions[i]);
                    there.positions.push_back(partner);
                    there.listed.push_back(found.here.targets[i]);
                }
            if (!places.empty()) {
                VITRAL_TRY_ASSIGN(found.there, otherSource ? logitLens(*model, explain, *otherSource, there)
                                                           : logitLens(*model, explain, otherRun, there));
                found.there->positions = std::move(places);
            }
            return found;
        },
        [this, asked = recording(), target = request.target, both, other,
         again = !fromRecording && n > kExactTokens](Result<Seen> found) {
            lensAsked_ = false;
            lensRun_ = 0;
            if (!found) {
                tell(found.error());
                sayCompleted(); // with what there is
                return;
            }
            LogitLens* lens = &found->here;
            // A newer run that only grew keeps its columns; an answer for another run or question is of no use.
            const bool sameRun = recording() && !asked->tokens.empty() &&
                                 asked->tokens.size() <= recording()->tokens.size() &&
                                 std::equal(asked->tokens.begin(), asked->tokens.end(), recording()->tokens.begin());
            if (sameRun && both == comparing() && other == inside().other() &&
                target == static_cast<LensTarget>(target_->currentData().toInt())) {
                lensNotes_.clear();
                for (const std::string& note : lens->notes)
                    lensNotes_ += QLatin1Char(' ') + noteText(note);
                if (again)
                    lensNotes_ +=
                        QLatin1Char(' ') +
                        tr("Longer than %1 tokens, and its residual stream was not recorded: each look computes "
                           "the run again as far as the columns on show.")
                            .arg(countText(kExactTokens));
                const bool first = lens_.empty();
                lens_.add(*lens);
                if (found->there)
                    otherLens_.add(*found->there);
                fillTable();
                if (first)
                    selectionChanged(selection(), nullptr);
                fillCandidates();
                fillPlace();
            }
            lensTimer_.start();
        });
}

void ResidualView::complete(std::function<void()> then) {
    completed_ = std::move(then);
    askLens();
}

void ResidualView::sayCompleted() {
    if (const std::function<void()> then = std::exchange(completed_, {}))
        then();
}

void ResidualView::askDetail() {
    if (!isVisible() || !recording() || !inside().model())
        return;
    if (tabs_->currentIndex() == kAttribution)
        askAttribution();
    else if (tabs_->currentIndex() == kNeurons)
        askNeurons();
}

void ResidualView::askAttribution() {
    const std::shared_ptr<const Model> model = inside().model();
    const AttributionRequest request = attribution_->request(position());
    struct Both {
        Attribution here;
        std::optional<Attribution> there;
    };
    const std::int64_t partner = comparing() ? inside().alignment()->of(position()) : -1;
    if (comparing() && partner < 0) {
        attribution_->setWaiting(tr("This token has no partner in the other text: there is nothing to compare."));
        return;
    }
    if (!attribution_->attribution())
        attribution_->setWaiting(tr("Computing\u2026"));
    detailRun_ = inside().askEngine(
        this, "attribution",
        [model, request, run = run(), partner,
         otherRun = partner >= 0 ? otherRun() : ExplainedRun{}](TaskContext& context) -> Result<Both> {
            Both both;
            const ExplainContext explain = explainContext(context, *model, "attribution");
            VITRAL_TRY_ASSIGN(both.here, attributeLogit(*model, explain, run, request));
            if (partner >= 0) {
                AttributionRequest there = request;
                there.position = partner;
                there.token = both.here.token;
                VITRAL_TRY_ASSIGN(both.there, attributeLogit(*model, explain, otherRun, there));
            }
            return both;
        },
        [this](Result<Both> result) {
            if (result)
                attribution_->setAttribution(std::move(result->here), piece(), std::move(result->there));
            else if (result.error().code != ErrorCode::Cancelled)
                attribution_->setWaiting(knownText(result.error()));
        });
}

void ResidualView::unfoldPart(int contribution, QPoint at) {
    const std::shared_ptr<const Model> model = inside().model();
    if (!model || !recording() || !attribution_->attribution())
        return;
    const auto index = static_cast<std::size_t>(contribution);
    if (const std::optional<double> there = attribution_->logitThere(index)) {
        const Contribution& part = attribution_->attribution()->contributions[index];
        ArithmeticPopup::of(this).open(
            ArithmeticWords::ofTwoRuns(tr("What %1 wrote to the logit").arg(AttributionPanel::partName(part)),
                                       inside().otherName(), part.logit, *there),
            at);
        return;
    }
    // Of the attribution on show, and not of what is chosen by now.
    AttributionRequest request;
    request.position = attribution_->attribution()->position;
    request.token = attribution_->attribution()->token;
    request.minus = attribution_->attribution()->minus;
    request.unfold = index;
    inside().askEngine(
        this, "unfold",
        [model, request, run = run()](TaskContext& context) {
            return attributeLogit(*model, explainContext(context, *model, "attribution"), run, request);
        },
        [this, at, index](const Result<Attribution>& result) {
            if (!result) {
                tell(result.error());
                return;
            }
            if (isVisible() && index < result->contributions.size())
                ArithmeticPopup::of(this).open(
                    ArithmeticWords::contribution(*result, index,
                                                  AttributionPanel::partName(result->contributions[index]), piece()),
                    at);
        });
}

void ResidualView::askNeurons() {
    const std::shared_ptr<const Model> model = inside().model();
    NeuronRequest request;
    request.iLayer = layer();
    request.position = position();
    request.order = neurons_->order();
    const std::int64_t partner = comparing() ? inside().alignment()->of(request.position) : -1;
    if (comparing() && partner < 0) {
        neurons_->setWaiting(tr("This token has no partner in the other text: there is nothing to compare."));
        return;
    }
    if (!neurons_->report())
        neurons_->setWaiting(tr("Computing\u2026"));
    detailRun_ = inside().askEngine(
        this, "neurons",
        [model, request, run = run(), partner,
         otherRun = partner >= 0 ? otherRun() : ExplainedRun{}](TaskContext& context) mutable -> Result<NeuronReport> {
            const ExplainContext explain = explainContext(context, *model, "neurons");
            if (partner >= 0) {
                NeuronRequest there = request;
                there.position = partner;
                there.nNeuron = 1;
                VITRAL_TRY_ASSIGN(NeuronReport other, activeNeurons(*model, explain, otherRun, there));
                request.minus = std::move(other.activations);
            }
            return activeNeurons(*model, explain, run, request);
        },
        [this](Result<NeuronReport> result) {
            if (result)
                neurons_->setReport(std::move(*result), piece(), inside().otherName());
            else if (result.error().code != ErrorCode::Cancelled)
                neurons_->setWaiting(knownText(result.error()));
        });
}

} // namespace vitral
