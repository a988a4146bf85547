// SPDX-License-Identifier: Apache-2.0
#pragma once
// What stands where no conversation is yet: who this is, which model answers, and some first questions. Thread: GUI.

#include <QWidget>

class QLabel;
class QPushButton;
class QGridLayout;

namespace vitral {

class Welcome : public QWidget {
    Q_OBJECT
public:
    explicit Welcome(QWidget* parent = nullptr);
    /// `bundled`: say that the model is tiny and how to get a better one. An empty name: no model yet.
    void setModel(const QString& name, bool bundled);

signals:
    void suggestionChosen(const QString& text);
    void modelPickerAsked();

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void retranslate();
    void arrange(); ///< suggestions in two columns, or one where their words need it

    QLabel *mark_, *title_, *line_;
    QPushButton* pick_;
    QWidget* frame_;
    QGridLayout* grid_;
    int nColumn_ = 0;
    std::vector<QPushButton*> suggestions_;
    QString model_;
    bool bundled_ = false;
};

} // namespace vitral
