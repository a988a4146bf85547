// SPDX-License-Identifier: Apache-2.0
// The controls over a map, without Vulkan and without a window: every control can be clicked and says what is wanted;
// the software painter draws them, and, where there is a device, the Vulkan painter draws the same.

#include "gpu/panels/map_panel.h"
#include "gpu/panels/software_raster.h"
#include "gpu/panels/ui_context.h"

#include <QFile>
#include <QImage>
#include <QtTest>
#ifdef VITRAL_HAVE_VULKAN
#include "gpu/render/ui_renderer.h"
#include "tests/gpu/vulkan_test.h"
#endif

using namespace vitral::gpu;

namespace {

constexpr float kWidth = 640, kHeight = 480;

MapPanelStrings strings() {
    MapPanelStrings s;
    s.title = "Controles";
    s.layer = "Camada";
    s.head = "Cabeça";
    s.colours = "Cores";
    s.scale = "Escala";
    s.blocks = "Blocos";
    s.hideSinks = "Ocultar sumidouros";
    s.showAll = "Mostrar tudo";
    s.colourNames = {"Viridis", "Cividis", "Magma", "Cinza", "Azul a laranja"};
    s.scaleNames = {"Linear", "Logarítmica", "Por posição"};
    s.blockNames = {"Máximo", "Média"};
    return s;
}

QByteArray interFont() {
    QFile file(QStringLiteral(VITRAL_SOURCE_DIR "/assets/fonts/Inter-Regular.otf"));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no font");
    return file.readAll();
}

struct Panel {
    QByteArray font = interFont();
    UiContext ui{std::as_bytes(std::span(font.constData(), static_cast<std::size_t>(font.size()))), 15};
    MapPanelState state;
    MapPanelIntents last;
    std::vector<PanelLine> readOut;
    float scale = 1;

    Panel() {
        state.nLayer = 12;
        state.nHead = 8;
        state.iLayer = 3;
        state.canHideSinks = true;
        state.barLow = "0,001";
        state.barMiddle = "0,03";
        state.barHigh = "1";
        state.timings = {"quadro 1,2 ms"};
    }
    // What is wanted is done at once, as a view does.
    const UiFrame& frame() {
        const UiFrame& drawn = ui.frame(kWidth, kHeight, scale, 0.016F, [this] {
            MapPanelIntents now = mapPanel(state, strings(), kWidth);
            readOutPanel(readOut, 100, 100, kWidth, kHeight);
            if (now.iLayer)
                last.iLayer = state.iLayer = *now.iLayer;
            if (now.iHead)
                last.iHead = state.iHead = *now.iHead;
            if (now.iColours)
                last.iColours = state.iColours = *now.iColours;
            if (now.iScale)
                last.iScale = state.iScale = *now.iScale;
            if (now.iBlock)
                last.iBlock = state.iBlock = *now.iBlock;
            if (now.hideSinks)
                last.hideSinks = state.hidesSinks = *now.hideSinks;
            if (now.open)
                last.open = state.open = *now.open;
            last.showAll = last.showAll || now.showAll;
            last.places = std::move(now.places);
        });
        return drawn;
    }
    MapPanelIntents::Place place(const char* control, int skip = 0) {
        for (const auto& p : last.places)
            if (std::strcmp(p.control, control) == 0 && skip-- == 0)
                return p;
        qFatal("no control %s", control);
    }
    void click(float x, float y) {
        ui.mouseMoved(x, y);
        frame();
        frame();
        ui.mouseButton(0, true);
        frame();
        ui.mouseButton(0, false);
        frame();
        frame();
    }
    void click(const char* control, int skip = 0) {
        const auto p = place(control, skip);
        click(p.x, p.y);
    }
};

QImage paint(const UiFrame& ui) {
    QImage image(static_cast<int>(ui.width * ui.scale), static_cast<int>(ui.height * ui.scale), QImage::Format_RGB32);
    image.fill(qRgb(30, 60, 90));
    rasterUi(ui, reinterpret_cast<std::uint32_t*>(image.bits()), image.width(), image.height(),
             image.bytesPerLine() / 4);
    return image;
}

} // namespace

