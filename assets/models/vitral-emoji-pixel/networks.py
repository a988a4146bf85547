"""The networks: diffusers' U-Net and autoencoder and transformers' CLIP text encoder, all small. All sizes are here."""

from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

TOKENS, PIECES, WIDTH = 16, 2048, 96
START, END, PAD = 0, 1, 2

SCHEDULE = dict(num_train_timesteps=1000, beta_schedule="linear", beta_start=1e-4, beta_end=0.02, prediction_type="v_prediction", clip_sample=False)

UNET = {
    "pixel": dict(
        sample_size=32, in_channels=3, out_channels=3, block_out_channels=(16, 48, 96, 128), layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=WIDTH, attention_head_dim=4, norm_num_groups=8),
    "latent": dict(
        sample_size=16, in_channels=4, out_channels=4, block_out_channels=(48, 96, 128), layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=WIDTH, attention_head_dim=4, norm_num_groups=8),
}

VAE = dict(
    sample_size=64, in_channels=3, out_channels=3, latent_channels=4, block_out_channels=(16, 32, 64), layers_per_block=1,
    down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3, norm_num_groups=8)


def make_unet(kind):
    return UNet2DConditionModel(**UNET[kind])


def make_text_encoder():
    return CLIPTextModel(CLIPTextConfig(
        vocab_size=PIECES, hidden_size=WIDTH, intermediate_size=2 * WIDTH, projection_dim=WIDTH, num_hidden_layers=2,
        num_attention_heads=4, max_position_embeddings=TOKENS, hidden_act="quick_gelu", layer_norm_eps=1e-5,
        attention_dropout=0.0, bos_token_id=START, eos_token_id=END, pad_token_id=PAD))


def make_vae():
    return AutoencoderKL(**VAE)


def make_schedule():
    return DDPMScheduler(**SCHEDULE)


def count(module):
    return sum(p.numel() for p in module.parameters())
