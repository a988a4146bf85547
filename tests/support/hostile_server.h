// SPDX-License-Identifier: Apache-2.0
#pragma once
// A server on this machine for tests: it reads one request a connection and lets a function write whatever it likes
// back, well formed or not. Every connection has a thread; all end with the server.

#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace vitral::test {

struct ServerRequest {
    std::string target;                         ///< path and query
    std::map<std::string, std::string> headers; ///< names in lower case
    [[nodiscard]] std::string header(const std::string& name) const {
        const auto it = headers.find(name);
        return it == headers.end() ? std::string() : it->second;
    }
    /// First byte of "Range: bytes=N-"; 0 without one.
    [[nodiscard]] std::size_t from() const {
        const std::string range = header("range");
        return range.starts_with("bytes=") ? std::stoull(range.substr(6)) : 0;
    }
};

class ServerConnection {
public:
    ServerConnection(int socket, const std::atomic<bool>& over) : socket_(socket), over_(over) {}
    /// False once the other side has gone.
    bool send(std::string_view bytes) const {
        while (!bytes.empty() && !over_) {
            const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
        return !over_;
    }
    bool answer(int status, const std::string& headers, std::string_view body) const {
        return send("HTTP/1.1 " + std::to_string(status) + " X\r\nConnection: close\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n" + headers + "\r\n") &&
               send(body);
    }
    /// Until the other side goes, or the server ends.
    void keepSilent() const {
        while (!over_) {
            pollfd waiting{socket_, POLLIN, 0};
            char byte = 0;
            if (::poll(&waiting, 1, 20) > 0 && ::recv(socket_, &byte, 1, MSG_DONTWAIT) == 0)
                return;
        }
    }

private:
    int socket_;
    const std::atomic<bool>& over_;
};

class HostileServer {
public:
    using Handler = std::function<void(const ServerRequest&, const ServerConnection&)>;

    explicit HostileServer(Handler handler) : handler_(std::move(handler)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            std::terminate();
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread([this] { accept(); });
    }
    ~HostileServer() {
        over_ = true;
        acceptor_.join();
        for (std::thread& thread : connections_)
            thread.join();
        ::close(listener_);
    }
    HostileServer(const HostileServer&) = delete;
    HostileServer& operator=(const HostileServer&) = delete;

    [[nodiscard]] std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] std::vector<ServerRequest> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

private:
    void accept() {
        while (!over_) {
            pollfd waiting{listener_, POLLIN, 0};
            if (::poll(&waiting, 1, 20) <= 0)
                continue;
            const int socket = ::accept(listener_, nullptr, nullptr);
            if (socket >= 0)
                connections_.emplace_back([this, socket] { serve(socket); });
        }
    }
    void serve(int socket) {
        timeval patience{2, 0};
        ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        std::string text;
        char block[4096];
        while (text.find("\r\n\r\n") == std::string::npos) {
            const ssize_t n = ::recv(socket, block, sizeof block, 0);
            if (n <= 0)
                break;
            text.append(block, static_cast<std::size_t>(n));
        }
        if (text.starts_with("GET ")) {
            ServerRequest request;
            request.target = text.substr(4, text.find(' ', 4) - 4);
            for (std::size_t at = text.find("\r\n"); at != std::string::npos && at + 2 < text.size();) {
                const std::size_t end = text.find("\r\n", at + 2);
                const std::string line = text.substr(at + 2, end - at - 2);
                if (const std::size_t colon = line.find(": "); colon != std::string::npos) {
                    std::string name = line.substr(0, colon);
                    std::transform(name.begin(), name.end(), name.begin(),
                                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
                    request.headers[name] = line.substr(colon + 2);
                }
                at = end;
            }
            {
                const std::lock_guard lock(mutex_);
                requests_.push_back(request);
            }
            handler_(request, ServerConnection(socket, over_));
        }
        ::shutdown(socket, SHUT_WR);
        ::close(socket);
    }

    Handler handler_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> over_{false};
    std::thread acceptor_;
    std::vector<std::thread> connections_;
    mutable std::mutex mutex_;
    std::vector<ServerRequest> requests_;
};

} // namespace vitral::test
