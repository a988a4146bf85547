// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which type each tensor of a model gets under a name like Q4_K_M. Our rule (docs: `vitral-cli quantize --help`):
//
// 1. Only matrices named *.weight are quantised. Norms, biases, expert routers (ffn_gate_inp), positions, token types,
//    convolutions, everything with one axis: F32 (they are under 1 % of a model and every token passes through them).
// 2. The matrix that makes logits (output.weight; token_embd.weight where there is no other): Q6_K in all K mixes,
//    because its errors reach the probabilities directly. The input embedding of untied models takes the base type,
//    at least Q4_K.
// 3. attn_v (with attn_qkv) and ffn_down are the two whose errors add up undamped in the residual stream. In _M mixes
//    they get more bits in the first and last quarter of the layers, in _L mixes in all, in Q2_K in all:
//    Q2_K -> Q4_K and Q3_K, Q3_K -> Q5_K and Q4_K, Q4_K and Q5_K -> Q6_K.
// 4. Rows that are no multiple of 256: Q2_K, Q3_K -> Q4_0, Q4_K -> Q5_0, Q5_K -> Q5_1, Q6_K -> Q8_0;
//    no multiple of 32: F16.

#include "core/base/result.h"
#include "core/io/gguf.h"
#include "core/tensor/dtype.h"

#include <string_view>
#include <vector>

namespace vitral {

struct QuantizeMix {
    enum class Extra : std::uint8_t { None, Outer, All }; ///< layers in which attn_v and ffn_down get more bits
    std::string_view name;
    std::int32_t fileType; ///< number for general.file_type
    DType base;
    Extra extra = Extra::None;
};

/// Every name that `quantize` takes, smallest files first.
[[nodiscard]] const std::vector<QuantizeMix>& quantizeMixes();
/// Any letter case. Errors: InvalidArgument, with the list.
Result<QuantizeMix> findQuantizeMix(std::string_view name);

struct MixModel {
    std::int64_t nLayer = 0;
    bool hasOutput = false; ///< output.weight exists: token_embd does not make the logits
};
/// The type a tensor gets.
[[nodiscard]] DType chooseType(const QuantizeMix& mix, const MixModel& model, const GgufTensor& tensor);

} // namespace vitral
