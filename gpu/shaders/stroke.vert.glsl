// SPDX-License-Identifier: Apache-2.0
#version 450
// Line segments with round ends; a point is a segment without length. One instance is one segment.
layout(location = 0) in vec4 ends;    // x0 y0 x1 y1, pixels
layout(location = 1) in float radius; // half the width, pixels
layout(location = 2) in vec4 tint;
layout(push_constant) uniform Target { vec2 size; } target;
layout(location = 0) flat out vec4 segment;
layout(location = 1) flat out float half_width;
layout(location = 2) flat out vec4 colour;
void main() {
    vec2 along = ends.zw - ends.xy;
    float len = length(along);
    vec2 direction = len > 0.0 ? along / len : vec2(1.0, 0.0), across = vec2(-direction.y, direction.x);
    float grow = radius + 1.0;
    vec2 corner = vec2(gl_VertexIndex & 1, gl_VertexIndex >> 1) * 2.0 - 1.0;
    vec2 at = (corner.x < 0.0 ? ends.xy : ends.zw) + (direction * corner.x + across * corner.y) * grow;
    segment = ends;
    half_width = radius;
    colour = tint;
    gl_Position = vec4(at / target.size * 2.0 - 1.0, 0.0, 1.0);
}
