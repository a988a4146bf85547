// SPDX-License-Identifier: Apache-2.0
// One file of a lesson: front matter, pages, and the fenced blocks that are ours.
#include "core/lesson/fields.h"
#include "core/lesson/markdown.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <system_error>

namespace vitral {
namespace {

constexpr std::array<std::string_view, 4> kDepths = {"user", "power", "developer", "researcher"};
constexpr std::size_t kMaxPages = 200, kMaxBlocks = 2000;
constexpr YamlLimits kBlockLimits{std::size_t{64} << 10U, 8, 5000};

struct Line {
    std::string_view text; // without the line end
    int number = 0;
};

std::vector<Line> splitLines(std::string_view text) {
    std::vector<Line> out;
    int number = 1;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        if (!line.empty() && line.back() == '\r')
            line.remove_suffix(1);
        out.push_back({line, number++});
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    return out;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

struct Fence {
    char mark = 0;
    std::size_t length = 0;
    std::string_view word; // the first word after it
};

std::optional<Fence> fenceOf(std::string_view line) {
    std::size_t i = 0;
    while (i < line.size() && line[i] == ' ')
        ++i;
    if (i > 3 || i == line.size() || (line[i] != '`' && line[i] != '~'))
        return std::nullopt;
    Fence fence;
    fence.mark = line[i];
    while (i + fence.length < line.size() && line[i + fence.length] == fence.mark)
        ++fence.length;
    if (fence.length < 3)
        return std::nullopt;
    const std::string_view rest = trimmed(line.substr(i + fence.length));
    if (fence.mark == '`' && rest.find('`') != std::string_view::npos)
        return std::nullopt; // code in a line
    fence.word = rest.substr(0, rest.find_first_of(" \t"));
    return fence;
}

bool plainId(std::string_view id) {
    return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

class Reader {
public:
    Reader(Lesson& lesson, LessonProblems& problems) : lesson_(lesson), problems_(problems) {}

    void read(std::string_view text) {
        lines_ = splitLines(text);
        std::size_t at = frontMatter();
        while (at < lines_.size() && lesson_.pages.size() < kMaxPages && nBlock_ < kMaxBlocks)
            at = line(at);
        endText();
        if (at < lines_.size())
            problem(lines_[at].number, "The lesson is too long from here on; make two of it.");
        if (lesson_.pages.empty())
            problem(0, "The lesson has no page; begin one with a heading \"## Title {#page-id}\".");
        for (const LessonPage& page : lesson_.pages)
            if (page.blocks.empty())
                problem(page.line, "This page is empty.", true);
    }

private:
    void problem(int line, std::string sentence, bool warning = false) {
        if (problems_.size() < 2000)
            problems_.push_back({lesson_.file, line, std::move(sentence), warning});
    }

    std::string join(std::size_t from, std::size_t to) const {
        std::string out;
        for (std::size_t i = from; i < to; ++i)
            out.append(lines_[i].text).append("\n");
        return out;
    }

    std::size_t frontMatter() {
        if (lines_.empty() || trimmed(lines_[0].text) != "---") {
            problem(1, "A lesson begins with a line \"---\", then lines like \"id: ...\" and \"title: ...\", then "
                       "\"---\" again.");
            return 0;
        }
        std::size_t end = 1;
        while (end < lines_.size() && trimmed(lines_[end].text) != "---")
            ++end;
        if (end == lines_.size()) {
            problem(1, "The front matter does not end; close it with a line \"---\".");
            return end;
        }
        const auto yaml = parseYaml(join(1, end), 2, kBlockLimits);
        if (!yaml) {
            problem(yaml.error().line, yaml.error().sentence);
            return end + 1;
        }
        const LessonFields fields(*yaml, lesson_.file, "the front matter", problems_);
        fields.allow({"id", "title", "summary", "minutes", "depth", "needs", "sources"});
        lesson_.id = fields.text("id", true, 64);
        if (!lesson_.id.empty() && !plainId(lesson_.id))
            problem(yaml->find("id")->line, "An id has small letters, digits, - and _ only.");
        lesson_.title = fields.text("title", true, 300);
        lesson_.summary = fields.text("summary", true, 2000);
        lesson_.minutes = static_cast<int>(fields.number("minutes", 1, 600).value_or(0));
        if (const std::string depth = fields.text("depth"); !depth.empty()) {
            if (const auto known = lessonDepth(depth))
                lesson_.depth = *known;
            else
                problem(yaml->find("depth")->line, "The depth is user, power, developer or researcher.");
        }
        lesson_.sources = fields.texts("sources", 200);
        if (const YamlValue* needs = yaml->find("needs"); needs != nullptr && needs->kind != YamlValue::Kind::Null)
            readNeeds(*needs);
        return end + 1;
    }

    void readNeeds(const YamlValue& value) {
        const LessonFields fields(value, lesson_.file, "needs", problems_);
        fields.allow({"model", "run"});
        const std::string model = fields.text("model");
        if (!model.empty() && model != "none") {
            lesson_.needsModel = model;
            if (model != "chat" && model != "emoji-pixel" && model != "emoji-latent")
                problem(value.find("model")->line, "The model is chat, emoji-pixel, emoji-latent or none.");
        }
        for (const YamlValue* item : fields.list("run", 50)) {
            lesson_.needsRun.push_back(item->text);
            if (!lesson_.folder.empty())
                if (const auto file = lessonFile(lesson_.folder, item->text, kMaxLessonRunBytes); !file)
                    problem(item->line, file.error().message);
        }
    }

    std::size_t line(std::size_t at) {
        const Line& line = lines_[at];
        if (const auto fence = fenceOf(line.text))
            return fenced(at, *fence);
        if (line.text.rfind("## ", 0) == 0) {
            endText();
            beginPage(line);
            return at + 1;
        }
        if (line.text.rfind("# ", 0) == 0 && lesson_.pages.empty()) {
            endText();
            return at + 1; // the title, which the front matter has
        }
        keepText(line);
        return at + 1;
    }

    std::size_t fenced(std::size_t at, const Fence& fence) {
        std::size_t end = at + 1;
        for (; end < lines_.size(); ++end)
            if (const auto close = fenceOf(lines_[end].text);
                close && close->mark == fence.mark && close->length >= fence.length && close->word.empty())
                break;
        const bool ours = fence.word == "step" || fence.word == "quiz" || fence.word == "notes";
        if (end == lines_.size())
            problem(lines_[at].number, "This block does not end; close it with a line " +
                                           std::string(std::min<std::size_t>(fence.length, 10), fence.mark) + ".");
        if (!ours) {
            for (std::size_t i = at; i < std::min(end + 1, lines_.size()); ++i)
                keepText(lines_[i]);
            return end + 1;
        }
        endText();
        page(lines_[at].number);
        if (fence.word == "notes") {
            lesson_.pages.back().notes += join(at + 1, end);
            return end + 1;
        }
        LessonBlock block;
        block.line = lines_[at].number;
        const auto yaml = parseYaml(join(at + 1, end), block.line + 1, kBlockLimits);
        if (!yaml) {
            problem(yaml.error().line, yaml.error().sentence);
            return end + 1;
        }
        if (fence.word == "step") {
            block.kind = LessonBlock::Kind::Step;
            block.step = readStep(*yaml, lesson_.file, lesson_.folder, problems_);
        } else {
            block.kind = LessonBlock::Kind::Quiz;
            block.quiz = readQuiz(*yaml, lesson_.file, problems_);
        }
        lesson_.pages.back().blocks.push_back(std::move(block));
        ++nBlock_;
        return end + 1;
    }

    void beginPage(const Line& line) {
        LessonPage page;
        page.line = line.number;
        std::string_view title = trimmed(line.text.substr(3));
        if (const std::size_t open = title.rfind('{'); open != std::string_view::npos && title.back() == '}') {
            attributes(title.substr(open + 1, title.size() - open - 2), page);
            title = trimmed(title.substr(0, open));
        }
        page.title = std::string(title);
        if (title.empty())
            problem(line.number, "This page has no title.");
        if (page.id.empty())
            page.id = "page-" + std::to_string(lesson_.pages.size() + 1);
        for (const LessonPage& other : lesson_.pages)
            if (other.id == page.id)
                problem(line.number,
                        "The page id \"" + page.id + "\" is taken by line " + std::to_string(other.line) + ".");
        lesson_.pages.push_back(std::move(page));
    }

    void attributes(std::string_view text, LessonPage& page) {
        while (!(text = trimmed(text)).empty()) {
            const std::size_t end = text.find_first_of(" \t");
            const std::string_view word = text.substr(0, end);
            text = end == std::string_view::npos ? std::string_view{} : text.substr(end);
            if (word.front() == '#') {
                page.id = std::string(word.substr(1));
                if (!plainId(page.id))
                    problem(page.line, "An id has small letters, digits, - and _ only.");
            } else if (word.rfind("depth=", 0) == 0) {
                page.depth = lessonDepth(word.substr(6));
                if (!page.depth)
                    problem(page.line, "The depth is user, power, developer or researcher.");
            } else {
                problem(page.line, "\"" + std::string(word.substr(0, 40)) +
                                       "\" is not known here; a page has {#id} and {depth=developer} only.");
            }
        }
    }

    /// The page a block belongs to: what stands before the first heading is a page of its own.
    LessonPage& page(int line) {
        if (lesson_.pages.empty()) {
            LessonPage first;
            first.id = "start";
            first.title = lesson_.title;
            first.line = line;
            lesson_.pages.push_back(std::move(first));
        }
        return lesson_.pages.back();
    }

    void keepText(const Line& line) {
        if (text_.empty()) {
            if (trimmed(line.text).empty())
                return;
            textLine_ = line.number;
        }
        text_.append(line.text).append("\n");
    }

    void endText() {
        if (text_.empty())
            return;
        while (!text_.empty() && (text_.back() == '\n' || text_.back() == ' '))
            text_.pop_back();
        LessonBlock block;
        block.markdown = std::move(text_);
        block.line = textLine_;
        text_.clear();
        page(textLine_).blocks.push_back(std::move(block));
        ++nBlock_;
    }

    Lesson& lesson_;
    LessonProblems& problems_;
    std::vector<Line> lines_;
    std::string text_;
    int textLine_ = 0;
    std::size_t nBlock_ = 0;
};

bool insideOf(const std::filesystem::path& folder, const std::filesystem::path& file) {
    auto f = folder.begin();
    for (auto g = file.begin(); f != folder.end(); ++f, ++g)
        if (g == file.end() || *f != *g)
            return false;
    return true;
}

std::string folded(std::string_view text) {
    text = trimmed(text);
    while (!text.empty() && (text.back() == '.' || text.back() == '\n' || text.back() == ' '))
        text.remove_suffix(1);
    std::string out;
    bool blank = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c == ' ' || c == '\t' || c == '\n') {
            blank = !out.empty();
            continue;
        }
        if (blank)
            out += ' ';
        blank = false;
        // Capitals of Latin-1 letters in UTF-8 (À..Þ) differ from the small ones by 0x20 in the second byte.
        if (c == 0xC3 && i + 1 < text.size()) {
            const auto d = static_cast<unsigned char>(text[++i]);
            out += static_cast<char>(c);
            out += static_cast<char>(d >= 0x80 && d <= 0x9E && d != 0x97 ? d + 0x20 : d);
        } else {
            out += static_cast<char>(c < 0x80 ? std::tolower(c) : c);
        }
    }
    return out;
}

} // namespace

std::string_view lessonDepthName(LessonDepth depth) {
    return kDepths[static_cast<std::size_t>(depth)];
}

std::optional<LessonDepth> lessonDepth(std::string_view name) {
    const auto at = std::find(kDepths.begin(), kDepths.end(), name);
    return at == kDepths.end() ? std::nullopt : std::optional(static_cast<LessonDepth>(at - kDepths.begin()));
}

std::string problemLine(const LessonProblem& problem) {
    return problem.file + (problem.line > 0 ? ":" + std::to_string(problem.line) : "") + ": " +
           (problem.warning ? "warning: " : "") + problem.sentence;
}

bool anyError(const LessonProblems& problems) {
    return std::any_of(problems.begin(), problems.end(), [](const LessonProblem& p) { return !p.warning; });
}

Lesson parseLesson(std::string_view text, const std::string& file, const std::string& language,
                   const std::filesystem::path& folder, LessonProblems& problems) {
    Lesson lesson;
    lesson.file = file;
    lesson.language = language;
    lesson.folder = folder;
    if (text.substr(0, 3) == "\xEF\xBB\xBF")
        text.remove_prefix(3);
    if (text.size() > kMaxLessonTextBytes) {
        problems.push_back({file, 0, "The file is larger than 512 kB; make several lessons of it."});
        return lesson;
    }
    if (!validUtf8(text) || text.find('\0') != std::string_view::npos) {
        problems.push_back({file, 0, "The file is not UTF-8 text; save it as UTF-8."});
        return lesson;
    }
    if (const auto much = excessiveMarkdown(text)) {
        problems.push_back({file, much->first + 1, much->second});
        return lesson;
    }
    Reader(lesson, problems).read(text);
    return lesson;
}

bool answerFits(const LessonAsk& ask, std::string_view answer) {
    const std::string given = folded(answer);
    std::string_view digits = given;
    while (!digits.empty() && (digits.back() == '%' || digits.back() == ' ')) // as questions ask: "in %"
        digits.remove_suffix(1);
    if (ask.number)
        if (const auto number = lessonNumber(digits);
            number && std::abs(*number - *ask.number) <= ask.tolerance + 1e-12 * std::abs(*ask.number))
            return true;
    return std::any_of(ask.accepted.begin(), ask.accepted.end(),
                       [&](const std::string& text) { return folded(text) == given; });
}

Result<std::filesystem::path> lessonFile(const std::filesystem::path& folder, std::string_view name,
                                         std::uintmax_t limitBytes) {
    const std::string shown = "\"" + std::string(name.substr(0, 120)) + "\"";
    if (name.empty() || name.size() > 500 || name.front() == '/' || name.front() == '~' ||
        name.find('\\') != std::string_view::npos || name.find(':') != std::string_view::npos ||
        name.find('\0') != std::string_view::npos)
        return fail(ErrorCode::InvalidArgument,
                    shown + " should be the name of a file in the lesson's folder, without a drive or a / in front.");
    const std::filesystem::path relative{std::string(name)};
    for (const auto& part : relative)
        if (part == "..")
            return fail(ErrorCode::InvalidArgument,
                        shown +
                            " leaves the lesson's folder; put the file into the folder and name it without \"..\".");
    std::error_code error;
    const std::filesystem::path root = std::filesystem::canonical(folder, error);
    const std::filesystem::path file = error ? folder : std::filesystem::canonical(root / relative, error);
    if (error)
        return fail(ErrorCode::NotFound, shown + " is not in the lesson's folder; put it there or correct the name.");
    if (!insideOf(root, file))
        return fail(ErrorCode::InvalidArgument,
                    shown + " is a link out of the lesson's folder; put a copy of the file there.");
    if (!std::filesystem::is_regular_file(file, error) || error)
        return fail(ErrorCode::InvalidArgument, shown + " is no plain file.");
    const std::uintmax_t size = std::filesystem::file_size(file, error);
    if (error || size > limitBytes)
        return fail(ErrorCode::InvalidArgument,
                    shown + " is larger than " + std::to_string(limitBytes >> 20U) + " MiB; use a smaller one.");
    return file;
}

} // namespace vitral
