"""The network of vitral-pequeno: a small Llama-style decoder in plain PyTorch.

Legend: B batch, T tokens, E embedding, H query heads, K key/value heads, D head dim, F feed-forward, V vocabulary.

Rotary embedding rotates the *interleaved* pairs (2i, 2i+1). That is the order GGUF expects for the architecture
"llama", so the Q and K matrices are exported as they are (a Hugging Face checkpoint, which rotates (i, i + D/2),
would need its rows permuted first).
"""

from dataclasses import asdict, dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass
class Config:
    vocab_size: int = 3072
    context_length: int = 1024
    dim: int = 256  # E
    layers: int = 6
    heads: int = 8  # H
    kv_heads: int = 2  # K, each serves H / K query heads (grouped-query attention, Ainslie et al. 2023)
    ffn: int = 768  # F, a multiple of 256 so that every GGUF block format fits
    rope_base: float = 10000.0
    norm_eps: float = 1e-5

    @property
    def head_dim(self) -> int:
        return self.dim // self.heads

    def to_dict(self) -> dict:
        return asdict(self)


class RMSNorm(nn.Module):
    """x / sqrt(mean(x^2) + eps) * w (Zhang & Sennrich 2019)."""

    def __init__(self, dim: int, eps: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), self.eps)


def rope_table(cfg: Config, length: int):
    """cos and sin, each [T, D/2], angle = position * base^(-2i/D) (Su et al. 2021)."""
    inv = cfg.rope_base ** (-torch.arange(0, cfg.head_dim, 2).float() / cfg.head_dim)
    angle = torch.arange(length).float()[:, None] * inv[None, :]
    return angle.cos(), angle.sin()


def rotate(x, cos, sin):
    """x [B, heads, T, D]; pairs (2i, 2i+1) are turned by the angle of their position."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2)


class Block(nn.Module):
    def __init__(self, cfg: Config):
        super().__init__()
        self.cfg = cfg
        e, d = cfg.dim, cfg.head_dim
        self.attn_norm = RMSNorm(e, cfg.norm_eps)
        self.attn_q = nn.Linear(e, cfg.heads * d, bias=False)
        self.attn_k = nn.Linear(e, cfg.kv_heads * d, bias=False)
        self.attn_v = nn.Linear(e, cfg.kv_heads * d, bias=False)
        self.attn_output = nn.Linear(cfg.heads * d, e, bias=False)
        self.ffn_norm = RMSNorm(e, cfg.norm_eps)
        self.ffn_gate = nn.Linear(e, cfg.ffn, bias=False)
        self.ffn_up = nn.Linear(e, cfg.ffn, bias=False)
        self.ffn_down = nn.Linear(cfg.ffn, e, bias=False)

    def forward(self, x, cos, sin, lengths=None):
        b, t, _ = x.shape
        c = self.cfg
        h = self.attn_norm(x)
        q = self.attn_q(h).view(b, t, c.heads, c.head_dim).transpose(1, 2)
        k = self.attn_k(h).view(b, t, c.kv_heads, c.head_dim).transpose(1, 2)
        v = self.attn_v(h).view(b, t, c.kv_heads, c.head_dim).transpose(1, 2)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        group = c.heads // c.kv_heads
        k = k.repeat_interleave(group, dim=1)
        v = v.repeat_interleave(group, dim=1)
        if lengths is None:
            a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:  # one document after another: a mask over the whole row would cost three times as much
            parts = zip(q.split(lengths, 2), k.split(lengths, 2), v.split(lengths, 2))
            a = torch.cat([F.scaled_dot_product_attention(*p, is_causal=True) for p in parts], 2)
        x = x + self.attn_output(a.transpose(1, 2).reshape(b, t, -1))
        h = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


class Model(nn.Module):
    def __init__(self, cfg: Config):
        super().__init__()
        self.cfg = cfg
        self.token_embd = nn.Embedding(cfg.vocab_size, cfg.dim)  # also the output matrix (tied)
        self.blocks = nn.ModuleList(Block(cfg) for _ in range(cfg.layers))
        self.output_norm = RMSNorm(cfg.dim, cfg.norm_eps)
        cos, sin = rope_table(cfg, cfg.context_length)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        for name, p in self.named_parameters():
            if p.dim() == 2:
                std = 0.02
                if name.endswith(("attn_output.weight", "ffn_down.weight")):
                    std = 0.02 / (2 * cfg.layers) ** 0.5  # GPT-2's scaling of what is added to the residual
                nn.init.normal_(p, std=std)

    def hidden(self, ids, lengths=None):
        """ids int64 [B, T] -> final normalised state [B, T, E]. lengths: documents that lie one after another along T,
        each with its own positions from 0 and no view of the others; None = one document."""
        x = self.token_embd(ids)
        at = torch.arange(ids.shape[1]) if lengths is None else torch.cat([torch.arange(n) for n in lengths])
        cos, sin = self.cos[at].to(x.dtype), self.sin[at].to(x.dtype)
        for block in self.blocks:
            x = block(x, cos, sin, lengths)
        return self.output_norm(x)

    def forward(self, ids):
        """-> logits [B, T, V]."""
        return self.hidden(ids) @ self.token_embd.weight.T

    def count(self) -> int:
        return sum(p.numel() for p in self.parameters())
