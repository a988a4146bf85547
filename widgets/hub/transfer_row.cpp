// SPDX-License-Identifier: Apache-2.0
#include "widgets/hub/transfer_row.h"

#include "widgets/design/amounts.h"
#include "widgets/design/metrics.h"
#include "widgets/panels/elided_label.h"

#include <QGridLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QStyle>

namespace vitral {

using State = HubController::TransferState;

TransferRow::TransferRow(HubController& hub, QWidget* parent) : QFrame(parent), hub_(hub) {
    setProperty("kind", "card");
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(design::kSpace3, design::kSpace2, design::kSpace3, design::kSpace2);
    grid->setHorizontalSpacing(design::kSpace3);
    grid->setVerticalSpacing(design::kSpace1);
    name_ = new ElidedLabel(this);
    state_ = new QLabel(this);
    state_->setProperty("role", "small");
    state_->setWordWrap(true);
    bar_ = new QProgressBar(this);
    bar_->setRange(0, 1000);
    bar_->setTextVisible(false);
    action_ = new QPushButton(this);
    token_ = new QPushButton(this);
    discard_ = new QPushButton(this);
    away_ = new QPushButton(this);
    grid->addWidget(name_, 0, 0);
    grid->addWidget(bar_, 1, 0);
    grid->addWidget(state_, 2, 0);
    grid->addWidget(action_, 0, 1, 3, 1, Qt::AlignVCenter);
    grid->addWidget(token_, 0, 2, 3, 1, Qt::AlignVCenter);
    grid->addWidget(discard_, 0, 3, 3, 1, Qt::AlignVCenter);
    grid->addWidget(away_, 0, 4, 3, 1, Qt::AlignVCenter);
    grid->setColumnStretch(0, 1);
    connect(action_, &QPushButton::clicked, this, &TransferRow::act);
    connect(token_, &QPushButton::clicked, this, &TransferRow::tokenAsked);
    connect(discard_, &QPushButton::clicked, this, [this] { hub_.discard(shown_.id); });
    connect(away_, &QPushButton::clicked, this, [this] { hub_.forget(shown_.id); });
}

void TransferRow::act() {
    const HubController::Transfer transfer = shown_; // the row may be another one after this
    if (transfer.state == State::Running || transfer.state == State::Queued)
        hub_.cancel(transfer.id);
    else if (transfer.state == State::Done)
        emit modelAsked(transfer.path);
    else
        hub_.download(transfer.repo, transfer.file);
}

void TransferRow::show(const HubController::Transfer& transfer) {
    shown_ = transfer;
    const hub::DownloadProgress& p = transfer.progress;
    const QString file = QString::fromStdString(transfer.file.path);
    name_->setFullText(QStringLiteral("%1 \u00b7 %2").arg(file, QString::fromStdString(transfer.repo.id)));
    bar_->setAccessibleName(tr("Progress of %1").arg(file));
    for (QPushButton* button : {action_, token_, discard_, away_})
        button->setAccessibleDescription(file); // which of the downloads
    bar_->setValue(static_cast<int>(1000.0 * static_cast<double>(p.doneBytes) /
                                    static_cast<double>(std::max<std::uint64_t>(1, p.totalBytes))));
    QString words;
    switch (transfer.state) {
    case State::Queued:
        words = tr("Waits for the download before it");
        break;
    case State::Running:
        switch (p.state) {
        case hub::DownloadState::Checking:
            words = tr("Reading what is there already: %1 of %2")
                        .arg(design::sizeText(p.doneBytes), design::sizeText(p.totalBytes));
            break;
        case hub::DownloadState::Asking:
            words = tr("Asking %1\u2026").arg(hub_.host());
            break;
        case hub::DownloadState::Receiving:
            words = tr("%1 of %2").arg(design::sizeText(p.doneBytes), design::sizeText(p.totalBytes));
            if (p.bytesPerSecond > 0)
                words += tr(", %1 a second").arg(design::sizeText(static_cast<std::uint64_t>(p.bytesPerSecond)));
            break;
        case hub::DownloadState::Waiting:
            words = tr("%1 It will be tried again.").arg(HubController::sentenceOf(Error{ErrorCode::Io, p.note}));
            break;
        case hub::DownloadState::Finishing:
            words = tr("Writing the last of it to the disk");
            break;
        }
        break;
    case State::Done:
        words = tr("Whole, and its checksum is right: %1").arg(design::sizeText(p.totalBytes));
        break;
    case State::Failed:
        words = transfer.sentence;
        break;
    case State::Cancelled:
        words = tr("Stopped after %1 of %2. What came is kept.")
                    .arg(design::sizeText(p.doneBytes), design::sizeText(p.totalBytes));
        break;
    }
    state_->setText(words);
    state_->setProperty("role", transfer.state == State::Failed ? "error" : "small");
    state_->style()->unpolish(state_); // the role may be another one
    state_->style()->polish(state_);
    const bool over = transfer.state != State::Running && transfer.state != State::Queued;
    const bool chat =
        transfer.state == State::Done && transfer.path.endsWith(QLatin1String(".gguf"), Qt::CaseInsensitive);
    action_->setText(!over                                ? tr("Stop")
                     : transfer.state == State::Done      ? tr("Chat with it")
                     : transfer.state == State::Cancelled ? tr("Go on")
                                                          : tr("Try again"));
    action_->setVisible(chat || transfer.state != State::Done);
    token_->setText(tr("Token\u2026"));
    token_->setVisible(transfer.state == State::Failed && transfer.repo.gated); // most likely what it lacks
    discard_->setText(tr("Delete what came"));
    discard_->setVisible(hub_.leftSomething(transfer));
    away_->setText(tr("Put away"));
    away_->setVisible(over);
}

} // namespace vitral
