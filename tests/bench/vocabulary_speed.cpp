// SPDX-License-Identifier: Apache-2.0
// vocabulary_speed TOKENIZER [MODEL.gguf]: processor seconds of indexing a vocabulary, of searches in it, and, with a
// model, of reading its embedding matrix and finding neighbours in it; one thread, as JSON on one line.
#include "core/tokenizer/vocabulary_index.h"
#include "core/trace/embedding_rows.h"

#include <cstdio>
#include <ctime>

using namespace vitral;

namespace {

double now() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; // processor time: other programs do not count
}

template <class T>
bool failed(const Result<T>& result) {
    if (!result)
        std::fprintf(stderr, "%s\n", result.error().message.c_str());
    return !result;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2)
        return 2;
    double start = now();
    const auto tokenizer = loadTokenizer(argv[1]);
    if (failed(tokenizer))
        return 1;
    const double load = now() - start;
    start = now();
    const auto index = VocabularyIndex::build(*tokenizer);
    if (failed(index))
        return 1;
    std::printf("{\"entries\":%zu,\"load\":%.4f,\"index\":%.4f", index->size(), load, now() - start);
    VocabularyIndex::Query text, expression, length;
    text.text = "ing";
    expression.regex = "^ [A-Z].*o$";
    length.order = VocabularyIndex::Order::Length;
    for (const auto& [name, query] :
         {std::pair("text", text), std::pair("expression", expression), std::pair("by_length", length)}) {
        start = now();
        const auto found = index->search(query);
        if (failed(found))
            return 1;
        std::printf(",\"%s\":%.4f,\"%s_found\":%zu", name, now() - start, name, found->size());
    }
    if (argc > 2) {
        ThreadPool pool(1);
        auto file = GgufFile::open(argv[2]);
        if (failed(file))
            return 1;
        start = now();
        const auto rows = EmbeddingRows::open(*file, pool);
        if (failed(rows))
            return 1;
        std::printf(",\"rows\":%lld,\"columns\":%lld,\"read_rows\":%.4f", static_cast<long long>(rows->nRow()),
                    static_cast<long long>(rows->nCol()), now() - start);
        const auto row = rows->row(0);
        start = now();
        if (failed(row) || failed(rows->nearest(*row, 12)))
            return 1;
        std::printf(",\"nearest\":%.4f", now() - start);
    }
    std::printf("}\n");
    return 0;
}
