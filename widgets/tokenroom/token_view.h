// SPDX-License-Identifier: Apache-2.0
#pragma once
// One page of the room "Tokens". It follows the text, the tokenizers and the selection while it is on the screen, and
// catches up when it comes back; the room shows an empty state in its place where missing() says so. Thread: GUI.

#include "widgets/tokenroom/token_controller.h"

#include <QJsonObject>
#include <QWidget>

class QLabel;

namespace vitral {

class TokenView : public QWidget {
    Q_OBJECT
public:
    explicit TokenView(TokenController& tokens, QWidget* parent = nullptr);

    [[nodiscard]] virtual QString name() const = 0;     ///< "cut": on the command line and in the settings
    [[nodiscard]] virtual QString iconName() const = 0; ///< of assets/icons
    [[nodiscard]] virtual QString title() const = 0;    ///< one word, translated
    [[nodiscard]] virtual QString help() const = 0;     ///< one or two sentences: what is seen and what can be done
    /// Why there is nothing to see, as a sentence with what to do; empty: all is there.
    [[nodiscard]] virtual QString missing() const { return {}; }

    [[nodiscard]] virtual QJsonObject saveState() const { return {}; }
    virtual void restoreState(const QJsonObject&) {}
    /// What follows the page's name on the command line.
    virtual void go(const QString& argument) { Q_UNUSED(argument) }
    /// Something is being computed that a picture should wait for.
    [[nodiscard]] virtual bool busy() const { return false; }

signals:
    void viewAsked(const QString& name); ///< shows another page ("path")
    void stateChanged();                 ///< missing(), title() or help() may be others now

protected:
    [[nodiscard]] TokenController& tokens() const { return tokens_; }
    // Called only while shown, and when it is shown again (once for everything that was missed).
    virtual void textChanged(std::size_t at, std::size_t removed, std::size_t inserted) {
        Q_UNUSED(at)
        Q_UNUSED(removed)
        Q_UNUSED(inserted)
    }
    virtual void tokenizersChanged() {}                                 ///< also: another one is current
    virtual void cutChanged(int tokenizer) { Q_UNUSED(tokenizer) }      ///< -1: any of them may have
    virtual void selectionChanged(QObject* origin) { Q_UNUSED(origin) } ///< `origin` may be this page
    virtual void hoverChanged(QObject* origin) { Q_UNUSED(origin) }
    virtual void retranslate() {}
    /// A field with its label before it, which belong together in a row that flows.
    static QWidget* labelled(QWidget* parent, QLabel* label, QWidget* field);

    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void catchUp();

    TokenController& tokens_;
    bool textStale_ = true, listStale_ = true, cutStale_ = true, selectionStale_ = true;
};

} // namespace vitral
