// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/quantize.h"

#include "core/tensor/block_codec.h"

#include <cmath>
#include <fmt/format.h>

namespace vitral {

namespace {

codec::DecodeFunction decoderOf(DType type) {
    if (const auto decoder = codec::simpleDecoder(type))
        return decoder;
    if (const auto decoder = codec::superBlockDecoder(type))
        return decoder;
    return codec::codebookDecoder(type);
}

codec::EncodeFunction encoderOf(DType type) {
    if (const auto encoder = codec::simpleEncoder(type))
        return encoder;
    return codec::superBlockEncoder(type);
}

/// n elements of `type` must fill nBytes exactly.
Result<void> checkSizes(DType type, std::size_t n, std::size_t nBytes) {
    const DTypeInfo& info = dtypeInfo(type);
    const auto blockLen = static_cast<std::size_t>(info.blockLen);
    if (n % blockLen != 0)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("A row of {} elements is not a multiple of {}, as {} needs.", n, blockLen, info.name));
    if (n / blockLen * static_cast<std::size_t>(info.blockBytes) != nBytes)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("{} elements of {} do not take {} bytes.", n, info.name, nBytes));
    return {};
}

} // namespace

bool canDequantize(DType type) {
    return decoderOf(type) != nullptr;
}
bool canQuantize(DType type) {
    return encoderOf(type) != nullptr;
}

Result<void> dequantizeRow(DType type, std::span<const std::byte> src, std::span<float> dst) {
    const auto decode = decoderOf(type);
    if (decode == nullptr)
        return fail(ErrorCode::Unsupported, fmt::format("Type {} cannot be read yet.", dtypeInfo(type).name));
    VITRAL_TRY(checkSizes(type, dst.size(), src.size()));
    decode(src.data(), dst.size(), dst.data());
    return {};
}

Result<void> quantizeRow(DType type, std::span<const float> src, std::span<std::byte> dst) {
    const auto encode = encoderOf(type);
    if (encode == nullptr)
        return fail(ErrorCode::Unsupported, fmt::format("Type {} cannot be written yet.", dtypeInfo(type).name));
    VITRAL_TRY(checkSizes(type, src.size(), dst.size()));
    for (std::size_t i = 0; i < src.size(); ++i)
        if (!std::isfinite(src[i]))
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("Element {} of a row is {}; only finite numbers can be quantised.", i, src[i]));
    if (!encode(src.data(), src.size(), dst.data()))
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("A row holds numbers too large for {}.", dtypeInfo(type).name));
    return {};
}

} // namespace vitral
