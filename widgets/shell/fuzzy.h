// SPDX-License-Identifier: Apache-2.0
#pragma once
// How well a few typed letters fit a name: in order, capitals and accents ignored ("acao" finds "Ação"). Thread: any.

#include <QString>

namespace vitral {

/// Lower case, without accents and without the marks of menus ("&", "…").
[[nodiscard]] QString plainLetters(const QString& text);

/// 0: they do not fit. Whole words beat beginnings of words, which beat letters here and there; short names beat long
/// ones. Several words fit in any order ("model open").
[[nodiscard]] int fitness(const QString& typed, const QString& name);

/// Whether every typed word stands somewhere in the text, capitals and accents ignored. Nothing typed: yes.
[[nodiscard]] bool holdsWords(const QString& text, const QString& typed);

} // namespace vitral
