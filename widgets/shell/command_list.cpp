// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/command_list.h"

#include "widgets/shell/fuzzy.h"

#include <QAction>

#include <algorithm>

namespace vitral {
namespace {

/// A menu's text without the mark of its letter and the dots.
QString menuWords(QString text) {
    text.remove(QLatin1Char('&'));
    if (text.endsWith(QChar(0x2026)))
        text.chop(1);
    return text;
}

} // namespace

void CommandList::add(const QString& id, QAction* action, std::function<QString()> group,
                      std::function<QString()> name) {
    Entry entry;
    entry.command.id = id;
    entry.command.group = std::move(group);
    const QPointer<QAction> guarded(action);
    entry.command.name = name ? std::move(name) : [guarded] { return guarded ? guarded->text() : QString(); };
    entry.command.run = [guarded] {
        if (guarded)
            guarded->trigger();
    };
    entry.action = action;
    entry.isAction = true;
    entries_.push_back(std::move(entry));
}

void CommandList::add(Command command) {
    Entry entry;
    entry.command = std::move(command);
    entries_.push_back(std::move(entry));
}

void CommandList::setAlso(const QString& id, std::function<QString()> also) {
    for (Entry& entry : entries_)
        if (entry.command.id == id)
            entry.command.also = also;
}

void CommandList::addSource(std::function<void(std::vector<Command>&)> source) {
    sources_.push_back(std::move(source));
}

std::vector<Command> CommandList::commands() const {
    std::vector<Command> all;
    for (const Entry& entry : entries_) {
        if (entry.isAction && !entry.action)
            continue;
        all.push_back(entry.command);
        if (entry.action) {
            all.back().keys = entry.action->shortcut();
            all.back().enabled = entry.action->isEnabled();
        }
    }
    for (const auto& source : sources_)
        source(all);
    return all;
}

std::vector<FoundCommand> findCommands(const std::vector<Command>& commands, const QString& typed,
                                       const QStringList& recent,
                                       const std::function<QString(const std::function<QString()>&)>& otherLanguage) {
    std::vector<FoundCommand> found;
    const bool all = typed.trimmed().isEmpty();
    for (const Command& command : commands) {
        FoundCommand f;
        f.command = command;
        f.name = menuWords(command.name());
        f.group = command.group ? menuWords(command.group()) : QString();
        if (otherLanguage)
            f.otherName = menuWords(otherLanguage(command.name));
        const auto used = recent.indexOf(command.id);
        if (all) {
            f.score = used < 0 ? 1 : 1000 - static_cast<int>(used);
        } else {
            // The group helps ("theme dark"), and less than the name does.
            const QString otherGroup =
                otherLanguage && command.group ? menuWords(otherLanguage(command.group)) : QString();
            f.score = std::max({fitness(typed, f.name), fitness(typed, f.otherName),
                                fitness(typed, f.group + QLatin1Char(' ') + f.name) / 2,
                                fitness(typed, otherGroup + QLatin1Char(' ') + f.otherName) / 2});
            if (command.also)
                f.score = std::max({f.score, fitness(typed, command.also()) / 2,
                                    otherLanguage ? fitness(typed, otherLanguage(command.also)) / 2 : 0});
            if (f.score > 0 && used >= 0)
                f.score += 20;
            // What people named themselves comes behind what the program does.
            if (command.id.startsWith(QLatin1String("conversation.")) || command.id.startsWith(QLatin1String("model.")))
                f.score = (f.score + 1) / 2;
        }
        if (f.score > 0 && !f.name.isEmpty())
            found.push_back(std::move(f));
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const FoundCommand& a, const FoundCommand& b) { return a.score > b.score; });
    return found;
}

} // namespace vitral