class TestMapPanel : public QObject {
    Q_OBJECT
private slots:
    void everyControlIsClickable() {
        Panel panel;
        panel.frame();
        panel.frame();
        QVERIFY(!panel.ui.wantsMouse());
        panel.click("showAll");
        QVERIFY(panel.last.showAll);
        QVERIFY(panel.ui.wantsMouse()); // the pointer is over the panel: the view below must not move
        panel.click("hideSinks");
        QCOMPARE(panel.last.hideSinks, std::optional<bool>(true));
        panel.click("hideSinks");
        QCOMPARE(panel.last.hideSinks, std::optional<bool>(false));
        const struct {
            const char* control;
            std::optional<int> MapPanelIntents::*wanted;
        } kChoices[] = {{"colours", &MapPanelIntents::iColours},
                        {"scale", &MapPanelIntents::iScale},
                        {"blocks", &MapPanelIntents::iBlock}};
        for (const auto& choice : kChoices) {
            panel.click(choice.control);
            panel.frame();
            panel.click("choice", 1); // the second entry of the list that opened
            QCOMPARE(panel.last.*choice.wanted, std::optional<int>(1));
        }
        // Left end of the slider is the first layer, right end the last; the arrows go by one.
        const auto layer = panel.place("layer");
        panel.click(layer.x + layer.width / 2 - 6, layer.y);
        QCOMPARE(panel.last.iLayer, std::optional<int>(11));
        panel.click(layer.x - layer.width / 2 + 6, layer.y);
        QCOMPARE(panel.last.iLayer, std::optional<int>(0));
        panel.click(layer.x + layer.width / 2 + 14, layer.y);
        QCOMPARE(panel.last.iLayer, std::optional<int>(1));
        const auto head = panel.place("head");
        panel.click(head.x + head.width / 2 + 14, head.y);
        QCOMPARE(panel.last.iHead, std::optional<int>(1));
        panel.click(head.x - head.width / 2 - 14, head.y);
        QCOMPARE(panel.last.iHead, std::optional<int>(0));
    }

    void foldsAndOpens() {
        Panel panel;
        panel.frame();
        panel.frame();
        panel.click("fold");
        QCOMPARE(panel.last.open, std::optional<bool>(false));
        const UiFrame& folded = panel.frame();
        std::size_t n = 0;
        for (const UiList& list : folded.lists)
            n += list.indices.size();
        QVERIFY2(n < 2000, qPrintable(QString::number(n)));
        panel.click("fold");
        QCOMPARE(panel.last.open, std::optional<bool>(true));
    }

    void typedNumbersArrive() {
        Panel panel;
        panel.frame();
        panel.frame();
        const auto layer = panel.place("layer");
        panel.ui.modifiers(true, false, false, false);
        panel.click(layer.x, layer.y);
        panel.ui.modifiers(false, false, false, false);
        panel.frame();
        QVERIFY(panel.ui.wantsText());
        QVERIFY(panel.ui.wantsKeyboard());
        panel.ui.text(U'7');
        panel.frame();
        panel.ui.key(UiKey::Enter, true);
        panel.frame();
        panel.ui.key(UiKey::Enter, false);
        panel.frame();
        panel.frame();
        QCOMPARE(panel.last.iLayer, std::optional<int>(7));
        QVERIFY(!panel.ui.wantsText());
    }

    void softwarePaintsThePanel() {
        Panel panel;
        panel.readOut = {{"consulta 12 «casa»", 0, 0, 0}, {"α·β → 0,25", 0, 0, 0}};
        panel.frame();
        for (const float scale : {1.F, 2.F}) {
            panel.scale = scale;
            panel.frame();
            const QImage image = paint(panel.frame());
            if (qEnvironmentVariableIsSet("VITRAL_SAVE_PICTURES"))
                image.save(QString("panel-%1.png").arg(scale));
            QCOMPARE(image.pixel(2, 2), qRgb(30, 60, 90)); // outside the panel nothing is touched
            QSet<QRgb> colours;
            const QRect where(static_cast<int>((kWidth - 216) * scale), static_cast<int>(8 * scale),
                              static_cast<int>(200 * scale), static_cast<int>(200 * scale));
            for (int y = where.top(); y < where.bottom(); ++y)
                for (int x = where.left(); x < where.right(); ++x)
                    colours.insert(image.pixel(x, y));
            QVERIFY2(colours.size() > 50, qPrintable(QString::number(colours.size())));
        }
    }

