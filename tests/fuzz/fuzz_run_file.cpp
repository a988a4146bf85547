// SPDX-License-Identifier: Apache-2.0
// Any bytes as a recorded run.

#include "core/io/safetensors.h"
#include "core/trace/attention_map.h"
#include "core/trace/run_file.h"
#include "tests/fuzz/fuzz_target.h"

#include <vector>

VITRAL_FUZZ_TARGET(const std::uint8_t* data, std::size_t size) {
    using namespace vitral;
    auto file = SafetensorsFile::parse(std::as_bytes(std::span(data, size)));
    if (!file)
        return 0;
    const auto run = readRun(*file);
    if (!run) {
        VITRAL_FUZZ_REQUIRE(run.error().message.size() > 20 && run.error().message.size() < 700);
        return 0;
    }
    const Recording& r = **run;
    VITRAL_FUZZ_REQUIRE(r.pieces.size() == r.tokens.size() && r.scores.size() == r.tokens.size());
    float sum = 0;
    for (const TensorRecord& tensor : r.tensors) {
        std::vector<float> row(std::size_t(tensor.rows.nCol()));
        for (std::int64_t i = 0; i < tensor.rows.nRow(); ++i) {
            tensor.rows.read(i, 0, row);
            sum += row.back();
        }
    }
    for (const auto& layer : r.attention) {
        if (layer == nullptr || layer->nPosition() == 0)
            continue;
        const std::int64_t last = layer->nPosition() - 1;
        std::vector<float> row(std::size_t(last + 1));
        attentionRow(*layer, layer->geometry.nHead - 1, last, MapValue::Weight, row);
        sum += row[0];
    }
    fuzzUse(unsigned(sum > 0));
    return 0;
}
