// SPDX-License-Identifier: Apache-2.0
// The text and the tokenizers of the room. Reading and cutting are in token_work.cpp, what is kept on the disk in
// token_store.cpp.
#include "widgets/tokenroom/token_controller.h"

#include "core/base/mapped_file.h"
#include "widgets/chat/chat_controller.h"
#include "widgets/chat/error_text.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <utility>

namespace vitral {
namespace {

constexpr int kSaveMs = 800, kCountMs = 250, kProgressMs = 80;
constexpr std::size_t kLongestText = std::size_t{256} << 20U;
constexpr std::size_t kUndoBytes = std::size_t{64} << 20U; ///< what can be taken back
constexpr int kMostWindows = 9;
constexpr std::size_t kTypedTogether = 64; ///< bytes typed one after the other that go back together

std::filesystem::path pathOf(const QString& path) {
    return std::filesystem::path(path.toStdU16String());
}

/// The folder, or the first of its "window-2", "window-3", ... that no other window works in. A killed program's lock
/// does not count.
std::unique_ptr<QLockFile> claim(QString& folder) {
    const QString base = folder;
    for (int window = 1; window <= kMostWindows; ++window) {
        const QString own = window == 1 ? base : base + QStringLiteral("/window-%1").arg(window);
        QDir().mkpath(own);
        auto lock = std::make_unique<QLockFile>(own + QStringLiteral("/.lock"));
        lock->setStaleLockTime(0);
        if (lock->tryLock(0) || lock->error() != QLockFile::LockFailedError) {
            folder = own; // also where nothing can be locked: it is said when a text cannot be stored
            return lock;
        }
    }
    folder.clear();
    return nullptr;
}

/// The chosen token may have another number now, or be another token.
void findChosen(const std::vector<OpenTokenizer>& list, TokenSelection& chosen) {
    if (chosen.token < 0)
        return;
    const auto at = static_cast<std::size_t>(chosen.tokenizer);
    TokenCut* const cut = at < list.size() ? list[at].cut.get() : nullptr;
    if (cut != nullptr)
        if (const auto placed = cut->tokensIn(chosen.begin, chosen.begin + 1))
            for (const PlacedToken& token : *placed)
                if (token.id == chosen.id && token.begin == chosen.begin && token.end == chosen.end) {
                    chosen.token = static_cast<std::ptrdiff_t>(token.index);
                    return;
                }
    chosen = {};
}

} // namespace

TokenController::TokenController(QString folder, ChatController* chat, ModelSession* model, QString bundledModel,
                                 QObject* parent)
    : QObject(parent), folder_(std::move(folder)), chat_(chat), model_(model), bundledModel_(std::move(bundledModel)) {
    if (!folder_.isEmpty())
        lock_ = claim(folder_);
    saveTimer_.setSingleShot(true);
    saveTimer_.setInterval(kSaveMs);
    connect(&saveTimer_, &QTimer::timeout, this, [this] { save(false); });
    countTimer_.setSingleShot(true);
    countTimer_.setInterval(kCountMs);
    connect(&countTimer_, &QTimer::timeout, this, &TokenController::countSoon);
    progressTimer_.setInterval(kProgressMs);
    connect(&progressTimer_, &QTimer::timeout, this, [this] {
        if (!busy()) // asked for, since the pool hears of a job's end a little after its answer
            progressTimer_.stop();
        emit progressChanged();
    });
    if (model_ != nullptr)
        connect(model_, &ModelSession::changed, this, &TokenController::followModel);
}

TokenController::~TokenController() {
    save(true);
    pool_.cancelAll(this);
}

void TokenController::wake() {
    if (std::exchange(awake_, true))
        return;
    if (!bundledModel_.isEmpty()) {
        OpenTokenizer bundled;
        bundled.source = OpenTokenizer::Source::Bundled;
        bundled.path = bundledModel_;
        bundled.name = QFileInfo(bundledModel_).completeBaseName();
        bundled.serial = nextSerial_++;
        list_.push_back(std::move(bundled));
    }
    restore();
    followModel();
    for (OpenTokenizer& entry : list_)
        if (!entry.tokenizer)
            load(entry);
    if (current_ < 0 && !list_.empty())
        current_ = 0;
    countTimer_.start();
    emit tokenizersChanged();
    emit currentChanged();
}

// The text -------------------------------------------------------------------------------------------------------

void TokenController::showText(std::string text, std::optional<std::size_t> byte) {
    wake();
    for (std::size_t i = 0; i < list_.size() && model_ != nullptr; ++i)
        if (list_[i].source != OpenTokenizer::Source::File && list_[i].path == model_->path()) {
            setShown(static_cast<int>(i), true);
            setCurrent(static_cast<int>(i));
        }
    wantedByte_ = byte;
    if (text != text_)
        setText(std::move(text));
    else if (const OpenTokenizer* entry = currentTokenizer(); entry != nullptr && entry->cut)
        chooseWanted(*entry);
}

void TokenController::chooseWanted(const OpenTokenizer& entry) {
    if (!wantedByte_ || !entry.cut || indexOf(entry.serial) != current_)
        return;
    const std::size_t byte = *std::exchange(wantedByte_, std::nullopt);
    const auto placed = entry.cut->tokensIn(byte, byte + 1);
    if (placed && !placed->empty()) {
        const PlacedToken& token = placed->front();
        select({current_, token.id, static_cast<std::ptrdiff_t>(token.index), token.begin, token.end});
    }
}

void TokenController::setText(std::string text, const QString& name) {
    const bool replaces = !text_.empty();
    readsText_ = false;
    Edit edit{0, text_, std::move(text), textName_, name};
    apply(0, text_.size(), edit.inserted);
    textName_ = name;
    undo_.push_back(std::move(edit));
    redo_.clear();
    std::size_t kept = 0;
    for (auto it = undo_.rbegin(); it != undo_.rend(); ++it)
        if ((kept += it->removed.size() + it->inserted.size()) > kUndoBytes && it != undo_.rbegin()) {
            undo_.erase(undo_.begin(), it.base());
            break;
        }
    if (replaces && !own_) // what a lesson does is nothing to be taken back
        emit textReplaced();
}

void TokenController::borrow() {
    if (own_)
        return;
    if (!readsText_)
        save(false);
    own_ = Own{text_, textName_};
    ownIsRead_ = !readsText_;
    ownIsWanted_ = false;
}

void TokenController::giveBack() {
    if (!own_)
        return;
    ownIsWanted_ = !ownIsRead_;
    if (ownIsWanted_) // as soon as it is there
        return;
    if (text_ != own_->text)
        setText(own_->text, own_->name);
    own_.reset();
    save(false);
}

void TokenController::edit(std::size_t at, std::size_t removedBytes, std::string_view inserted) {
    at = std::min(at, text_.size());
    removedBytes = std::min(removedBytes, text_.size() - at);
    if (removedBytes == 0 && inserted.empty())
        return;
    Edit edit{at, text_.substr(at, removedBytes), std::string(inserted), textName_, textName_};
    redo_.clear();
    // Letters typed one after the other are taken back together, up to a blank.
    const bool goesOn = !undo_.empty() && removedBytes == 0 && inserted.size() <= 4 && inserted != " " &&
                        inserted != "\n" && undo_.back().removed.empty() &&
                        undo_.back().at + undo_.back().inserted.size() == at &&
                        undo_.back().inserted.size() < kTypedTogether;
    if (goesOn)
        undo_.back().inserted += inserted;
    else
        undo_.push_back(std::move(edit));
    apply(at, removedBytes, inserted);
}

void TokenController::apply(std::size_t at, std::size_t removedBytes, std::string_view inserted) {
    const std::string given(inserted); // may be a part of what changes
    text_.replace(at, removedBytes, given);
    ++revision_;
    counts_.reset();
    const TokenSelection before = selection_;
    keepPlace(at, removedBytes, given.size());
    recut(at, removedBytes, given); // in silence: pages must hear of the text first
    findChosen(list_, selection_);
    emit textChanged(at, removedBytes, given.size());
    emit countsChanged();
    for (std::size_t i = 0; i < list_.size(); ++i)
        emit cutChanged(static_cast<int>(i));
    if (selection_ != before)
        emit selectionChanged(nullptr);
    saveTimer_.start();
    countTimer_.start();
}

std::optional<std::size_t> TokenController::undo() {
    return replay(undo_, redo_, true);
}

std::optional<std::size_t> TokenController::redo() {
    return replay(redo_, undo_, false);
}

std::optional<std::size_t> TokenController::replay(std::vector<Edit>& from, std::vector<Edit>& to, bool back) {
    if (from.empty())
        return std::nullopt;
    Edit edit = std::move(from.back());
    from.pop_back();
    const std::string& goes = back ? edit.inserted : edit.removed;
    const std::string& comes = back ? edit.removed : edit.inserted;
    apply(edit.at, goes.size(), comes);
    textName_ = back ? edit.nameBefore : edit.nameAfter;
    const std::size_t caret = edit.at + comes.size();
    to.push_back(std::move(edit));
    return caret;
}

void TokenController::openTextFile(const QString& path) {
    begun();
    pool_.ask(
        this, "text", [path](const std::stop_token&) { return readTextFile(pathOf(path), kLongestText); },
        [this, path](Result<std::string> text) {
            ended();
            if (text)
                setText(std::move(*text), QFileInfo(path).fileName());
            else
                emit problem(errorText(text.error(), Doing::Import));
        });
}

void TokenController::countSoon() {
    begun();
    pool_.ask(
        this, "count", [text = text_](const std::stop_token&) { return countText(text); },
        [this, revision = revision_](Result<TextCounts> counts) {
            ended();
            if (revision != revision_)
                return;
            if (counts)
                counts_ = *counts;
            emit countsChanged();
        });
}

// What is chosen stays at its letters while the text around it changes.
void TokenController::keepPlace(std::size_t at, std::size_t removedBytes, std::size_t insertedBytes) {
    hover_ = {0, 0};
    if (selection_.token < 0)
        return;
    if (at + removedBytes <= selection_.begin && removedBytes != text_.size()) {
        selection_.begin = selection_.begin - removedBytes + insertedBytes;
        selection_.end = selection_.end - removedBytes + insertedBytes;
    } else if (at < selection_.end) {
        selection_ = {};
    }
}

// Tokenizers -----------------------------------------------------------------------------------------------------

OpenTokenizer* TokenController::bySerial(int serial) {
    const int index = indexOf(serial);
    return index < 0 ? nullptr : &list_[static_cast<std::size_t>(index)];
}

int TokenController::indexOf(int serial) const {
    for (std::size_t i = 0; i < list_.size(); ++i)
        if (list_[i].serial == serial)
            return static_cast<int>(i);
    return -1;
}

const OpenTokenizer* TokenController::currentTokenizer() const {
    return current_ < 0 || current_ >= static_cast<int>(list_.size()) ? nullptr
                                                                      : &list_[static_cast<std::size_t>(current_)];
}

void TokenController::setCurrent(int index) {
    if (index == current_ || index < 0 || index >= static_cast<int>(list_.size()))
        return;
    current_ = index;
    saveTimer_.start();
    emit currentChanged();
}

void TokenController::openTokenizer(const QString& path) {
    wake();
    const QString whole = QFileInfo(path).absoluteFilePath();
    for (std::size_t i = 0; i < list_.size(); ++i)
        if (list_[i].source == OpenTokenizer::Source::File && list_[i].path == whole) {
            if (!list_[i].error.isEmpty())
                load(list_[i]); // it may be another file by now
            setCurrent(static_cast<int>(i));
            setShown(static_cast<int>(i), true);
            return;
        }
    OpenTokenizer entry;
    entry.path = whole;
    entry.serial = nextSerial_++;
    // Files of Hugging Face are all called alike: their folder says which one it is.
    const QFileInfo info(whole);
    const QString base = info.completeBaseName();
    entry.name = base == QLatin1String("tokenizer") || base == QLatin1String("vocab") ? info.dir().dirName() : base;
    list_.push_back(std::move(entry));
    load(list_.back());
    current_ = static_cast<int>(list_.size()) - 1;
    saveTimer_.start();
    emit tokenizersChanged();
    emit currentChanged();
}

void TokenController::addTokenizer(std::shared_ptr<const Tokenizer> tokenizer, const QString& name,
                                   const QString& path) {
    wake();
    OpenTokenizer entry;
    entry.tokenizer = std::move(tokenizer);
    entry.name = name;
    entry.path = path.isEmpty() ? QString() : QFileInfo(path).absoluteFilePath();
    entry.serial = nextSerial_++;
    list_.push_back(std::move(entry));
    beginCut(list_.back());
    current_ = static_cast<int>(list_.size()) - 1;
    saveTimer_.start();
    emit tokenizersChanged();
    emit currentChanged();
}

void TokenController::closeTokenizer(int index) {
    if (index < 0 || index >= static_cast<int>(list_.size()) ||
        list_[static_cast<std::size_t>(index)].source != OpenTokenizer::Source::File)
        return;
    list_.erase(list_.begin() + index);
    if (selection_.tokenizer == index)
        selection_ = {};
    else if (selection_.tokenizer > index)
        --selection_.tokenizer;
    if (current_ >= index && current_ > 0)
        --current_;
    saveTimer_.start();
    emit tokenizersChanged();
    emit currentChanged();
    emit selectionChanged(nullptr);
}

void TokenController::setShown(int index, bool shown) {
    if (index < 0 || index >= static_cast<int>(list_.size()))
        return;
    OpenTokenizer& entry = list_[static_cast<std::size_t>(index)];
    if (entry.shown == shown)
        return;
    entry.shown = shown;
    if (shown && entry.tokenizer && !entry.cut)
        beginCut(entry);
    saveTimer_.start();
    emit tokenizersChanged();
}

void TokenController::followModel() {
    if (!awake_ || model_ == nullptr)
        return;
    const std::shared_ptr<const Tokenizer> tokenizer = model_->model() ? model_->model()->tokenizer() : nullptr;
    const bool isBundled = !bundledModel_.isEmpty() && model_->path() == bundledModel_;
    auto at = std::find_if(list_.begin(), list_.end(),
                           [](const OpenTokenizer& e) { return e.source == OpenTokenizer::Source::Model; });
    if (tokenizer && !isBundled) {
        if (at == list_.end()) {
            OpenTokenizer entry;
            entry.source = OpenTokenizer::Source::Model;
            entry.serial = nextSerial_++;
            at = list_.insert(list_.begin(), std::move(entry));
            if (current_ >= 0)
                ++current_;
            if (selection_.tokenizer >= 0)
                ++selection_.tokenizer;
        }
        if (at->tokenizer == tokenizer)
            return;
        at->tokenizer = tokenizer;
        at->path = model_->path();
        at->name = model_->displayName();
        beginCut(*at);
    } else if (at != list_.end() && (isBundled || model_->state() != ModelSession::State::Loading)) {
        const int index = static_cast<int>(at - list_.begin());
        list_.erase(at);
        if (current_ > index)
            --current_;
        if (current_ >= static_cast<int>(list_.size()))
            current_ = static_cast<int>(list_.size()) - 1;
        selection_ = {};
    } else {
        return;
    }
    emit tokenizersChanged();
    emit currentChanged();
}

void TokenController::setParsesSpecial(bool on) {
    if (on == parseSpecial_)
        return;
    parseSpecial_ = on;
    selection_ = {};
    for (OpenTokenizer& entry : list_)
        if (entry.tokenizer)
            beginCut(entry);
    for (std::size_t i = 0; i < list_.size(); ++i)
        emit cutChanged(static_cast<int>(i));
    emit selectionChanged(nullptr);
    saveTimer_.start();
}

// Selection ------------------------------------------------------------------------------------------------------

void TokenController::select(const TokenSelection& selection, QObject* origin) {
    if (selection == selection_)
        return;
    selection_ = selection;
    emit selectionChanged(origin);
}

void TokenController::setHover(std::size_t begin, std::size_t end, QObject* origin) {
    const std::pair<std::size_t, std::size_t> wanted =
        begin < end ? std::pair{begin, end} : std::pair{std::size_t{0}, std::size_t{0}};
    if (wanted == hover_)
        return;
    hover_ = wanted;
    emit hoverChanged(origin);
}

bool TokenController::busy() const {
    return !pool_.idle() || countTimer_.isActive() ||
           std::any_of(list_.begin(), list_.end(), [](const OpenTokenizer& e) { return e.loading; });
}

} // namespace vitral
