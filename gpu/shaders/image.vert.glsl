// SPDX-License-Identifier: Apache-2.0
#version 450
// A rectangle of the target, in pixels, with a rectangle of a texture.
layout(push_constant) uniform Quad { vec4 rect; vec4 uv; vec2 target; } quad;
layout(location = 0) out vec2 uv;
void main() {
    vec2 corner = vec2(gl_VertexIndex & 1, gl_VertexIndex >> 1);
    uv = mix(quad.uv.xy, quad.uv.zw, corner);
    gl_Position = vec4(mix(quad.rect.xy, quad.rect.zw, corner) / quad.target * 2.0 - 1.0, 0.0, 1.0);
}
