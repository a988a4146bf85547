// SPDX-License-Identifier: Apache-2.0
#version 450
layout(location = 0) in vec2 position;
layout(location = 1) in vec2 textureAt;
layout(location = 2) in vec4 tint;
layout(push_constant) uniform Place { vec2 scale; vec2 translate; } place;
layout(location = 0) out vec4 colour;
layout(location = 1) out vec2 uv;
void main() {
    colour = tint;
    uv = textureAt;
    gl_Position = vec4(position * place.scale + place.translate, 0.0, 1.0);
}
