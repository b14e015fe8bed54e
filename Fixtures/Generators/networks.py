"""Goldens of the architectures: timm, torchvision, open_clip and transformers, on small networks.

Each network is described once, by the tensors that our own has (timm's names for transformers, torchvision's and
OpenAI's for residual networks). Their values are the formula of encoder.py by their place in that list, and are carried
into the peer's own module by name, with strict loading; so none are stored. Images are corners of images/rgb96.npy,
with ImageNet's statistics; everything in float32, evaluated. For every network and size, NAME_HxW.npy holds all outputs
one after the other, in the order that our network lists them; NAME.txt lists the tensors and their shapes.
"""
import math
import pathlib

import numpy as np
import open_clip
import timm
import torch
import torch.nn.functional as F
import torchvision
import transformers
from open_clip.modified_resnet import ModifiedResNet
from timm.layers import SwiGLUPacked, resample_abs_pos_embed
from timm.models.deit import VisionTransformerDistilled
from timm.models.vision_transformer import VisionTransformer
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck
from torchvision.models.vision_transformer import interpolate_embeddings

from encoder import Narrow, Small

HERE = pathlib.Path(__file__).resolve().parent.parent
MEAN, DEVIATION = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
WIDTH, DEPTH, HEADS, PATCH, SIDE, CLASSES, PROJECTION = 48, 2, 3, 8, 32, 5, 20
GRID = SIDE // PATCH


def formula(tensors):
    """The values of a list of (name, shape)."""
    values = {}
    for place, (name, shape) in enumerate(tensors):
        count, fan = math.prod(shape), math.prod(shape[1:])
        i = torch.arange(count, dtype=torch.int64)
        mixed = (i * 2654435761 + place * 40503) & 0xFFFFFFFF
        for _ in range(2):
            mixed = ((mixed ^ (mixed >> 16)) * 0x45D9F3B) & 0xFFFFFFFF
        unit = (mixed ^ (mixed >> 16)).double() / 2**32 - 0.5
        if len(shape) == 1:
            filled = unit * 0.2 + (1 if name.endswith(("weight", "running_var")) else 0)
        else:
            filled = unit * 3 / fan**0.5
        values[name] = filled.reshape(shape).float()
    return values


def images(height, width):
    pixels = np.load(HERE / "images" / "rgb96.npy")[:2, :height, :width]
    return ((torch.from_numpy(pixels.copy()).float() / 255 - MEAN) / DEVIATION).permute(0, 3, 1, 2).contiguous()


def save(name, outputs):
    flat = torch.cat([value.detach().flatten() for value in outputs])
    np.save(HERE / "networks" / f"{name}.npy", np.ascontiguousarray(flat.numpy().astype(np.float32)))


def describe(name, tensors):
    lines = [f"{tensor} {'x'.join(map(str, shape))}" for tensor, shape in tensors]
    (HERE / "networks" / f"{name}.txt").write_text("\n".join(lines) + "\n")


# Transformers, as our network names its tensors.


