// SPDX-License-Identifier: Apache-2.0
#pragma once
// WordPiece is trained as the `tokenizers` package does it: byte-pair merges over characters, those inside a word
// marked "##", of which the vocabulary stays and the order of the merges is forgotten. (BERT's own trainer, never
// published, chose pairs by likelihood; Schuster and Nakajima 2012.) Thread: one at a time.

#include "core/tokenizer/train/bpe_trainer.h"

namespace vitral::train {

/// BertTokenizer's special tokens.
[[nodiscard]] inline std::vector<std::string> bertSpecialTokens() {
    return {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
}

/// Options of a BpeTraining that make a WordPiece vocabulary. The initial alphabet is empty, as the reference's.
[[nodiscard]] inline BpeTrainOptions wordPieceOptions(std::size_t vocabSize,
                                                      std::vector<std::string> specialTokens = bertSpecialTokens(),
                                                      std::string continuingPrefix = "##") {
    BpeTrainOptions options;
    options.vocabSize = vocabSize;
    options.specialTokens = std::move(specialTokens);
    options.continuingPrefix = std::move(continuingPrefix);
    return options;
}

} // namespace vitral::train
