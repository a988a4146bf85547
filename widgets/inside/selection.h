// SPDX-License-Identifier: Apache-2.0
#pragma once
// One selection, many windows: the token, layer and head everybody looks at. Every view follows it and may set it
// (docs/architecture.md, "One selection"). -1: nothing chosen. Thread: GUI.

#include <QObject>

#include <cstdint>

namespace vitral {

struct Selection {
    std::uint64_t run = 0;      ///< RunId of the recording on screen; 0: a file or none
    std::int64_t position = -1; ///< the query: a token of the context
    std::int64_t key = -1;      ///< the other token of a cell
    std::int32_t layer = -1;
    std::int32_t head = -1;
    std::int32_t expert = -1;
    std::int32_t step = -1; ///< of a diffusion run
    bool operator==(const Selection&) const = default;
};

class SelectionModel : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    [[nodiscard]] const Selection& current() const { return current_; }
    /// `origin` is the view that sets it, so that it need not answer its own change.
    void set(const Selection& selection, QObject* origin = nullptr) {
        if (selection == current_)
            return;
        current_ = selection;
        emit changed(current_, origin);
    }
    void setPosition(std::int64_t position, QObject* origin = nullptr) {
        Selection s = current_;
        s.position = position;
        set(s, origin);
    }
    void setHead(std::int32_t layer, std::int32_t head, QObject* origin = nullptr) {
        Selection s = current_;
        s.layer = layer;
        s.head = head;
        set(s, origin);
    }
    void setCell(std::int64_t position, std::int64_t key, QObject* origin = nullptr) {
        Selection s = current_;
        s.position = position;
        s.key = key;
        set(s, origin);
    }

signals:
    void changed(const vitral::Selection& selection, QObject* origin);

private:
    Selection current_;
};

} // namespace vitral
