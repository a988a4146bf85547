// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/inside_view.h"

#include <QEvent>
#include <QPainter>
#include <QScrollArea>
#include <QVBoxLayout>

namespace vitral {

namespace {
/// As tall as what is on it must be, and not as it would like to be: the rest of the view is shared out.
class Page final : public QWidget {
public:
    using QWidget::QWidget;
    [[nodiscard]] int heightForWidth(int width) const override {
        return layout() != nullptr ? layout()->totalMinimumHeightForWidth(width) : -1;
    }
};
} // namespace

InsideView::InsideView(InsideController& inside, QWidget* parent) : QWidget(parent), inside_(inside) {
    connect(&inside_, &InsideController::recordingChanged, this, [this](bool grew) {
        grewOnly_ = grew && (!recordingStale_ || grewOnly_);
        recordingStale_ = true;
        catchUp();
    });
    connect(&inside_, &InsideController::otherChanged, this, [this] {
        otherStale_ = true;
        catchUp();
    });
    connect(&inside_.selection(), &SelectionModel::changed, this, [this](const Selection& selection, QObject* origin) {
        if (isVisible())
            selectionChanged(selection, origin);
        else
            selectionStale_ = true;
    });
}

void InsideView::catchUp() {
    if (!isVisible())
        return;
    if (std::exchange(recordingStale_, false) && (recording() || !needsRecording()))
        recordingChanged(std::exchange(grewOnly_, false));
    if (std::exchange(otherStale_, false))
        otherChanged();
    if (std::exchange(selectionStale_, false))
        selectionChanged(selection(), nullptr);
}

void InsideView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    catchUp();
}

void InsideView::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
}

void InsideView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

QWidget* InsideView::scrollingPage() {
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    auto* page = new Page(scroll);
    page->setProperty("kind", "page");
    scroll->setWidget(page);
    outer->addWidget(scroll);
    return page;
}

QString InsideView::missing(bool* offersRecordAgain) const {
    if (offersRecordAgain != nullptr)
        *offersRecordAgain = false;
    return {};
}

QStringList InsideView::exportFormats() const {
    return {QStringLiteral("png")};
}

Result<void> InsideView::exportAs(const QString& path, const QString& format, double scale) {
    if (format != QLatin1String("png"))
        return fail(ErrorCode::Unsupported, tr("This view cannot be saved as %1.").arg(format).toStdString());
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

void InsideView::go(const QString& argument) {
    const QStringList fields = argument.split(QLatin1Char(':'));
    const QStringList parts = fields[0].split(QLatin1Char('.'));
    if (parts.size() != 2)
        return;
    bool okLayer = false, okHead = false;
    const int layer = parts[0].toInt(&okLayer), head = parts[1].toInt(&okHead);
    if (okLayer && okHead) {
        inside_.selection().setHead(layer, head);
        inside_.keepHead();
    }
    if (fields.size() > 1)
        inside_.selection().setCell(fields[1].toLongLong(), fields.size() > 2 ? fields[2].toLongLong() : -1);
}

} // namespace vitral
