// SPDX-License-Identifier: Apache-2.0
// The bodies of stb_image and stb_image_write (Sean Barrett; MIT or public domain), cut down to what is used: less code
// that a hostile picture can reach. Names are static, because the distribution's libstb holds the same ones.

#include "core/io/stb_impl.h"

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_MAX_DIMENSIONS 32768
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#include <stb_image.h>
#include <stb_image_write.h>

namespace vitral {

bool stbInfo(const unsigned char* bytes, int n, int* width, int* height, int* channels) {
    return stbi_info_from_memory(bytes, n, width, height, channels) != 0;
}

unsigned char* stbDecode(const unsigned char* bytes, int n, int* width, int* height, int* channels, int wanted) {
    return stbi_load_from_memory(bytes, n, width, height, channels, wanted);
}

void stbFree(unsigned char* pixels) {
    stbi_image_free(pixels);
}

const char* stbReason() {
    const char* reason = stbi_failure_reason();
    return reason != nullptr ? reason : "unknown";
}

bool stbWritePng(void (*sink)(void* context, void* data, int size), void* context, int width, int height, int channels,
                 const unsigned char* pixels) {
    return stbi_write_png_to_func(sink, context, width, height, channels, pixels, width * channels) != 0;
}

} // namespace vitral
