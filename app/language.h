// SPDX-License-Identifier: Apache-2.0
#pragma once
// The interface's language, switched while the program runs: Qt sends LanguageChange to every widget. Thread: GUI.

#include <QString>
#include <QTranslator>

#include <functional>
#include <memory>

namespace vitral::app {

class Language {
public:
    /// "en", "pt_BR", or empty for the system's.
    void use(const QString& code);
    [[nodiscard]] QString current() const { return current_; }
    /// "pt_BR" while English is spoken, and the other way round.
    [[nodiscard]] QString other() const;
    /// What `words` says in the language that is not spoken; nobody hears of a change.
    [[nodiscard]] QString inOther(const std::function<QString()>& words) const;

private:
    /// Answers for one language, and for the moment of inOther() for the other one.
    class Both : public QTranslator {
    public:
        [[nodiscard]] QString translate(const char* context, const char* source, const char* disambiguation,
                                        int n) const override {
            return (swapped ? other : spoken).translate(context, source, disambiguation, n);
        }
        [[nodiscard]] bool isEmpty() const override { return false; }
        QTranslator spoken, other;
        bool swapped = false;
    };
    QString current_;
    std::unique_ptr<Both> ours_;
    std::unique_ptr<QTranslator> qt_;
};

} // namespace vitral::app
