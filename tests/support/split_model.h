// SPDX-License-Identifier: Apache-2.0
#pragma once
// Cuts a GGUF file into several, as llama.cpp's gguf-split does.

#include "core/base/split_name.h"
#include "core/io/gguf_writer.h"

namespace vitral::test {

/// Tensors in turn into `nPart` files FOLDER/STEM-00001-of-0000N.gguf; the path of the first.
inline Result<std::filesystem::path> splitModel(const std::filesystem::path& from, const std::filesystem::path& folder,
                                                const std::string& stem, int nPart) {
    VITRAL_TRY_ASSIGN(const auto file, GgufFile::open(from));
    const std::size_t n = file->tensors().size(), count = std::size_t(nPart);
    for (std::size_t no = 0; no < count; ++no) {
        GgufWriter writer;
        for (std::size_t i = 0; no == 0 && i < file->metadata().size(); ++i)
            if (file->metadata()[i].first != "general.alignment")
                writer.setEncoded(file->metadata()[i].first, file->metadataBytes(i));
        VITRAL_TRY(writer.set("split.no", GgufType::U16, GgufValue(std::uint64_t(no))));
        VITRAL_TRY(writer.set("split.count", GgufType::U16, GgufValue(std::uint64_t(count))));
        writer.setI32("split.tensors.count", std::int32_t(n));
        const std::size_t begin = n * no / count, end = n * (no + 1) / count;
        for (std::size_t i = begin; i < end; ++i)
            VITRAL_TRY(writer.addTensor(file->tensors()[i].name, file->tensors()[i].view.dtype,
                                        file->tensors()[i].view.shape));
        VITRAL_TRY(writer.begin(folder / splitFileName({stem, 0, nPart}, int(no))));
        for (std::size_t i = begin; i < end; ++i)
            VITRAL_TRY(writer.write(file->tensors()[i].view.bytes));
        VITRAL_TRY(writer.finish());
    }
    return folder / splitFileName({stem, 0, nPart}, 0);
}

} // namespace vitral::test
