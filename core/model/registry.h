// SPDX-License-Identifier: Apache-2.0
#pragma once
// One line an architecture: its GGUF name and how to make an empty one. Each maker lives in arch_<name>.cpp.

#include "core/model/decoder.h"

#include <memory>

namespace vitral {

std::unique_ptr<Decoder> makeLlama();    ///< llama: Llama 1-3, Mistral, Mixtral, SmolLM 2, MiniMind, ...
std::unique_ptr<Decoder> makeMistral3(); ///< mistral3: Ministral 3
std::unique_ptr<Decoder> makeQwen2();
std::unique_ptr<Decoder> makeQwen3();
std::unique_ptr<Decoder> makeQwen3Moe();
std::unique_ptr<Decoder> makeGptOss();
std::unique_ptr<Decoder> makeGemma();
std::unique_ptr<Decoder> makeGemma2();
std::unique_ptr<Decoder> makeGemma3();
std::unique_ptr<Decoder> makePhi3(); ///< phi3: Phi-3, Phi-3.5, Phi-4
std::unique_ptr<Decoder> makeSmolLm3();
std::unique_ptr<Decoder> makeOlmo2();
std::unique_ptr<Decoder> makeGranite(); ///< granite and granitemoe
std::unique_ptr<Decoder> makeGpt2();
std::unique_ptr<Decoder> makeGptNeoX();    ///< gptneox: GPT-NeoX, Pythia
std::unique_ptr<Decoder> makeOlmoe();
std::unique_ptr<Decoder> makePhi2();
std::unique_ptr<Decoder> makeStableLm();
std::unique_ptr<Decoder> makeStarCoder2();

} // namespace vitral
