// SPDX-License-Identifier: Apache-2.0
// The emulated device itself: what kernels count on (barriers, shuffles, votes, shared memory, graphs), and that
// mistakes in a kernel are reported instead of waited for.

#include "gpu/cuda/emulated/emulated.h"
#include "gpu/cuda/kernels/device.h"
#include "gpu/cuda/kernels/norms.h"
#include "gpu/cuda/runtime.h"

#include <QtTest>
#include <cmath>
#include <csignal>
#include <numeric>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace vitral;
namespace cu = vitral::cuda;

namespace {

using Order = cu::emulated::FibreOrder;

__global__ void reverseInBlock(int* data) {
    VITRAL_SHARED(int, tile);
    const unsigned n = blockDim.x, i = threadIdx.x;
    int* own = data + blockIdx.x * n;
    tile[i] = own[i];
    __syncthreads();
    own[i] = tile[n - 1 - i];
}

__global__ void reverseWithoutBarrier(int* data) {
    VITRAL_SHARED(int, tile);
    const unsigned n = blockDim.x, i = threadIdx.x;
    tile[i] = data[i];
    data[i] = tile[n - 1 - i];
}

__global__ void warpWords(int* out) {
    const int lane = static_cast<int>(threadIdx.x % 32);
    int* own = out + threadIdx.x * 8;
    own[0] = __shfl_sync(0xffffffffu, lane, 5);
    own[1] = __shfl_xor_sync(0xffffffffu, lane, 3);
    own[2] = __shfl_up_sync(0xffffffffu, lane, 2);
    own[3] = __shfl_down_sync(0xffffffffu, lane, 2);
    own[4] = static_cast<int>(__ballot_sync(0xffffffffu, lane % 2));
    own[5] = __shfl_sync(0xffffffffu, lane, 1, 8);
    own[6] = __reduce_add_sync(0xffffffffu, lane);
    own[7] = lane < 16 ? __shfl_xor_sync(0xffffu, lane, 8) : __shfl_xor_sync(0xffff0000u, lane, 4);
}

__global__ void goneLane(int* out) {
    if (threadIdx.x == 3)
        return;
    out[threadIdx.x] = __shfl_xor_sync(0xffffffffu, 1, 1);
}

__global__ void halfAtBarrier(int* out) {
    if (threadIdx.x < 32)
        __syncthreads();
    else
        out[threadIdx.x] = __shfl_sync(threadIdx.x % 2 ? 3u : 1u, 1, 0);
}

__global__ void countInto(int* counter, int step) {
    atomicAdd(counter, step);
}

} // namespace

class TestCudaDevice : public QObject {
    Q_OBJECT
private slots:
    void cleanup() {
        cu::emulated::setFibreOrder(Order::Forward);
        (void)cu::takeLaunchFailure();
    }

    void barrierAndShared_data() {
        QTest::addColumn<int>("order");
        QTest::newRow("forward") << 0;
        QTest::newRow("backward") << 1;
        QTest::newRow("shuffled") << 2;
    }
    void barrierAndShared() {
        QFETCH(int, order);
        cu::emulated::setFibreOrder(static_cast<Order>(order));
        for (const unsigned n : {1u, 31u, 32u, 33u, 256u, 1024u}) {
            std::vector<int> data(2 * n);
            std::iota(data.begin(), data.end(), 0);
            VITRAL_LAUNCH(reverseInBlock, 2, n, n * sizeof(int), nullptr, data.data());
            QVERIFY(cu::takeLaunchFailure());
            for (unsigned b = 0; b < 2; ++b)
                for (unsigned i = 0; i < n; ++i)
                    QCOMPARE(data[b * n + i], static_cast<int>(b * n + n - 1 - i));
        }
    }

    void missingBarrierIsSeen() {
        std::vector<int> data(256);
        std::iota(data.begin(), data.end(), 0);
        VITRAL_LAUNCH(reverseWithoutBarrier, 1, 256, 256 * sizeof(int), nullptr, data.data());
        QVERIFY(data[0] != 255); // forward: nobody has written there yet
    }

    void warpOperations_data() { barrierAndShared_data(); }
    void warpOperations() {
        QFETCH(int, order);
        cu::emulated::setFibreOrder(static_cast<Order>(order));
        std::vector<int> out(64 * 8);
        VITRAL_LAUNCH(warpWords, 1, 64, 0, nullptr, out.data());
        QVERIFY(cu::takeLaunchFailure());
        for (int t = 0; t < 64; ++t) {
            const int lane = t % 32;
            const int* own = out.data() + t * 8;
            QCOMPARE(own[0], 5);
            QCOMPARE(own[1], lane ^ 3);
            QCOMPARE(own[2], lane < 2 ? lane : lane - 2);
            QCOMPARE(own[3], lane > 29 ? lane : lane + 2);
            QCOMPARE(static_cast<unsigned>(own[4]), 0xaaaaaaaau);
            QCOMPARE(own[5], lane / 8 * 8 + 1);
            QCOMPARE(own[6], 496);
            QCOMPARE(own[7], lane < 16 ? lane ^ 8 : lane ^ 4);
        }
    }

