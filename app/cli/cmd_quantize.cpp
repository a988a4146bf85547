// SPDX-License-Identifier: Apache-2.0
// vitral-cli quantize IN OUT TYPE: a GGUF model with other types. Ctrl+C stops it and leaves no file.

#include "app/cli/commands.h"
#include "app/cli/language.h"
#include "app/cli/printable.h"
#include "core/base/amounts.h"
#include "core/base/thread_pool.h"
#include "core/io/gguf_quantize.h"

#include <csignal>
#include <fmt/format.h>

namespace vitral::cli {

namespace {

volatile std::sig_atomic_t g_interrupted = 0; // set by the signal handler, which may do nothing else

struct QuantizeArguments {
    std::string source, target, type;
};

const char* const kRule =
    "Which tensor gets which type: norms, biases, routers and other small tensors are kept as F32. The matrix that\n"
    "makes the logits is Q6_K in all K mixes. attn_v and ffn_down get more bits in the first and last quarter of the\n"
    "layers (_M), in all (_L, Q2_K) or nowhere (_S). Rows that are no multiple of 256 take the nearest type with\n"
    "blocks of 32.";

/// One line that overwrites itself on a terminal, a line every tenth otherwise.
class ProgressLine {
public:
    void show(const QuantizeProgress& progress) {
        const int step = static_cast<int>(progress.fraction * (errorIsTerminal() ? 1000 : 10));
        if (step == last_)
            return;
        last_ = step;
        const std::string line = fmt::format("{:5.1f} %  {}/{}  {}", progress.fraction * 100, progress.iTensor + 1,
                                             progress.nTensor, plainText(progress.tensor, 60));
        if (errorIsTerminal())
            fmt::print(stderr, "\r\x1b[K{}", line);
        else
            say(line);
    }
    void end() const {
        if (errorIsTerminal() && last_ >= 0)
            fmt::print(stderr, "\r\x1b[K");
    }

private:
    int last_ = -1;
};

Result<void> quantize(const QuantizeArguments& arguments, const CommonOptions& common) {
    std::stop_source stop;
    ProgressLine line;
    QuantizeOptions options;
    VITRAL_TRY_ASSIGN(options.mix, findQuantizeMix(arguments.type));
    options.nThread = common.nThread > 0 ? common.nThread : availableCores();
    options.stop = stop.get_token();
    options.progress = [&](const QuantizeProgress& progress) {
        if (g_interrupted != 0)
            stop.request_stop();
        line.show(progress);
    };
    std::signal(SIGINT, [](int) { g_interrupted = 1; });
    std::signal(SIGTERM, [](int) { g_interrupted = 1; });
    const auto report = quantizeGguf(arguments.source, arguments.target, options);
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    line.end();
    if (!report)
        return tl::unexpected(report.error());
    if (report->fromQuantised)
        say(tr(
            "Some tensors were quantised already; their losses add up. Start from F16, BF16 or F32 for the best "
            "result.",
            "Alguns tensores já estavam quantizados; as perdas se somam. Para o melhor resultado, parta de F16, BF16 "
            "ou F32."));
    say(trf("{}: {} of tensors became {} ({}).", "{}: {} de tensores viraram {} ({}).", arguments.target,
            byteSize(report->bytesBefore), byteSize(report->bytesAfter), options.mix.name));
    return {};
}

} // namespace

void addQuantizeCommand(CLI::App& app, CommonOptions& common) {
    std::string names;
    for (const QuantizeMix& mix : quantizeMixes())
        names += (names.empty() ? "" : " ") + std::string(mix.name);
    auto* command = app.add_subcommand("quantize", "Write a GGUF model again with smaller or larger types");
    auto arguments = std::make_shared<QuantizeArguments>();
    command->add_option("IN", arguments->source, "The model to read")->required()->type_name("");
    command->add_option("OUT", arguments->target, "The file to write")->required()->type_name("");
    command->add_option("TYPE", arguments->type, "One of " + names)->required()->type_name("");
    command->footer(kRule);
    command->callback([&common, arguments] {
        common.action = [&common, arguments]() -> Result<void> { return quantize(*arguments, common); };
    });
}

} // namespace vitral::cli
