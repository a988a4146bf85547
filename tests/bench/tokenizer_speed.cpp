// SPDX-License-Identifier: Apache-2.0
// tokenizer_speed TOKENIZER TEXT [ROUNDS]: processor seconds of each encoding of the text, one thread, as JSON on one
// line. tokenizer_speed.py runs it beside the reference packages, round by round.
#include "core/tokenizer/tokenizer.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>

int main(int argc, char** argv) {
    if (argc < 3)
        return 2;
    // Processor time, not wall time: other programs on the machine do not count.
    const auto now = [] { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; };
    const auto seconds = [&](double since) { return now() - since; };
    double start = now();
    const auto tokenizer = vitral::loadTokenizer(argv[1]);
    if (!tokenizer) {
        std::fprintf(stderr, "%s\n", tokenizer.error().message.c_str());
        return 1;
    }
    const double load = seconds(start);
    std::ifstream in(argv[2], std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    const std::string text = out.str();
    const int rounds = argc > 3 ? std::atoi(argv[3]) : 3;
    std::printf("{\"load\":%.4f,\"bytes\":%zu,\"seconds\":[", load, text.size());
    std::size_t tokens = 0;
    for (int i = 0; i < rounds; ++i) {
        start = now();
        const auto ids = (*tokenizer)->encode(text, {vitral::AddSpecial::No, vitral::ParseSpecial::No});
        std::printf("%s%.5f", i > 0 ? "," : "", seconds(start));
        if (!ids) {
            std::fprintf(stderr, "%s\n", ids.error().message.c_str());
            return 1;
        }
        tokens = ids->size();
    }
    std::printf("],\"tokens\":%zu}\n", tokens);
    return 0;
}
