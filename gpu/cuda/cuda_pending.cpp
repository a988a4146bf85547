// SPDX-License-Identifier: Apache-2.0
// Operations that wait for the next ones, with which they are one kernel: the sum that ends a block and the norm that
// begins the next; norms and rotations of queries and keys. What waits is noted on the tape before anything else is, so
// the order of dependent work is that of the calls; only work on memory that has nothing in common changes places.

#include "gpu/cuda/cuda_backend.h"

namespace vitral::cuda {

namespace {
constexpr std::int64_t kMostHeadDim = 256;

std::int64_t nElement(const Tensor& t) {
    return t.nRow() > 0 ? (t.nRow() - 1) * t.rowStride + t.nCol() : 0;
}
/// True only where it is certain: memory apart, or columns apart in rows of one matrix.
bool apart(const Tensor& a, const Tensor& b) {
    const Tensor& low = a.f32() < b.f32() ? a : b;
    const Tensor& high = a.f32() < b.f32() ? b : a;
    const std::int64_t distance = high.f32() - low.f32();
    if (distance >= nElement(low))
        return true;
    return low.rowStride == high.rowStride && distance >= low.nCol() && distance + high.nCol() <= low.rowStride;
}
} // namespace

void CudaBackend::settle() {
    if (!heldSum_.empty()) {
        const Tensor sum = std::exchange(heldSum_, {}), addend = std::exchange(heldAddend_, {});
        const Rows out{sum.f32(), sum.rowStride};
        tape_.push(binary, Binary::Add, out, out, Rows{addend.f32(), addend.rowStride}, sum.nRow(), sum.nCol());
    }
    if (heldHeads_.empty())
        return;
    HeadsTurned turn = turn_;
    turn.nPart = 0;
    for (const HeldHeads& held : heldHeads_) {
        if (held.turned)
            turn.parts[turn.nPart++] = held.part;
        else
            tape_.push(cuda::rmsNorm, held.x.f32(), held.x.rowStride, held.x.f32(), held.x.rowStride, held.part.weight,
                       held.x.nRow(), held.x.nCol(), held.part.eps);
    }
    if (turn.nPart > 0)
        tape_.push(turnHeads, turn);
    heldHeads_.clear();
}

void CudaBackend::holdAdd(Tensor sum, Tensor addend) {
    settle();
    heldSum_ = sum;
    heldAddend_ = addend;
    large_ = large_ || sum.nRow() > 16;
}

bool CudaBackend::normOfHeldAdd(const AddThenNorm& norm, Tensor x) {
    if (heldSum_.empty() || heldSum_.data != x.data || heldSum_.rowStride != x.rowStride ||
        heldSum_.nRow() != x.nRow() || heldSum_.nCol() != x.nCol())
        return false;
    AddThenNorm both = norm;
    both.sum = x.f32();
    both.x = x.f32();
    both.xStride = x.rowStride;
    both.addend = heldAddend_.f32();
    both.addendStride = heldAddend_.rowStride;
    // The norm's result may lie where the addend was (it is read before), but not anywhere else in these rows.
    heldSum_ = heldAddend_ = {};
    tape_.push(addThenNorm, both);
    return true;
}

bool CudaBackend::holdNorm(Tensor x, Tensor weight, float eps) {
    if (!fuses_ || x.nCol() > kMostHeadDim)
        return false;
    if (!heldSum_.empty() || heldHeads_.size() >= 2)
        settle();
    for (const HeldHeads& held : heldHeads_)
        if (!apart(held.x, x)) {
            settle();
            break;
        }
    HeldHeads held;
    held.x = x;
    held.part = {x.f32(), x.rowStride, weight.f32(), eps, 0, 1, 0};
    heldHeads_.push_back(held);
    large_ = large_ || x.nRow() > 16;
    return true;
}

void CudaBackend::holdRope(Tensor x, std::int32_t nHead, const float* cosSin, const RopeTable& table) {
    if (!heldSum_.empty())
        settle();
    const std::int64_t headDim = x.nCol() / nHead;
    HeadsTurned turn{};
    turn.headDim = static_cast<std::int32_t>(headDim);
    turn.nRow = x.nRow();
    turn.cosSin = cosSin;
    turn.half = static_cast<std::int32_t>(table.inverseFrequency.size());
    turn.halves = table.style == RopeStyle::Halves ? 1 : 0;
    const auto sameTurn = [&] {
        return turn_.headDim == turn.headDim && turn_.nRow == turn.nRow && turn_.cosSin == turn.cosSin &&
               turn_.half == turn.half && turn_.halves == turn.halves;
    };
    bool anyTurned = false;
    HeldHeads* own = nullptr; // the norm of these heads
    bool fits = true;
    for (HeldHeads& held : heldHeads_) {
        anyTurned = anyTurned || held.turned;
        if (!held.turned && held.x.data == x.data && held.x.nCol() == headDim && held.x.rowStride == headDim &&
            held.x.nRow() == x.nRow() * nHead && (x.nRow() == 1 || x.rowStride == x.nCol()))
            own = &held;
        else if (!apart(held.x, x))
            fits = false;
    }
    if (!fits || (anyTurned && !sameTurn()) || (own == nullptr && heldHeads_.size() >= 2)) {
        settle();
        own = nullptr;
    }
    if (own == nullptr) {
        heldHeads_.emplace_back();
        own = &heldHeads_.back();
        own->part = {x.f32(), x.rowStride, nullptr, 0.0F, nHead, 0, 0};
    }
    own->x = x;
    own->part.x = x.f32();
    own->part.stride = x.rowStride;
    own->part.nHead = nHead;
    own->turned = true;
    turn_ = turn;
    large_ = large_ || x.nRow() > 16;
}

} // namespace vitral::cuda
