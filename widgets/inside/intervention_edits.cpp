// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/intervention_edits.h"

#include "widgets/inside/inside_controller.h"
#include "widgets/inside/value_text.h"

namespace vitral {
namespace {

InterventionSet currentSet(const InsideController& inside) {
    return inside.interventions() ? *inside.interventions() : InterventionSet{};
}

void put(InsideController& inside, InterventionSet set) {
    inside.setInterventions(set.items.empty() ? nullptr : std::make_shared<const InterventionSet>(std::move(set)));
}

Intervention scaled(Point point, std::int32_t iLayer, float factor) {
    Intervention item;
    item.point = point;
    item.iLayer = iLayer;
    item.edit = factor == 0.0F ? EditKind::Zero : EditKind::Scale;
    item.factor = factor;
    return item;
}

constexpr float kNeverChosen = -1e9F; // added to a router's logit

bool leavesExpertOut(const Intervention& item) {
    return item.point == Point::MoeGate && item.edit == EditKind::Add && item.columns.size() == 1 && item.vector &&
           item.vector->size() == 1 && item.vector->front() * item.factor <= kNeverChosen / 2;
}

} // namespace

Intervention scaleHead(std::int32_t iLayer, std::int32_t iHead, float factor) {
    Intervention item = scaled(Point::Z, iLayer, factor);
    item.iHead = iHead;
    return item;
}

Intervention scaleMlp(std::int32_t iLayer, float factor) {
    return scaled(Point::MlpOut, iLayer, factor);
}

Intervention scaleNeuron(std::int32_t iLayer, std::int32_t iNeuron, float factor) {
    Intervention item = scaled(Point::MlpPost, iLayer, factor);
    item.columns = {iNeuron};
    return item;
}

Intervention leaveExpertOut(std::int32_t iLayer, std::int32_t iExpert) {
    Intervention item;
    item.point = Point::MoeGate;
    item.iLayer = iLayer;
    item.columns = {iExpert};
    item.edit = EditKind::Add;
    item.vector = std::make_shared<const std::vector<float>>(1, kNeverChosen);
    return item;
}

Intervention steerStream(std::int32_t iLayer, std::shared_ptr<const std::vector<float>> vector, float factor,
                         std::string label) {
    Intervention item;
    item.point = Point::ResidPost;
    item.iLayer = iLayer;
    item.edit = EditKind::Add;
    item.factor = factor;
    item.vector = std::move(vector);
    item.label = std::move(label);
    return item;
}

Intervention patchStream(std::int32_t iLayer, std::int64_t first, std::int64_t end, RecordingPtr source) {
    Intervention item;
    item.point = Point::ResidPost;
    item.iLayer = iLayer;
    item.firstPosition = first;
    item.endPosition = end;
    item.edit = EditKind::Replace;
    item.source = std::move(source);
    return item;
}

Result<void> addIntervention(InsideController& inside, Intervention item) {
    const std::shared_ptr<const Model> model = inside.loadedModel();
    if (!model)
        return fail(ErrorCode::NotFound,
                    InterventionWords::tr("No model is loaded yet. Choose one first.").toStdString());
    InterventionSet one;
    one.items.push_back(item);
    VITRAL_TRY(checkInterventions(one, model->config()));
    InterventionSet set = currentSet(inside);
    set.items.push_back(std::move(item));
    put(inside, std::move(set));
    return {};
}

void setIntervention(InsideController& inside, std::size_t index, Intervention item) {
    InterventionSet set = currentSet(inside);
    if (index >= set.items.size())
        return;
    set.items[index] = std::move(item);
    put(inside, std::move(set));
}

void removeIntervention(InsideController& inside, std::size_t index) {
    InterventionSet set = currentSet(inside);
    if (index >= set.items.size())
        return;
    set.items.erase(set.items.begin() + std::ptrdiff_t(index));
    put(inside, std::move(set));
}

void enableIntervention(InsideController& inside, std::size_t index, bool on) {
    InterventionSet set = currentSet(inside);
    if (index >= set.items.size() || set.items[index].enabled == on)
        return;
    set.items[index].enabled = on;
    put(inside, std::move(set));
}

int nEnabled(const InterventionSet* set) {
    int n = 0;
    if (set != nullptr)
        for (const Intervention& item : set->items)
            n += item.enabled ? 1 : 0;
    return n;
}

QString InterventionWords::pointText(Point point) {
    switch (point) {
    case Point::Embed:
        return tr("embedding");
    case Point::PosEmbed:
        return tr("position embedding");
    case Point::ResidPre:
        return tr("stream before the layer");
    case Point::ResidMid:
        return tr("stream between attention and MLP");
    case Point::ResidPost:
        return tr("stream after the layer");
    case Point::Q:
        return tr("queries");
    case Point::K:
        return tr("keys");
    case Point::V:
        return tr("values");
    case Point::Z:
        return tr("head output");
    case Point::AttnOut:
        return tr("attention output");
    case Point::MlpPost:
        return tr("neurons");
    case Point::MlpOut:
        return tr("MLP output");
    case Point::MoeGate:
        return tr("router");
    default:
        return QString::fromStdString(pointName(point, 0)).section(QLatin1Char('.'), -1);
    }
}

QString InterventionWords::editText(EditKind edit) {
    switch (edit) {
    case EditKind::Zero:
        return tr("set to zero");
    case EditKind::Mean:
        return tr("set to the mean");
    case EditKind::Scale:
        return tr("multiply");
    case EditKind::Add:
        return tr("add a vector");
    case EditKind::Replace:
        return tr("replace with another run");
    }
    return {};
}

QString InterventionWords::text(const Intervention& item) {
    QString where = tr("Layer %1").arg(item.iLayer);
    if (item.iHead >= 0)
        where += QStringLiteral(", ") + tr("head %1").arg(item.iHead);
    if (item.columns.size() == 1)
        where += QStringLiteral(", ") + (item.point == Point::MlpPost   ? tr("neuron %1")
                                         : item.point == Point::MoeGate ? tr("expert %1")
                                                                        : tr("column %1"))
                                            .arg(item.columns.front());
    else if (!item.columns.empty())
        where += QStringLiteral(", ") + tr("%Ln column(s)", nullptr, int(item.columns.size()));
    if (item.columns.empty() || (item.point != Point::MlpPost && item.point != Point::MoeGate))
        where += QStringLiteral(", ") + pointText(item.point);
    QString what = editText(item.edit);
    if (item.edit == EditKind::Scale)
        what = tr("times %1").arg(numberText(double(item.factor), 3));
    else if (leavesExpertOut(item))
        what = tr("never chosen");
    else if (item.edit == EditKind::Add)
        what = tr("plus %1 times the vector").arg(numberText(double(item.factor), 3));
    QString text = QStringLiteral("%1: %2").arg(where, what);
    if (item.firstPosition > 0 || item.endPosition >= 0)
        text += QStringLiteral(" ") + (item.endPosition < 0 ? tr("(from token %1 on)").arg(item.firstPosition)
                                       : item.endPosition == item.firstPosition + 1
                                           ? tr("(token %1)").arg(item.firstPosition)
                                           : tr("(tokens %1 to %2)").arg(item.firstPosition).arg(item.endPosition - 1));
    return item.label.empty() ? text : QStringLiteral("%1 \u2014 %2").arg(QString::fromStdString(item.label), text);
}

QString InterventionWords::summary(int nEnabled) {
    return tr("Model edited: %Ln change(s)", nullptr, nEnabled);
}

} // namespace vitral
