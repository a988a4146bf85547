// SPDX-License-Identifier: Apache-2.0
// Any bytes as an npy file.

#include "core/io/npy.h"
#include "tests/fuzz/fuzz_target.h"

VITRAL_FUZZ_TARGET(const std::uint8_t* data, std::size_t size) {
    using namespace vitral;
    const auto file = NpyFile::parse(std::as_bytes(std::span(data, size)));
    if (!file) {
        VITRAL_FUZZ_REQUIRE(file.error().message.size() > 20 && file.error().message.size() < 400);
        return 0;
    }
    VITRAL_FUZZ_REQUIRE(file->view().bytes.size() == rowBytes(file->view().dtype, file->view().shape.count()));
    unsigned sum = 0;
    for (const std::byte byte : file->view().bytes)
        sum += unsigned(byte);
    fuzzUse(sum);
    return 0;
}
