// SPDX-License-Identifier: Apache-2.0
#pragma once
// The few calls of stb that core/io/picture_file.cpp makes; not for others.

namespace vitral {

bool stbInfo(const unsigned char* bytes, int n, int* width, int* height, int* channels);
unsigned char* stbDecode(const unsigned char* bytes, int n, int* width, int* height, int* channels, int wanted);
void stbFree(unsigned char* pixels);
const char* stbReason();
bool stbWritePng(void (*sink)(void* context, void* data, int size), void* context, int width, int height, int channels,
                 const unsigned char* pixels);

} // namespace vitral
