// SPDX-License-Identifier: Apache-2.0
#pragma once
// The room "Tokens": a rail of pages, the tokenizer that pages with one tokenizer look at, and the page. Thread: GUI.

#include "widgets/room.h"
#include "widgets/tokenroom/token_controller.h"

#include <QElapsedTimer>

#include <vector>

class QComboBox;
class QLabel;
class QMenu;
class QStackedWidget;
class QToolButton;

namespace vitral {

class PageRail;
class NoticeBar;
class TokenView;
class WorkBar;
namespace design {
class EmptyPage;
}

class TokenRoom final : public Room {
    Q_OBJECT
public:
    explicit TokenRoom(TokenController& tokens, QWidget* parent = nullptr);
    ~TokenRoom() override;

    [[nodiscard]] QString name() const override { return QStringLiteral("tokens"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("room-tokens"); }
    [[nodiscard]] QString title() const override { return tr("Tokens"); }
    [[nodiscard]] QString help() const override { return tr("See how tokenizers cut a text, and why."); }
    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;
    /// "path", or "path:3": a page and what follows. "text=...", "file=..." and "open=..." set the scene for pictures.
    void go(const QString& argument) override;
    [[nodiscard]] std::vector<RoomPlace> places() const override;
    void activated() override;
    [[nodiscard]] bool busy() const override;
    void aboutToClose() override;
    [[nodiscard]] bool takesFile(const QString& path) const override;
    void openFile(const QString& path) override;

    [[nodiscard]] TokenController& tokens() const { return tokens_; }
    bool showView(const QString& what); ///< "cut", or "path:3"; false: there is no such page
    [[nodiscard]] TokenView* currentView() const;
    [[nodiscard]] TokenView* view(const QString& name) const;
    [[nodiscard]] const std::vector<TokenView*>& views() const { return views_; }
    [[nodiscard]] QString emptyText() const; ///< what stands in the place of the page; empty: the page itself

protected:
    void changeEvent(QEvent* event) override;

private:
    PageRail* makeRail();
    void lookAtModel();
    QWidget* makeHead();
    void makeCurrent(int index);
    void refresh();
    void showProgress();
    void fillTokenizers();
    void fillColumnsMenu();
    void openTokenizerDialog();
    void openTextDialog();
    void retranslate();

    TokenController& tokens_;
    std::vector<TokenView*> views_;
    int current_ = 0;
    PageRail* rail_;
    QStackedWidget* stack_;
    QLabel *title_, *share_, *tokenizerLabel_, *help_;
    QComboBox* tokenizer_;
    QToolButton *stop_, *openTokenizer_, *openText_, *columns_;
    QMenu* columnsMenu_;
    WorkBar* busy_;
    QElapsedTimer since_; ///< something is being read or cut; invalid: nothing is
    NoticeBar* notice_;
    design::EmptyPage* empty_;
};

} // namespace vitral
