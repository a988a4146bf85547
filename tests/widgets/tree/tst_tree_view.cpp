// SPDX-License-Identifier: Apache-2.0
#include "widgets/sampler/sampler_stages_view.h"
#include "widgets/tree/conversation_tree_view.h"

#include <QSignalSpy>
#include <QtTest>

#include <cmath>
#include <set>

using namespace vitral;

namespace {

MessageNode node(MessageId id, MessageId parent, Role role, std::vector<MessageId> children = {}) {
    MessageNode n{};
    n.id = id;
    n.parent = parent;
    n.role = role;
    n.children = std::move(children);
    n.preview = "message " + std::to_string(id);
    return n;
}

/// 1 -> {2, 3}; 3 -> {4, 5}
std::vector<MessageNode> smallTree() {
    return {node(1, 0, Role::User, {2, 3}), node(2, 1, Role::Assistant), node(3, 1, Role::Assistant, {4, 5}),
            node(4, 3, Role::User), node(5, 3, Role::User)};
}

SamplerTrace twoStages() {
    SamplerTrace trace;
    SamplerTrace::Snapshot raw;
    raw.raw = true;
    raw.nAlive = 4;
    raw.top = {{7, 0.5F}, {9, 0.25F}, {3, 0.15F}, {1, 0.1F}};
    SamplerTrace::Snapshot cut;
    cut.stage = SamplerStage::TopK;
    cut.nAlive = 2;
    cut.top = {{7, 2.0F / 3}, {9, 1.0F / 3}};
    trace.snapshots = {raw, cut};
    return trace;
}

} // namespace

class TestTreeView : public QObject {
    Q_OBJECT
private slots:
    void leavesHaveColumnsOfTheirOwn() {
        const std::vector<MessageId> path = {1, 3, 5};
        const TreeLayout layout = layOutTree(smallTree(), path);
        const auto column = [&](MessageId id) { return layout.places[layout.index.at(id)].column; };
        QCOMPARE(layout.places.size(), std::size_t(5));
        QCOMPARE(layout.nDepth, 3);
        const std::set<double> leaves = {column(2), column(4), column(5)};
        QCOMPARE(leaves.size(), std::size_t(3));
        QCOMPARE(column(3), (column(4) + column(5)) / 2);
        QCOMPARE(column(1), (column(2) + column(3)) / 2);
        QVERIFY(layout.places[layout.index.at(5)].onActivePath);
        QVERIFY(!layout.places[layout.index.at(2)].onActivePath);
    }
    void damagedTreesDoNotHang() {
        // A cycle that no root reaches, a child that does not exist, a child listed twice.
        std::vector<MessageNode> nodes = smallTree();
        nodes[0].children = {2, 3, 3, 99};
        nodes.push_back(node(10, 11, Role::User, {11}));
        nodes.push_back(node(11, 10, Role::User, {10}));
        QCOMPARE(layOutTree(nodes, {}).places.size(), std::size_t(5));
    }
    void aLongChainIsQuick() {
        std::vector<MessageNode> nodes;
        for (MessageId id = 1; id <= 100000; ++id)
            nodes.push_back(node(id, id - 1, Role::User, {id + 1}));
        const TreeLayout layout = layOutTree(nodes, {});
        QCOMPARE(layout.nDepth, 100000);
        QCOMPARE(layout.nColumn, 1.0);
    }
    void keysWalkAndEnterActivates() {
        ConversationTreeView view;
        view.resize(700, 500);
        view.setTree(smallTree(), {1, 3, 5});
        view.show();
        QCOMPARE(view.current(), MessageId(5));
        QSignalSpy activated(&view, &ConversationTreeView::messageActivated);
        QTest::keyClick(&view, Qt::Key_Up);
        QCOMPARE(view.current(), MessageId(3));
        QTest::keyClick(&view, Qt::Key_Left);
        QCOMPARE(view.current(), MessageId(2));
        QTest::keyClick(&view, Qt::Key_Return);
        QCOMPARE(activated.count(), 1);
        QCOMPARE(activated.first().first().toLongLong(), 2LL);
        QVERIFY(view.accessibleDescription().contains("message 2"));
    }
    void clickActivates() {
        ConversationTreeView view;
        view.resize(700, 500);
        view.setTree(smallTree(), {1, 3, 5});
        view.show();
        QSignalSpy activated(&view, &ConversationTreeView::messageActivated);
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, view.paneRect(4).center().toPoint());
        QCOMPARE(activated.count(), 1);
        QCOMPARE(activated.first().first().toLongLong(), 4LL);
    }
    void paintsAtEveryZoom() {
        ConversationTreeView view;
        view.resize(700, 500);
        view.setTree(smallTree(), {1, 3, 5});
        for (const double zoom : {0.1, 0.5, 1.0, 2.0}) {
            view.setZoom(zoom);
            const QImage image = view.grab().toImage();
            std::set<QRgb> seen;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    seen.insert(image.pixel(x, y));
            QVERIFY2(seen.size() > 4, "the panes were not drawn");
        }
    }
    void stagesAreWalkedByKeys() {
        SamplerStagesView view;
        view.resize(300, view.sizeHint().height());
        view.setTrace(
            std::make_shared<SamplerTrace>(twoStages()), [](TokenId id) { return QString("<%1>").arg(id); }, 9);
        view.resize(300, view.sizeHint().height());
        QCOMPARE(view.currentStage(), 1);
        QVERIFY(view.accessibleDescription().contains("<7>"));
        QTest::keyClick(&view, Qt::Key_Right);
        QVERIFY(view.accessibleDescription().contains("<9>"));
        QTest::keyClick(&view, Qt::Key_Up);
        QCOMPARE(view.currentStage(), 0);
        QVERIFY(view.accessibleDescription().contains("25"));
    }
    void stagesWithNothingSayWhatToDo() {
        SamplerStagesView view;
        view.setTrace(nullptr, {});
        QVERIFY(!view.grab().isNull());
        QVERIFY(view.sizeHint().height() > 0);
    }
};

QTEST_MAIN(TestTreeView)
#include "tst_tree_view.moc"
