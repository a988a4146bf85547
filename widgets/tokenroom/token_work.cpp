// SPDX-License-Identifier: Apache-2.0
// Reading tokenizers and cutting the text: work of other threads that is watched, stopped and caught up with.
#include "core/tokenizer/load.h"
#include "widgets/chat/error_text.h"
#include "widgets/tokenroom/token_controller.h"

#include <algorithm>
#include <utility>

namespace vitral {
namespace {

/// What a piece of work tells, and whether it shall go on.
std::function<bool(double)> teller(std::shared_ptr<std::atomic<double>> share, std::stop_token stop) {
    return [share = std::move(share), stop = std::move(stop)](double done) {
        share->store(done, std::memory_order_relaxed);
        return !stop.stop_requested();
    };
}

} // namespace

void TokenController::load(OpenTokenizer& entry) {
    entry.loading = true;
    entry.stopped = false;
    entry.error.clear();
    const auto share = std::make_shared<std::atomic<double>>(0.0);
    entry.share = share;
    begun();
    pool_.ask(
        this, "load" + std::to_string(entry.serial),
        [path = std::filesystem::path(entry.path.toStdU16String()), share](const std::stop_token& stop) {
            return loadTokenizer(path, teller(share, stop));
        },
        [this, serial = entry.serial](Result<std::shared_ptr<const Tokenizer>> loaded) {
            ended();
            OpenTokenizer* read = bySerial(serial);
            if (read == nullptr)
                return;
            read->loading = false;
            read->share = nullptr;
            if (loaded) {
                read->tokenizer = std::move(*loaded);
                beginCut(*read);
            } else {
                read->error = errorText(loaded.error(), Doing::LoadModel);
            }
            emit tokenizersChanged();
            if (indexOf(serial) == current_)
                emit currentChanged();
        });
}

void TokenController::beginCut(OpenTokenizer& entry) {
    pool_.cancel(this, "cut" + std::to_string(entry.serial)); // of an older text
    entry.cut = nullptr;
    entry.cutError.clear();
    entry.stopped = false;
    entry.typed.clear();
    entry.share = nullptr;
    entry.preview = nullptr;
    if (!entry.tokenizer || !entry.shown)
        return;
    const ParseSpecial special = parseSpecial_ ? ParseSpecial::Yes : ParseSpecial::No;
    entry.preview = std::make_shared<TokenPreview>(entry.tokenizer, special);
    const auto share = std::make_shared<std::atomic<double>>(-1.0);
    entry.share = share;
    begun();
    pool_.ask(
        this, "cut" + std::to_string(entry.serial),
        [tokenizer = entry.tokenizer, text = text_, special, share](const std::stop_token& stop) mutable {
            const double whole = std::max(1.0, static_cast<double>(text.size()));
            return TokenCut::begin(std::move(tokenizer), std::move(text), {AddSpecial::No, special},
                                   [tell = teller(share, stop), whole](std::size_t bytes) {
                                       return tell(static_cast<double>(bytes) / whole);
                                   });
        },
        [this, serial = entry.serial, share](Result<std::shared_ptr<TokenCut>> cut) {
            ended();
            OpenTokenizer* asked = bySerial(serial);
            if (asked == nullptr || asked->share != share)
                return; // a newer one is on its way
            asked->share = nullptr;
            if (cut)
                takeCut(*asked, std::move(*cut));
            else
                asked->cutError = errorText(cut.error(), Doing::Import);
            chooseWanted(*asked);
            emit cutChanged(indexOf(serial));
        });
}

// The text has gone on since it was handed over: what was typed meanwhile is cut behind it.
void TokenController::takeCut(OpenTokenizer& entry, std::shared_ptr<TokenCut> cut) {
    for (const OpenTokenizer::TypedEdit& edit : entry.typed)
        if (!cut->editsAtOnce() || !cut->edit(edit.at, edit.removedBytes, edit.inserted)) {
            beginCut(entry);
            return;
        }
    entry.typed.clear();
    entry.preview = nullptr;
    entry.cut = std::move(cut);
}

void TokenController::recut(std::size_t at, std::size_t removedBytes, std::string_view inserted) {
    constexpr std::size_t kLongEdit = 16 * 1024;
    constexpr std::size_t kMostTyped = 64; ///< edits that are caught up with afterwards
    for (OpenTokenizer& entry : list_) {
        if (!entry.tokenizer || !entry.shown) {
            entry.cut = nullptr;
            continue;
        }
        const bool isShort = inserted.size() <= kLongEdit && removedBytes <= kLongEdit;
        if (entry.cut && isShort && entry.cut->editsAtOnce() && entry.cut->edit(at, removedBytes, inserted))
            continue;
        if (entry.stopped && entry.preview && isShort)
            continue; // the person did not want the whole
        if (!entry.cut && entry.share && isShort && entry.typed.size() < kMostTyped) {
            entry.typed.push_back({at, removedBytes, std::string(inserted)});
            continue;
        }
        beginCut(entry);
    }
}

std::vector<PlacedToken> TokenController::tokensSeen(int serial, std::size_t begin, std::size_t end) const {
    const int index = indexOf(serial);
    if (index < 0)
        return {};
    const OpenTokenizer& entry = list_[static_cast<std::size_t>(index)];
    if (entry.cut)
        return entry.cut->tokensIn(begin, end).value_or(std::vector<PlacedToken>());
    return entry.preview ? entry.preview->tokensIn(text_, revision_, begin, end) : std::vector<PlacedToken>();
}

std::optional<double> TokenController::progress() const {
    std::optional<double> least;
    for (const OpenTokenizer& entry : list_)
        if (entry.share) {
            const double share = entry.share->load(std::memory_order_relaxed);
            if (!least || *least < 0)
                least = share;
            else if (share >= 0) // what cannot be known hides nothing that is
                least = std::min(*least, share);
        }
    return least;
}

void TokenController::stopWork() {
    for (OpenTokenizer& entry : list_) {
        if (!entry.share)
            continue;
        entry.share = nullptr;
        entry.stopped = true;
        entry.typed.clear();
        pool_.cancel(this, (entry.loading ? "load" : "cut") + std::to_string(entry.serial));
        if (std::exchange(entry.loading, false))
            entry.error = tr("Reading the file was stopped.");
        else
            entry.cutError = tr("Cutting the whole text was stopped: there are no totals. What is on the screen is cut "
                                "with its surroundings.");
    }
    pool_.cancel(this, "text");
    ended();
    emit tokenizersChanged();
    for (std::size_t i = 0; i < list_.size(); ++i)
        emit cutChanged(static_cast<int>(i));
}

void TokenController::retry(int index) {
    if (index < 0 || index >= static_cast<int>(list_.size()))
        return;
    OpenTokenizer& entry = list_[static_cast<std::size_t>(index)];
    if (entry.share)
        return;
    if (!entry.tokenizer)
        load(entry);
    else
        beginCut(entry);
    emit tokenizersChanged();
    emit cutChanged(index);
}

void TokenController::begun() {
    if (!progressTimer_.isActive())
        progressTimer_.start();
    emit busyChanged();
}

void TokenController::ended() {
    QTimer::singleShot(0, this, &TokenController::busyChanged); // the pool hears of its job's end a little later
}

} // namespace vitral
