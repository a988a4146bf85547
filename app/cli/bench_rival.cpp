// SPDX-License-Identifier: Apache-2.0
#include "app/cli/bench_rival.h"

#include <array>
#include <cstdio>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace vitral::cli {

namespace {
/// In single quotes for the shell.
std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}
} // namespace

Result<RivalRound> runRival(const std::string& program, const std::filesystem::path& model, std::int64_t nPrompt,
                            std::int64_t nGenerate, int nThread) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(program, error))
        return fail(ErrorCode::NotFound, fmt::format("There is no program {}.", program));
    const std::string command = fmt::format("{} -m {} -p {} -n {} -t {} -r 1 -fa 1 -o json 2>/dev/null",
                                            quoted(program), quoted(model.string()), nPrompt, nGenerate, nThread);
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (!pipe)
        return fail(ErrorCode::Io, fmt::format("{} could not be started.", program));
    std::string text;
    std::array<char, 4096> chunk;
    while (const std::size_t n = std::fread(chunk.data(), 1, chunk.size(), pipe))
        text.append(chunk.data(), n);
    const int status = ::pclose(pipe);
    const auto parsed = nlohmann::json::parse(text, nullptr, false);
    if (status != 0 || !parsed.is_array())
        return fail(ErrorCode::Io, fmt::format("{} failed or printed no figures.", program));
    RivalRound round;
    for (const auto& test : parsed) {
        if (!test.is_object() || !test.contains("avg_ts") || !test["avg_ts"].is_number())
            continue;
        if (test.value("n_gen", 0) == 0)
            round.prefillTokensPerSecond = test["avg_ts"].get<double>();
        else if (test.value("n_prompt", 0) == 0)
            round.decodeTokensPerSecond = test["avg_ts"].get<double>();
    }
    return round;
}

} // namespace vitral::cli
