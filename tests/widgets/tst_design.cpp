// SPDX-License-Identifier: Apache-2.0
// The visual language keeps its promises: contrast, icons that exist and paint, a style sheet without holes.

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/design/theme.h"

#include <QDirIterator>
#include <QtTest>

using namespace vitral::design;

class TestDesign : public QObject {
    Q_OBJECT
private slots:
    void textIsReadable_data() {
        QTest::addColumn<int>("scheme");
        QTest::addColumn<QColor>("front");
        QTest::addColumn<QColor>("back");
        for (const Scheme scheme : {Scheme::Light, Scheme::Dark}) {
            const Palette& p = palette(scheme);
            const QList<std::pair<const char*, QColor>> surfaces = {
                {"sunken", p.sunken}, {"window", p.window}, {"surface", p.surface}, {"raised", p.raised}};
            const QList<std::pair<const char*, QColor>> texts = {
                {"text", p.text},       {"textMuted", p.textMuted}, {"link", p.link},    {"danger", p.danger},
                {"warning", p.warning}, {"success", p.success},     {"accent", p.accent}};
            const auto row = [scheme](const QByteArray& name, const QColor& front, const QColor& back) {
                QTest::newRow((scheme == Scheme::Dark ? "dark " : "light ") + name) << int(scheme) << front << back;
            };
            for (const auto& [textName, text] : texts)
                for (const auto& [surfaceName, surface] : surfaces)
                    row(QByteArray(textName) + " on " + surfaceName, text, surface);
            for (int i = 0; i < kGlassCount; ++i) {
                row("glass " + QByteArray::number(i) + " on surface", p.glass[i], p.surface);
                row("glass " + QByteArray::number(i) + " on window", p.glass[i], p.window);
                row("text on pane " + QByteArray::number(i), p.text, p.glassPane[i]);
            }
            row("accentText on accent", p.accentText, p.accent);
            row("accentText on accentHover", p.accentText, p.accentHover);
            row("text on accentSoft", p.text, p.accentSoft);
            row("text on selection", p.selectionText, p.selection);
            row("text on bubble", p.text, p.bubble);
            row("muted on bubble", p.textMuted, p.bubble);
            row("link on bubble", p.link, p.bubble);
            row("text on dangerSoft", p.text, p.dangerSoft);
            row("danger on dangerSoft", p.danger, p.dangerSoft);
            row("warning on warningSoft", p.warning, p.warningSoft);
            row("code keyword", p.codeKeyword, p.codeBackground);
            row("code string", p.codeString, p.codeBackground);
            row("code number", p.codeNumber, p.codeBackground);
            row("code comment", p.codeComment, p.codeBackground);
            row("code name", p.codeName, p.codeBackground);
        }
    }
    void textIsReadable() {
        QFETCH(QColor, front);
        QFETCH(QColor, back);
        const double ratio = contrastRatio(front, back);
        QVERIFY2(ratio >= 4.5, qPrintable(QStringLiteral("%1 on %2: %3:1").arg(front.name(), back.name()).arg(ratio)));
    }

    void controlsAreVisible() {
        for (const Scheme scheme : {Scheme::Light, Scheme::Dark}) {
            const Palette& p = palette(scheme);
            QVERIFY(contrastRatio(p.borderStrong, p.raised) >= 3.0);
            QVERIFY(contrastRatio(p.accent, p.window) >= 3.0);
        }
    }

    void contrastOfBlackAndWhite() {
        QCOMPARE(contrastRatio(Qt::black, Qt::white), 21.0);
        QCOMPARE(contrastRatio(Qt::white, Qt::white), 1.0);
    }

    void everyIconPaints() {
        installFonts(); // registers the resources
        QDirIterator it(QStringLiteral(":/icons"), {QStringLiteral("*.svg")});
        int n = 0;
        while (it.hasNext()) {
            const QString name = QFileInfo(it.next()).completeBaseName();
            const QImage image = iconPixmap(name, Qt::red, 24, 2.0).toImage();
            QCOMPARE(image.width(), 48);
            int inked = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    inked += image.pixelColor(x, y).alpha() > 128 ? 1 : 0;
            QVERIFY2(inked > 20, qPrintable(name + QStringLiteral(" is empty")));
            ++n;
        }
        QVERIFY(n > 30);
    }

    void fontsAreBundled() { QCOMPARE(installFonts(), QStringLiteral("Inter")); }

    void styleSheetHasNoHoles() {
        for (const Scheme scheme : {Scheme::Light, Scheme::Dark}) {
            const QString sheet = makeStyleSheet(palette(scheme), kBodyPx);
            QVERIFY(!sheet.contains(QLatin1Char('@')));
            QVERIFY2(!sheet.contains(QStringLiteral("#ff00ff")), "an unknown name in the template");
            static const QRegularExpression url(QStringLiteral("url\\(([^)]+)\\)"));
            for (auto it = url.globalMatch(sheet); it.hasNext();) {
                const QString file = it.next().captured(1);
                QVERIFY2(QFile::exists(file), qPrintable(file));
            }
        }
    }

    void themeFollowsTheChoice() {
        Theme theme(*qApp);
        theme.setChoice(ThemeChoice::Dark);
        QCOMPARE(theme.scheme(), Scheme::Dark);
        QWidget widget;
        QCOMPARE(paletteFor(&widget).scheme, Scheme::Dark);
        theme.setChoice(ThemeChoice::Light);
        QCOMPARE(paletteFor(&widget).scheme, Scheme::Light);
        theme.setFontScale(1.5);
        QCOMPARE(QApplication::font().pixelSize(), 21);
        QCOMPARE(font(TextRole::Display).pixelSize(), 42);
    }
};

QTEST_MAIN(TestDesign)
#include "tst_design.moc"
