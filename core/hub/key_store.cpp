// SPDX-License-Identifier: Apache-2.0
#include "core/hub/key_store.h"

#include <algorithm>
#include <cstdint>
#include <dlfcn.h>
#include <fmt/format.h>
#include <string_view>

namespace vitral::hub {

namespace {

// The parts of libsecret 0.18 and later that are used (libsecret/secret-password.h, secret-schema.h), and of GLib.
struct SecretAttribute {
    const char* name;
    int type; ///< 0: text
};
struct SecretSchema {
    const char* name;
    int flags;
    SecretAttribute attributes[32];
    int reserved;
    void* reserved1[7];
};
struct GlibError {
    std::uint32_t domain;
    int code;
    char* message;
};

using LookUp = char* (*)(const SecretSchema*, void* cancellable, GlibError**, ...);
using Store = int (*)(const SecretSchema*, const char* collection, const char* label, const char* password,
                      void* cancellable, GlibError**, ...);
using Clear = int (*)(const SecretSchema*, void* cancellable, GlibError**, ...);
using FreePassword = void (*)(char*);
using FreeError = void (*)(GlibError*);

constexpr const char* kHubAttribute = "hub";

const SecretSchema& schema() {
    static const SecretSchema kSchema{"io.github.vitral.HubToken", 0, {{kHubAttribute, 0}, {nullptr, 0}}, 0, {}};
    return kSchema;
}

struct Library {
    LookUp lookUp = nullptr;
    Store store = nullptr;
    Clear clear = nullptr;
    FreePassword freePassword = nullptr;
    FreeError freeError = nullptr;

    Library() {
        void* handle = ::dlopen("libsecret-1.so.0", RTLD_NOW | RTLD_LOCAL);
        if (handle == nullptr)
            return; // stays open else: GLib's types cannot be unloaded
        lookUp = reinterpret_cast<LookUp>(::dlsym(handle, "secret_password_lookup_sync"));
        store = reinterpret_cast<Store>(::dlsym(handle, "secret_password_store_sync"));
        clear = reinterpret_cast<Clear>(::dlsym(handle, "secret_password_clear_sync"));
        freePassword = reinterpret_cast<FreePassword>(::dlsym(handle, "secret_password_free"));
        freeError = reinterpret_cast<FreeError>(::dlsym(handle, "g_error_free"));
    }
    [[nodiscard]] bool whole() const {
        return lookUp != nullptr && store != nullptr && clear != nullptr && freePassword != nullptr &&
               freeError != nullptr;
    }
};

const Library& library() {
    static const Library kLibrary;
    return kLibrary;
}

tl::unexpected<Error> noStore() {
    return fail(ErrorCode::Unsupported, "This computer has no key store that can be used (libsecret): the token is not "
                                        "kept and will be asked for again.");
}

tl::unexpected<Error> storeError(GlibError* error) {
    const std::string said = error->message != nullptr ? error->message : "no reason given";
    library().freeError(error);
    return fail(ErrorCode::Io,
                fmt::format("The key store of this computer did not answer ({}): the token is not kept and "
                            "will be asked for again.",
                            said));
}

} // namespace

bool keyStoreIsThere() {
    return library().whole();
}

Result<std::string> keptToken(const std::string& hub) {
    if (!keyStoreIsThere())
        return noStore();
    GlibError* error = nullptr;
    char* found = library().lookUp(&schema(), nullptr, &error, kHubAttribute, hub.c_str(), static_cast<char*>(nullptr));
    if (error != nullptr)
        return storeError(error);
    if (found == nullptr)
        return std::string();
    std::string token = found;
    library().freePassword(found);
    return isToken(token) ? token : std::string();
}

Result<void> keepToken(const std::string& hub, const std::string& token) {
    if (!isToken(token))
        return fail(ErrorCode::InvalidArgument,
                    "This is no access token: those are letters and digits, such as hf_....");
    if (!keyStoreIsThere())
        return noStore();
    GlibError* error = nullptr;
    const std::string label = "Vitral: " + hub;
    library().store(&schema(), "default", label.c_str(), token.c_str(), nullptr, &error, kHubAttribute, hub.c_str(),
                    static_cast<char*>(nullptr));
    if (error != nullptr)
        return storeError(error);
    return {};
}

Result<void> forgetToken(const std::string& hub) {
    if (!keyStoreIsThere())
        return noStore();
    GlibError* error = nullptr;
    library().clear(&schema(), nullptr, &error, kHubAttribute, hub.c_str(), static_cast<char*>(nullptr));
    if (error != nullptr)
        return storeError(error);
    return {};
}

bool isToken(std::string_view text) {
    constexpr std::string_view kMarks = "-._~+/=";
    return !text.empty() && text.size() <= 200 && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kMarks.find(c) != std::string_view::npos;
    });
}

} // namespace vitral::hub