def transformer(
    classes=0, projection=0, class_token=True, distilled=False, registers=0, class_position=True, patch_bias=True,
    pre=False, scale=False, swiglu=False, final="norm", hidden=4 * WIDTH,
):
    prefix = (class_token + distilled) if class_position else 0
    tensors = [("cls_token", (1, 1, WIDTH))] if class_token else []
    tensors += [("reg_token", (1, registers, WIDTH))] if registers else []
    tensors += [("pos_embed", (1, GRID * GRID + prefix, WIDTH))]
    tensors += [("dist_token", (1, 1, WIDTH))] if distilled else []
    tensors += [("patch_embed.proj.weight", (WIDTH, 3, PATCH, PATCH))]
    tensors += [("patch_embed.proj.bias", (WIDTH,))] if patch_bias else []

    def layer(name, *shape):
        return [(f"{name}.weight", shape), (f"{name}.bias", shape[:1])]

    tensors += layer("norm_pre", WIDTH) if pre else []
    for n in range(DEPTH):
        block = f"blocks.{n}"
        tensors += layer(f"{block}.norm1", WIDTH) + layer(f"{block}.attn.qkv", 3 * WIDTH, WIDTH)
        tensors += layer(f"{block}.attn.proj", WIDTH, WIDTH)
        tensors += [(f"{block}.ls1.gamma", (WIDTH,))] if scale else []
        tensors += layer(f"{block}.norm2", WIDTH) + layer(f"{block}.mlp.fc1", (2 if swiglu else 1) * hidden, WIDTH)
        tensors += layer(f"{block}.mlp.fc2", WIDTH, hidden)
        tensors += [(f"{block}.ls2.gamma", (WIDTH,))] if scale else []
    tensors += layer(final, WIDTH) if final else []
    tensors += [("proj", (WIDTH, projection))] if projection else []
    tensors += layer("head", classes, WIDTH) if classes else []
    return tensors + (layer("head_dist", classes, WIDTH) if classes and distilled else [])


def of_timm(name, kind=VisionTransformer, tensors=None, sizes=((32, 32), (48, 32)), **settings):
    """A network of timm's, which has our names."""
    network = kind(
        img_size=SIDE, patch_size=PATCH, embed_dim=WIDTH, depth=DEPTH, num_heads=HEADS, dynamic_img_size=True,
        **{"num_classes": CLASSES, **settings})
    values = formula(tensors)
    network.load_state_dict(values, strict=True)
    assert sorted(network.state_dict()) == sorted(values)
    network.eval()
    describe(name, tensors)
    for height, width in sizes:
        x = images(height, width)
        with torch.no_grad():
            tokens = network.forward_features(x)
            patches = tokens[:, network.num_prefix_tokens :].mean(1)
            features = network.forward_head(tokens, pre_logits=True)
            by_class = network.num_prefix_tokens > 0 and isinstance(network.fc_norm, nn.Identity)
            outputs = [features] + ([network.forward_head(tokens)] if network.num_classes else [])
            outputs += [patches, torch.cat([tokens[:, 0], patches], 1)] if by_class else [features]
            stages = network.forward_intermediates(x, indices=DEPTH, intermediates_only=True)
            outputs += [stage.mean((2, 3)) for stage in stages]
        save(f"{name}_{height}x{width}", outputs)
    return network, values


def gradients(name, loss, tensors):
    """The gradients of a loss by some tensors."""
    save(f"{name}_gradients", torch.autograd.grad(loss, tensors))


def timm_networks():
    network, _ = of_timm("vit", tensors=transformer(classes=CLASSES))
    of_timm(
        "vit_average", tensors=transformer(
            classes=CLASSES, class_token=False, registers=2, class_position=False, final="fc_norm"),
        class_token=False, reg_tokens=2, no_embed_class=True, global_pool="avg")
    of_timm(
        "deit", VisionTransformerDistilled, transformer(classes=CLASSES, distilled=True))
    of_timm(
        "dinov2_timm", tensors=transformer(registers=4, class_position=False, scale=True, swiglu=True, hidden=64),
        reg_tokens=4, no_embed_class=True, init_values=1e-5, mlp_ratio=128.01 / WIDTH, mlp_layer=SwiGLUPacked,
        act_layer=nn.SiLU, num_classes=0)
    # Every kind of tensor, and the embedding of positions through its interpolation.
    state = dict(network.named_parameters())
    named = ["cls_token", "pos_embed", "patch_embed.proj.weight", "blocks.0.attn.qkv.weight", "blocks.0.mlp.fc1.bias",
             "blocks.1.norm1.weight", "blocks.1.attn.proj.weight", "norm.bias"]
    gradients("vit", network.forward_head(network.forward_features(images(48, 32)), pre_logits=True).pow(2).sum(),
              [state[n] for n in named])


