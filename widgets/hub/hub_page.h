// SPDX-License-Identifier: Apache-2.0
#pragma once
// Searching a hub and downloading from it: what was found at the left, the files of the chosen repository with licence
// and terms at the right, what is being downloaded below. Says before anything is sent where it will go. Thread: GUI.

#include "widgets/hub/hub_controller.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QStandardItemModel;
class QTreeView;
class QVBoxLayout;

namespace vitral {

class NoticeBar;

class HubPage : public QWidget {
    Q_OBJECT
public:
    explicit HubPage(HubController& hub, QWidget* parent = nullptr);

    void search(const QString& text); ///< as if it had been typed and Enter pressed
    void openRepository(const QString& repo);
    /// The file to stand on when the list of the repository is there.
    void choose(const QString& path) { wanted_ = path; }
    [[nodiscard]] int nFound() const;
    [[nodiscard]] int nFile() const;
    /// Chooses a file of the list and downloads it; false where it is not there.
    bool download(const QString& path);
    /// Where downloads go from now on; says why where nothing can be written there.
    void chooseFolder(const QString& folder);
    [[nodiscard]] QString said() const;
    [[nodiscard]] QLineEdit* field() const { return field_; }

signals:
    void modelAsked(const QString& path);

protected:
    void changeEvent(QEvent* event) override;

private:
    void startSearch();
    void showFound(const std::vector<hub::RepoEntry>& found);
    void showFiles(const hub::RepoFiles& files);
    void downloadChosen();
    void showTransfers();
    void askToken();
    void askFolder();
    void retranslate();
    void updateState();

    HubController& hub_;
    hub::RepoFiles shown_; ///< id "": none
    QString asked_;        ///< the repository whose files are on their way
    QLineEdit* field_;
    QCheckBox* ggufOnly_;
    QPushButton *search_, *token_, *change_, *download_;
    QTreeView *found_, *files_;
    QStandardItemModel *foundItems_, *fileItems_;
    QLabel *promise_, *repo_, *place_, *none_;
    NoticeBar *notice_, *filesNotice_;
    QString wanted_; ///< by choose()
    QWidget* transfers_;
    QVBoxLayout* transferRows_;
};

} // namespace vitral
