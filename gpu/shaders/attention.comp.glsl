// SPDX-License-Identifier: Apache-2.0
#version 450
// One tile of an attention map: every invocation makes one value, the largest and the mean of the visible cells of a
// block of queries by keys, out of queries, keys and log-sum-exp. The formula is core/trace/attention_map_plain.cpp.

layout(local_size_x = 16, local_size_y = 16) in;

layout(std430, set = 0, binding = 0) readonly buffer Queries { float q[]; };
layout(std430, set = 0, binding = 1) readonly buffer Keys { float k[]; };
layout(std430, set = 0, binding = 2) readonly buffer LogSumExp { float lse[]; };
layout(std430, set = 0, binding = 3) writeonly buffer Values { float values[]; };

layout(push_constant) uniform Push {
    int n, dim, firstQuery, firstKey;
    int block, window, hideFirst, score;
    float scale, softcap;
} job;

const int kSide = 256;

void main() {
    const int row = int(gl_GlobalInvocationID.y), col = int(gl_GlobalInvocationID.x);
    const int q0 = job.firstQuery + row * job.block, k0 = job.firstKey + col * job.block;
    const int q1 = min(q0 + job.block, job.n);
    float most = 0.0, sum = 0.0;
    int count = 0;
    for (int i = q0; i < q1; ++i) {
        int from = job.window > 0 ? max(k0, i - job.window + 1) : k0;
        if (job.hideFirst != 0)
            from = max(from, 1);
        const int to = min(k0 + job.block, i + 1);
        for (int j = from; j < to; ++j) {
            float dot = 0.0;
            for (int d = 0; d < job.dim; ++d)
                dot += q[i * job.dim + d] * k[j * job.dim + d];
            float s = dot * job.scale;
            if (job.softcap > 0.0) // tanh of large values is not safe on every driver
                s = job.softcap * tanh(clamp(s / job.softcap, -20.0, 20.0));
            const float v = job.score != 0 ? s : exp(s - lse[i]);
            most = count == 0 ? v : max(most, v);
            sum += v;
            ++count;
        }
    }
    const float nothing = uintBitsToFloat(0x7fc00000u);
    values[row * kSide + col] = count > 0 ? most : nothing;
    values[kSide * kSide + row * kSide + col] = count > 0 ? sum / float(count) : nothing;
}
