// SPDX-License-Identifier: Apache-2.0
#include "core/trace/intervention.h"

#include "core/io/npy.h"
#include "core/tensor/quantize.h"
#include "core/trace/point_patterns.h"
#include "core/trace/run_file.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace vitral {
namespace {

std::string_view kindName(EditKind kind) {
    switch (kind) {
    case EditKind::Zero:
        return "zero";
    case EditKind::Mean:
        return "mean of a recorded run";
    case EditKind::Scale:
        return "times";
    case EditKind::Add:
        return "plus";
    case EditKind::Replace:
        return "from a recorded run";
    }
    return "";
}

constexpr std::string_view kForm =
    "Write a change as POINT[head=H,cols=C,pos=A:B]=zero, or scale:FACTOR, add:FACTOR:FILE.npy, mean:RUN.safetensors "
    "or patch:RUN.safetensors; for example blocks.3.attn.hook_z[head=2]=zero.";

tl::unexpected<Error> bad(std::string_view text, const std::string& why) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("The change \"{}\" is not understood: {} {}", text, why, kForm));
}

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || rest != end || text.empty())
        return std::nullopt;
    return value;
}

/// "5+7+10:20"
bool parseColumns(std::string_view text, std::vector<std::int32_t>& columns) {
    constexpr std::int32_t kMost = 1 << 20;
    while (!text.empty()) {
        std::string_view part = takeUntil(text, '+');
        const auto first = number<std::int32_t>(takeUntil(part, ':'));
        const auto end = part.empty() ? (first ? std::optional(*first + 1) : std::nullopt) : number<std::int32_t>(part);
        if (!first || !end || *first < 0 || *end <= *first || *end > kMost)
            return false;
        for (std::int32_t c = *first; c < *end; ++c)
            columns.push_back(c);
    }
    return !columns.empty();
}

/// "0:10", "5:" (to the end), "7" (that one)
bool parsePositions(std::string_view text, Intervention& item) {
    const bool range = text.find(':') != std::string_view::npos;
    const auto first = number<std::int64_t>(takeUntil(text, ':'));
    if (!first || *first < 0)
        return false;
    item.firstPosition = *first;
    if (!range)
        item.endPosition = *first + 1;
    else if (!text.empty()) {
        const auto end = number<std::int64_t>(text);
        if (!end || *end < *first)
            return false;
        item.endPosition = *end;
    }
    return true;
}

Result<std::shared_ptr<const std::vector<float>>> readVector(std::string_view path) {
    VITRAL_TRY_ASSIGN(const NpyFile file, NpyFile::open(std::string(path)));
    const TensorView& view = file.view();
    auto vector = std::make_shared<std::vector<float>>(static_cast<std::size_t>(view.shape.count()));
    VITRAL_TRY(dequantizeRow(view.dtype, view.bytes, *vector));
    return std::shared_ptr<const std::vector<float>>(std::move(vector));
}

/// What stands after "=".
Result<void> parseEdit(std::string_view text, std::string_view edit, Intervention& item) {
    const std::string_view kind = takeUntil(edit, ':');
    if (kind == "zero" && edit.empty()) {
        item.edit = EditKind::Zero;
        return {};
    }
    if (kind == "scale") {
        const auto factor = number<float>(edit);
        if (!factor)
            return bad(text, fmt::format("\"{}\" is not a number.", edit));
        item.edit = EditKind::Scale;
        item.factor = *factor;
        return {};
    }
    if (kind == "add") {
        const std::string_view amount = takeUntil(edit, ':');
        const auto factor = number<float>(amount);
        if (!factor || edit.empty())
            return bad(text, fmt::format("\"{}\" should be a number, a colon and the name of a file.", amount));
        item.edit = EditKind::Add;
        item.factor = *factor;
        VITRAL_TRY_ASSIGN(item.vector, readVector(edit));
        return {};
    }
    if ((kind == "mean" || kind == "patch") && !edit.empty()) {
        item.edit = kind == "mean" ? EditKind::Mean : EditKind::Replace;
        VITRAL_TRY_ASSIGN(item.source, openRun(std::string(edit)));
        return {};
    }
    return bad(text, fmt::format("\"{}\" is not an edit.", kind));
}

} // namespace

bool InterventionSet::active() const {
    return std::any_of(items.begin(), items.end(), [](const Intervention& i) { return i.enabled; });
}

std::string describe(const Intervention& item) {
    std::string text = pointName(item.point, item.iLayer);
    if (item.iHead >= 0)
        text += fmt::format(" head {}", item.iHead);
    if (item.columns.size() == 1)
        text += fmt::format(" column {}", item.columns[0]);
    else if (!item.columns.empty())
        text += fmt::format(" {} columns", item.columns.size());
    if (item.endPosition >= 0 && item.endPosition == item.firstPosition + 1)
        text += fmt::format(" position {}", item.firstPosition);
    else if (item.endPosition >= 0)
        text += fmt::format(" positions {} to {}", item.firstPosition, item.endPosition - 1);
    else if (item.firstPosition > 0)
        text += fmt::format(" from position {}", item.firstPosition);
    text += fmt::format(": {}", kindName(item.edit));
    if (item.edit == EditKind::Scale)
        text += fmt::format(" {}", item.factor);
    if (item.edit == EditKind::Add)
        text += fmt::format(" {} times a vector of {}", item.factor, item.vector ? item.vector->size() : 0);
    if (item.edit == EditKind::Replace && item.sourceOffset != 0)
        text += fmt::format(" {:+} positions", item.sourceOffset);
    return text;
}

Result<Intervention> parseIntervention(std::string_view text) {
    Intervention item;
    std::string_view rest = text;
    const std::string_view name = rest.substr(0, rest.find_first_of("[="));
    rest.remove_prefix(name.size());
    const auto point = pointFromName(name);
    if (!point)
        return bad(text, fmt::format("\"{}\" is not the name of a point.", name));
    item.point = point->point;
    item.iLayer = point->iLayer;
    if (rest.starts_with('[')) {
        const std::size_t end = rest.find(']');
        if (end == std::string_view::npos)
            return bad(text, "the bracket does not close.");
        std::string_view options = rest.substr(1, end - 1);
        rest.remove_prefix(end + 1);
        while (!options.empty()) {
            std::string_view value = takeUntil(options, ',');
            const std::string_view key = takeUntil(value, '=');
            bool ok = false;
            if (key == "head" || key == "offset") {
                const auto n = number<std::int32_t>(value);
                ok = n && (key == "offset" || *n >= 0);
                if (ok && key == "head")
                    item.iHead = *n;
                else if (ok)
                    item.sourceOffset = *n;
            } else if (key == "cols") {
                ok = parseColumns(value, item.columns);
            } else if (key == "pos") {
                ok = parsePositions(value, item);
            }
            if (!ok)
                return bad(text,
                           fmt::format("\"{}={}\" is not head=, cols=, pos= or offset= with numbers.", key, value));
        }
    }
    if (!rest.starts_with('='))
        return bad(text, "after the point there should be \"=\" and an edit.");
    VITRAL_TRY(parseEdit(text, rest.substr(1), item));
    return item;
}

} // namespace vitral
