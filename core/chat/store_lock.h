// SPDX-License-Identifier: Apache-2.0
#pragma once
// Who has the file of conversations open. Every window holds a shared lock as long as it runs; the one that can have it
// alone knows that nobody else is writing an answer at this moment. A kill gives the lock back. Thread: one at a time.

#include <filesystem>

namespace vitral::store {

class StoreLock {
public:
    StoreLock() = default; ///< of no file: always alone
    /// Makes FILE-lock beside the file of conversations. Where that cannot be made, this is as a lock of no file.
    explicit StoreLock(const std::filesystem::path& file);
    StoreLock(StoreLock&& other) noexcept;
    StoreLock& operator=(StoreLock&& other) noexcept;
    StoreLock(const StoreLock&) = delete;
    ~StoreLock();

    /// Runs `work` while no other window has the file open, and tells whether it did. Others that open it meanwhile
    /// wait.
    template <class Work>
    bool alone(Work work) {
        if (!beginAlone())
            return false;
        work();
        endAlone();
        return true;
    }

private:
    bool beginAlone();
    void endAlone();
    int fd_ = -1;
};

} // namespace vitral::store
