// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/denoise_page.h"

#include "widgets/design/metrics.h"

#include <QEvent>
#include <QLabel>
#include <QPainter>
#include <QScrollArea>
#include <QVBoxLayout>

#include <utility>

namespace vitral {

namespace {
constexpr int kLeastBody = 180; ///< below a head that stays, at the usual font size
} // namespace

DenoisePage::DenoisePage(DenoiseController& denoise, QWidget* parent) : QWidget(parent), denoise_(denoise) {
    setProperty("kind", "page");
    connect(&denoise_, &DenoiseController::currentChanged, this, [this](bool grew) {
        grewOnly_ = grew && (!runStale_ || grewOnly_);
        runStale_ = true;
        catchUp();
    });
    connect(&denoise_, &DenoiseController::otherChanged, this, [this] {
        otherStale_ = true;
        catchUp();
    });
    connect(&denoise_, &DenoiseController::momentChanged, this, [this] {
        momentStale_ = true;
        catchUp();
    });
    connect(&denoise_, &DenoiseController::settingsChanged, this, [this] {
        settingsStale_ = true;
        catchUp();
    });
}

DenoisePage::Frame DenoisePage::makeFrame() {
    outer_ = new QVBoxLayout(this);
    outer_->setContentsMargins(0, 0, 0, 0);
    outer_->setSpacing(design::kSpace2);
    head_ = new QWidget(this);
    auto* head = new QVBoxLayout(head_);
    head->setContentsMargins(0, 0, 0, 0);
    head->setSpacing(design::kSpace2);
    outer_->addWidget(head_);
    QWidget* page = addScrolled(outer_, 1);
    inner_ = new QVBoxLayout(page);
    inner_->setContentsMargins(0, 0, 0, 0);
    inner_->setSpacing(design::kSpace2);
    auto* body = new QWidget(page);
    inner_->addWidget(body, 1);
    return {head, body};
}

void DenoisePage::fitHead() {
    if (head_ == nullptr)
        return;
    const int needed = head_->hasHeightForWidth() ? head_->heightForWidth(width()) : head_->sizeHint().height();
    const bool low = height() < needed + kLeastBody * fontMetrics().height() / 17;
    if (low == (head_->parentWidget() != this))
        return;
    (low ? inner_ : outer_)->insertWidget(0, head_);
    head_->show();
}

void DenoisePage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fitHead();
}

bool DenoisePage::event(QEvent* event) {
    const bool done = QWidget::event(event);
    if (event->type() == QEvent::LayoutRequest) // another line in the head
        fitHead();
    return done;
}

QWidget* DenoisePage::addScrolled(QBoxLayout* layout, int stretch) {
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* page = new QWidget(scroll);
    page->setProperty("kind", "page");
    scroll->setWidget(page);
    layout->addWidget(scroll, stretch);
    return page;
}

QLabel* DenoisePage::label(const char* role, QWidget* parent) {
    auto* made = new QLabel(parent);
    made->setProperty("role", role);
    made->setTextFormat(Qt::PlainText);
    made->setWordWrap(true);
    return made;
}

void DenoisePage::catchUp() {
    if (!isVisible())
        return;
    if (std::exchange(settingsStale_, false))
        settingsChanged();
    if (std::exchange(runStale_, false))
        runChanged(std::exchange(grewOnly_, false));
    if (std::exchange(otherStale_, false))
        otherChanged();
    if (std::exchange(momentStale_, false))
        momentChanged(denoise_.moment());
}

void DenoisePage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    catchUp();
}

void DenoisePage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        runStale_ = otherStale_ = momentStale_ = settingsStale_ = true;
        catchUp();
    }
}

Result<void> DenoisePage::exportAs(const QString& path, const QString& format, double scale) {
    if (format != QLatin1String("png"))
        return fail(ErrorCode::Unsupported, tr("This page cannot be saved as %1.").arg(format).toStdString());
    QImage image(size() * scale, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(scale);
    image.fill(palette().color(QPalette::Window));
    QPainter painter(&image);
    render(&painter, {}, {}, DrawWindowBackground | DrawChildren);
    painter.end();
    if (!image.save(path, "PNG"))
        return fail(ErrorCode::Io, tr("The picture could not be written to %1.").arg(path).toStdString());
    return {};
}

} // namespace vitral
