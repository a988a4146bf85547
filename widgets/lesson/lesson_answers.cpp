// SPDX-License-Identifier: Apache-2.0
// What a student answers: given, drafted, judged, and what the screen showed then.
#include "widgets/lesson/lesson_player.h"

#include "widgets/shell/undo_list.h"

#include <QDir>
#include <QFileInfo>
#include <QLocale>
#include <QSaveFile>

#include <algorithm>

namespace vitral {
namespace {

constexpr int kPictureWidth = 720;

QString q(const std::string& text) {
    return QString::fromStdString(text);
}

} // namespace

QString answerShown(const LessonAsk& ask) {
    if (ask.accepted.empty())
        return {};
    QString text = q(ask.accepted.front());
    if (!ask.number)
        return text;
    text.replace(QLatin1Char('-'), QChar(0x2212));
    return text.replace(QLatin1Char('.'), QLocale().decimalPoint());
}

void LessonPlayer::setDraft(const QString& question, const QString& text) {
    if (!workOf_.isEmpty())
        return; // somebody else's
    drafts_[question] = text;
    draftTimer_.start();
}

QString LessonPlayer::questionId(int page, int block, int question) const {
    const Lesson* open = lesson();
    if (open == nullptr)
        return {};
    QString id = q(open->pages[static_cast<std::size_t>(page)].id) + QLatin1Char('/') + QString::number(block);
    return question < 0 ? id : id + QLatin1Char('/') + QString::number(question + 1);
}

const LessonAnswer* LessonPlayer::answer(const QString& question) const {
    const auto at = answers_.constFind(question);
    return at == answers_.constEnd() ? nullptr : &*at;
}

void LessonPlayer::giveAnswer(const QString& question, LessonAnswer answer) {
    if (!workOf_.isEmpty())
        return; // what was handed in stays as it is
    answers_[question] = std::move(answer);
    drafts_.remove(question);
    if (const QImage picture = host_.picture(); !picture.isNull())
        keepPicture(question, picture);
    save();
    emit answersChanged();
}

void LessonPlayer::forgetAnswers() {
    if (!workOf_.isEmpty())
        return;
    if (!answers_.isEmpty() || !drafts_.isEmpty())
        UndoList::shared().push(
            tr("Forgetting the answers"),
            [this, unit = unit_, work = workOf_, answers = answers_, drafts = drafts_, furthest = furthest_,
             stop = stop_] {
                if (unit != unit_ || work != workOf_) // another lesson is open by now
                    return;
                answers_ = answers;
                drafts_ = drafts;
                furthest_ = furthest;
                save();
                emit answersChanged();
                go(stop);
            },
            {}, {}, this);
    answers_.clear();
    drafts_.clear();
    furthest_ = stop_ = 0;
    emit answersChanged();
    if (lesson() != nullptr)
        enter();
}

// Beside the work and not in it: the work is written again with every answer.
void LessonPlayer::keepPicture(const QString& question, const QImage& picture) {
    const QString path = pictureFile(question);
    if (path.isEmpty())
        return;
    QDir().mkpath(QFileInfo(path).path());
    QSaveFile out(path);
    if (out.open(QIODevice::WriteOnly) &&
        (picture.width() > kPictureWidth ? picture.scaledToWidth(kPictureWidth, Qt::SmoothTransformation) : picture)
            .save(&out, "PNG"))
        out.commit();
}

QString LessonPlayer::pictureFile(const QString& question) const {
    const QString work = file(unit_);
    QString name = question;
    for (QChar& c : name)
        if (!c.isLetterOrNumber())
            c = QLatin1Char('-');
    return work.isEmpty() ? QString() : work + QStringLiteral("-pictures/") + name + QStringLiteral(".png");
}

bool LessonPlayer::waiting() const {
    const LessonStep* at = step(stop_);
    if (at == nullptr || !at->ask || !workOf_.isEmpty())
        return false;
    const Stop& stop = stops_[static_cast<std::size_t>(stop_)];
    return answer(questionId(stop.page, stop.end - 1)) == nullptr;
}

std::vector<int> LessonPlayer::openQuestions() const {
    std::vector<int> out;
    const Lesson* open = lesson();
    for (int s = 0; open != nullptr && s < count(); ++s) {
        const Stop& at = stops_[static_cast<std::size_t>(s)];
        const auto& blocks = open->pages[static_cast<std::size_t>(at.page)].blocks;
        for (int b = at.firstBlock; b < at.end; ++b)
            for (std::size_t i = 0; i < blocks[static_cast<std::size_t>(b)].quiz.size(); ++i)
                if (answer(questionId(at.page, b, static_cast<int>(i))) == nullptr)
                    out.push_back(s);
    }
    return out;
}

LessonPlayer::WorkCount LessonPlayer::workCount() const {
    WorkCount count;
    const auto add = [&](const QString& question) {
        ++count.asked;
        const LessonAnswer* given = answer(question);
        if (given == nullptr || given->skipped)
            return;
        ++count.answered;
        count.judged += given->right ? 1 : 0;
        count.right += given->right.value_or(false) ? 1 : 0;
    };
    const Lesson* open = lesson();
    for (std::size_t s = 0; open != nullptr && s < stops_.size(); ++s) {
        const Stop& at = stops_[s];
        const auto& blocks = open->pages[static_cast<std::size_t>(at.page)].blocks;
        for (int b = at.firstBlock; b < at.end; ++b) {
            if (blocks[static_cast<std::size_t>(b)].step.ask)
                add(questionId(at.page, b));
            for (std::size_t i = 0; i < blocks[static_cast<std::size_t>(b)].quiz.size(); ++i)
                add(questionId(at.page, b, static_cast<int>(i)));
        }
    }
    return count;
}

void LessonPlayer::judgeAgain() {
    const auto judge = [this](const QString& question, const std::vector<int>& right, std::size_t nOption, bool marked,
                              const LessonAsk* typed) {
        const auto at = answers_.find(question);
        if (at == answers_.end() || at->skipped)
            return;
        if (at->option >= static_cast<int>(nOption))
            at->option = -1;
        if (nOption > 0 && right.size() == 1 && marked) // of several right ones the file holds the words only
            at->right = at->option == right.front();
        else if (typed != nullptr && (!typed->accepted.empty() || typed->number))
            at->right = answerFits(*typed, at->text.toStdString());
        else if (right.empty())
            at->right.reset();
    };
    const Lesson* open = lesson();
    for (std::size_t s = 0; open != nullptr && s < stops_.size(); ++s) {
        const Stop& at = stops_[s];
        const auto& blocks = open->pages[static_cast<std::size_t>(at.page)].blocks;
        for (int b = at.firstBlock; b < at.end; ++b) {
            const LessonBlock& block = blocks[static_cast<std::size_t>(b)];
            if (const auto& ask = block.step.ask; ask && ask->kind != AskKind::Do)
                judge(questionId(at.page, b), ask->right, ask->options.size(), true,
                      ask->options.empty() ? &*ask : nullptr);
            for (std::size_t i = 0; i < block.quiz.size(); ++i)
                judge(questionId(at.page, b, static_cast<int>(i)), block.quiz[i].right, block.quiz[i].options.size(),
                      block.quiz[i].choose, nullptr);
        }
    }
}

bool LessonPlayer::done(const LessonAsk& ask) const {
    return !ask.until.empty() && std::all_of(ask.until.begin(), ask.until.end(), [&](const StateCondition& condition) {
        return holds(condition, host_.state(q(condition.name)).toStdString());
    });
}

} // namespace vitral
