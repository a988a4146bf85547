// SPDX-License-Identifier: Apache-2.0
#pragma once
// How the person works: how much is shown at first, whether things may move by themselves, and how slowly they play.
// The program keeps it in its settings; rooms read it here. Thread: GUI.

#include <QObject>

namespace vitral {

/// Each shows at first what the one before it does, and more. Nothing is out of reach in any of them.
enum class Depth : std::uint8_t { User, Power, Developer, Researcher };

class Ways : public QObject {
    Q_OBJECT
public:
    /// The program's one; it is gone when the application object is.
    static Ways& shared();

    [[nodiscard]] Depth depth() const { return depth_; }
    void setDepth(Depth depth);
    /// Nothing plays, blinks or slides by itself.
    [[nodiscard]] bool reducedMotion() const { return reducedMotion_; }
    void setReducedMotion(bool on);
    /// Before a class nothing moves that the presenter did not move.
    [[nodiscard]] bool presenting() const { return presenting_; }
    void setPresenting(bool on);
    /// Bars of work without a known end stand still, carets do not blink.
    [[nodiscard]] bool still() const { return reducedMotion_ || presenting_; }
    /// Players multiply their interval by it; 1: as usual, 4: four times as slow.
    [[nodiscard]] double slowness() const { return slowness_; }
    void setSlowness(double slowness);
    [[nodiscard]] int playMs(int usual) const { return static_cast<int>(usual * slowness_); }

    [[nodiscard]] static QString name(Depth depth); ///< "power": in the settings and in lessons
    [[nodiscard]] static Depth fromName(const QString& name);

signals:
    void depthChanged();
    void motionChanged(); ///< reducedMotion(), presenting() or slowness()

private:
    explicit Ways(QObject* parent) : QObject(parent) {}
    Depth depth_ = Depth::User;
    bool reducedMotion_ = false, presenting_ = false;
    double slowness_ = 1;
};

} // namespace vitral
