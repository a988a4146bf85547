// SPDX-License-Identifier: Apache-2.0
#include "app/language.h"

#include <QApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QWidget>

// A static library's resources must be asked for, and outside of any namespace.
static void initTranslations() {
    Q_INIT_RESOURCE(vitral_translations);
}

namespace vitral::app {

void Language::use(const QString& code) {
    initTranslations();
    QString wanted = code.isEmpty() ? QLocale::system().name() : code;
    wanted = wanted.startsWith(QLatin1String("pt")) ? QStringLiteral("pt_BR") : QStringLiteral("en");
    if (wanted == current_)
        return;
    current_ = wanted;
    QLocale::setDefault(wanted == QLatin1String("pt_BR") ? QLocale(QLocale::Portuguese, QLocale::Brazil)
                                                         : QLocale(QLocale::English, QLocale::UnitedStates));
    // Widgets keep the locale they were made with: fields for numbers would go on with the other decimal mark.
    for (QWidget* window : QApplication::topLevelWidgets())
        window->unsetLocale();
    if (ours_)
        QCoreApplication::removeTranslator(ours_.get());
    if (qt_)
        QCoreApplication::removeTranslator(qt_.get());
    ours_ = std::make_unique<Both>();
    qt_ = std::make_unique<QTranslator>();
    // English has a file too: it holds the plural forms.
    if (qt_->load(QStringLiteral("qtbase_") + wanted, QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QCoreApplication::installTranslator(qt_.get());
    const QString folder = QStringLiteral(":/translations/vitral_");
    if (!ours_->spoken.load(folder + wanted) || !ours_->other.load(folder + other()))
        return;
    QCoreApplication::installTranslator(ours_.get());
}

QString Language::other() const {
    return current_ == QLatin1String("pt_BR") ? QStringLiteral("en") : QStringLiteral("pt_BR");
}

QString Language::inOther(const std::function<QString()>& words) const {
    if (!ours_)
        return words();
    ours_->swapped = true;
    QString said = words();
    ours_->swapped = false;
    return said;
}

} // namespace vitral::app