def torchvision_transformer():
    tensors = transformer(classes=CLASSES)
    values = formula(tensors)
    describe("vit_torchvision", tensors)

    def name(ours):
        if ours == "cls_token":
            return "class_token"
        if ours == "pos_embed":
            return "encoder.pos_embedding"
        pairs = {"patch_embed.proj": "conv_proj", "blocks.": "encoder.layers.encoder_layer_", "norm1": "ln_1",
                 "norm2": "ln_2", "attn.qkv.": "self_attention.in_proj_", "attn.proj": "self_attention.out_proj",
                 "mlp.fc1": "mlp.0", "mlp.fc2": "mlp.3", "head": "heads.head"}
        if ours.startswith("norm."):
            return "encoder.ln." + ours[5:]
        for a, b in pairs.items():
            ours = ours.replace(a, b)
        return ours

    for side in (SIDE, 48):
        network = torchvision.models.VisionTransformer(side, PATCH, DEPTH, HEADS, WIDTH, 4 * WIDTH, num_classes=CLASSES)
        state = interpolate_embeddings(side, PATCH, {name(k): v for k, v in values.items()})
        network.load_state_dict(state, strict=True)
        network.eval()
        kept = []
        network.encoder.ln.register_forward_hook(lambda _, __, out: kept.append(out))
        for layer in network.encoder.layers:
            layer.register_forward_hook(lambda _, __, out: stages.append(out[:, 1:].mean(1)))
        stages = []
        with torch.no_grad():
            logits = network(images(side, side))
        tokens = kept[0]
        patches = tokens[:, 1:].mean(1)
        save(f"vit_torchvision_{side}x{side}",
             [tokens[:, 0], logits, patches, torch.cat([tokens[:, 0], patches], 1)] + stages)


# Hugging Face's transformers.


def of_transformers(values, block, tables):
    """A state for Hugging Face's module: queries, keys and values apart, and other names by `tables`."""
    state = {}
    for ours, value in values.items():
        if ".attn.qkv." in ours:
            kind = ours.rsplit(".", 1)[1]
            number = ours.split(".")[1]
            for part, rows in zip("qkv", value.chunk(3)):
                state[tables["qkv"].format(number=number, part=part, kind=kind)] = rows
            continue
        theirs = ours
        for a, b in tables["names"]:
            theirs = theirs.replace(a, b)
        state[theirs] = value
    return state


def loaded(network, state):
    """Loads a state; what it lacks may only be the token for masked training."""
    answer = network.load_state_dict(state, strict=False)
    assert not answer.unexpected_keys and all("mask_token" in k for k in answer.missing_keys), answer
    return network.eval()


def transformers_outputs(network, x, prefix, **settings):
    kept = []
    network.layernorm.register_forward_hook(lambda _, __, out: kept.append(out))
    with torch.no_grad():
        out = network(x, output_hidden_states=True, **settings)
    tokens = kept[-1]
    patches = tokens[:, prefix:].mean(1)
    stages = [hidden[:, prefix:].mean(1) for hidden in out.hidden_states[1:]]
    return [tokens[:, 0], patches, torch.cat([tokens[:, 0], patches], 1)] + stages


def transformers_networks():
    common = dict(hidden_size=WIDTH, num_hidden_layers=DEPTH, num_attention_heads=HEADS, image_size=SIDE,
                  patch_size=PATCH, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    probe = transformers.Dinov2Model(transformers.Dinov2Config(**common))
    print([k for k in probe.state_dict()][:30])
    probe = transformers.ViTModel(transformers.ViTConfig(intermediate_size=4 * WIDTH, **common), add_pooling_layer=False)
    print([k for k in probe.state_dict()][:30])


def main():
    (HERE / "networks").mkdir(exist_ok=True)
    torch.manual_seed(0)
    timm_networks()
    torchvision_transformer()
    transformers_networks()


if __name__ == "__main__":
    main()
