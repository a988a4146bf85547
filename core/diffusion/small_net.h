// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the loaders of small networks share: weights of one safetensors file, checked, on a backend, always exact f32
// products. Thread: load on the engine thread, const afterwards.

#include "core/backend/backend.h"
#include "core/diffusion/model.h"
#include "core/io/safetensors.h"

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace vitral::diffusion {

/// f32 rows on a backend (bias, norm, table).
struct SmallTensor {
    std::shared_ptr<Buffer> buffer;
    Tensor tensor;
};
struct SmallLinear {
    std::unique_ptr<Matrix> weight; ///< [N, E], or a convolution's
    SmallTensor bias;               ///< [1, N]
    [[nodiscard]] MatmulOutput into(const Tensor& out) const {
        return {weight.get(), out, bias.tensor.empty() ? nullptr : &bias.tensor};
    }
};

class SmallWeights {
public:
    /// `what` begins the sentences of errors: "The MNIST pixel network".
    SmallWeights(std::shared_ptr<const SafetensorsFile> file, std::string what, Backend& backend, std::stop_token stop)
        : file_(std::move(file)), what_(std::move(what)), backend_(backend), stop_(std::move(stop)) {}

    /// Dimensions of a tensor; empty where there is none.
    [[nodiscard]] std::vector<std::int64_t> dims(const std::string& name) const;
    [[nodiscard]] tl::unexpected<Error> wrong(const std::string& sentence) const;

    // Errors of all: InvalidFile (missing, wrong shape: named), Unsupported (type), OutOfMemory, Cancelled.
    /// Host floats of a tensor of exactly these dimensions.
    Result<std::vector<float>> values(const std::string& name, std::initializer_list<std::int64_t> dims);
    Result<SmallTensor> tensor(const std::vector<float>& values, std::int64_t nRow = 1) const;
    Result<SmallTensor> vector(const std::string& name, std::int64_t n);
    /// name.weight [N, E], name.bias [N].
    Result<SmallLinear> linear(const std::string& name, std::int64_t nOut, std::int64_t nIn);
    Result<SmallLinear> linear(const std::string& weight, const std::string& bias, std::int64_t nOut, std::int64_t nIn);
    /// name.weight [Cout, Cin, K, K], name.bias [Cout].
    Result<SmallLinear> conv(const std::string& name, std::int64_t nOut, std::int64_t nIn, std::int64_t kernel);
    /// A matrix out of host floats [N, E] (convolutions: Cout, Cin, K, K).
    Result<std::unique_ptr<Matrix>> matrix(std::vector<float> values, Shape shape, bool isConv = false);

    [[nodiscard]] std::size_t weightBytes() const { return weightBytes_; }
    [[nodiscard]] std::int64_t nParameter() const { return nParameter_; }
    /// What matrices lie in: kept by the model.
    [[nodiscard]] std::vector<std::shared_ptr<const void>> kept() const { return kept_; }

private:
    Result<TensorView> find(const std::string& name, std::initializer_list<std::int64_t> dims);

    std::shared_ptr<const SafetensorsFile> file_;
    std::string what_;
    Backend& backend_;
    std::stop_token stop_;
    std::size_t weightBytes_ = 0;
    std::int64_t nParameter_ = 0;
    std::vector<std::shared_ptr<const void>> kept_;
};

/// [n, C, H, W] to rows of pixels and back.
[[nodiscard]] std::vector<float> rowsOf(std::span<const float> planes, std::int64_t nImage, std::int64_t nChannel,
                                        std::int64_t nPixel);
void planesOf(std::span<const float> rows, std::int64_t nImage, std::int64_t nChannel, std::int64_t nPixel,
              std::span<float> planes);

/// A file that says by its tensors' names what it is, opened for a look; null where it is no safetensors file.
[[nodiscard]] std::shared_ptr<const SafetensorsFile> peek(const std::filesystem::path& path);
/// Value of a metadata key; empty where there is none.
[[nodiscard]] std::string metadataOf(const SafetensorsFile& file, std::string_view key);

} // namespace vitral::diffusion
