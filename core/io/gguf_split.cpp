// SPDX-License-Identifier: Apache-2.0
// A model in several GGUF files (core/base/split_name.h): the first has all metadata, each has tensors of its own and
// says with split.no, split.count and split.tensors.count what it is a part of. GgufFile::open joins them.

#include "core/base/split_name.h"
#include "core/io/byte_reader.h"
#include "core/io/gguf.h"

#include <algorithm>

namespace vitral {

namespace {

tl::unexpected<Error> invalid(std::string message) {
    return fail(ErrorCode::InvalidFile, std::move(message));
}

/// Whether a file is the part that its name says.
Result<void> checkPart(const GgufFile& file, const SplitName& name, int no) {
    VITRAL_TRY_ASSIGN(const std::int64_t count, file.integer("split.count", 1));
    VITRAL_TRY_ASSIGN(const std::int64_t own, file.integer("split.no", -1));
    if (count != name.count)
        return invalid(fmt::format("{} says that its model has {} files (split.count), but its name says {}.",
                                   quotedName(splitFileName(name, no)), count, name.count));
    if (own != no)
        return invalid(fmt::format("{} says that it is file {} of its model (split.no {}), but its name says {}.",
                                   quotedName(splitFileName(name, no)), own + 1, own, no + 1));
    return {};
}

} // namespace

Result<std::shared_ptr<const GgufFile>> GgufFile::join(const std::filesystem::path& path,
                                                       std::shared_ptr<GgufFile> given) {
    const auto name = splitNameOf(path.filename().string());
    if (!name)
        return invalid(fmt::format("{} is one of several files of a model (split.count), but its name does not end in "
                                   "-00001-of-00003.gguf or the like, so that the others cannot be found.",
                                   quotedName(path.filename().string())));
    std::shared_ptr<GgufFile> whole;
    std::uint64_t nTensor = 0;
    for (int no = 0; no < name->count; ++no) {
        std::shared_ptr<GgufFile> part = given;
        if (no != name->no) {
            auto opened = openAlone(path.parent_path() / splitFileName(*name, no));
            if (!opened && opened.error().code == ErrorCode::NotFound)
                return fail(ErrorCode::NotFound,
                            fmt::format("{} is missing: this model has {} files, and all of them must lie in one "
                                        "folder.",
                                        quotedName(splitFileName(*name, no)), name->count));
            VITRAL_TRY_ASSIGN(part, std::move(opened));
        }
        VITRAL_TRY(checkPart(*part, *name, no));
        nTensor += part->tensors_.size();
        if (no == 0) {
            whole = std::move(part);
            continue;
        }
        whole->alignment_ = std::min(whole->alignment_, part->alignment_);
        whole->joinedBytes_ += part->bytes_.size();
        whole->tensors_.insert(whole->tensors_.end(), part->tensors_.begin(), part->tensors_.end());
        part->metadataIndex_.clear();
        part->metadata_.clear();
        part->encoded_.clear();
        part->tensorIndex_.clear();
        part->tensors_.clear();
        whole->parts_.push_back(std::move(part)); // keeps the mapping
    }
    whole->tensorIndex_.clear(); // its keys were the names where they lay before
    for (std::size_t i = 0; i < whole->tensors_.size(); ++i)
        if (!whole->tensorIndex_.emplace(whole->tensors_[i].name, i).second)
            return invalid(
                fmt::format("Tensor {} is in two files of this model.", quotedName(whole->tensors_[i].name)));
    VITRAL_TRY_ASSIGN(const std::int64_t stated,
                      whole->integer("split.tensors.count", static_cast<std::int64_t>(nTensor)));
    if (stated != static_cast<std::int64_t>(nTensor))
        return invalid(fmt::format("The {} files of this model have {} tensors, but split.tensors.count says {}.",
                                   name->count, nTensor, stated));
    return std::shared_ptr<const GgufFile>(std::move(whole));
}

} // namespace vitral
