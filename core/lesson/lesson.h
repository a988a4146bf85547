// SPDX-License-Identifier: Apache-2.0
#pragma once
// A lesson as a value: pages of Markdown with steps and quizzes between, as a teacher writes them in a folder
// (docs/lessons.md is the reference of the format). Reading never stops at the first mistake: all of them are told, by
// file and line, each with what to do. Thread: any.

#include "core/base/result.h"
#include "core/lesson/commands.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

/// Ways of working; a lesson or page is offered from its own on.
enum class LessonDepth : std::uint8_t { User, Power, Developer, Researcher };
std::string_view lessonDepthName(LessonDepth depth); ///< "user", "power", "developer", "researcher"
std::optional<LessonDepth> lessonDepth(std::string_view name);

struct LessonProblem {
    std::string file; ///< relative to the course, with /
    int line = 0;     ///< from 1; 0: the file as a whole
    std::string sentence;
    bool warning = false; ///< the lesson can be shown all the same
    bool operator==(const LessonProblem&) const = default;
};
using LessonProblems = std::vector<LessonProblem>;

/// "unit/lesson.en.md:12: sentence"
std::string problemLine(const LessonProblem& problem);
bool anyError(const LessonProblems& problems);

enum class AskKind : std::uint8_t { Choose, Predict, Type, Do };
std::string_view askKindName(AskKind kind);

/// A question the student answers before going on. Texts are Markdown.
struct LessonAsk {
    AskKind kind = AskKind::Choose;
    std::string question, explain;
    std::vector<std::string> options;
    std::vector<int> right;            ///< of options, from 0; Predict: what really happened
    std::vector<std::string> accepted; ///< of Type and Predict without options
    std::optional<double> number;      ///< the answer is one
    double tolerance = 0;
    std::vector<StateCondition> until; ///< of Do: all hold when it is done; empty: the student says so
    int line = 0;
};

struct LessonStep {
    struct Command {
        std::string text;
        int line = 0;
    };
    std::vector<Command> commands;
    std::vector<Command> recorded; ///< carried out instead where the model that `commands` need cannot run
    std::string point;             ///< an element's name, or empty
    std::vector<std::string> hide; ///< elements the student does not see in this step
    std::string say;               ///< a sentence above the question; Markdown
    std::optional<LessonAsk> ask;
    int line = 0;
};

struct QuizQuestion {
    bool choose = true; ///< else a short answer, judged by the student against the model answer
    std::string question, modelAnswer, explain;
    std::vector<std::string> options;
    std::vector<int> right; ///< from 0
    int line = 0;
};

struct LessonBlock {
    enum class Kind : std::uint8_t { Text, Step, Quiz };
    Kind kind = Kind::Text;
    std::string markdown; ///< of Text
    LessonStep step;
    std::vector<QuizQuestion> quiz;
    int line = 0;
};

struct LessonPage {
    std::string id, title;
    std::optional<LessonDepth> depth; ///< not given: the lesson's
    std::vector<LessonBlock> blocks;
    std::string notes; ///< for the teacher only (```notes); Markdown
    int line = 0;
};

struct Lesson {
    std::string id, title, summary, language; ///< "en", "pt_BR"
    int minutes = 0;
    LessonDepth depth = LessonDepth::User;
    std::string needsModel;            ///< "chat", "emoji-pixel", "emoji-latent" or empty
    std::vector<std::string> needsRun; ///< files in the lesson's folder
    std::vector<std::string> sources;
    std::vector<LessonPage> pages;
    std::string file; ///< as in problems
    std::filesystem::path folder;
};

/// Reads one file's text. `file` is the name in problems; `folder` is where pictures and runs are looked for (empty:
/// they are not looked for).
Lesson parseLesson(std::string_view text, const std::string& file, const std::string& language,
                   const std::filesystem::path& folder, LessonProblems& problems);

/// Whether a written answer is right: a number within the tolerance (comma or point), or one of the accepted texts,
/// whatever the case, blanks and final stop.
bool answerFits(const LessonAsk& ask, std::string_view answer);

/// A file named in a lesson. Errors, as a sentence: it leaves the folder (absolute, "..", a link out of it), it is not
/// there, it is no plain file, it is larger than `limitBytes`.
Result<std::filesystem::path> lessonFile(const std::filesystem::path& folder, std::string_view name,
                                         std::uintmax_t limitBytes);
inline constexpr std::uintmax_t kMaxLessonPictureBytes = std::uintmax_t{8} << 20U;
inline constexpr std::uintmax_t kMaxLessonRunBytes = std::uintmax_t{256} << 20U;
inline constexpr std::size_t kMaxLessonTextBytes = std::size_t{512} << 10U;

} // namespace vitral
