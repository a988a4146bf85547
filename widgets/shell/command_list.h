// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything the program can be asked to do, by name: menu actions, rooms and their pages, settings, recent things. The
// command palette searches it. Names are functions, so that they can be asked for in either language. Thread: GUI.

#include <QKeySequence>
#include <QObject>
#include <QPointer>
#include <QString>

#include <functional>
#include <vector>

class QAction;

namespace vitral {

struct Command {
    QString id;                    ///< "view.theme.dark": stable, for what was used last
    std::function<QString()> name; ///< translated when asked
    std::function<QString()> group;
    QKeySequence keys;
    std::function<void()> run;
    bool enabled = true;
    std::function<QString()> also = nullptr; ///< other words people look for it by; may be missing
};

class CommandList : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// A menu action; what the palette runs is its trigger(). Without `name`, the action's own text, which is in the
    /// language of the moment only.
    void add(const QString& id, QAction* action, std::function<QString()> group, std::function<QString()> name = {});
    void add(Command command);
    /// Other words for what was added as `id`.
    void setAlso(const QString& id, std::function<QString()> also);
    /// Commands that come and go (recent conversations): asked for each time.
    void addSource(std::function<void(std::vector<Command>&)> source);
    /// All of them, as they are now. Actions that were deleted are left out.
    [[nodiscard]] std::vector<Command> commands() const;

private:
    struct Entry {
        Command command;
        QPointer<QAction> action;
        bool isAction = false;
    };
    std::vector<Entry> entries_;
    std::vector<std::function<void(std::vector<Command>&)>> sources_;
};

/// A command and its words, found by letters.
struct FoundCommand {
    Command command;
    QString name, otherName, group;
    int score = 0;
};

/// Best first; with nothing typed in the order of `recent` (ids) and then as registered. `otherLanguage` computes a
/// name in the language the window does not speak.
[[nodiscard]] std::vector<FoundCommand>
findCommands(const std::vector<Command>& commands, const QString& typed, const QStringList& recent,
             const std::function<QString(const std::function<QString()>&)>& otherLanguage);

} // namespace vitral
