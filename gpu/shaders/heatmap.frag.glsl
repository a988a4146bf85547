// SPDX-License-Identifier: Apache-2.0
#version 450
// The colour of one pixel of a map: which block it shows (axis), where that block's tile lies (refs), its value, and
// the colour of the value's upper 16 bits. The same integers and the same table as the CPU painter, so the same picture.
layout(std430, set = 0, binding = 0) readonly buffer Tiles { float value[]; };
layout(std430, set = 0, binding = 1) readonly buffer Axis { int axis[]; };     // columns, then rows; -1: beyond
layout(std430, set = 0, binding = 2) readonly buffer Refs { ivec2 refs[]; };   // slot or -1, levels coarser
layout(std430, set = 0, binding = 3) readonly buffer Colours { uint colours[]; }; // 0xAARRGGBB
layout(push_constant) uniform Map {
    ivec2 origin;    // of the map in the target, pixels
    ivec2 size;      // of the map, pixels
    ivec2 firstTile; // column, row of the first tile seen, at the level of the plan
    int nTileCol;
    float offset;    // taken from a value before its bits are read
    uint outside;    // 0xAARRGGBB
    uint waiting;
} map;
layout(location = 0) out vec4 colour;

vec4 unpack(uint argb) { return unpackUnorm4x8(argb).zyxw; }

void main() {
    const int kSide = 256;
    ivec2 p = ivec2(gl_FragCoord.xy) - map.origin;
    int col = axis[p.x], row = axis[map.size.x + p.y];
    if (col < 0 || row < 0) {
        colour = unpack(map.outside);
        return;
    }
    ivec2 ref = refs[row / kSide * map.nTileCol + col / kSide];
    if (ref.x < 0) {
        colour = unpack(map.waiting);
        return;
    }
    ivec2 block = (map.firstTile * kSide + ivec2(col, row)) >> ref.y;
    ivec2 inside = block & (kSide - 1);
    float v = value[ref.x * kSide * kSide + inside.y * kSide + inside.x] - map.offset;
    colour = unpack(colours[floatBitsToUint(v) >> 16]);
}
