# SPDX-License-Identifier: Apache-2.0
"""Golden data for core/diffusion: small random networks and what diffusers and transformers compute with them.

Writes tests/golden/diffusion/<name>.safetensors: inputs and every block's output (f32, as [image, channel, row, column]),
and as metadata the configs ("vitral.diffusion", see docs/diffusion-files.md) and the list of weights ("weights": name ->
[shape, kind, spread]). The weights themselves are not stored: `weight()` below computes them from their names, and
tests/core/diffusion/diffusion_golden.cpp does the same.
Made with torch 2.15.0, diffusers 0.42.1, transformers 5.23.0 (float32, CPU, one thread).
Run: python diffusion.py [name ...]
"""
import json
import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import save_file

OUT = pathlib.Path(__file__).resolve().parent.parent / "diffusion"
MASK = (1 << 64) - 1


def fnv1a(text):
    h = 0xCBF29CE484222325
    for byte in text.encode():
        h = ((h ^ byte) * 0x100000001B3) & MASK
    return h


def uniform(name, n):
    """n numbers in [-1, 1): the top 24 bits of splitmix64 of (hash of the name + index)."""
    with np.errstate(over="ignore"):
        z = np.uint64(fnv1a(name)) + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / 8388608.0 - 1.0


def weight(name, shape, kind, spread):
    values = uniform(name, int(np.prod(shape))) * spread + (1.0 if kind == "one" else 0.0)
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def fill(module, prefix, weights):
    """Gives every parameter its value by rule and notes how."""
    state = {}
    for name, old in module.state_dict().items():
        if name.endswith("position_ids"):
            continue
        shape = list(old.shape)
        is_norm = len(shape) == 1 and ("norm" in name or "pool.1" in name)
        if is_norm and name.endswith("weight"):
            kind, spread = "one", 0.3
        elif len(shape) == 1:
            kind, spread = "zero", 0.1
        elif "embed" in name and "linear" not in name and len(shape) == 2 and "proj" not in name:
            kind, spread = "zero", 1.0
        else:
            kind, spread = "zero", float(np.float32(1.4 * np.sqrt(3.0 / np.prod(shape[1:]))))
        weights[prefix + name] = [shape, kind, spread]
        state[name] = weight(prefix + name, shape, kind, spread)
    missing = module.load_state_dict(state, strict=False)
    assert not missing.unexpected_keys, missing
    module.eval()


def noise(name, *shape):
    return torch.from_numpy((uniform(name, int(np.prod(shape))) * 1.7).astype(np.float32).reshape(shape))


def save(name, tensors, meta, weights):
    path = OUT / f"{name}.safetensors"
    save_file({k: v.detach().float().contiguous().clone() for k, v in tensors.items()}, path,
              metadata={"vitral.diffusion": json.dumps(meta), "weights": json.dumps(weights)})
    print(f"{name}: {path.stat().st_size} bytes, {sum(int(np.prod(w[0])) for w in weights.values())} weights")


def config(module, kind):
    return {k: v for k, v in dict(module.config).items() if not k.startswith("_")} | {"_class_name": kind}


def watch(points):
    """points: name -> module. Collects what each module returns (its first tensor)."""
    got, hooks = {}, []
    for name, module in points.items():
        def hook(_, __, out, name=name):
            got[name] = (out if isinstance(out, torch.Tensor) else out[0]).detach().clone()
        hooks.append(module.register_forward_hook(hook))
    return got


def unet_points(net):
    points = {"unet.in": net.conv_in}
    for side, blocks in (("down", net.down_blocks), ("up", net.up_blocks)):
        for i, block in enumerate(blocks):
            for j, res in enumerate(block.resnets):
                points[f"unet.{side}.{i}.res.{j}"] = res
            for j, attn in enumerate(getattr(block, "attentions", None) or []):
                points[f"unet.{side}.{i}.attn.{j}"] = attn
            for sampler in (getattr(block, f"{side}samplers", None) or []):
                points[f"unet.{side}.{i}.{side}"] = sampler
    points["unet.mid.res.0"] = net.mid_block.resnets[0]
    if net.mid_block.attentions[0] is not None:
        points["unet.mid.attn.0"] = net.mid_block.attentions[0]
    points["unet.mid"] = net.mid_block
    return points


