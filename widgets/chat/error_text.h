// SPDX-License-Identifier: Apache-2.0
#pragma once
// Errors of core in the language of the window. Core's sentences are English; where another language is spoken, the
// common ones are translated through a table of patterns, and every other one stands, marked as English, behind a
// sentence of ours that says what failed and what to do. Thread: any.

#include "core/base/result.h"

#include <QString>
#include <QStringList>

namespace vitral {

/// What was being done when it failed.
enum class Doing : std::uint8_t { LoadModel, Answer, ReadChatTemplate, Store, Export, Import };

/// One or two sentences for a person. In English: the error's own.
[[nodiscard]] QString errorText(const Error& error, Doing doing);

/// The translation of a sentence of core, or an empty text where the table has none (or the window speaks English).
[[nodiscard]] QString translatedSentence(const QString& sentence);

/// The same, or the sentence as it is: for errors that may have been put into the window's language already.
[[nodiscard]] QString knownText(const Error& error);

/// A note of core (a recording's, an explanation's) in the language of the window, where the table has it.
[[nodiscard]] QString noteText(const std::string& note);

/// The table's English patterns (%1 stands for any text): a test looks for each in the sources of core.
[[nodiscard]] QStringList knownSentences();

} // namespace vitral
