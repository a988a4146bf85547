// SPDX-License-Identifier: Apache-2.0
#pragma once
// Calls that wait to be run on a stream. A call is a function and its arguments as bytes, so two passes that do the
// same work have the same bytes: a captured graph of the first can stand for the second. What differs from token to
// token travels through the input area (ids, positions, tables), whose device addresses are the same in every pass.
// Thread: one at a time.

#include "core/base/result.h"
#include "gpu/cuda/kernels/stream.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace vitral::cuda {

class Tape {
public:
    /// Notes function(arguments..., stream). Arguments are copied as bytes.
    template <class... All, class... Args>
    void push(void (*function)(All...), const Args&... args) {
        static_assert(sizeof...(All) == sizeof...(Args) + 1, "the stream comes last and is not given here");
        append(reinterpret_cast<const void*>(static_cast<Runner>(&runOne<All...>)),
               reinterpret_cast<const void*>(function));
        pushAll<std::tuple<std::decay_t<All>...>>(std::index_sequence_for<Args...>{}, args...);
        ++nCall_;
    }

    [[nodiscard]] bool empty() const { return nCall_ == 0; }
    [[nodiscard]] std::size_t nCall() const { return nCall_; }
    [[nodiscard]] const std::vector<std::byte>& bytes() const { return bytes_; }
    void clear() {
        bytes_.clear();
        nCall_ = 0;
    }
    /// Runs everything, in order.
    void run(Stream stream) const {
        const std::byte* at = bytes_.data();
        const std::byte* end = at + bytes_.size();
        while (at < end) {
            Runner runner = nullptr;
            std::memcpy(&runner, at, sizeof runner);
            at = runner(at + sizeof runner, stream);
        }
    }

private:
    using Runner = const std::byte* (*)(const std::byte*, Stream);

    void append(const void* runner, const void* function) {
        appendValue(runner);
        appendValue(function);
    }
    template <class T>
    void appendValue(const T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        const std::size_t at = bytes_.size();
        bytes_.resize(at + (sizeof(T) + 7) / 8 * 8);
        std::memcpy(bytes_.data() + at, &value, sizeof(T));
    }
    template <class Tuple, std::size_t... i, class... Args>
    void pushAll(std::index_sequence<i...>, const Args&... args) {
        (appendValue<std::tuple_element_t<i, Tuple>>(args), ...);
    }
    template <class T>
    static T take(const std::byte*& at) {
        T value;
        std::memcpy(static_cast<void*>(&value), at, sizeof(T));
        at += (sizeof(T) + 7) / 8 * 8;
        return value;
    }
    template <class... All>
    static const std::byte* runOne(const std::byte* at, Stream stream) {
        const auto function = take<void (*)(All...)>(at);
        call<All...>(function, at, stream, std::make_index_sequence<sizeof...(All) - 1>{});
        return at;
    }
    template <class... All, std::size_t... i>
    static void call(void (*function)(All...), const std::byte*& at, Stream stream, std::index_sequence<i...>) {
        // Braces: left to right, as they were written.
        std::tuple<std::tuple_element_t<i, std::tuple<std::decay_t<All>...>>...> values{
            take<std::tuple_element_t<i, std::tuple<std::decay_t<All>...>>>(at)...};
        function(std::get<i>(values)..., stream);
    }

    std::vector<std::byte> bytes_;
    std::size_t nCall_ = 0;
};

} // namespace vitral::cuda