SCHEDULER = dict(num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear",
                 prediction_type="epsilon", steps_offset=1)


def unet_case(name, kind, t=321.0, size=8, words=5, classes=None, keep=None, **cfg):
    import diffusers
    net = getattr(diffusers, kind)(sample_size=size, **cfg)
    weights = {}
    fill(net, "unet.", weights)
    got = watch(unet_points(net))
    x = noise(name + ".x", 2, net.config.in_channels, size, size)
    tensors = {"x": x, "timestep": torch.tensor([t])}
    extra = {}
    if kind == "UNet2DConditionModel":
        tensors["words"] = noise(name + ".words", 2, words, net.config.cross_attention_dim)
        extra["encoder_hidden_states"] = tensors["words"]
    if classes is not None:
        extra["class_labels"] = torch.tensor(classes)
        tensors["classes"] = torch.tensor(classes).float()
    if cfg.get("addition_embed_type") == "text_time":
        n = cfg["projection_class_embeddings_input_dim"] - 6 * cfg["addition_time_embed_dim"]
        tensors["pooled"] = noise(name + ".pooled", 2, n)
        ids = torch.tensor([[8.0 * size, 8.0 * size, 0.0, 0.0, 8.0 * size, 8.0 * size]] * 2)
        extra["added_cond_kwargs"] = dict(text_embeds=tensors["pooled"], time_ids=ids)
    with torch.no_grad():
        out = net(x, torch.tensor(t), **extra).sample
    # Plain attention works in place here: what the residual block left is given before it. Same in the engine.
    tensors |= {k: v for k, v in got.items() if keep is None or k in keep} | {"out": out}
    save(name, tensors, {"version": 1, "name": name, "unet": config(net, kind), "scheduler": SCHEDULER}, weights)


