// SPDX-License-Identifier: Apache-2.0
#pragma once
// The two digests a hub names its files by: SHA-256 of the bytes (large files, as Git LFS keeps them) and SHA-1 of
// "blob SIZE\0" and the bytes (small ones, as git names its objects). FIPS 180-4. SHA-1 serves to find damage here, not
// to withstand an attacker. Thread: one at a time.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace vitral::hub {

/// Cuts what it is fed into blocks of 64 bytes; what both digests share.
class BlockDigest {
public:
    virtual ~BlockDigest() = default;
    void feed(std::span<const std::byte> bytes);
    /// Lower-case hexadecimal digits. Nothing can be fed any more.
    [[nodiscard]] virtual std::string finish() = 0;

protected:
    virtual void block(const unsigned char* bytes) = 0;
    void pad();

private:
    std::array<unsigned char, 64> rest_{};
    std::size_t nRest_ = 0;
    std::uint64_t nByte_ = 0;
};

class Sha256 final : public BlockDigest {
public:
    [[nodiscard]] std::string finish() override;

private:
    void block(const unsigned char* bytes) override;
    std::array<std::uint32_t, 8> state_{0x6a09e667U, 0xbb67ae85U, 0x3c6ef372U, 0xa54ff53aU,
                                        0x510e527fU, 0x9b05688cU, 0x1f83d9abU, 0x5be0cd19U};
};

class Sha1 final : public BlockDigest {
public:
    [[nodiscard]] std::string finish() override;

private:
    void block(const unsigned char* bytes) override;
    std::array<std::uint32_t, 5> state_{0x67452301U, 0xefcdab89U, 0x98badcfeU, 0x10325476U, 0xc3d2e1f0U};
};

} // namespace vitral::hub
