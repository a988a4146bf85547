// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/workshop_training.h"

#include "core/base/mapped_file.h"
#include "core/tokenizer/train/wordpiece_trainer.h"
#include "core/tokenizer/utf8.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <limits>
#include <utility>

namespace vitral {

using namespace train;
using Kind = WorkshopSettings::Kind;

namespace {

constexpr std::size_t kSampleBytes = 4000;
constexpr std::size_t kMostFileBytes = std::size_t{1} << 30;
constexpr std::size_t kMostFiles = 20'000;
constexpr std::size_t kMergesAtOnce = 64; ///< between two looks at the stop: some hundred milliseconds at worst
constexpr std::size_t kCurvePoints = 400;
constexpr std::size_t kTiesLooked = 1000;
constexpr auto kTellEvery = std::chrono::milliseconds(100);
constexpr std::string_view kUnknown = "<unk>";

tl::unexpected<Error> stopped() {
    return fail(ErrorCode::Cancelled, "The training was stopped.");
}

/// Text holds no NUL: pictures and programs in a folder are left out.
bool looksLikeText(std::string_view bytes) {
    return bytes.substr(0, 4096).find('\0') == std::string_view::npos;
}

/// The files below a folder, in order of their paths; the path itself where it is none.
std::vector<std::filesystem::path> filesOf(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error))
        return {path};
    std::vector<std::filesystem::path> out;
    using Walk = std::filesystem::recursive_directory_iterator;
    for (Walk it(path, std::filesystem::directory_options::skip_permission_denied, error), end;
         !error && it != end && out.size() < kMostFiles; it.increment(error))
        if (std::error_code own; it->is_regular_file(own) && !own)
            out.push_back(it->path());
    std::sort(out.begin(), out.end());
    return out;
}

/// A token that is stopped when one of two is.
class EitherStop {
public:
    EitherStop(const std::stop_token& a, const std::stop_token& b)
        : first_(a, [this] { source_.request_stop(); }), second_(b, [this] { source_.request_stop(); }) {}
    EitherStop(const EitherStop&) = delete;
    EitherStop& operator=(const EitherStop&) = delete;
    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

private:
    using Callback = std::stop_callback<std::function<void()>>;
    std::stop_source source_; ///< before those that use it
    Callback first_, second_;
};

class Teller {
public:
    Teller(WorkshopProgress& progress, const std::function<void(const WorkshopProgress&)>& tell)
        : progress_(progress), tell_(tell) {}
    void maybe() {
        const auto now = std::chrono::steady_clock::now();
        if (now - last_ < kTellEvery)
            return;
        last_ = now;
        tell_(progress_);
    }

private:
    WorkshopProgress& progress_;
    const std::function<void(const WorkshopProgress&)>& tell_;
    std::chrono::steady_clock::time_point last_;
};

} // namespace

Result<void> WorkshopRun::read(WorkshopProgress& progress, const std::function<void(const WorkshopProgress&)>& tell,
                               const std::stop_token& stop, const std::stop_token& stopEarly) {
    Teller teller(progress, tell);
    const EitherStop either(stop, stopEarly);
    const auto take = [&](std::string_view text) -> Result<void> {
        if (sample_.size() < kSampleBytes) {
            std::size_t n = std::min(text.size(), kSampleBytes - sample_.size());
            while (n > 0 && n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0U) == 0x80U)
                --n;
            sample_ += text.substr(0, n);
        }
        VITRAL_TRY(words_.addLines(text, cutting_, either.token()));
        progress.bytesRead += text.size();
        return {};
    };
    VITRAL_TRY(take(settings_.text));
    std::vector<std::filesystem::path> files;
    for (const std::string& name : settings_.files)
        for (std::filesystem::path& path : filesOf(name))
            files.push_back(std::move(path));
    progress.files = files.size();
    for (const std::filesystem::path& path : files) {
        if (stop.stop_requested() || stopEarly.stop_requested())
            return stopped();
        const auto text = readTextFile(path, kMostFileBytes);
        if (!text)
            refused_.push_back({path.string(), text.error().message});
        else if (!looksLikeText(*text))
            refused_.push_back({path.string(), "no text"});
        else
            VITRAL_TRY(take(*text));
        ++progress.filesRead;
        teller.maybe();
    }
    if (words_.words().empty())
        return fail(ErrorCode::InvalidArgument, "There is no text to learn from.");
    return {};
}

BpeTrainOptions WorkshopRun::mergeOptions() const {
    BpeTrainOptions options = settings_.kind == Kind::WordPiece ? wordPieceOptions(settings_.vocab) : BpeTrainOptions{};
    options.vocabSize = settings_.vocab;
    options.minFrequency = settings_.minFrequency;
    if (settings_.kind == Kind::Bpe)
        options.initialAlphabet = byteLevelAlphabet();
    return options;
}