def sd1():
    unet_case("unet-sd1", "UNet2DConditionModel", block_out_channels=(16, 32, 32), layers_per_block=1, norm_num_groups=8,
              attention_head_dim=4, cross_attention_dim=24,
              down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
              up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"))


def sd2():
    unet_case("unet-sd2", "UNet2DConditionModel", t=987.0, block_out_channels=(16, 32), layers_per_block=2,
              norm_num_groups=4, attention_head_dim=(2, 4), cross_attention_dim=40, use_linear_projection=True,
              down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
              up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"))


def xl():
    unet_case("unet-xl", "UNet2DConditionModel", t=5.0, block_out_channels=(16, 32), layers_per_block=1,
              norm_num_groups=8, attention_head_dim=(2, 4), cross_attention_dim=32, use_linear_projection=True,
              transformer_layers_per_block=(1, 2), addition_embed_type="text_time", addition_time_embed_dim=8,
              projection_class_embeddings_input_dim=20 + 48,
              down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
              up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"))


def plain():
    unet_case("unet-plain", "UNet2DModel", t=700.0, in_channels=3, out_channels=3, block_out_channels=(16, 32),
              layers_per_block=1, norm_num_groups=4, attention_head_dim=8, freq_shift=1, flip_sin_to_cos=False,
              down_block_types=("DownBlock2D", "AttnDownBlock2D"), up_block_types=("AttnUpBlock2D", "UpBlock2D"))


def classes():
    unet_case("unet-classes", "UNet2DModel", in_channels=1, out_channels=1, block_out_channels=(8, 16), layers_per_block=1,
              norm_num_groups=4, attention_head_dim=None, num_class_embeds=5, classes=[3, 0], center_input_sample=True,
              down_block_types=("DownBlock2D", "AttnDownBlock2D"), up_block_types=("AttnUpBlock2D", "UpBlock2D"))


def vae_case(name, size=16, **cfg):
    import diffusers
    net = diffusers.AutoencoderKL(sample_size=size, **cfg)
    weights = {}
    fill(net, "vae.", weights)
    points = {}
    for side, half, blocks in (("encoder", net.encoder, "down"), ("decoder", net.decoder, "up")):
        for i, block in enumerate(getattr(half, f"{blocks}_blocks")):
            for j, res in enumerate(block.resnets):
                points[f"vae.{side}.{blocks}.{i}.res.{j}"] = res
            for sampler in (getattr(block, f"{blocks}samplers", None) or []):
                points[f"vae.{side}.{blocks}.{i}.{blocks}"] = sampler
        for j, res in enumerate(half.mid_block.resnets):
            points[f"vae.{side}.mid.res.{j}"] = res
        if half.mid_block.attentions[0] is not None:
            points[f"vae.{side}.mid.attn.0"] = half.mid_block.attentions[0]
    got = watch(points)
    n = 2 ** (len(cfg["block_out_channels"]) - 1)
    x, z = noise(name + ".x", 1, 3, size, size), noise(name + ".z", 1, net.config.latent_channels, size // n, size // n)
    scale, shift = net.config.scaling_factor, net.config.shift_factor or 0.0
    with torch.no_grad():
        encoded = (net.encode(x).latent_dist.mean - shift) * scale
        decoded = net.decode(z / scale + shift).sample
    # A U-Net that belongs to it, so that the file is a model; it is not run here.
    unet = diffusers.UNet2DModel(sample_size=8, in_channels=net.config.latent_channels, out_channels=net.config.latent_channels,
                                 block_out_channels=(8,), layers_per_block=1, norm_num_groups=2, add_attention=False,
                                 down_block_types=("DownBlock2D",), up_block_types=("UpBlock2D",))
    fill(unet, "unet.", weights)
    save(name, got | {"x": x, "z": z, "encoded": encoded, "decoded": decoded},
         {"version": 1, "name": name, "unet": config(unet, "UNet2DModel"), "vae": config(net, "AutoencoderKL"), "scheduler": SCHEDULER},
         weights)


def vae():
    vae_case("vae-sd", block_out_channels=(8, 16, 16), layers_per_block=1, norm_num_groups=4,
             down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3)


def vae_shifted():
    vae_case("vae-shifted", size=8, block_out_channels=(8, 16), layers_per_block=2, norm_num_groups=8, latent_channels=6,
             scaling_factor=0.36, shift_factor=0.11, use_quant_conv=False, use_post_quant_conv=False, mid_block_add_attention=False,
             down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2)


def taesd():
    import diffusers
    net = diffusers.AutoencoderTiny(encoder_block_out_channels=(16, 16, 16, 16), decoder_block_out_channels=(16, 16, 16, 16))
    weights = {}
    fill(net, "", weights)
    x, z = noise("taesd.x", 1, 3, 32, 32), noise("taesd.z", 1, 4, 3, 5)
    with torch.no_grad():
        encoded, decoded = net.encode(x).latents, net.decode(z).sample
    save("taesd", {"x": x, "z": z, "encoded": encoded, "decoded": decoded}, {}, weights)


def clip_text():
    """Two text encoders (Stable Diffusion 1's and 2's kind) and CLIP's tokenizer on a small vocabulary of its own."""
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    import tokenizers
    from tokenizers import models, normalizers, pre_tokenizers, trainers
    texts = ["a photo of a cat", "um gato vermelho na praia", "the quick brown fox, 3 dogs & 12 birds!", "it's the artist's 2nd",
             "paisagem com montanhas e um rio", "highly detailed, 4k, trending"]
    small = tokenizers.Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    small.normalizer = normalizers.Lowercase()
    small.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    small.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=260 + 256 + 60, end_of_word_suffix="</w>", show_progress=False,
                                                         initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    merges = [tuple(m) if not isinstance(m, str) else tuple(m.split(" ")) for m in json.loads(small.to_str())["model"]["merges"]]
    # CLIP's own order of ids: bytes, bytes that end a word, merges, the two special tokens.
    byte = {b: c for b, c in zip(*_bytes())}
    pieces = [byte[b] for b in byte] + [byte[b] + "</w>" for b in byte] + ["".join(m) for m in merges] + ["<|startoftext|>", "<|endoftext|>"]
    vocab = {p: i for i, p in enumerate(pieces)}
    assert len(vocab) == len(pieces)
    tok = CLIPTokenizer(vocab=vocab, merges=merges, model_max_length=16)
    probes = texts + ["", " ", "  A  Photo\tof\na CAT  ", "naïve café ÇÃO", "日本語 emoji 🙂🙂", "don't we're you'll I'd I've I'm", "a1b22c333", "!!! ?? ...",
                      "<|endoftext|> x", "e\u0301galite\u0301", "x" * 40, "one two three four five six seven eight nine ten eleven twelve thirteen"]
    cases = [[t, tok(t, add_special_tokens=False)["input_ids"], tok(t, padding="max_length", truncation=True)["input_ids"]] for t in probes]
    weights, tensors = {}, {}
    meta = {"merges": ["#version: 0.2"] + [" ".join(m) for m in merges], "vocab": vocab, "cases": cases, "models": {}}
    ids = torch.tensor([c[2] for c in cases[:3]])
    tensors["ids"] = ids.float()
    for name, act, n in (("sd1", "quick_gelu", 2), ("sd2", "gelu", 3)):
        cfg = CLIPTextConfig(vocab_size=len(vocab), hidden_size=32, intermediate_size=64, num_hidden_layers=n, num_attention_heads=4,
                             max_position_embeddings=16, hidden_act=act, projection_dim=24, bos_token_id=len(vocab) - 2,
                             eos_token_id=len(vocab) - 1, pad_token_id=len(vocab) - 1)
        net = CLIPTextModel(cfg)
        mine = {}
        fill(net, f"{name}.", mine)
        weights |= mine
        with torch.no_grad():
            out = net(ids, output_hidden_states=True)
        tensors[f"{name}.last"] = out.last_hidden_state
        tensors[f"{name}.penultimate"] = out.hidden_states[-2]
        tensors[f"{name}.pooled"] = out.pooler_output
        meta["models"][name] = cfg.to_dict()
    path = OUT / "clip-text.safetensors"
    save_file({k: v.detach().float().contiguous().clone() for k, v in tensors.items()}, path,
              metadata={"weights": json.dumps(weights), "clip": json.dumps(meta)})
    print(f"clip-text: {path.stat().st_size} bytes")


def _bytes():
    shown = list(range(0x21, 0x7F)) + list(range(0xA1, 0xAD)) + list(range(0xAE, 0x100))
    order, names, n = shown[:], [chr(b) for b in shown], 0
    for b in range(256):
        if b not in shown:
            order.append(b)
            names.append(chr(256 + n))
            n += 1
    return order, names


def ldm_names(n_levels, n_res, attention, n_text):
    """Names of a checkpoint of the original code, in its own spelling; what they mean, diffusers' converter says."""
    res = ["in_layers.0", "in_layers.2", "emb_layers.1", "out_layers.0", "out_layers.3", "skip_connection"]
    block = "transformer_blocks.0."
    attn = ["norm", "proj_in", "proj_out"] + [block + f"{a}.{p}" for a in ("attn1", "attn2") for p in ("to_q", "to_k", "to_v", "to_out.0")]
    attn += [block + n for n in ("norm1", "norm2", "norm3", "ff.net.0.proj", "ff.net.2")]
    unet = ["time_embed.0", "time_embed.2", "input_blocks.0.0", "out.0", "out.2"]
    i = 1
    for level in range(n_levels):
        for _ in range(n_res):
            unet += [f"input_blocks.{i}.0.{r}" for r in res] + [f"input_blocks.{i}.1.{a}" for a in attn if attention[level]]
            i += 1
        if level + 1 < n_levels:
            unet += [f"input_blocks.{i}.0.op"]
            i += 1
    unet += [f"middle_block.{j}.{r}" for j in (0, 2) for r in res] + [f"middle_block.1.{a}" for a in attn]
    i = 0
    for level in reversed(range(n_levels)):
        for j in range(n_res + 1):
            unet += [f"output_blocks.{i}.0.{r}" for r in res] + [f"output_blocks.{i}.1.{a}" for a in attn if attention[level]]
            if j == n_res and level > 0:
                unet += [f"output_blocks.{i}.{2 if attention[level] else 1}.conv"]
            i += 1
    return unet


def ldm():
    """A whole checkpoint in the original code's names, as diffusers' own converter reads it."""
    import diffusers
    from diffusers.loaders import single_file_utils as sf
    from transformers import CLIPTextConfig, CLIPTextModel
    unet = diffusers.UNet2DConditionModel(sample_size=8, block_out_channels=(16, 32), layers_per_block=1, norm_num_groups=8, attention_head_dim=8,
                                          cross_attention_dim=64, down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
                                          up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"))
    vae = diffusers.AutoencoderKL(sample_size=16, block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=4,
                                  down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2)
    weights, tensors = {}, {}

    def learn(net, names, prefix, convert):
        """Which original name becomes which of `net`: by the converter, on tensors that carry their number."""
        probes = {}
        for n, name in enumerate(names):
            for suffix in (".weight", ".bias"):
                probes[prefix + name + suffix] = torch.full((1,), float(2 * n + (suffix == ".bias")))
        numbers = {float(v[0]): k for k, v in probes.items()}
        converted = {k: float(v.flatten()[0]) for k, v in convert(dict(probes)).items()}
        state = net.state_dict()
        missing = [k for k in state if k not in converted]
        assert not missing, missing
        values = {}
        for name, old in state.items():
            mine = {}
            original = numbers[converted[name]]
            shape = list(old.shape)
            if "attentions" in name and "mid_block" in name and prefix.startswith("first") and len(shape) == 2:
                shape += [1, 1]  # convolutions of one pixel in the original
            is_norm = len(shape) == 1 and "norm" in name
            kind, spread = ("one", 0.3) if is_norm and name.endswith("weight") else ("zero", 0.1) if len(shape) == 1 else \
                ("zero", float(np.float32(1.4 * np.sqrt(3.0 / np.prod(shape[1:])))))
            weights[original] = [shape, kind, spread]
            values[name] = weight(original, shape, kind, spread).reshape(list(old.shape))
        net.load_state_dict(values)
        net.eval()

    learn(unet, ldm_names(2, 1, (True, False), 0), "model.diffusion_model.", lambda c: sf.convert_ldm_unet_checkpoint(c, unet.config))
    blocks = ["norm1", "conv1", "norm2", "conv2", "nin_shortcut"]
    names = ["quant_conv", "post_quant_conv"]
    for half in ("encoder", "decoder"):
        names += [f"{half}.{n}" for n in ("conv_in", "norm_out", "conv_out")]
        names += [f"{half}.mid.block_{j}.{b}" for j in (1, 2) for b in blocks] + [f"{half}.mid.attn_1.{n}" for n in ("norm", "q", "k", "v", "proj_out")]
    for i in (0, 1):
        names += [f"encoder.down.{i}.block.0.{b}" for b in blocks] + [f"decoder.up.{i}.block.{j}.{b}" for j in (0, 1) for b in blocks]
    names += ["encoder.down.0.downsample.conv", "decoder.up.1.upsample.conv"]
    learn(vae, names, "first_stage_model.", lambda c: sf.convert_ldm_vae_checkpoint(c, vae.config))

    # OpenCLIP's encoder as Stable Diffusion 2 uses it: three layers, of which the last is left out.
    text = CLIPTextModel(CLIPTextConfig(vocab_size=49408, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=1,
                                        max_position_embeddings=77, hidden_act="gelu", projection_dim=64))
    p, values = "cond_stage_model.model.", {}

    def take(original, shape, kind="zero", spread=None):
        spread = spread or float(np.float32(1.4 * np.sqrt(3.0 / np.prod(shape[1:])))) if len(shape) > 1 else spread or 0.1
        weights[p + original] = [shape, kind, spread]
        return weight(p + original, shape, kind, spread)

    values["embeddings.token_embedding.weight"] = take("token_embedding.weight", [49408, 64], spread=1.0)
    values["embeddings.position_embedding.weight"] = take("positional_embedding", [77, 64], spread=1.0)
    for end in ("weight", "bias"):
        values[f"final_layer_norm.{end}"] = take(f"ln_final.{end}", [64], *(("one", 0.3) if end == "weight" else ("zero", 0.1)))
    for i in range(3):
        at, to = f"transformer.resblocks.{i}.", f"encoder.layers.{i}."
        layer = {}
        for a, b in (("ln_1", "layer_norm1"), ("ln_2", "layer_norm2")):
            layer[f"{to}{b}.weight"] = take(f"{at}{a}.weight", [64], "one", 0.3)
            layer[f"{to}{b}.bias"] = take(f"{at}{a}.bias", [64])
        for a, b, n_out, n_in in (("attn.out_proj", "self_attn.out_proj", 64, 64), ("mlp.c_fc", "mlp.fc1", 96, 64), ("mlp.c_proj", "mlp.fc2", 64, 96)):
            layer[f"{to}{b}.weight"] = take(f"{at}{a}.weight", [n_out, n_in])
            layer[f"{to}{b}.bias"] = take(f"{at}{a}.bias", [n_out])
        for end, shape in (("weight", [192, 64]), ("bias", [192])):
            fused = take(f"{at}attn.in_proj_{end}", shape)
            for j, which in enumerate("qkv"):
                layer[f"{to}self_attn.{which}_proj.{end}"] = fused[64 * j:64 * (j + 1)]
        if i < 2:
            values |= layer
    text.load_state_dict(values, strict=False)
    text.eval()
    ids = [49406, 320, 1125, 539, 320, 2368, 49407] + [0] * 70  # "a photo of a cat"; 0 fills up in Stable Diffusion 2
    x, z, words = noise("ldm.x", 2, 4, 8, 8), noise("ldm.z", 1, 4, 5, 3), noise("ldm.words", 2, 7, 64)
    with torch.no_grad():
        tensors["text"] = text(torch.tensor([ids])).last_hidden_state
        tensors["out"] = unet(x, torch.tensor(500.0), encoder_hidden_states=words).sample
        tensors["decoded"] = vae.decode(z / 0.18215).sample
    save("ldm", tensors | {"x": x, "z": z, "words": words, "timestep": torch.tensor([500.0])}, {}, weights)


def philox_normal(seed, n):
    """core/diffusion/noise.cpp: Philox 4x32-10 (Random123's constants) and Box-Muller, stream 0."""
    out = []
    for block in range((n + 3) // 4):
        c, k = [block, 0, 0, 0], [seed & 0xFFFFFFFF, seed >> 32]
        for _ in range(10):
            p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
            c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ k[1], p0 & 0xFFFFFFFF]
            k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
        for a, b in ((c[0], c[1]), (c[2], c[3])):
            radius, angle = np.sqrt(-2 * np.log((a + 1.0) / 2**32)), 2 * np.pi * b / 2**32
            out += [radius * np.cos(angle), radius * np.sin(angle)]
    return np.array(out[:n], dtype=np.float32)


def sdxl():
    """The whole pipeline of Stable Diffusion XL on small random networks: two text encoders, pooled text, time ids."""
    import diffusers
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer
    byte = dict(zip(*_bytes()))
    pieces = list(byte.values()) + [c + "</w>" for c in byte.values()] + ["<|startoftext|>", "<|endoftext|>"]
    vocab = {p: i for i, p in enumerate(pieces)}
    end = len(pieces) - 1
    toks = [CLIPTokenizer(vocab=vocab, merges=[], model_max_length=16, pad_token=pad) for pad in ("<|endoftext|>", "!")]
    common = dict(vocab_size=len(pieces), num_attention_heads=2, max_position_embeddings=16, bos_token_id=end - 1, eos_token_id=end)
    text = CLIPTextModel(CLIPTextConfig(hidden_size=16, intermediate_size=32, num_hidden_layers=2, hidden_act="quick_gelu", **common))
    text2 = CLIPTextModelWithProjection(CLIPTextConfig(hidden_size=24, intermediate_size=48, num_hidden_layers=3, hidden_act="gelu",
                                                       projection_dim=20, **common))
    unet = diffusers.UNet2DConditionModel(
        sample_size=8, block_out_channels=(16, 32), layers_per_block=1, norm_num_groups=8, attention_head_dim=(2, 4), cross_attention_dim=40,
        use_linear_projection=True, transformer_layers_per_block=(1, 2), addition_embed_type="text_time", addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=20 + 48, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"))
    vae = diffusers.AutoencoderKL(sample_size=64, block_out_channels=(8, 8, 8, 16), layers_per_block=1, norm_num_groups=4, scaling_factor=0.13025,
                                  down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4)
    weights, tensors = {}, {}
    for prefix, net in (("unet.", unet), ("vae.", vae), ("text_encoder.", text), ("text_encoder_2.", text2)):
        fill(net, prefix, weights)
    scheduler = diffusers.DDIMScheduler(**SCHEDULER, clip_sample=False, set_alpha_to_one=True)
    pipe = diffusers.StableDiffusionXLPipeline(vae, text, text2, toks[0], toks[1], unet, scheduler, force_zeros_for_empty_prompt=True,
                                               add_watermarker=False)
    pipe.set_progress_bar_config(disable=True)
    prompt, negative = "a red cat", "dull"
    with torch.no_grad():
        for name, said in (("zeros", None), ("negative", negative)):
            embeds, no, pooled, no_pooled = pipe.encode_prompt(prompt, device="cpu", negative_prompt=said)
            tensors |= {"text": embeds, "pooled": pooled, f"{name}.text": no, f"{name}.pooled": no_pooled}
            first = torch.from_numpy(philox_normal(7, 4 * 8 * 6).reshape(1, 4, 8, 6))
            latents = pipe(prompt, negative_prompt=said, latents=first.clone(), num_inference_steps=4, guidance_scale=5.0, height=64, width=48,
                           output_type="latent").images
            tensors |= {f"{name}.latents": latents, f"{name}.picture": vae.decode(latents / vae.config.scaling_factor).sample}
    tensors["first"] = first
    meta = {"prompt": prompt, "negative": negative, "vocab": vocab, "scheduler": dict(scheduler.config), "unet": config(unet, "UNet2DConditionModel"),
            "vae": config(vae, "AutoencoderKL"), "text_encoder": text.config.to_dict(), "text_encoder_2": text2.config.to_dict()}
    save("sdxl", tensors, meta, weights)


CASES = {f.__name__: f for f in (sd1, sd2, xl, plain, classes, vae, vae_shifted, taesd, clip_text, ldm, sdxl)}

if __name__ == "__main__":
    torch.set_num_threads(1)
    OUT.mkdir(exist_ok=True)
    for case in sys.argv[1:] or CASES:
        CASES[case]()
