// SPDX-License-Identifier: Apache-2.0
// Any bytes as a GGUF file: header, tensors, summary and, where it has one, the vocabulary.

#include "core/io/gguf.h"
#include "core/io/gguf_summary.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/fuzz/fuzz_target.h"

VITRAL_FUZZ_TARGET(const std::uint8_t* data, std::size_t size) {
    using namespace vitral;
    const auto file = GgufFile::parse(std::as_bytes(std::span(data, size)));
    if (!file) {
        VITRAL_FUZZ_REQUIRE(file.error().message.size() > 20 && file.error().message.size() < 400);
        return 0;
    }
    unsigned sum = 0;
    for (const GgufTensor& tensor : (*file)->tensors()) {
        VITRAL_FUZZ_REQUIRE(tensor.view.bytes.size() == rowBytes(tensor.view.dtype, tensor.view.shape.nCol()) *
                                                            std::size_t(tensor.view.shape.nRow()));
        for (const std::byte byte : tensor.view.bytes)
            sum += unsigned(byte);
        VITRAL_FUZZ_REQUIRE((*file)->findTensor(tensor.name) == &tensor);
    }
    for (const auto& [key, value] : (*file)->metadata())
        VITRAL_FUZZ_REQUIRE((*file)->find(key) == &value);
    const GgufSummary summary = summarize(**file);
    sum += unsigned(summary.kvBytes(1 << 20, DType::F16));
    if (const auto tokenizer = tokenizerFromGguf(*file)) {
        for (const ParseSpecial special : {ParseSpecial::No, ParseSpecial::Yes}) {
            const auto ids = (*tokenizer)->encode("Ol\xC3\xA1, 123 <s>\n\xFF world", {AddSpecial::Yes, special});
            if (ids)
                sum += unsigned((*tokenizer)->decode(*ids).size());
        }
    }
    fuzzUse(sum);
    return 0;
}