Result<void> WorkshopRun::learnMerges(WorkshopProgress& progress,
                                      const std::function<void(const WorkshopProgress&)>& tell,
                                      const std::stop_token& stop, const std::stop_token& stopEarly) {
    const EitherStop either(stop, stopEarly);
    VITRAL_TRY_ASSIGN(BpeTraining training, BpeTraining::begin(words_, mergeOptions(), either.token()));
    Teller teller(progress, tell);
    const auto bytes = static_cast<double>(std::max<std::uint64_t>(words_.textBytes(), 1));
    const std::size_t step = std::max<std::size_t>(1, settings_.vocab / kCurvePoints);
    for (bool more = true; more;) {
        if (stop.stop_requested())
            return stopped();
        if (stopEarly.stop_requested()) {
            stoppedEarly_ = true;
            break;
        }
        VITRAL_TRY_ASSIGN(more, training.advance(std::min(kMergesAtOnce, step)));
        progress.pieces = training.pieces().size();
        progress.tokens = training.steps().empty() ? training.initialTokens() : training.steps().back().tokens;
        progress.curve.emplace_back(progress.pieces, static_cast<double>(progress.tokens) / bytes);
        teller.maybe();
    }
    merges_ = std::move(training);
    return {};
}

Result<void> WorkshopRun::learnPieces(WorkshopProgress& progress,
                                      const std::function<void(const WorkshopProgress&)>& tell,
                                      const std::stop_token& stop, const std::stop_token& stopEarly) {
    UnigramTrainOptions options;
    options.vocabSize = settings_.vocab;
    options.unknownToken = std::string(kUnknown);
    const EitherStop either(stop, stopEarly); // ends a step, which may take seconds at the beginning
    VITRAL_TRY_ASSIGN(UnigramTraining training, UnigramTraining::begin(words_, options, either.token()));
    Teller teller(progress, tell);
    const auto bytes = static_cast<double>(std::max<std::uint64_t>(words_.textBytes(), 1));
    for (bool more = true; more;) {
        const Result<bool> made = training.advance(either.token());
        if (!made) {
            if (made.error().code != ErrorCode::Cancelled || stop.stop_requested() || unigram_.empty())
                return tl::unexpected(made.error());
            stoppedEarly_ = true;
            break;
        }
        more = *made;
        const UnigramTraining::Step& now = training.steps().back();
        progress.pieces = now.pieces;
        if (now.phase == UnigramTraining::Phase::Expectation) {
            progress.tokens = now.tokens;
            progress.curve.emplace_back(now.pieces, static_cast<double>(now.tokens) / bytes);
        }
        unigram_.push_back({training.vocabulary(), training.unknownId(), now});
        teller.maybe();
    }
    return {};
}

Result<std::shared_ptr<const WorkshopRun>>
WorkshopRun::train(const WorkshopSettings& settings, const std::function<void(const WorkshopProgress&)>& progress,
                   const std::stop_token& stop, const std::stop_token& stopEarly) {
    const std::shared_ptr<WorkshopRun> run(new WorkshopRun);
    run->settings_ = settings;
    if (settings.kind == Kind::Bpe) {
        VITRAL_TRY_ASSIGN(run->style_, byteLevelStyle(settings.splitter));
    } else {
        run->style_ = settings.kind == Kind::WordPiece ? bertStyle(!settings.cased) : sentencePieceStyle();
    }
    VITRAL_TRY_ASSIGN(run->cutting_, Cutting::fromJson(run->style_.normalizer, run->style_.preTokenizer));
    WorkshopProgress now;
    VITRAL_TRY(run->read(now, progress, stop, stopEarly));
    VITRAL_TRY(settings.kind == Kind::Unigram ? run->learnPieces(now, progress, stop, stopEarly)
                                              : run->learnMerges(now, progress, stop, stopEarly));
    progress(now);
    run->settings_.text.clear(); // the words hold what is needed
    return std::shared_ptr<const WorkshopRun>(run);
}

std::size_t WorkshopRun::nPlace() const {
    return merges_ ? merges_->steps().size() + 1 : unigram_.size();
}

std::size_t WorkshopRun::pieces(std::size_t place) const {
    return merges_ ? merges_->piecesAfter(place) : unigram_[place].pieces.size();
}

std::size_t WorkshopRun::piecesInTraining(std::size_t place) const {
    return merges_ ? pieces(place) : unigram_[place].step.pieces;
}

