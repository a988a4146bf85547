// SPDX-License-Identifier: Apache-2.0
// trainer_speed bpe|wordpiece|unigram VOCAB TEXT [OUT]: processor seconds of cutting, counting and training, one
// thread, as JSON on one line; OUT receives the tokenizer.json. trainer_speed.py runs it beside the reference.
#include "core/tokenizer/train/trained_tokenizer.h"
#include "core/tokenizer/train/wordpiece_trainer.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>

using namespace vitral;
using namespace vitral::train;

namespace {

double now() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

Result<void> run(const std::string& kind, std::size_t vocab, const std::string& text, const char* out) {
    const double start = now();
    TokenizerStyle style = kind == "bpe" ? byteLevelStyle("gpt2").value() : bertStyle(true);
    if (kind == "unigram")
        style = sentencePieceStyle();
    VITRAL_TRY_ASSIGN(const Cutting cutting, Cutting::fromJson(style.normalizer, style.preTokenizer));
    WordCounts words;
    VITRAL_TRY(words.addLines(text, cutting));
    const double counted = now();
    TrainedTokenizer trained;
    std::size_t steps = 0;
    if (kind == "unigram") {
        UnigramTrainOptions options;
        options.vocabSize = vocab;
        options.unknownToken = "<unk>";
        VITRAL_TRY_ASSIGN(auto training, UnigramTraining::begin(words, options));
        for (bool more = true; more;) {
            VITRAL_TRY_ASSIGN(more, training.advance());
        }
        steps = training.steps().size();
        trained = trainedUnigram(training, style);
    } else {
        BpeTrainOptions options = kind == "bpe" ? BpeTrainOptions{} : wordPieceOptions(vocab);
        options.vocabSize = vocab;
        if (kind == "bpe")
            options.initialAlphabet = byteLevelAlphabet();
        VITRAL_TRY_ASSIGN(auto training, BpeTraining::begin(words, options));
        VITRAL_TRY(training.advance(vocab));
        steps = training.steps().size();
        trained = kind == "bpe" ? trainedBpe(training, style) : trainedWordPiece(training, style);
    }
    std::printf("{\"seconds\":%.4f,\"counting\":%.4f,\"words\":%zu,\"steps\":%zu,\"pieces\":%zu}\n", now() - start,
                counted - start, words.words().size(), steps, trained.pieces.size());
    if (out)
        return trained.save(out);
    return {};
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4)
        return 2;
    std::ifstream in(argv[3], std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    const auto done =
        run(argv[1], static_cast<std::size_t>(std::atoll(argv[2])), text.str(), argc > 4 ? argv[4] : nullptr);
    if (!done)
        std::fprintf(stderr, "%s\n", done.error().message.c_str());
    return done ? 0 : 1;
}
