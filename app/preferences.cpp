// SPDX-License-Identifier: Apache-2.0
#include "app/preferences.h"

#include "widgets/canvas/renderer_choice.h"
#include "widgets/shell/undo_list.h"
#include "widgets/shell/ways.h"

#include <QApplication>
#include <QLocale>

#include <algorithm>
#include <array>

namespace vitral::app {
namespace {

constexpr std::array kTextSizes = {75.0, 87.5, 100.0, 112.5, 125.0, 150.0, 175.0, 200.0}; // percent

void applyMotion(bool reduced) {
    static const int usual = QApplication::cursorFlashTime();
    QApplication::setCursorFlashTime(reduced ? 0 : usual);
    Ways::shared().setReducedMotion(reduced);
}

std::vector<Preferences::Choice> depths() {
    const auto choice = [](Depth depth, std::function<QString()> name, std::function<QString()> help) {
        return Preferences::Choice{Ways::name(depth), std::move(name), std::move(help)};
    };
    return {
        choice(
            Depth::User, [] { return Preferences::tr("User"); },
            [] { return Preferences::tr("Chat and look around. What is rarely needed stays folded away."); }),
        choice(
            Depth::Power, [] { return Preferences::tr("Power user"); },
            [] { return Preferences::tr("All settings of an answer beside the chat, and what fills the context."); }),
        choice(
            Depth::Developer, [] { return Preferences::tr("Developer"); },
            [] { return Preferences::tr("Also grammars and schemas, the order of the samplers, and speeds."); }),
        choice(
            Depth::Researcher, [] { return Preferences::tr("Researcher"); },
            [] { return Preferences::tr("Also what the samplers do to every token."); }),
    };
}

} // namespace

Preferences::Preferences(Settings& settings, design::Theme& theme, Language& language) : language_(&language) {
    Settings* s = &settings;
    design::Theme* t = &theme;
    Language* l = &language;
    items_.push_back({QStringLiteral("language"),
                      [] { return tr("Language"); },
                      [] { return tr("Of the whole program, at once."); },
                      // A language is called by its own name.
                      {{QStringLiteral("en"), [] { return QStringLiteral("English"); }, {}},
                       {QStringLiteral("pt_BR"), [] { return QStringLiteral("Portugu\u00EAs (Brasil)"); }, {}}},
                      [l] { return l->current(); },
                      [s, l](const QString& value) {
                          s->setLanguage(value);
                          l->use(value);
                      }});
    items_.push_back({QStringLiteral("depth"), [] { return tr("How much is shown"); },
                      [] { return tr("At first only: everything can be reached in each of them."); }, depths(),
                      [] { return Ways::name(Ways::shared().depth()); },
                      [s](const QString& value) {
                          s->setBytes(QStringLiteral("shell/depth"), value.toUtf8());
                          Ways::shared().setDepth(Ways::fromName(value));
                      }});
    items_.push_back({QStringLiteral("theme"),
                      [] { return tr("Theme"); },
                      [] { return tr("Light or dark."); },
                      {{QStringLiteral("system"), [] { return tr("As the system"); }, {}},
                       {QStringLiteral("light"), [] { return tr("Light"); }, {}},
                       {QStringLiteral("dark"), [] { return tr("Dark"); }, {}}},
                      [t] {
                          return t->choice() == design::ThemeChoice::Light  ? QStringLiteral("light")
                                 : t->choice() == design::ThemeChoice::Dark ? QStringLiteral("dark")
                                                                            : QStringLiteral("system");
                      },
                      [s, t](const QString& value) {
                          const auto choice = value == QLatin1String("light")  ? design::ThemeChoice::Light
                                              : value == QLatin1String("dark") ? design::ThemeChoice::Dark
                                                                               : design::ThemeChoice::System;
                          t->setChoice(choice);
                          s->setTheme(choice);
                      }});
    Item size{QStringLiteral("textSize"),
              [] { return tr("Text size"); },
              [] { return tr("Of everything, also Ctrl++ and Ctrl+\u2212."); },
              {},
              [t] { return QString::number(t->fontScale() * 100.0); },
              [s, t](const QString& value) {
                  t->setFontScale(value.toDouble() / 100.0);
                  s->setFontScale(t->fontScale());
              }};
    for (const double percent : kTextSizes)
        size.choices.push_back({QString::number(percent),
                                [percent] { return QStringLiteral("%1 %").arg(QLocale().toString(percent)); },
                                {}});
    items_.push_back(std::move(size));
    Item present{QStringLiteral("presentSize"),
                 [] { return tr("Text size while presenting"); },
                 [] { return tr("Never smaller than the usual one."); },
                 {},
                 [s] {
                     const QByteArray kept = s->bytes(QStringLiteral("present/size"));
                     return kept.isEmpty() ? QStringLiteral("150") : QString::fromLatin1(kept);
                 },
                 [s](const QString& value) { s->setBytes(QStringLiteral("present/size"), value.toLatin1()); }};
    for (const double percent : kTextSizes)
        if (percent >= 100)
            present.choices.push_back({QString::number(percent),
                                       [percent] { return QStringLiteral("%1 %").arg(QLocale().toString(percent)); },
                                       {}});
    items_.push_back(std::move(present));
    items_.push_back({QStringLiteral("motion"),
                      [] { return tr("Nothing moves by itself"); },
                      [] { return tr("No blinking cursor, and what can be played is shown at its end."); },
                      {},
                      [] { return Ways::shared().reducedMotion() ? QStringLiteral("1") : QStringLiteral("0"); },
                      [s](const QString& value) {
                          const bool on = value == QLatin1String("1");
                          s->setFlag(QStringLiteral("shell/reduced_motion"), on);
                          applyMotion(on);
                      }});
    items_.push_back(
        {QStringLiteral("start"),
         [] { return tr("Begin on the start page"); },
         [] { return tr("Otherwise the program opens where it was closed."); },
         {},
         [s] { return s->flag(QStringLiteral("shell/start"), true) ? QStringLiteral("1") : QStringLiteral("0"); },
         [s](const QString& value) { s->setFlag(QStringLiteral("shell/start"), value == QLatin1String("1")); }});
    items_.push_back({QStringLiteral("drawing"),
                      [] { return tr("Maps are drawn by"); },
                      [] { return tr("Where Vulkan draws wrongly, the processor does it slower."); },
                      {{QStringLiteral("automatic"), [] { return tr("Whatever is faster here"); }, {}},
                       {QStringLiteral("vulkan"), [] { return QStringLiteral("Vulkan"); }, {}},
                       {QStringLiteral("painter"), [] { return tr("The processor"); }, {}}},
                      [s] {
                          return s->renderer() == RendererChoice::Vulkan    ? QStringLiteral("vulkan")
                                 : s->renderer() == RendererChoice::Painter ? QStringLiteral("painter")
                                                                            : QStringLiteral("automatic");
                      },
                      [s](const QString& value) {
                          const auto choice = value == QLatin1String("vulkan")    ? RendererChoice::Vulkan
                                              : value == QLatin1String("painter") ? RendererChoice::Painter
                                                                                  : RendererChoice::Automatic;
                          s->setRenderer(choice);
                          setRendererChoice(choice);
                      }});
    Ways::shared().setDepth(Ways::fromName(QString::fromUtf8(s->bytes(QStringLiteral("shell/depth")))));
    applyMotion(s->flag(QStringLiteral("shell/reduced_motion"), false));
}

const Preferences::Item& Preferences::item(const QString& id) const {
    return *std::find_if(items_.begin(), items_.end(), [&](const Item& item) { return item.id == id; });
}

void Preferences::apply(const QString& id, const QString& value) {
    item(id).set(value);
    emit changed(id);
}

void Preferences::choose(const QString& id, const QString& value) {
    const QString before = item(id).get();
    if (before == value)
        return;
    apply(id, value);
    UndoList::shared().push(
        item(id).name(), [this, id, before] { apply(id, before); }, [this, id, value] { apply(id, value); },
        QStringLiteral("preference.") + id, this);
}

} // namespace vitral::app
