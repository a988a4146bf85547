// SPDX-License-Identifier: Apache-2.0
#include "widgets/canvas/ui_layer.h"

#include "gpu/panels/ui_context.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QClipboard>
#include <QFile>
#include <QFontMetricsF>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace vitral {

namespace {

constexpr float kFontPixels = 15;

QByteArray panelFont() {
    QFile file(QStringLiteral(":/fonts/Inter-Regular.otf"));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

std::span<const std::byte> bytesOf(const QImage& image) {
    return std::as_bytes(std::span(image.constBits(), static_cast<std::size_t>(image.sizeInBytes())));
}

std::optional<gpu::UiKey> keyOf(int key) {
    using gpu::UiKey;
    static const QHash<int, UiKey> keys{{Qt::Key_Tab, UiKey::Tab},
                                        {Qt::Key_Backtab, UiKey::Tab},
                                        {Qt::Key_Left, UiKey::Left},
                                        {Qt::Key_Right, UiKey::Right},
                                        {Qt::Key_Up, UiKey::Up},
                                        {Qt::Key_Down, UiKey::Down},
                                        {Qt::Key_PageUp, UiKey::PageUp},
                                        {Qt::Key_PageDown, UiKey::PageDown},
                                        {Qt::Key_Home, UiKey::Home},
                                        {Qt::Key_End, UiKey::End},
                                        {Qt::Key_Insert, UiKey::Insert},
                                        {Qt::Key_Delete, UiKey::Delete},
                                        {Qt::Key_Backspace, UiKey::Backspace},
                                        {Qt::Key_Space, UiKey::Space},
                                        {Qt::Key_Return, UiKey::Enter},
                                        {Qt::Key_Enter, UiKey::Enter},
                                        {Qt::Key_Escape, UiKey::Escape},
                                        {Qt::Key_A, UiKey::A},
                                        {Qt::Key_C, UiKey::C},
                                        {Qt::Key_V, UiKey::V},
                                        {Qt::Key_X, UiKey::X},
                                        {Qt::Key_Y, UiKey::Y},
                                        {Qt::Key_Z, UiKey::Z}};
    const auto it = keys.find(key);
    return it == keys.end() ? std::nullopt : std::optional(*it);
}

bool fontHas(const QString& text) {
    const QList<uint> characters = text.toUcs4();
    return std::all_of(characters.begin(), characters.end(), [](uint c) { return gpu::panelFontHas(c); });
}

} // namespace

UiLayer::UiLayer() {
    const QByteArray font = panelFont();
    ui_ = std::make_unique<gpu::UiContext>(
        std::as_bytes(std::span(font.constData(), static_cast<std::size_t>(font.size()))), kFontPixels);
    ui_->setClipboard(
        [] { return QGuiApplication::clipboard()->text().toStdString(); },
        [](const std::string& text) { QGuiApplication::clipboard()->setText(QString::fromStdString(text)); });
    clock_.start();
}
UiLayer::~UiLayer() = default;

void UiLayer::setPalette(const design::Palette& palette) {
    gpu::UiTheme theme;
    QColor window = palette.raised;
    window.setAlphaF(0.94F);
    theme.window = window.rgba();
    theme.border = palette.borderStrong.rgba();
    theme.text = palette.text.rgba();
    theme.muted = palette.textMuted.rgba();
    theme.control = palette.window.rgba();
    theme.hovered = palette.accentSoft.rgba();
    theme.accent = palette.accent.rgba();
    theme.accentText = palette.accentText.rgba();
    ui_->setTheme(theme);
    if (text_ != palette.text.rgb()) {
        for (const Picture& picture : std::as_const(pictures_))
            ui_->dropTexture(picture.id);
        pictures_.clear();
    }
    text_ = palette.text.rgb();
}

void UiLayer::setBar(const QImage& bar) {
    if (barId_)
        ui_->dropTexture(barId_);
    bar_ = bar.convertToFormat(QImage::Format_RGBA8888);
    barId_ = ++lastId_;
    ui_->addTexture(
        {barId_, static_cast<std::uint32_t>(bar_.width()), static_cast<std::uint32_t>(bar_.height()), bytesOf(bar_)});
}

void UiLayer::moved(QPointF place) {
    ui_->mouseMoved(static_cast<float>(place.x()), static_cast<float>(place.y()));
}
void UiLayer::button(const QMouseEvent& event) {
    const int button = event.button() == Qt::LeftButton ? 0 : event.button() == Qt::RightButton ? 1 : 2;
    ui_->mouseButton(button, event.type() != QEvent::MouseButtonRelease);
}
void UiLayer::wheel(const QWheelEvent& event) {
    ui_->wheel(static_cast<float>(-event.angleDelta().x()) / 120.F, static_cast<float>(event.angleDelta().y()) / 120.F);
}
bool UiLayer::wantsMouse() const {
    return ui_->wantsMouse();
}

bool UiLayer::key(const QKeyEvent& event) {
    if (!ui_->wantsText() && event.type() == QEvent::KeyPress)
        return false; // keys belong to the map, except while somebody types a number
    const bool down = event.type() == QEvent::KeyPress;
    const Qt::KeyboardModifiers m = event.modifiers();
    ui_->modifiers(m & Qt::ControlModifier, m & Qt::ShiftModifier, m & Qt::AltModifier, m & Qt::MetaModifier);
    if (const auto known = keyOf(event.key()))
        ui_->key(*known, down);
    if (down && !(m & Qt::ControlModifier)) {
        const QList<uint> typed = event.text().toUcs4();
        for (const uint c : typed)
            if (c >= 0x20 && c != 0x7f)
                ui_->text(c);
    }
    return ui_->wantsText();
}

void UiLayer::leave() {
    ui_->mouseLeft();
}
void UiLayer::focusOut() {
    ui_->focus(false);
}
bool UiLayer::wantsText() const {
    return ui_->wantsText();
}
bool UiLayer::settling() const {
    return ui_->settling();
}

// Text, or a picture of it made by Qt, which knows every script.
gpu::PanelLine UiLayer::line(const QString& text, double devicePixelRatio) {
    if (fontHas(text))
        return {text.toStdString(), 0, 0, 0};
    Picture& picture = pictures_[text];
    picture.used = true;
    if (picture.image.isNull() || picture.image.devicePixelRatio() != devicePixelRatio) {
        QFont font = design::font(design::TextRole::Body);
        font.setPixelSize(static_cast<int>(kFontPixels / 1.21F)); // the controls count a line, Qt an em
        const QFontMetricsF metrics(font);
        const QSizeF size(std::ceil(metrics.horizontalAdvance(text)) + 1, std::ceil(metrics.height()));
        QImage image((size * devicePixelRatio).toSize(), QImage::Format_ARGB32_Premultiplied);
        image.setDevicePixelRatio(devicePixelRatio);
        image.fill(Qt::transparent);
        QPainter painter(&image);
        painter.setFont(font);
        painter.setPen(QColor(text_));
        painter.drawText(QPointF(0, metrics.ascent()), text);
        painter.end();
        if (picture.id)
            ui_->dropTexture(picture.id);
        picture.image = image.convertToFormat(QImage::Format_RGBA8888);
        picture.id = ++lastId_;
        ui_->addTexture({picture.id, static_cast<std::uint32_t>(image.width()),
                         static_cast<std::uint32_t>(image.height()), bytesOf(picture.image)});
    }
    const QSizeF size = QSizeF(picture.image.size()) / devicePixelRatio;
    return {{}, picture.id, static_cast<float>(size.width()), static_cast<float>(size.height())};
}

UiLayer::Frame UiLayer::frame(QSizeF view, double devicePixelRatio, gpu::MapPanelState* panel,
                              const gpu::MapPanelStrings& strings, const QStringList& readOut, QPointF pointer) {
    for (auto it = pictures_.begin(); it != pictures_.end();) {
        if (it->used) {
            it->used = false;
            ++it;
        } else {
            ui_->dropTexture(it->id);
            it = pictures_.erase(it);
        }
    }
    std::vector<gpu::PanelLine> lines;
    for (const QString& text : readOut)
        lines.push_back(line(text, devicePixelRatio));
    const auto width = static_cast<float>(view.width()), height = static_cast<float>(view.height());
    Frame made;
    const float seconds = std::clamp(static_cast<float>(clock_.restart()) / 1000.F, 0.001F, 0.1F);
    made.triangles = &ui_->frame(width, height, static_cast<float>(devicePixelRatio), seconds, [&] {
        if (panel) {
            panel->barTexture = barId_;
            made.intents = gpu::mapPanel(*panel, strings, width);
        }
        if (!ui_->wantsMouse() || !panel)
            gpu::readOutPanel(lines, static_cast<float>(pointer.x()), static_cast<float>(pointer.y()), width, height);
    });
    return made;
}

} // namespace vitral
