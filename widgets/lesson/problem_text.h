// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is wrong in a lesson, in the language of the window: core/lesson writes English. Thread: GUI.

#include "core/lesson/lesson.h"

#include <QString>

namespace vitral {

/// "cats/lesson.en.md:10: ..." as problemLine(), translated where the sentence is known.
[[nodiscard]] QString problemText(const LessonProblem& problem);
[[nodiscard]] bool knowsProblem(const LessonProblem& problem);

} // namespace vitral
