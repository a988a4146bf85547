// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a lesson may ask of the program it plays in: to carry out commands, to find an element, to say what its state
// is. The program gives one (app/classroom.cpp); tests give their own. Thread: GUI.

#include <QByteArray>
#include <QImage>
#include <QString>
#include <QStringList>

#include <functional>

class QWidget;

namespace vitral {

class LessonHost {
public:
    virtual ~LessonHost() = default;
    /// Carries them out in order, each when the one before is done; `done` gets a sentence where one could not be, else
    /// an empty text. Newer commands replace those that still wait (whose `done` is never called). `folder`: where
    /// files of the commands lie; `recorded`: carried out instead where the model that `commands` need cannot run.
    virtual void carryOut(const QStringList& commands, const QString& folder, const QStringList& recorded,
                          std::function<void(const QString& problem)> done) = 0;
    [[nodiscard]] virtual QWidget* element(const QString& name) const = 0; ///< null: not on the screen
    /// Of core/lesson's stateNames(); empty: unknown now.
    [[nodiscard]] virtual QString state(const QString& name) const = 0;
    virtual void hideElements(const QStringList& names) = 0; ///< these and no others
    [[nodiscard]] virtual QByteArray stateFile() const = 0;  ///< as program_state.h writes it
    [[nodiscard]] virtual QImage picture() const = 0;        ///< of the window without the lesson
};

} // namespace vitral
