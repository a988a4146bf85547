// SPDX-License-Identifier: Apache-2.0
#pragma once
// Formulas of lessons ($...$, $$...$$) as the chat shows them: Unicode text, legible and not typeset. Thread: any.

#include <functional>
#include <string>
#include <string_view>

namespace vitral {

/// For LessonHtmlOptions::formulas.
std::string lessonFormulas(std::string_view markdown, const std::function<std::string(std::string_view)>& html);

} // namespace vitral
