// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/block_codec.h"

namespace vitral::codec {

EncodeFunction superBlockEncoder(DType) {
    return nullptr;
}

} // namespace vitral::codec
