// SPDX-License-Identifier: Apache-2.0
// Any bytes as a safetensors file.

#include "core/io/safetensors.h"
#include "tests/fuzz/fuzz_target.h"

VITRAL_FUZZ_TARGET(const std::uint8_t* data, std::size_t size) {
    using namespace vitral;
    const auto file = SafetensorsFile::parse(std::as_bytes(std::span(data, size)));
    if (!file) {
        VITRAL_FUZZ_REQUIRE(file.error().message.size() > 20 && file.error().message.size() < 600);
        return 0;
    }
    unsigned sum = 0;
    std::size_t dataBytes = 0;
    for (const SafetensorsTensor& tensor : (*file)->tensors()) {
        for (const std::byte byte : tensor.bytes)
            sum += unsigned(byte);
        dataBytes += tensor.bytes.size();
        VITRAL_FUZZ_REQUIRE((*file)->findTensor(tensor.name) == &tensor);
        if (const auto view = tensor.view())
            VITRAL_FUZZ_REQUIRE(view->bytes.size() == rowBytes(view->dtype, view->shape.count()));
    }
    VITRAL_FUZZ_REQUIRE(dataBytes <= size); // no byte belongs to two tensors
    fuzzUse(sum);
    return 0;
}
