// SPDX-License-Identifier: Apache-2.0
#pragma once
// The side panel: system prompt, presets, every sampling parameter, context window, the model. What it holds is one
// GenerationSettings value. Thread: GUI.

#include "widgets/chat/generation_settings.h"
#include "widgets/chat/model_session.h"
#include "widgets/shell/ways.h"

#include <QWidget>

#include <functional>
#include <map>
#include <vector>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QListWidget;
class QPlainTextEdit;
class QPushButton;
class QScrollArea;
class QSpinBox;
class QTimer;
class QToolButton;
class QVBoxLayout;

namespace vitral {

class ParameterRow;
class Section;
struct ParameterInfo;

/// Where the person's own presets are kept; given by the program.
struct PresetStore {
    std::function<QStringList()> names;
    std::function<GenerationSettings(const QString&)> load;
    std::function<void(const QString&, const GenerationSettings&)> save;
    std::function<void(const QString&)> remove;
};

class SettingsPanel : public QWidget {
    Q_OBJECT
public:
    SettingsPanel(ModelSession& model, PresetStore presets, QWidget* parent = nullptr);

    void setSettings(const GenerationSettings& settings);
    [[nodiscard]] const GenerationSettings& settings() const { return settings_; }
    /// A further folding part at the end (sampler pictures, context).
    /// `from`: the depth it is shown from on.
    Section* addSection(bool open, Depth from = Depth::User);
    [[nodiscard]] Section* samplingSection() const { return sampling_; }
    [[nodiscard]] QLineEdit* searchField() const { return search_; }
    /// How many settings are there at first; all can be shown with one click, and are searched.
    void setDepth(Depth depth);
    void find(const QString& words); ///< types it into the search
    [[nodiscard]] const std::vector<ParameterRow*>& rows() const { return rows_; }

signals:
    void changed(const vitral::GenerationSettings& settings);

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    void makeSystemPrompt();
    void makePresets();
    void makeSampling();
    void makeFormat();
    void makeContext();
    void makeModelInfo();
    void addRows(QVBoxLayout* body, std::span<const ParameterInfo> infos);
    void collect();
    void refresh();
    void refreshPresets();
    void refreshModel();
    void refreshOrder();
    void retranslate();
    void savePreset();
    /// Brings the section that was opened last into view, until somebody scrolls.
    void follow();
    // settings_search.cpp
    void filter();
    [[nodiscard]] Depth depthOf(const QWidget* part) const;

    ModelSession& model_;
    PresetStore presets_;
    GenerationSettings settings_;
    bool refreshing_ = false;

    QScrollArea* scroll_;
    QVBoxLayout* column_;
    QWidget* page_;
    Section *system_, *sampling_, *truncation_, *repetition_, *temperature_, *order_, *format_, *context_, *info_;
    QPlainTextEdit *systemText_, *grammar_, *schema_, *bias_;
    QComboBox *preset_, *kv_;
    QToolButton *savePreset_, *removePreset_, *up_, *down_;
    QCheckBox *mirostat_, *shift_, *thinking_;
    QSpinBox* nCtx_;
    QListWidget* orderList_;
    QLabel *nCtxLabel_, *kvLabel_, *grammarLabel_, *schemaLabel_, *biasLabel_, *memory_;
    QFormLayout* infoForm_;
    QPushButton* resetOrder_;
    std::vector<ParameterRow*> rows_;
    QTimer* delay_;
    QLineEdit* search_;
    QPushButton* more_;
    QLabel* nothing_;
    Depth depth_ = Depth::Researcher;
    bool showAll_ = false, searched_ = false;
    std::map<const QWidget*, Depth> added_; ///< by addSection(): from which depth on
    std::map<Section*, bool> wasOpen_;      ///< before something was searched
    Section* samplerLike_ = nullptr;        ///< the first that was added: opening it costs something
    Section* followed_ = nullptr;           ///< opened last, until somebody scrolls
};

} // namespace vitral
