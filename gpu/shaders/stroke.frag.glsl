// SPDX-License-Identifier: Apache-2.0
#version 450
layout(location = 0) flat in vec4 segment;
layout(location = 1) flat in float half_width;
layout(location = 2) flat in vec4 tint;
layout(location = 0) out vec4 colour;
void main() {
    vec2 along = segment.zw - segment.xy, from = gl_FragCoord.xy - segment.xy;
    float t = clamp(dot(from, along) / max(dot(along, along), 1e-12), 0.0, 1.0);
    float away = length(from - along * t) - half_width;
    colour = vec4(tint.rgb, tint.a * clamp(0.5 - away, 0.0, 1.0));
}