    void charactersOutsideTheFontAreKnown() {
        for (const char32_t c : {U'a', U'ç', U'ß', U'λ', U'→', U'≤', U'…'})
            QVERIFY(panelFontHas(c));
        for (const char32_t c : {U'日', U'я', U'😀'})
            QVERIFY(!panelFontHas(c));
    }

    void contextsDoNotMix() {
        Panel one, two;
        one.frame();
        two.frame();
        one.frame();
        two.frame();
        one.click("showAll");
        QVERIFY(one.last.showAll && !two.last.showAll);
        QVERIFY(!two.ui.wantsMouse());
    }

    void vulkanPaintsTheSame() {
#ifdef VITRAL_HAVE_VULKAN
        vitral::test::VulkanForTest vulkan;
        VITRAL_NEED_VULKAN(vulkan);
        {
            Panel panel;
            panel.readOut = {{ "consulta 12 «casa»", 0, 0, 0 }};
            const std::vector<std::uint32_t> bar{0xff0000ffU, 0xff00ff00U, 0xffff0000U};
            panel.ui.addTexture({7, 3, 1, std::as_bytes(std::span(bar))});
            panel.state.barTexture = 7;
            for (const float scale : {1.F, 1.5F}) {
                panel.scale = scale;
                panel.frame();
                const UiFrame& ui = panel.frame();
                const QImage software = paint(ui);
                auto target = OffscreenTarget::create(vulkan.device, static_cast<std::uint32_t>(software.width()),
                                                      static_cast<std::uint32_t>(software.height()));
                QVERIFY(target);
                auto renderer = UiRenderer::create(vulkan.device, (*target)->pass());
                QVERIFY(renderer);
                FrameWork work;
                work.clear = {30 / 255.F, 60 / 255.F, 90 / 255.F, 1};
                work.prepare = [&](const FrameContext& frame) { return (*renderer)->prepare(frame, ui); };
                work.draw = [&](const FrameContext& frame) { (*renderer)->draw(frame, ui); };
                auto pixels = (*target)->render(work);
                QVERIFY(pixels);
                const QImage drawn = vitral::test::toImage(*pixels, software.width(), software.height());
                // The two round differently, and may part on pixels that lie exactly on an edge.
                int off = 0, changed = 0;
                for (int y = 0; y < drawn.height(); ++y)
                    for (int x = 0; x < drawn.width(); ++x) {
                        const QRgb p = drawn.pixel(x, y), q = software.pixel(x, y);
                        off += std::max({std::abs(qRed(p) - qRed(q)), std::abs(qGreen(p) - qGreen(q)),
                                         std::abs(qBlue(p) - qBlue(q))}) > 3;
                        changed += q != qRgb(30, 60, 90);
                    }
                if (qEnvironmentVariableIsSet("VITRAL_SAVE_PICTURES")) {
                    software.save(QString("ui-software-%1.png").arg(scale));
                    drawn.save(QString("ui-vulkan-%1.png").arg(scale));
                }
                QVERIFY(changed > 30000);
                QVERIFY2(off * 1000 < changed, qPrintable(QString("%1 of %2 pixels are off").arg(off).arg(changed)));
            }
        }
        vulkan.device.reset();
        QVERIFY2(vulkan.complaints().isEmpty(), qPrintable(vulkan.complaints()));
#else
        QSKIP("Built without Vulkan.");
#endif
    }
};

QTEST_GUILESS_MAIN(TestMapPanel)
#include "tst_map_panel.moc"
