// SPDX-License-Identifier: Apache-2.0
#pragma once
// The interface's language, switched while the program runs: Qt sends LanguageChange to every widget. Thread: GUI.

#include <QString>
#include <QTranslator>

#include <memory>

namespace vitral::app {

class Language {
public:
    /// "en", "pt_BR", or empty for the system's.
    void use(const QString& code);
    [[nodiscard]] QString current() const { return current_; }

private:
    QString current_;
    std::unique_ptr<QTranslator> ours_, qt_;
};

} // namespace vitral::app
