// SPDX-License-Identifier: Apache-2.0
#pragma once
// A lesson as one HTML page that needs nothing else: pictures inside, terms explained at the end, questions with their
// answers folded. Thread: any.

#include "core/lesson/course.h"
#include "core/lesson/markdown.h"

namespace vitral {

struct LessonExportWords { ///< what the page says in its language
    std::string terms, answer, sources, minutes, question;
};

/// Pictures that cannot be read are left out with their description in their place. `forPrint`: answers at the end are
/// not folded (QTextDocument, paper).
std::string lessonPageHtml(const Course& course, const Lesson& lesson, const LessonExportWords& words,
                           LessonDepth depth = LessonDepth::Researcher, bool forPrint = false);
/// In English, or in Portuguese where the lesson is.
LessonExportWords lessonExportWords(std::string_view language);
/// "data:image/png;base64,..." of a picture in the lesson's folder; empty: it cannot be read.
std::string pictureData(const Lesson& lesson, std::string_view name);

} // namespace vitral