    void mistakesAreReported() {
        std::vector<int> out(64);
        VITRAL_LAUNCH(goneLane, 1, 32, 0, nullptr, out.data());
        auto failed = cu::takeLaunchFailure();
        QVERIFY(!failed);
        QVERIFY2(failed.error().message.find("a lane that has ended") != std::string::npos,
                 failed.error().message.c_str());
        VITRAL_LAUNCH(halfAtBarrier, 1, 64, 0, nullptr, out.data());
        QVERIFY(!cu::takeLaunchFailure());
        VITRAL_LAUNCH(countInto, 1, 2048, 0, nullptr, out.data(), 1);
        QVERIFY(!cu::takeLaunchFailure());
        VITRAL_LAUNCH(reverseInBlock, 1, 32, 300 * 1024, nullptr, out.data());
        QVERIFY(!cu::takeLaunchFailure());
        VITRAL_LAUNCH(reverseInBlock, 1, 32, 128, nullptr, out.data()); // and the device goes on
        QVERIFY(cu::takeLaunchFailure());
    }

    void graphsRunAgain() {
        auto stream = cu::makeStream();
        QVERIFY(stream);
        int counter = 0;
        QVERIFY(cu::beginCapture(*stream));
        VITRAL_LAUNCH(countInto, 2, 32, 0, *stream, &counter, 3);
        QVERIFY(!cu::synchronise(*stream)); // a recording stream cannot be waited for
        auto graph = cu::endCapture(*stream);
        QVERIFY(graph);
        QCOMPARE(counter, 0);
        for (int i = 1; i < 4; ++i) {
            QVERIFY(graph->launch(*stream));
            QCOMPARE(counter, i * 192);
        }
        cu::destroyStream(*stream);
    }

    // What Vulkan would export as a descriptor: a kernel writes, the other side reads the same memory.
    void importedMemoryIsShared() {
        constexpr std::size_t kBytes = 4096;
        const int descriptor = memfd_create("vitral", MFD_CLOEXEC);
        QVERIFY(descriptor >= 0 && ftruncate(descriptor, kBytes) == 0);
        const int other = dup(descriptor); // Vulkan's own
        const auto imported = cu::importMemory(descriptor, kBytes, kBytes, false);
        QVERIFY(imported);
        int* data = static_cast<int*>(imported->data);
        VITRAL_LAUNCH(countInto, 2, 32, 0, nullptr, data + 3, 5);
        QVERIFY(cu::takeLaunchFailure());
        int seen = 0;
        QCOMPARE(pread(other, &seen, sizeof seen, 3 * sizeof seen), ssize_t(sizeof seen));
        QCOMPARE(seen, 320);
        cu::releaseImported(*imported, kBytes);
        close(other);
        QVERIFY(!cu::importMemory(-1, kBytes, kBytes, false));
    }

    // A host that follows a device's address ends, as on a machine with a device; kernels and copies go on.
    void guardedMemoryIsTheDevices() {
        cu::emulated::guardMemory(true);
        auto memory = cu::allocateDevice(256);
        QVERIFY(memory);
        auto* numbers = static_cast<int*>(*memory);
        QVERIFY(cu::fillDevice(numbers, 0, 256, nullptr));
        const auto ends = [](auto work) {
            const pid_t child = fork();
            if (child == 0) {
                std::signal(SIGSEGV, SIG_DFL); // no report of it
                work();
                _exit(0);
            }
            int status = 0;
            return waitpid(child, &status, 0) != child || WIFSIGNALED(status);
        };
        VITRAL_LAUNCH(countInto, 2, 32, 0, nullptr, numbers, 5);
        QVERIFY(cu::takeLaunchFailure());
        QVERIFY(!ends([] {}));
        QVERIFY(ends([&] { *const_cast<volatile int*>(numbers) = 1; }));
        int seen = 0;
        QVERIFY(cu::copyToHost(&seen, numbers, sizeof seen, nullptr));
        QCOMPARE(seen, 320);
        cu::freeDevice(*memory);
        cu::emulated::guardMemory(false);
    }

    void memoryRunsOut() {
        cu::emulated::configure({.nDevice = 1, .memoryBytes = 1 << 20, .absent = {}});
        auto first = cu::allocateDevice(1 << 19);
        QVERIFY(first);
        auto second = cu::allocateDevice(1 << 20);
        QVERIFY(!second);
        QCOMPARE(second.error().code, ErrorCode::OutOfMemory);
        cu::freeDevice(*first);
        QCOMPARE(cu::emulated::counts().usedBytes, std::size_t{0});
        cu::emulated::configure({});
    }

    void halves() {
        for (int bits = 0; bits < 65536; ++bits) {
            const half h = __ushort_as_half(static_cast<std::uint16_t>(bits));
            if (!std::isnan(float(h)))
                QCOMPARE(int(__half_as_ushort(__float2half(__half2float(h)))), bits);
        }
        QCOMPARE(float(__float2bfloat16(1.00390625F)), 1.0F); // half way: to the even one
        QCOMPARE(__dp4a(int(0x80ff0102u), 0x01020304, 10), 10 - 128 - 2 + 3 + 8);
        QCOMPARE(__byte_perm(0x33221100u, 0x77665544u, 0x7510u), 0x77551100u);
    }
};

QTEST_APPLESS_MAIN(TestCudaDevice)
#include "tst_cuda_device.moc"
