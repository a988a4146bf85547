// SPDX-License-Identifier: Apache-2.0
#pragma once
// A training in the workshop as values: what is asked for, what has been learned after every step, and what the text
// looks like there. Everything here runs off the GUI thread and can be stopped. Thread: any, one at a time for each
// run.

#include "core/tokenizer/train/trained_tokenizer.h"
#include "core/tokenizer/train/word_counts.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace vitral {

struct WorkshopSettings {
    enum class Kind : std::uint8_t { Bpe, WordPiece, Unigram };
    Kind kind = Kind::Bpe;
    std::size_t vocab = 512;        ///< pieces in all
    std::string splitter = "gpt2";  ///< Bpe: how text is cut first
    bool cased = true;              ///< WordPiece: keeps capitals and accents
    std::uint64_t minFrequency = 0; ///< Bpe, WordPiece
    std::string text;               ///< to learn from, with the files
    std::vector<std::string> files; ///< files and folders
    bool operator==(const WorkshopSettings&) const = default;
};

/// How much has been read and learned so far.
struct WorkshopProgress {
    std::size_t filesRead = 0, files = 0;
    std::uint64_t bytesRead = 0;
    std::size_t pieces = 0; ///< 0: still reading
    std::uint64_t tokens = 0;
    std::vector<std::pair<std::size_t, double>> curve; ///< so far: vocabulary size, tokens a byte; thinned out
};

class WorkshopRun {
public:
    struct Refused { ///< a file that was left out
        std::string path, why;
    };

    /// Learns. `progress` is called some ten times a second. `stopEarly`: what has been learned is kept. Errors:
    /// Cancelled (`stop`, or stopped before anything was learned), InvalidArgument (no text, a vocabulary that is too
    /// small), those of reading where nothing at all could be read.
    static Result<std::shared_ptr<const WorkshopRun>>
    train(const WorkshopSettings& settings, const std::function<void(const WorkshopProgress&)>& progress,
          const std::stop_token& stop, const std::stop_token& stopEarly);

    [[nodiscard]] const WorkshopSettings& settings() const { return settings_; }
    [[nodiscard]] std::uint64_t textBytes() const { return words_.textBytes(); }
    [[nodiscard]] const std::vector<Refused>& refused() const { return refused_; }
    [[nodiscard]] bool stoppedEarly() const { return stoppedEarly_; }
    /// The beginning of what was learned from, whole characters, at most 4,000 bytes.
    [[nodiscard]] const std::string& sample() const { return sample_; }

    /// Places of the scrubber: 0 is the alphabet alone (merges) or the first vocabulary (Unigram).
    [[nodiscard]] std::size_t nPlace() const;
    [[nodiscard]] std::size_t pieces(std::size_t place) const;
    /// How many pieces there were in the training: of Unigram more than the vocabulary that is taken from it.
    [[nodiscard]] std::size_t piecesInTraining(std::size_t place) const;
    [[nodiscard]] double tokensPerByte(std::size_t place) const; ///< of the text that was learned from; NaN: not known
    /// The place with that many pieces in training, or with the next fewer.
    [[nodiscard]] std::size_t placeOfSize(std::size_t pieces) const;

    /// A merge, with its pieces spelled; only of Bpe and WordPiece, place 1 and on.
    struct Merge {
        std::string left, right, result;
        std::uint64_t count = 0, tokens = 0;
    };
    [[nodiscard]] std::optional<Merge> merge(std::size_t place) const;
    /// Unigram: what the step at that place did.
    [[nodiscard]] std::optional<train::UnigramTraining::Step> unigramStep(std::size_t place) const;

    /// The tokenizer as it is at a place. Errors: those of making one.
    Result<std::shared_ptr<const Tokenizer>> tokenizer(std::size_t place) const;
    [[nodiscard]] train::TrainedTokenizer trained(std::size_t place) const;

    /// The pairs that would be merged next, most frequent first (Bpe, WordPiece), or the most probable pieces
    /// (Unigram).
    struct Candidate {
        std::string left, right; ///< Unigram: the piece, and nothing
        double value = 0;        ///< how often, or its probability
    };
    struct Candidates {
        std::vector<Candidate> list;
        std::size_t nTied = 0; ///< how many pairs share the first one's count, itself included
    };
    /// Trains again as far as the place where the last call was beyond it. Errors: Cancelled.
    Result<Candidates> candidates(std::size_t place, std::size_t n, const std::stop_token& stop) const;

    /// A text as the tokenizer of a place cuts it.
    struct Cut {
        std::vector<TokenId> ids;
        std::vector<std::string> pieces; ///< what each says in running text
        std::size_t textBytes = 0;
    };
    Result<Cut> cut(std::size_t place, const std::string& text) const;

private:
    struct UnigramPlace {
        std::vector<train::UnigramPiece> pieces;
        std::optional<std::size_t> unknownId;
        train::UnigramTraining::Step step;
    };
    WorkshopRun() = default;
    Result<void> read(WorkshopProgress& progress, const std::function<void(const WorkshopProgress&)>& tell,
                      const std::stop_token& stop, const std::stop_token& stopEarly);
    Result<void> learnMerges(WorkshopProgress& progress, const std::function<void(const WorkshopProgress&)>& tell,
                             const std::stop_token& stop, const std::stop_token& stopEarly);
    Result<void> learnPieces(WorkshopProgress& progress, const std::function<void(const WorkshopProgress&)>& tell,
                             const std::stop_token& stop, const std::stop_token& stopEarly);
    [[nodiscard]] train::BpeTrainOptions mergeOptions() const;

    WorkshopSettings settings_;
    train::TokenizerStyle style_;
    train::Cutting cutting_;
    train::WordCounts words_;
    std::string sample_;
    std::vector<Refused> refused_;
    bool stoppedEarly_ = false;
    std::optional<train::BpeTraining> merges_;
    std::vector<UnigramPlace> unigram_;
    struct Replay { ///< a second training, at the place that was asked for last
        std::mutex mutex;
        std::optional<train::BpeTraining> training;
    };
    std::unique_ptr<Replay> replay_ = std::make_unique<Replay>();
};

} // namespace vitral
