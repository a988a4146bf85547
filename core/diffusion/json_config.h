// SPDX-License-Identifier: Apache-2.0
#pragma once
// A JSON object of a model's configuration (config.json, model_index.json, our own metadata) read with bounds: every
// accessor checks type and range, and its error names the file and the key. Thread: any.

#include "core/base/result.h"

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vitral::diffusion {

class JsonConfig {
public:
    /// `what` is how sentences call it: "unet/config.json". Errors: InvalidFile (no JSON object, nested deeper than
    /// 32).
    static Result<JsonConfig> parse(std::string_view text, std::string what);

    /// Present and not null.
    [[nodiscard]] bool has(std::string_view key) const;
    /// There, and null.
    [[nodiscard]] bool isNull(std::string_view key) const;
    [[nodiscard]] bool isArray(std::string_view key) const;
    [[nodiscard]] bool isObject(std::string_view key) const;
    [[nodiscard]] const std::string& what() const { return what_; }

    // Missing or null: the fallback; without one it is an error. Errors: InvalidFile.
    Result<std::int64_t> integer(std::string_view key, std::optional<std::int64_t> fallback, std::int64_t least,
                                 std::int64_t most) const;
    Result<double> real(std::string_view key, std::optional<double> fallback, double least, double most) const;
    Result<bool> boolean(std::string_view key, bool fallback) const;
    Result<std::string> text(std::string_view key, std::string_view fallback) const;
    /// A list; a single number stands for n equal ones. `n` 0: any length from 1 to 16.
    Result<std::vector<std::int64_t>> integers(std::string_view key, std::size_t n,
                                               std::optional<std::int64_t> fallback, std::int64_t least,
                                               std::int64_t most) const;
    /// Every list of at most `limit` texts; missing: empty.
    Result<std::vector<std::string>> texts(std::string_view key, std::size_t limit) const;
    /// Rows of `n` numbers each; missing: empty.
    Result<std::vector<float>> rows(std::string_view key, std::size_t n, std::size_t limit) const;
    /// A member that is an object.
    Result<JsonConfig> object(std::string_view key) const;
    /// Names of the members that are objects or lists of two (model_index.json).
    [[nodiscard]] std::vector<std::string> keys() const;
    /// A member as JSON text again (a tokenizer); empty where missing.
    [[nodiscard]] std::string dump(std::string_view key) const;

private:
    JsonConfig() = default;
    [[nodiscard]] const nlohmann::json* find(std::string_view key) const;
    std::shared_ptr<const nlohmann::json> root_;
    const nlohmann::json* at_ = nullptr;
    std::string what_;
};

} // namespace vitral::diffusion
