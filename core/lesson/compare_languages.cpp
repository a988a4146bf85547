// SPDX-License-Identifier: Apache-2.0
#include "core/lesson/course.h"

#include <algorithm>

namespace vitral {
namespace {

class Comparison {
public:
    Comparison(const Lesson& first, const Lesson& second, LessonProblems& problems)
        : first_(first), second_(second), problems_(problems) {}

    void run() {
        if (first_.depth != second_.depth || first_.minutes != second_.minutes ||
            first_.needsModel != second_.needsModel || first_.needsRun != second_.needsRun)
            differ(2, "The front matter (depth, minutes, needs) differs from " + first_.file + ".");
        const std::size_t n = std::min(first_.pages.size(), second_.pages.size());
        for (std::size_t i = 0; i < n; ++i) {
            if (first_.pages[i].id != second_.pages[i].id) {
                differ(second_.pages[i].line, "This page is \"" + second_.pages[i].id + "\", but \"" +
                                                  first_.pages[i].id + "\" in " + at(first_.pages[i].line) +
                                                  "; both languages have the same pages in the same order.");
                return;
            }
            page(first_.pages[i], second_.pages[i]);
        }
        if (first_.pages.size() > n)
            differ(0, "The page \"" + first_.pages[n].id + "\" of " + at(first_.pages[n].line) + " is missing here.");
        if (second_.pages.size() > n)
            differ(second_.pages[n].line, "This page is missing in " + first_.file + ".");
    }

private:
    [[nodiscard]] std::string at(int line) const { return first_.file + ":" + std::to_string(line); }
    void differ(int line, std::string sentence) { problems_.push_back({second_.file, line, std::move(sentence)}); }

    static std::vector<const LessonBlock*> ours(const LessonPage& page) {
        std::vector<const LessonBlock*> out;
        for (const LessonBlock& block : page.blocks)
            if (block.kind != LessonBlock::Kind::Text)
                out.push_back(&block);
        return out;
    }

    void page(const LessonPage& a, const LessonPage& b) {
        if (a.depth != b.depth)
            differ(b.line, "The depth of this page differs from " + at(a.line) + ".");
        const auto x = ours(a), y = ours(b);
        for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
            if (x[i]->kind != y[i]->kind) {
                differ(y[i]->line,
                       "Here is a " + name(*y[i]) + ", but a " + name(*x[i]) + " in " + at(x[i]->line) + ".");
                return;
            }
            if (x[i]->kind == LessonBlock::Kind::Step)
                step(x[i]->step, y[i]->step);
            else
                quiz(x[i]->quiz, x[i]->line, y[i]->quiz, y[i]->line);
        }
        if (x.size() > y.size())
            differ(b.line, "The " + name(*x[y.size()]) + " of " + at(x[y.size()]->line) + " is missing on this page.");
        if (y.size() > x.size())
            differ(y[x.size()]->line, "This " + name(*y[x.size()]) + " is missing in " + first_.file + ".");
    }

    static std::string name(const LessonBlock& block) {
        return block.kind == LessonBlock::Kind::Step ? "step" : "quiz";
    }

    /// Words may be translated (a prompt, a text), files and numbers not.
    static bool sameCommand(const std::string& a, const std::string& b) {
        if (a == b)
            return true;
        const auto x = findCommand(a), y = findCommand(b);
        return !x || !y || (x->form == y->form && x->file == y->file && (!x->text.empty() || !x->file.empty()));
    }

    void step(const LessonStep& a, const LessonStep& b) {
        if (a.commands.size() != b.commands.size()) {
            differ(b.line, "This step has " + std::to_string(b.commands.size()) + " commands, but " +
                               std::to_string(a.commands.size()) + " in " + at(a.line) + ".");
        } else {
            for (std::size_t i = 0; i < a.commands.size(); ++i)
                if (!sameCommand(a.commands[i].text, b.commands[i].text))
                    differ(b.commands[i].line, "This command differs from " + at(a.commands[i].line) + ".");
        }
        if (a.recorded.empty() != b.recorded.empty())
            differ(b.line, "Only one language has \"recorded\" in this step; see " + at(a.line) + ".");
        if (a.point != b.point || a.hide != b.hide)
            differ(b.line, "What this step points at or hides differs from " + at(a.line) + ".");
        if (a.ask.has_value() != b.ask.has_value())
            differ(b.line, "Only one language asks something in this step; see " + at(a.line) + ".");
        if (!a.ask || !b.ask)
            return;
        if (a.ask->kind != b.ask->kind)
            differ(b.ask->line, "The kind of this question differs from " + at(a.ask->line) + ".");
        else if (a.ask->options.size() != b.ask->options.size() || a.ask->right != b.ask->right)
            differ(b.ask->line, "The options or the right one differ from " + at(a.ask->line) + ".");
        else if (a.ask->number != b.ask->number || a.ask->tolerance != b.ask->tolerance)
            differ(b.ask->line, "The number that is right differs from " + at(a.ask->line) + ".");
        const auto names = [](const LessonAsk& ask) {
            std::vector<std::string> out;
            for (const StateCondition& condition : ask.until)
                out.push_back(condition.name);
            return out;
        };
        if (names(*a.ask) != names(*b.ask))
            differ(b.ask->line, "What is to be done differs from " + at(a.ask->line) + ".");
    }

    void quiz(const std::vector<QuizQuestion>& a, int lineA, const std::vector<QuizQuestion>& b, int lineB) {
        if (a.size() != b.size())
            return differ(lineB, "This quiz has " + std::to_string(b.size()) + " questions, but " +
                                     std::to_string(a.size()) + " in " + at(lineA) + ".");
        for (std::size_t i = 0; i < a.size(); ++i)
            if (a[i].choose != b[i].choose || a[i].options.size() != b[i].options.size() || a[i].right != b[i].right)
                differ(b[i].line, "The kind, the options or the right one differ from " + at(a[i].line) + ".");
    }

    const Lesson &first_, &second_;
    LessonProblems& problems_;
};

} // namespace

void compareLanguages(const Lesson& first, const Lesson& second, LessonProblems& problems) {
    Comparison(first, second, problems).run();
}

} // namespace vitral
