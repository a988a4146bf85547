// SPDX-License-Identifier: Apache-2.0
// One thread an element; a block takes 1,024 elements of a row. All of these are bound by memory.

#include "gpu/cuda/kernels/rows.h"

#include "gpu/cuda/kernels/device.h"

namespace vitral::cuda {

namespace {

constexpr unsigned kThreads = 256;
constexpr std::int64_t kPerBlock = 1024;

/// body(row, column) for every element.
template <class Body>
__global__ void eachElement(Body body, std::int64_t nCol, std::int64_t nChunk) {
    const std::int64_t row = blockIdx.x / nChunk;
    const std::int64_t first = (blockIdx.x - row * nChunk) * kPerBlock;
    const std::int64_t end = first + kPerBlock < nCol ? first + kPerBlock : nCol;
    for (std::int64_t i = first + threadIdx.x; i < end; i += blockDim.x)
        body(row, i);
}

template <class Body>
void launchEach(const Body& body, std::int64_t nRow, std::int64_t nCol, Stream stream) {
    if (nRow <= 0 || nCol <= 0)
        return;
    const std::int64_t nChunk = (nCol + kPerBlock - 1) / kPerBlock;
    const unsigned threads =
        nCol < static_cast<std::int64_t>(kThreads) ? static_cast<unsigned>((nCol + 31) / 32 * 32) : kThreads;
    VITRAL_LAUNCH(eachElement<Body>, static_cast<unsigned>(nRow * nChunk), threads, 0, stream, body, nCol, nChunk);
}

struct AddBody {
    Rows out, a, b;
    __device__ void operator()(std::int64_t r, std::int64_t c) const {
        out.data[r * out.stride + c] = a.data[r * a.stride + c] + b.data[r * b.stride + c];
    }
};
struct MulBody {
    Rows out, a, b;
    __device__ void operator()(std::int64_t r, std::int64_t c) const {
        out.data[r * out.stride + c] = a.data[r * a.stride + c] * b.data[r * b.stride + c];
    }
};
struct AddPerImageBody {
    Rows out, a, b;
    std::int64_t rowsPerImage;
    __device__ void operator()(std::int64_t r, std::int64_t c) const {
        out.data[r * out.stride + c] = a.data[r * a.stride + c] + b.data[r / rowsPerImage * b.stride + c];
    }
};
struct ScaleBody {
    Rows out, x;
    float factor;
    __device__ void operator()(std::int64_t r, std::int64_t c) const {
        out.data[r * out.stride + c] = x.data[r * x.stride + c] * factor;
    }
};
struct SoftcapBody {
    Rows x;
    float cap;
    __device__ void operator()(std::int64_t r, std::int64_t c) const {
        float& v = x.data[r * x.stride + c];
        v = cap * tanhf(v / cap);
    }
};
struct CopyBody {
    Rows out, x;
    __device__ void operator()(std::int64_t r, std::int64_t c) const {
        out.data[r * out.stride + c] = x.data[r * x.stride + c];
    }
};
struct GatherBody {
    Rows out, x;
    const std::int32_t* index;
    __device__ void operator()(std::int64_t r, std::int64_t c) const {
        out.data[r * out.stride + c] = x.data[index[r] * x.stride + c];
    }
};
struct HalfBody {
    std::uint16_t* out;
    Rows x;
    std::int64_t nCol;
    __device__ void operator()(std::int64_t r, std::int64_t c) const {
        float v = x.data[r * x.stride + c];
        v = v > 65504.0F ? 65504.0F : v < -65504.0F ? -65504.0F : v; // NaN stays
        out[r * nCol + c] = __half_as_ushort(__float2half_rn(v));
    }
};
struct KeepBody {
    const std::int64_t* to;
    Rows x;
    bool half;
    __device__ void operator()(std::int64_t r, std::int64_t c) const {
        if (to[r] == 0)
            return;
        float v = x.data[r * x.stride + c];
        if (half) {
            v = v > 65504.0F ? 65504.0F : v < -65504.0F ? -65504.0F : v; // NaN stays
            reinterpret_cast<std::uint16_t*>(to[r])[c] = __half_as_ushort(__float2half_rn(v));
        } else {
            reinterpret_cast<float*>(to[r])[c] = v;
        }
    }
};
struct GatherBlocksBody {
    float* out;
    BlockedRows from;
    std::int64_t nCol;
    __device__ void operator()(std::int64_t r, std::int64_t c) const {
        const std::int64_t block = from.blocks[r / from.rowsPerBlock];
        const std::int64_t at = r % from.rowsPerBlock * from.rowLength + from.firstCol + c;
        out[r * nCol + c] = from.half
                                ? __half2float(__ushort_as_half(reinterpret_cast<const std::uint16_t*>(block)[at]))
                                : reinterpret_cast<const float*>(block)[at];
    }
};
struct AnglesBody {
    float* cosSin;
    const std::int32_t* positions;
    const float* frequency;
    std::int64_t half;
    float magnitude;
    __device__ void operator()(std::int64_t r, std::int64_t c) const {
        const double angle = static_cast<double>(positions[r]) * static_cast<double>(frequency[c]);
        cosSin[r * 2 * half + c] = static_cast<float>(cos(angle)) * magnitude;
        cosSin[r * 2 * half + half + c] = static_cast<float>(sin(angle)) * magnitude;
    }
};
struct RopeBody { // a column is one pair of one head
    Rows x;
    const float* cosSin;
    std::int32_t headDim, half;
    bool halves;
    __device__ void operator()(std::int64_t r, std::int64_t c) const {
        const std::int64_t head = c / half, i = c - head * half;
        float* at = x.data + r * x.stride + head * headDim;
        float& a = at[halves ? i : 2 * i];
        float& b = at[halves ? i + half : 2 * i + 1];
        const float cosine = cosSin[r * 2 * half + i], sine = cosSin[r * 2 * half + half + i];
        const float a0 = a, b0 = b;
        a = a0 * cosine - b0 * sine;
        b = a0 * sine + b0 * cosine;
    }
};

// The order of vitral::Activation.
enum Kind : std::int32_t { kSilu, kGeluTanh, kGeluErf, kRelu, kReluSquared, kSwigluOai };

template <int kind>
struct ActivateBody {
    Rows out, x, up;
    __device__ static float act(float v) {
        if constexpr (kind == kSilu)
            return v / (1.0F + expf(-v));
        if constexpr (kind == kGeluTanh)
            return 0.5F * v * (1.0F + tanhf(0.7978845608028654F * (v + 0.044715F * v * v * v)));
        if constexpr (kind == kGeluErf)
            return 0.5F * v * (1.0F + erff(v * 0.7071067811865476F));
        if constexpr (kind == kRelu)
            return v > 0 ? v : 0.0F;
        if constexpr (kind == kReluSquared)
            return v > 0 ? v * v : 0.0F;
        const float clamped = v < 7.0F ? v : 7.0F;
        return clamped / (1.0F + expf(-1.702F * clamped));
    }
    __device__ void operator()(std::int64_t r, std::int64_t c) const {
        float v = act(x.data[r * x.stride + c]);
        if (up.data) {
            float u = up.data[r * up.stride + c];
            if constexpr (kind == kSwigluOai) // gpt-oss: both halves clamped to 7, and the linear half moved by one
                u = (u < -7.0F ? -7.0F : u > 7.0F ? 7.0F : u) + 1.0F;
            v *= u;
        }
        out.data[r * out.stride + c] = v;
    }
};

} // namespace

void binary(Binary op, Rows out, Rows a, Rows b, std::int64_t nRow, std::int64_t nCol, Stream stream) {
    if (op == Binary::Add)
        launchEach(AddBody{out, a, b}, nRow, nCol, stream);
    else
        launchEach(MulBody{out, a, b}, nRow, nCol, stream);
}

void addPerImage(Rows out, Rows a, Rows b, std::int64_t rowsPerImage, std::int64_t nRow, std::int64_t nCol,
                 Stream stream) {
    launchEach(AddPerImageBody{out, a, b, rowsPerImage}, nRow, nCol, stream);
}

void scaleRows(Rows out, Rows x, float factor, std::int64_t nRow, std::int64_t nCol, Stream stream) {
    launchEach(ScaleBody{out, x, factor}, nRow, nCol, stream);
}

void softcap(Rows x, float cap, std::int64_t nRow, std::int64_t nCol, Stream stream) {
    launchEach(SoftcapBody{x, cap}, nRow, nCol, stream);
}

void activate(std::int32_t kind, Rows out, Rows x, Rows up, std::int64_t nRow, std::int64_t nCol, Stream stream) {
    switch (kind) {
    case kSilu:
        return launchEach(ActivateBody<kSilu>{out, x, up}, nRow, nCol, stream);
    case kGeluTanh:
        return launchEach(ActivateBody<kGeluTanh>{out, x, up}, nRow, nCol, stream);
    case kGeluErf:
        return launchEach(ActivateBody<kGeluErf>{out, x, up}, nRow, nCol, stream);
    case kRelu:
        return launchEach(ActivateBody<kRelu>{out, x, up}, nRow, nCol, stream);
    case kReluSquared:
        return launchEach(ActivateBody<kReluSquared>{out, x, up}, nRow, nCol, stream);
    default:
        return launchEach(ActivateBody<kSwigluOai>{out, x, up}, nRow, nCol, stream);
    }
}

void copyRows(Rows out, Rows x, std::int64_t nRow, std::int64_t nCol, Stream stream) {
    launchEach(CopyBody{out, x}, nRow, nCol, stream);
}

void gatherRows(Rows out, Rows x, const std::int32_t* index, std::int64_t nRow, std::int64_t nCol, Stream stream) {
    launchEach(GatherBody{out, x, index}, nRow, nCol, stream);
}

void rowsToHalf(std::uint16_t* out, Rows x, std::int64_t nRow, std::int64_t nCol, Stream stream) {
    launchEach(HalfBody{out, x, nCol}, nRow, nCol, stream);
}

void keepRows(const std::int64_t* to, bool half, Rows x, std::int64_t nRow, std::int64_t nCol, Stream stream) {
    launchEach(KeepBody{to, x, half}, nRow, nCol, stream);
}

void gatherBlocks(float* out, const BlockedRows& from, std::int64_t nRow, std::int64_t nCol, Stream stream) {
    launchEach(GatherBlocksBody{out, from, nCol}, nRow, nCol, stream);
}

void ropeAngles(float* cosSin, const std::int32_t* positions, const float* frequency, std::int64_t half,
                float magnitude, std::int64_t nRow, Stream stream) {
    launchEach(AnglesBody{cosSin, positions, frequency, half, magnitude}, nRow, half, stream);
}

void rope(Rows x, std::int32_t nHead, std::int32_t headDim, const float* cosSin, std::int64_t half, bool halves,
          std::int64_t nRow, Stream stream) {
    launchEach(RopeBody{x, cosSin, headDim, static_cast<std::int32_t>(half), halves}, nRow, nHead * half, stream);
}

} // namespace vitral::cuda
