// SPDX-License-Identifier: Apache-2.0
// The threads of a block as fibres, and the two places where they meet: the block's barrier and a warp's exchange.

#include "gpu/cuda/emulated/fibres.h"

#include "core/base/assert.h"
#include "gpu/cuda/kernels/device.h"

#include <array>
#include <memory>
#include <sys/mman.h>
#include <vector>

#ifndef __x86_64__
#include <ucontext.h>
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

#ifdef __x86_64__
// void vitralSwitchFibre(void** saveStack, void* stack): keeps what a call must keep and goes on where `stack` left
// off.
asm(R"(
.text
.hidden vitralSwitchFibre
.globl vitralSwitchFibre
.type vitralSwitchFibre, @function
vitralSwitchFibre:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size vitralSwitchFibre, .-vitralSwitchFibre
)");
extern "C" void vitralSwitchFibre(void** saveStack, void* stack);
#endif

namespace vitral::cuda::emulated {

namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kStackBytes = 512 * 1024;
#else
constexpr std::size_t kStackBytes = 128 * 1024;
#endif
constexpr std::size_t kGuardBytes = 4096;
constexpr unsigned kMaxThreads = 1024;
constexpr std::size_t kMaxSharedBytes = 227 * 1024; // sm_90; older devices have less

/// Lanes of one mask that meet. Two sets of values: who reads the last ones cannot be overtaken twice.
struct Meeting {
    unsigned mask = 0;
    unsigned arrived = 0;
    unsigned votes[2] = {};
    std::uint64_t generation = 0;
    alignas(16) unsigned char values[2][32][16];
    const void* given[2][32];
};

struct Fibre {
    void* stack = nullptr; ///< lowest address of the usable part
#ifdef __x86_64__
    void* saved = nullptr;
#else
    ucontext_t context;
#endif
    uint3 index{};
    const std::uint64_t* watched = nullptr; ///< goes on once this is no longer `seen`
    std::uint64_t seen = 0;
    bool atBarrier = false;
    bool done = true;
};

struct Block {
    std::vector<std::unique_ptr<Fibre>> fibres; ///< kept from launch to launch with their stacks
    std::vector<std::vector<Meeting>> warps;    ///< per warp, by mask
    std::vector<unsigned char> shared;
    const std::function<void()>* body = nullptr;
    Fibre* running = nullptr;
    unsigned iRunning = 0;
    unsigned nThread = 0;
    unsigned nDone = 0;
    int barrierCount = 0;
    int barrierResult = 0;
    std::string problem;
    FibreOrder order = FibreOrder::Forward;
    std::uint32_t random = 1;
#ifdef __x86_64__
    void* home = nullptr;
#else
    ucontext_t home;
#endif
#ifdef __SANITIZE_ADDRESS__
    void* homeFake = nullptr;
    const void* homeStack = nullptr;
    std::size_t homeBytes = 0;
#endif
    ~Block() {
        for (const auto& fibre : fibres)
            munmap(static_cast<char*>(fibre->stack) - kGuardBytes, kStackBytes + kGuardBytes);
    }
};

Block& block() {
    static thread_local Block instance;
    return instance;
}

/// From the running fibre back to the scheduler.
void leave(Block& b, bool forEver) {
    Fibre& f = *b.running;
#ifdef __SANITIZE_ADDRESS__
    void* fake = nullptr;
    __sanitizer_start_switch_fiber(forEver ? nullptr : &fake, b.homeStack, b.homeBytes);
#else
    (void)forEver;
#endif
#ifdef __x86_64__
    vitralSwitchFibre(&f.saved, b.home);
#else
    swapcontext(&f.context, &b.home);
#endif
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(fake, &b.homeStack, &b.homeBytes);
#endif
}

void fibreMain() {
    Block& b = block();
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(nullptr, &b.homeStack, &b.homeBytes);
#endif
    (*b.body)();
    b.running->done = true;
    ++b.nDone;
    leave(b, true);
    VITRAL_ASSERT(false, "a fibre that ended went on");
}

Fibre& makeFibre(Block& b) {
    auto fibre = std::make_unique<Fibre>();
    void* memory = mmap(nullptr, kStackBytes + kGuardBytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    VITRAL_ASSERT(memory != MAP_FAILED, "no memory for the stack of an emulated thread");
    mprotect(memory, kGuardBytes, PROT_NONE);
    fibre->stack = static_cast<char*>(memory) + kGuardBytes;
    b.fibres.push_back(std::move(fibre));
    return *b.fibres.back();
}

void prepare(Fibre& f) {
    f.watched = nullptr;
    f.atBarrier = false;
    f.done = false;
#ifdef __x86_64__
    // As if fibreMain had been called: the stack is 16-byte aligned before the return address is taken off.
    auto* top = reinterpret_cast<void**>(static_cast<char*>(f.stack) + kStackBytes);
    *--top = nullptr;
    *--top = reinterpret_cast<void*>(&fibreMain);
    for (int i = 0; i < 6; ++i)
        *--top = nullptr;
    f.saved = top;
#else
    getcontext(&f.context);
    f.context.uc_stack.ss_sp = f.stack;
    f.context.uc_stack.ss_size = kStackBytes;
    f.context.uc_link = nullptr;
    makecontext(&f.context, reinterpret_cast<void (*)()>(&fibreMain), 0);
#endif
}

void enter(Block& b, unsigned i) {
    Fibre& f = *b.fibres[i];
    b.running = &f;
    b.iRunning = i;
    f.watched = nullptr;
    threadIdx = f.index;
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(&b.homeFake, f.stack, kStackBytes);
#endif
#ifdef __x86_64__
    vitralSwitchFibre(&b.home, f.saved);
#else
    swapcontext(&b.home, &f.context);
#endif
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(b.homeFake, nullptr, nullptr);
#endif
}

bool ready(const Fibre& f) {
    return !f.done && !f.atBarrier && (!f.watched || *f.watched != f.seen);
}

/// Lets the fibres of a warp run until none of them can go on. True if any ran.
bool runWarp(Block& b, unsigned iWarp) {
    const unsigned first = iWarp * 32, n = std::min(32u, b.nThread - first);
    bool any = false;
    for (bool again = true; again && b.problem.empty();) {
        again = false;
        unsigned shift = 0;
        if (b.order == FibreOrder::Shuffled) {
            b.random = b.random * 1664525u + 1013904223u;
            shift = b.random >> 16;
        }
        for (unsigned k = 0; k < n && b.problem.empty(); ++k) {
            const unsigned lane = b.order == FibreOrder::Forward    ? k
                                  : b.order == FibreOrder::Backward ? n - 1 - k
                                                                    : (k * 5 + shift) % n;
            if (ready(*b.fibres[first + lane])) {
                enter(b, first + lane);
                again = any = true;
            }
        }
    }
    return any;
}

void runBlock(Block& b) {
    for (unsigned i = 0; i < b.nThread; ++i)
        prepare(*b.fibres[i]);
    for (auto& warp : b.warps)
        warp.clear();
    b.nDone = 0;
    b.barrierCount = 0;
    const unsigned nWarp = (b.nThread + 31) / 32;
    while (b.nDone < b.nThread && b.problem.empty()) {
        bool any = false;
        for (unsigned k = 0; k < nWarp; ++k)
            any |= runWarp(b, b.order == FibreOrder::Backward ? nWarp - 1 - k : k);
        unsigned nWaiting = 0;
        for (unsigned i = 0; i < b.nThread; ++i)
            nWaiting += !b.fibres[i]->done && b.fibres[i]->atBarrier;
        if (nWaiting > 0 && nWaiting + b.nDone == b.nThread) { // threads that have ended count as arrived
            b.barrierResult = b.barrierCount;
            b.barrierCount = 0;
            for (unsigned i = 0; i < b.nThread; ++i)
                b.fibres[i]->atBarrier = false;
        } else if (!any && b.nDone < b.nThread && b.problem.empty()) {
            b.problem = std::to_string(nWaiting) + " threads wait at __syncthreads and " +
                        std::to_string(b.nThread - b.nDone - nWaiting) +
                        " at a warp operation: none of them will ever go on";
        }
    }
}

Meeting& meetingOf(Block& b, unsigned mask) {
    const unsigned iWarp = b.iRunning / 32;
    const unsigned nLane = std::min(32u, b.nThread - iWarp * 32);
    if (nLane < 32)
        mask &= (1u << nLane) - 1; // lanes that never were
    if (!(mask >> (b.iRunning % 32) & 1u))
        b.problem = "a thread takes part in a warp operation whose mask leaves it out";
    for (unsigned i = 0; i < nLane; ++i)
        if ((mask >> i & 1u) && b.fibres[iWarp * 32 + i]->done)
            b.problem = "a warp operation waits for a lane that has ended";
    if (!b.problem.empty())
        leave(b, false); // never comes back: the launch ends here
    auto& meetings = b.warps[iWarp];
    for (Meeting& m : meetings)
        if (m.mask == mask)
            return m;
    VITRAL_ASSERT(meetings.size() < meetings.capacity(), "too many different masks in one warp");
    meetings.emplace_back();
    meetings.back().mask = mask;
    return meetings.back();
}

/// True for the side of the two sets of values that this meeting used.
unsigned meet(Block& b, Meeting& m, bool vote) {
    const unsigned side = static_cast<unsigned>(m.generation & 1u);
    const unsigned bit = 1u << (b.iRunning % 32);
    if (m.arrived == 0)
        m.votes[side] = 0;
    m.arrived |= bit;
    if (vote)
        m.votes[side] |= bit;
    if (m.arrived == m.mask) {
        m.arrived = 0;
        ++m.generation;
    } else {
        b.running->watched = &m.generation;
        b.running->seen = m.generation;
        leave(b, false);
    }
    return side;
}

} // namespace

void setFibreOrder(FibreOrder order) {
    block().order = order;
}

void* dynamicShared() {
    return reinterpret_cast<void*>((reinterpret_cast<std::uintptr_t>(block().shared.data()) + 127) / 128 * 128);
}

void syncThreads() {
    (void)syncThreadsCount(0);
}

int syncThreadsCount(int predicate) {
    Block& b = block();
    b.barrierCount += predicate != 0;
    b.running->atBarrier = true;
    leave(b, false);
    return b.barrierResult;
}

unsigned lane() {
    return block().iRunning % 32;
}

void exchange(unsigned mask, const void* give, void* get, std::size_t size, int source) {
    Block& b = block();
    Meeting& m = meetingOf(b, mask);
    const unsigned mine = b.iRunning % 32;
    std::memcpy(m.values[m.generation & 1u][mine], give, size);
    const unsigned side = meet(b, m, false);
    const bool takesPart = source >= 0 && source < 32 && (m.mask >> source & 1u);
    std::memcpy(get, m.values[side][takesPart ? static_cast<unsigned>(source) : mine], size);
}

const void* const* warpGather(const void* mine) {
    Block& b = block();
    Meeting& m = meetingOf(b, 0xffffffffu);
    m.given[m.generation & 1u][b.iRunning % 32] = mine;
    return m.given[meet(b, m, false)];
}

unsigned ballot(unsigned mask, bool predicate) {
    Block& b = block();
    Meeting& m = meetingOf(b, mask);
    return m.votes[meet(b, m, predicate)];
}

std::string runGrid(dim3 grid, dim3 blockShape, std::size_t sharedBytes, const std::function<void()>& body) {
    Block& b = block();
    const std::uint64_t nThread = std::uint64_t{blockShape.x} * blockShape.y * blockShape.z;
    if (nThread == 0 || nThread > kMaxThreads || blockShape.z > 64)
        return "a block of " + std::to_string(nThread) + " threads";
    if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535)
        return "a grid of " + std::to_string(grid.x) + " x " + std::to_string(grid.y) + " x " + std::to_string(grid.z) +
               " blocks";
    if (sharedBytes > kMaxSharedBytes)
        return std::to_string(sharedBytes) + " bytes of shared memory";
    b.nThread = static_cast<unsigned>(nThread);
    while (b.fibres.size() < nThread)
        makeFibre(b);
    b.warps.resize((nThread + 31) / 32);
    for (auto& warp : b.warps)
        warp.reserve(16);
    for (unsigned i = 0; i < b.nThread; ++i)
        b.fibres[i]->index = {i % blockShape.x, i / blockShape.x % blockShape.y, i / blockShape.x / blockShape.y};
    b.body = &body;
    b.problem.clear();
    blockDim = blockShape;
    gridDim = grid;
    for (unsigned z = 0; z < grid.z; ++z)
        for (unsigned y = 0; y < grid.y; ++y)
            for (unsigned x = 0; x < grid.x; ++x) {
                blockIdx = {x, y, z};
                b.shared.assign(sharedBytes + 128, 0xcd); // no block sees what the last one left
                runBlock(b);
                if (!b.problem.empty())
                    return "block " + std::to_string(x) + ", " + std::to_string(y) + ", " + std::to_string(z) + ": " +
                           b.problem;
            }
    return {};
}

} // namespace vitral::cuda::emulated
