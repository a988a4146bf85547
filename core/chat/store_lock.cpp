// SPDX-License-Identifier: Apache-2.0
#include "core/chat/store_lock.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace vitral::store {

namespace {
int lockAgain(int fd, int operation) {
    int result = 0;
    do {
        result = ::flock(fd, operation);
    } while (result != 0 && errno == EINTR);
    return result;
}
} // namespace

StoreLock::StoreLock(const std::filesystem::path& file) {
    if (file.empty())
        return;
    fd_ = ::open((file.string() + "-lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd_ >= 0 && lockAgain(fd_, LOCK_SH) != 0) { // a file system without locks
        ::close(fd_);
        fd_ = -1;
    }
}

StoreLock::StoreLock(StoreLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

StoreLock& StoreLock::operator=(StoreLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

StoreLock::~StoreLock() {
    if (fd_ >= 0)
        ::close(fd_);
}

bool StoreLock::beginAlone() {
    if (fd_ < 0 || lockAgain(fd_, LOCK_EX | LOCK_NB) == 0)
        return true;
    lockAgain(fd_, LOCK_SH); // a refused change of the lock may have lost it
    return false;
}

void StoreLock::endAlone() {
    if (fd_ >= 0)
        lockAgain(fd_, LOCK_SH);
}

} // namespace vitral::store
