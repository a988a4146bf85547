// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a person may choose about the program as a whole, as one list: the dialog, the menus, the first start and the
// search of commands show the same values, and every change can be undone. Thread: GUI.

#include "app/language.h"
#include "app/settings.h"

#include <QObject>

#include <functional>
#include <vector>

namespace vitral::app {

class Preferences : public QObject {
    Q_OBJECT
public:
    struct Choice {
        QString value; ///< as kept: "dark"
        std::function<QString()> name;
        std::function<QString()> help; ///< one sentence; may be empty
    };
    struct Item {
        QString id; ///< "theme"
        std::function<QString()> name, help;
        std::vector<Choice> choices;  ///< empty: yes or no
        std::function<QString()> get; ///< of yes or no: "1" or "0"
        std::function<void(const QString&)> set;
    };

    Preferences(Settings& settings, design::Theme& theme, Language& language);

    [[nodiscard]] const std::vector<Item>& items() const { return items_; }
    [[nodiscard]] const Item& item(const QString& id) const; ///< one that there is
    [[nodiscard]] QString value(const QString& id) const { return item(id).get(); }
    /// `words` in the language that is not spoken now: a search finds both.
    [[nodiscard]] QString inOther(const std::function<QString()>& words) const { return language_->inOther(words); }
    /// Keeps it, applies it, and it can be undone.
    void choose(const QString& id, const QString& value);
    /// The same for an answer that is no change of anything: it cannot be undone.
    void apply(const QString& id, const QString& value);

signals:
    void changed(const QString& id);

private:
    Language* language_;
    std::vector<Item> items_;
};

} // namespace vitral::app
