// SPDX-License-Identifier: Apache-2.0
// What the room keeps: the text in a file of its own, as it is, and the list of tokenizers. Written off the GUI thread
// soon after every change, each file whole or not at all.
#include "widgets/tokenroom/token_controller.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSaveFile>

#include <utility>

namespace vitral {
namespace {

QString textFile(const QString& folder) {
    return folder + QStringLiteral("/text.txt");
}
QString listFile(const QString& folder) {
    return folder + QStringLiteral("/tokenizers.json");
}

bool writeWhole(const QString& path, const QByteArray& bytes) {
    QSaveFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit();
}

QString keyOf(const OpenTokenizer& entry) {
    return entry.source == OpenTokenizer::Source::Model     ? QStringLiteral("model")
           : entry.source == OpenTokenizer::Source::Bundled ? QStringLiteral("bundled")
                                                            : entry.path;
}

} // namespace

void TokenController::save(bool now) {
    if (folder_.isEmpty() || !awake_)
        return;
    saveTimer_.stop();
    QJsonArray list;
    for (const OpenTokenizer& entry : list_)
        if (const QString key = keyOf(entry); !key.isEmpty())
            list.append(QJsonObject{{QStringLiteral("path"), key},
                                    {QStringLiteral("name"), entry.name},
                                    {QStringLiteral("shown"), entry.shown}});
    QJsonObject kept;
    kept[QStringLiteral("tokenizers")] = list;
    kept[QStringLiteral("textName")] = own_ ? own_->name : textName_;
    kept[QStringLiteral("parseSpecial")] = parseSpecial_;
    if (const OpenTokenizer* entry = currentTokenizer())
        kept[QStringLiteral("current")] = keyOf(*entry);
    const bool changed = savedRevision_ != revision_ && !own_;
    const auto write = [folder = folder_, list = QJsonDocument(kept).toJson(),
                        text = changed ? std::optional(text_) : std::nullopt](const std::stop_token&) {
        QDir().mkpath(folder);
        bool done = writeWhole(listFile(folder), list);
        if (text)
            done = writeWhole(textFile(folder), QByteArray(text->data(), static_cast<qsizetype>(text->size()))) && done;
        return done;
    };
    if (now) {
        pool_.cancel(this, "save");
        if (write({}) && !own_)
            savedRevision_ = revision_;
        return;
    }
    pool_.ask(this, "save", write, [this, revision = own_ ? savedRevision_ : revision_](bool done) {
        if (done)
            savedRevision_ = revision;
        else
            emit problem(tr("The text of this room could not be stored: there may be no room on the disk. Free some "
                            "space; it is tried again with the next change."));
    });
}

void TokenController::restore() {
    if (folder_.isEmpty())
        return;
    QFile list(listFile(folder_));
    if (list.open(QIODevice::ReadOnly)) {
        const QJsonObject kept = QJsonDocument::fromJson(list.readAll()).object();
        const QString current = kept[QStringLiteral("current")].toString();
        parseSpecial_ = kept[QStringLiteral("parseSpecial")].toBool();
        textName_ = kept[QStringLiteral("textName")].toString();
        if (own_)
            own_->name = textName_;
        for (const QJsonValue value : kept[QStringLiteral("tokenizers")].toArray()) {
            const QJsonObject one = value.toObject();
            const QString path = one[QStringLiteral("path")].toString();
            if (path == QLatin1String("bundled")) {
                for (OpenTokenizer& entry : list_)
                    entry.shown = one[QStringLiteral("shown")].toBool(true);
            } else if (!path.isEmpty() && path != QLatin1String("model")) {
                OpenTokenizer entry;
                entry.path = path;
                entry.name = one[QStringLiteral("name")].toString(QFileInfo(path).completeBaseName());
                entry.shown = one[QStringLiteral("shown")].toBool(true);
                entry.serial = nextSerial_++;
                list_.push_back(std::move(entry));
            }
        }
        for (std::size_t i = 0; i < list_.size(); ++i)
            if (keyOf(list_[i]) == current)
                current_ = static_cast<int>(i);
    }
    const QString path = textFile(folder_);
    if (!QFileInfo::exists(path))
        return;
    begun();
    readsText_ = true;
    ownIsRead_ = false;
    pool_.ask(
        this, "text",
        [path](const std::stop_token&) {
            QFile file(path);
            return file.open(QIODevice::ReadOnly) ? std::optional(file.readAll().toStdString()) : std::nullopt;
        },
        [this](std::optional<std::string> text) {
            ended();
            const bool replaced = !std::exchange(readsText_, false);
            ownIsRead_ = true;
            if (own_ && text)
                own_->text = *text;
            if (own_ && replaced) { // a lesson was here first: it is the person's, for later
                if (ownIsWanted_)
                    giveBack();
                return;
            }
            if (!text || text->empty())
                return;
            if (replaced) { // another text was put in its place before it was there: one step back
                if (!undo_.empty() && undo_.front().removed.empty())
                    undo_.front().removed = std::move(*text);
                emit textReplaced();
                return;
            }
            const bool untouched = text_.empty();
            apply(0, 0, *text); // what was typed meanwhile stays, behind it
            if (untouched)
                savedRevision_ = revision_;
        });
}

bool TokenController::mayBeTokenizer(const QString& path) {
    for (const char* ending : {".json", ".gguf", ".model", ".tiktoken", "vocab.txt"})
        if (path.endsWith(QLatin1String(ending), Qt::CaseInsensitive))
            return true;
    return false;
}

QString TokenController::fileFilter() {
    return tr("Tokenizers (*.json *.gguf *.model *.tiktoken vocab.txt);;All files (*)");
}

} // namespace vitral
