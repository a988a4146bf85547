// SPDX-License-Identifier: Apache-2.0
// Walks of the page "Latents": between two seeds or two prompts by whole runs, between the ends of two runs by latents.
#include "widgets/chat/error_text.h"
#include "widgets/denoise/latent_page.h"
#include "widgets/inside/value_text.h"

#include <QComboBox>
#include <QLineEdit>
#include <QSpinBox>

namespace vitral {

using namespace diffusion;

void LatentPage::startWalk() {
    const DiffusionModelPtr& model = denoise().model();
    if (!model) {
        emit denoise().problem(tr("There is no model yet: choose one first."));
        return;
    }
    const auto kind = Walk(kind_->currentIndex());
    if (kind == Walk::Runs)
        return walkRuns();
    const quint64 generation = ++generation_;
    std::vector<DenoiseController::BatchItem> items;
    std::vector<Place> places;
    const int n = count_->value();
    for (int i = 0; i < n; ++i) {
        Place place;
        place.at = double(i) / (n - 1);
        place.settings = denoise().settings();
        if (kind == Walk::Seeds) {
            place.settings.otherSeed = seed_->text().toULongLong();
            place.settings.seedMix = place.at;
        } else {
            place.settings.otherPrompt = prompt_->text().toStdString();
            place.settings.promptMix = place.at;
        }
        const auto index = std::size_t(i);
        items.push_back({place.settings, [this, generation, index](const Result<DenoiseRecordingPtr>& done) {
                             if (generation != generation_ || index >= places_.size())
                                 return;
                             if (done && (*done)->result)
                                 places_[index].picture = (*done)->result;
                             else
                                 places_[index].note = !done && done.error().code != ErrorCode::Cancelled
                                                           ? knownText(done.error())
                                                           : tr("cancelled");
                             fillWalk();
                         }});
        places.push_back(std::move(place));
    }
    denoise().cancel();
    places_ = std::move(places);
    fillWalk();
    denoise().runBatch(this, std::move(items));
}

// Number by number between two latents (or pictures of a model that works on pixels), then decoded.
void LatentPage::walkRuns() {
    const auto endOf = [](const DenoiseRecordingPtr& r) -> PicturePtr {
        return r && !r->steps.empty() && r->steps.back() ? r->steps.back()->next : nullptr;
    };
    const PicturePtr a = endOf(recording()), b = endOf(denoise().other());
    if (!a || !b || !a->sameShape(*b)) {
        emit denoise().problem(tr("Choose a run, and in the list of runs another of the same size to compare with."));
        return;
    }
    const quint64 generation = ++generation_;
    const int n = count_->value();
    places_.assign(std::size_t(n), {});
    for (int i = 0; i < n; ++i)
        places_[std::size_t(i)].at = double(i) / (n - 1);
    fillWalk();
    auto slot = std::make_shared<std::vector<PicturePtr>>();
    denoise().askModel(
        this, "walk",
        [slot, a, b, n](const DiffusionModel& m, NetworkContext& context) -> Result<void> {
            for (int i = 0; i < n; ++i) {
                Picture latent = between(*a, *b, double(i) / (n - 1));
                if (m.autoencoder) {
                    VITRAL_TRY_ASSIGN(latent, m.autoencoder->decode(context, latent));
                }
                slot->push_back(std::make_shared<const Picture>(std::move(latent)));
            }
            return {};
        },
        [this, slot, generation](const Result<void>& status) {
            if (generation != generation_)
                return;
            for (std::size_t i = 0; i < places_.size() && i < slot->size(); ++i)
                places_[i].picture = (*slot)[i];
            if (!status && status.error().code != ErrorCode::Cancelled)
                emit denoise().problem(knownText(status.error()));
            fillWalk();
        });
}

void LatentPage::fillWalk() {
    BoardContent content;
    content.captionLines = 1;
    content.empty = tr("The pictures of the walk stand here.");
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const Place& place = places_[i];
        BoardPicture p;
        p.key = QString::number(i);
        p.title = percentText(place.at);
        p.words = tr("%1 of the way").arg(p.title);
        if (place.picture)
            p.shown = showPicture(*place.picture, {});
        else
            p.note = place.note.isEmpty() ? tr("waiting") : place.note;
        if (i > 0 && place.picture && places_[i - 1].picture)
            p.caption = tr("changes by %1").arg(numberText(lossOf(*place.picture, *places_[i - 1].picture).rms, 3));
        content.pictures.push_back(std::move(p));
    }
    walk_->setContent(std::move(content));
}

} // namespace vitral
