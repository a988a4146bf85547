// SPDX-License-Identifier: Apache-2.0
// The page "Points" trains a network on a thread of its own, and follows it.
#include "core/diffusion/points_train.h"
#include "widgets/denoise/points_page.h"

#include <QSpinBox>

#include <atomic>

namespace vitral {

using namespace diffusion;

/// What the thread that trains leaves for the window.
struct PointsPage::Training {
    std::mutex mutex;
    std::vector<std::pair<int, double>> losses; ///< guarded by mutex
    PointNetPtr net;                            ///< guarded by mutex
    std::optional<Error> error;                 ///< guarded by mutex
    bool finished = false;                      ///< guarded by mutex
    std::atomic<bool> enough = false;           ///< the person stopped it
};

void PointsPage::dropNet() {
    trainer_.cancelAll(this);
    if (training_)
        training_->enough = true;
    training_.reset();
    task_.finish();
    net_.reset();
    losses_.clear();
    trainedSteps_ = 0;
    flows_[1] = {};
    denoise().pool().cancelAll(this);
    nMeasuring_ = 0;
    showLoss();
}

void PointsPage::train() {
    if (training_ || !world_)
        return;
    clearTable(); // it was another network's
    losses_.clear();
    wantedSteps_ = trainSteps_->value();
    trainedSteps_ = 0;
    training_ = std::make_shared<Training>();
    task_ = TaskList::shared().begin([] { return tr("Training a network on points"); }, [this] { stopTraining(); });
    const QPointer<PointsPage> alive(this);
    trainer_.ask(
        this, "train",
        [world = world_, slot = training_, alive, nStep = wantedSteps_,
         seed = std::uint64_t(seed_->value())](const std::stop_token& stop) {
            PointTraining training;
            training.seed = seed;
            training.nStep = nStep;
            training.batch = 256;
            training.classDropout = 1; // points of all classes alike
            const auto told = [&](const PointProgress& p) {
                {
                    const std::lock_guard lock(slot->mutex);
                    slot->losses.emplace_back(p.step, p.loss);
                    slot->net = p.net;
                }
                QMetaObject::invokeMethod(
                    QCoreApplication::instance(),
                    [alive, slot] {
                        if (alive && alive->training_ == slot)
                            alive->takeTraining();
                    },
                    Qt::QueuedConnection);
                return !slot->enough;
            };
            auto net = trainPointNet(world->data(), world->schedule(), {}, training, nullptr, stop, told);
            const std::lock_guard lock(slot->mutex);
            if (net)
                slot->net = *net;
            else
                slot->error = net.error();
            slot->finished = true;
            return slot;
        },
        [this](const std::shared_ptr<Training>& slot) {
            if (training_ == slot)
                takeTraining();
        });
    showLoss();
    showState();
}

void PointsPage::stopTraining() {
    if (training_)
        training_->enough = true;
}

void PointsPage::takeTraining() {
    bool finished = false;
    {
        const std::lock_guard lock(training_->mutex);
        if (losses_.size() == training_->losses.size() && !training_->finished)
            return; // several reports were taken at once
        losses_ = training_->losses;
        if (training_->net)
            net_ = training_->net;
        finished = training_->finished;
        if (training_->error)
            problem_ = QString::fromStdString(training_->error->message);
    }
    trainedSteps_ = losses_.empty() ? 0 : losses_.back().first;
    task_.setProgress(wantedSteps_ > 0 ? double(trainedSteps_) / wantedSteps_ : -1);
    if (finished) {
        training_.reset();
        task_.finish();
    }
    computeFlow(true);
    showMoment();
    showLoss();
    showState();
    if (finished)
        showTable();
}

} // namespace vitral