double WorkshopRun::tokensPerByte(std::size_t place) const {
    const auto bytes = static_cast<double>(std::max<std::uint64_t>(words_.textBytes(), 1));
    if (merges_)
        return static_cast<double>(place == 0 ? merges_->initialTokens() : merges_->steps()[place - 1].tokens) / bytes;
    const UnigramTraining::Step& step = unigram_[place].step;
    return step.phase == UnigramTraining::Phase::Expectation ? static_cast<double>(step.tokens) / bytes
                                                             : std::numeric_limits<double>::quiet_NaN();
}

std::size_t WorkshopRun::placeOfSize(std::size_t wanted) const {
    // Merges only add pieces, prunings only drop them.
    if (!merges_) {
        for (std::size_t i = 0; i < unigram_.size(); ++i)
            if (unigram_[i].step.pieces <= wanted && unigram_[i].step.phase == UnigramTraining::Phase::Expectation)
                return i;
        return unigram_.empty() ? 0 : unigram_.size() - 1;
    }
    std::size_t low = 0, high = nPlace() - 1;
    while (low < high) {
        const std::size_t middle = (low + high + 1) / 2;
        if (pieces(middle) <= wanted)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

std::optional<WorkshopRun::Merge> WorkshopRun::merge(std::size_t place) const {
    if (!merges_ || place == 0 || place >= nPlace())
        return std::nullopt;
    const BpeStep& step = merges_->steps()[place - 1];
    const auto piece = [&](TokenId id) { return merges_->pieces()[static_cast<std::size_t>(id)]; };
    return Merge{piece(step.left), piece(step.right), piece(step.result), step.count, step.tokens};
}

std::optional<UnigramTraining::Step> WorkshopRun::unigramStep(std::size_t place) const {
    if (merges_ || place >= unigram_.size())
        return std::nullopt;
    return unigram_[place].step;
}

TrainedTokenizer WorkshopRun::trained(std::size_t place) const {
    if (settings_.kind == Kind::Bpe)
        return trainedBpe(*merges_, style_, place);
    if (settings_.kind == Kind::WordPiece)
        return trainedWordPiece(*merges_, style_, "[UNK]", place);
    TrainedTokenizer out;
    out.kind = TrainedTokenizer::Kind::Unigram;
    out.style = style_;
    const UnigramPlace& at = unigram_[place];
    for (const UnigramPiece& piece : at.pieces) {
        out.pieces.push_back(piece.text);
        out.scores.push_back(piece.score);
    }
    out.unknownId = at.unknownId ? static_cast<std::ptrdiff_t>(*at.unknownId) : -1;
    if (at.unknownId)
        out.specialTokens.emplace_back(kUnknown);
    return out;
}

Result<std::shared_ptr<const Tokenizer>> WorkshopRun::tokenizer(std::size_t place) const {
    return trained(place).tokenizer();
}

Result<WorkshopRun::Candidates> WorkshopRun::candidates(std::size_t place, std::size_t n,
                                                        const std::stop_token& stop) const {
    Candidates out;
    if (!merges_) {
        for (const UnigramPiece& piece : unigram_[place].pieces) {
            if (out.list.size() >= n)
                break;
            if (piece.score < 0)
                out.list.push_back({piece.text, {}, std::exp(piece.score)});
        }
        return out;
    }
    const std::lock_guard lock(replay_->mutex);
    auto& training = replay_->training;
    if (!training || training->steps().size() > place) {
        training.reset();
        VITRAL_TRY_ASSIGN(training, BpeTraining::begin(words_, mergeOptions(), stop));
    }
    while (training->steps().size() < place) {
        if (stop.stop_requested())
            return stopped();
        VITRAL_TRY_ASSIGN(const bool more,
                          training->advance(std::min(kMergesAtOnce, place - training->steps().size())));
        if (!more)
            break;
    }
    const std::vector<BpeStep> pairs = training->mostFrequent(std::max(n, kTiesLooked));
    for (const BpeStep& pair : pairs) {
        if (pair.count < std::max<std::uint64_t>(settings_.minFrequency, 1))
            break;
        out.nTied += pair.count == pairs.front().count ? 1 : 0;
        if (out.list.size() < n)
            out.list.push_back({training->pieces()[static_cast<std::size_t>(pair.left)],
                                training->pieces()[static_cast<std::size_t>(pair.right)],
                                static_cast<double>(pair.count)});
    }
    return out;
}

Result<WorkshopRun::Cut> WorkshopRun::cut(std::size_t place, const std::string& text) const {
    VITRAL_TRY_ASSIGN(const auto tokenizer, this->tokenizer(place));
    Cut out;
    VITRAL_TRY_ASSIGN(out.ids, tokenizer->encode(text, {AddSpecial::No, ParseSpecial::No}));
    for (const TokenId id : out.ids)
        out.pieces.push_back(tokenizer->decodeToken(id, true));
    out.textBytes = text.size();
    return out;
}

} // namespace vitral
