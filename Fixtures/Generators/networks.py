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
    """The first 2,000 values of the gradients of a loss by each of some tensors."""
    save(f"{name}_gradients", [gradient.flatten()[:2000] for gradient in torch.autograd.grad(loss, tensors)])


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


# Networks whose states have other names than ours.


def carried(values, packed, *names):
    """A peer's state: `names` are replaced in order; `packed` is the peer's pattern of queries, keys and values apart."""
    state = {}
    for ours, value in values.items():
        theirs = ours
        for a, b in names:
            theirs = theirs.replace(a, b)
        if ".attn.qkv." in ours and packed:
            for part, rows in zip("qkv", value.chunk(3)):
                state[theirs.replace("attn.qkv", packed.format(part))] = rows
        else:
            state[theirs] = value
    return state


def load(network, state, missing=()):
    """Loads a state that lacks `missing` alone; shapes with axes of length 1 less are the peer's."""
    own = network.state_dict()
    state = {k: v.reshape(own[k].shape) if k in own and v.numel() == own[k].numel() else v for k, v in state.items()}
    answer = network.load_state_dict(state, strict=False)
    assert not answer.unexpected_keys and set(answer.missing_keys) <= set(missing), answer
    return network.eval()


def token_outputs(network, x, layers, norm, prefix, **settings):
    """Class token, patches, both, and stages, from hooks on the layers and the last normalization of all tokens."""
    kept = []
    hooks = [layer.register_forward_hook(lambda _, __, out: kept.append(out)) for layer in [*layers]]
    with torch.no_grad():
        answer = network(x, **settings)
    for hook in hooks:
        hook.remove()
    tokens = norm(kept[-1]).detach()
    patches = tokens[:, prefix:].mean(1)
    stages = [kept_tokens.detach()[:, prefix:].mean(1) for kept_tokens in kept]
    return tokens[:, 0], patches, stages, answer


def save_tokens(name, network, x, layers, norm, prefix, projected=None, **settings):
    first, patches, stages, answer = token_outputs(network, x, layers, norm, prefix, **settings)
    outputs = [first] + ([projected(answer)] if projected else []) + [patches, torch.cat([first, patches], 1)] + stages
    save(f"{name}_{x.shape[2]}x{x.shape[3]}", outputs)


def by_factors(self, embeddings, height, width):
    """Restates what DINO's and DINOv2's own code do, which no package holds: factors, with 0.1 added to the sizes."""
    table = self.position_embeddings
    if height == width == SIDE:
        return table
    grid = table[:, 1:].reshape(1, GRID, GRID, -1).permute(0, 3, 1, 2)
    factors = ((height // PATCH + 0.1) / GRID, (width // PATCH + 0.1) / GRID)
    grid = F.interpolate(grid, scale_factor=factors, mode="bicubic")
    return torch.cat([table[:, :1], grid.flatten(2).transpose(1, 2)], 1)


def transformers_networks():
    common = dict(hidden_size=WIDTH, num_hidden_layers=DEPTH, num_attention_heads=HEADS, image_size=SIDE,
                  patch_size=PATCH)
    sizes = ((32, 32), (48, 32))
    embeddings = (("patch_embed.proj", "embeddings.patch_embeddings.projection"), ("cls_token", "embeddings.cls_token"),
                  ("reg_token", "embeddings.register_tokens"), ("pos_embed", "embeddings.position_embeddings"))

    tensors = transformer()
    network = load(
        transformers.ViTModel(transformers.ViTConfig(intermediate_size=4 * WIDTH, **common), add_pooling_layer=False),
        carried(formula(tensors), "attention.{}_proj", ("norm1", "layernorm_before"), ("norm2", "layernorm_after"),
                ("attn.proj", "attention.o_proj"), *embeddings, ("blocks.", "layers."), ("norm.weight", "layernorm.weight"),
                ("norm.bias", "layernorm.bias")))
    describe("vit_huggingface", tensors)
    for size in sizes:
        save_tokens("vit_huggingface", network, images(*size), network.layers, network.layernorm, 1,
                    interpolate_pos_encoding=True)

    dino = (("attn.proj", "attention.o_proj"), *embeddings, ("blocks.", "encoder.layer."), ("ls1.gamma", "layer_scale1.lambda1"),
            ("ls2.gamma", "layer_scale2.lambda1"), ("norm.weight", "layernorm.weight"), ("norm.bias", "layernorm.bias"))
    for name, registers, swiglu, model, settings in [
        ("dinov2", 0, False, transformers.Dinov2Model, transformers.Dinov2Config),
        ("dinov2_swiglu", 0, True, transformers.Dinov2Model, transformers.Dinov2Config),
        ("dinov2_registers", 4, False, transformers.Dinov2WithRegistersModel, transformers.Dinov2WithRegistersConfig),
    ]:
        tensors = transformer(registers=registers, scale=True, swiglu=swiglu, hidden=128 if swiglu else 4 * WIDTH)
        values = {}
        for tensor, value in formula(tensors).items():
            if swiglu and ".mlp.fc1" in tensor:
                for part, rows in zip(("gate_proj", "up_proj"), value.chunk(2)):
                    values[tensor.replace("fc1", part)] = rows
            else:
                values[tensor.replace("fc2", "down_proj") if swiglu else tensor] = value
        network = load(model(settings(use_swiglu_ffn=swiglu, **common)), carried(values, "attention.{}_proj", *dino),
                       ["embeddings.mask_token"])
        describe(name, tensors)
        for size in sizes:
            save_tokens(name, network, images(*size), network.encoder.layer, network.layernorm, 1 + registers)
        if name == "dinov2":
            network.embeddings.interpolate_pos_encoding = by_factors.__get__(network.embeddings)
            save_tokens("dinov2_offset", network, images(48, 32), network.encoder.layer, network.layernorm, 1)

    tensors = transformer(pre=True, patch_bias=False, projection=PROJECTION)
    values = formula(tensors)
    network = transformers.CLIPVisionModelWithProjection(transformers.CLIPVisionConfig(
        intermediate_size=4 * WIDTH, projection_dim=PROJECTION, **common))
    projection = values.pop("proj").T.contiguous()
    state = carried(
        values, "self_attn.{}_proj", ("attn.proj", "self_attn.out_proj"),
        ("patch_embed.proj", "vision_model.embeddings.patch_embedding"),
        ("cls_token", "vision_model.embeddings.class_embedding"),
        ("pos_embed", "vision_model.embeddings.position_embedding.weight"),
        ("blocks.", "vision_model.encoder.layers."), ("norm1", "layer_norm1"), ("norm2", "layer_norm2"),
        ("norm.weight", "vision_model.post_layernorm.weight"), ("norm.bias", "vision_model.post_layernorm.bias"),
        ("norm_pre", "vision_model.pre_layrnorm"))
    load(network, state | {"visual_projection.weight": projection})
    describe("clip_huggingface", tensors)
    vision = network.vision_model
    for size in sizes:
        save_tokens("clip_huggingface", network, images(*size), vision.encoder.layers, vision.post_layernorm, 1,
                    lambda answer: answer.image_embeds, interpolate_pos_encoding=True)


def open_clip_networks():
    for name, activation in [("clip", open_clip.transformer.QuickGELU), ("open_clip", nn.GELU)]:
        tensors = transformer(pre=True, patch_bias=False, projection=PROJECTION)
        state = carried(
            formula(tensors), None, ("attn.qkv.", "attn.in_proj_"), ("attn.proj", "attn.out_proj"),
            ("patch_embed.proj", "conv1"), ("cls_token", "class_embedding"), ("pos_embed", "positional_embedding"),
            ("norm_pre", "ln_pre"), ("blocks.", "transformer.resblocks."), ("norm1", "ln_1"), ("norm2", "ln_2"),
            ("mlp.fc1", "mlp.c_fc"), ("mlp.fc2", "mlp.c_proj"), ("norm.weight", "ln_post.weight"),
            ("norm.bias", "ln_post.bias"))
        describe(name, tensors)
        for size in ((32, 32), (48, 32)):
            network = open_clip.transformer.VisionTransformer(
                size, PATCH, WIDTH, DEPTH, HEADS, 4.0, output_dim=PROJECTION, act_layer=activation)
            whole = nn.Module()
            whole.visual = network
            table = {"visual.positional_embedding": state["positional_embedding"][0]}
            open_clip.model.resize_pos_embed(table, whole)
            load(network, {**state, "positional_embedding": table["visual.positional_embedding"]})
            save_tokens(name, network, images(*size), network.transformer.resblocks, network.ln_post, 1,
                        lambda answer: answer)


# Residual networks, as their own state lists their tensors.


def tensors_of(network):
    return [(k, tuple(v.shape)) for k, v in network.state_dict().items() if not k.endswith("num_batches_tracked")]


def modified_resnet():
    width, heads, native = 8, 4, 64
    first = ModifiedResNet([1, 2, 1, 1], PROJECTION, heads, native, width)
    tensors = tensors_of(first)
    values = formula(tensors)
    describe("modified_resnet", tensors)
    for side in (native, 96):
        network = ModifiedResNet([1, 2, 1, 1], PROJECTION, heads, side, width)
        # open_clip brings this embedding to no other size; timm does.
        table = resample_abs_pos_embed(values["attnpool.positional_embedding"][None], [side // 32, side // 32])[0]
        network.load_state_dict({**values, "attnpool.positional_embedding": table}, strict=False)
        network.eval()
        kept, attended = [], []
        for stage in (network.layer1, network.layer2, network.layer3, network.layer4):
            stage.register_forward_hook(lambda _, __, out: kept.append(out.mean((2, 3))))
        x = images(side, side)
        projected = network(x)
        # Before the projection: the same attention, its last layer the identity.
        c = network.attnpool.c_proj
        if side == native:
            pool = network.attnpool
            gradients("modified_resnet", projected.pow(2).sum(), [
                pool.positional_embedding, pool.q_proj.weight, pool.k_proj.weight, pool.v_proj.bias,
                network.conv1.weight])
        network.attnpool.c_proj = nn.Linear(32 * width, 32 * width)
        with torch.no_grad():
            network.attnpool.c_proj.weight.copy_(torch.eye(32 * width))
            network.attnpool.c_proj.bias.zero_()
            features = network(x)
        assert torch.allclose(c(features), projected, atol=1e-4)
        save(f"modified_resnet_{side}x{side}", [features, projected] + kept[:4])


class Padded(nn.Module):
    """Restates the shortcut of option A of He and others (2016), in which no package's network is."""

    def __init__(self, channels):
        super().__init__()
        self.channels = channels

    def forward(self, x):
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.channels, self.channels))


def residual_networks():
    for name, block, layers, stem in [
        ("resnet34", BasicBlock, [3, 4, 6, 3], "imagenet"), ("resnet101", Bottleneck, [3, 4, 23, 3], "imagenet"),
        ("resnet152", Bottleneck, [3, 8, 36, 3], "imagenet"), ("resnet20_padded", BasicBlock, None, "cifar"),
    ]:
        if layers:
            widths = [8, 12, 16, 24]
            network = Narrow(block, layers, widths, stem)
            stages = [network.layer1, network.layer2, network.layer3, network.layer4]
        else:
            widths = [8, 16, 32]
            network = Small(20, widths)
            for stage, channels in ((network.layer2, 4), (network.layer3, 8)):
                stage[0].downsample = Padded(channels)
            stages = [network.layer1, network.layer2, network.layer3]
        network.fc = nn.Identity()
        head = nn.Linear(widths[-1] * block.expansion, CLASSES)
        tensors = tensors_of(network) + [("fc.weight", tuple(head.weight.shape)), ("fc.bias", (CLASSES,))]
        values = formula(tensors)
        describe(name, tensors)
        head.load_state_dict({k[3:]: values[k] for k in ("fc.weight", "fc.bias")})
        network.load_state_dict({k: v for k, v in values.items() if not k.startswith("fc.")}, strict=False)
        # So many blocks of random weights leave float32 too little: in float64, of the float32 weights.
        network.double().eval()
        head.double()
        kept = []
        for stage in stages:
            stage.register_forward_hook(lambda _, __, out: kept.append(out.mean((2, 3))))
        for side in (32, 64):
            kept.clear()
            with torch.no_grad():
                features = network(images(side, side).double())
                save(f"{name}_{side}x{side}", [features, head(features)] + kept)


# The full-size networks of the catalogue: how many values are trained.


def published():
    """A constructor of each entry of the catalogue."""
    def resnet(depth, padded):
        network = Small(depth, [16, 32, 64])
        if padded:
            for stage, channels in ((network.layer2, 8), (network.layer3, 16)):
                stage[0].downsample = Padded(channels)
        return nn.ModuleList([network, nn.Linear(64, 10)])

    networks = {f"resnet{n}": getattr(torchvision.models, f"resnet{n}") for n in (18, 34, 50, 101, 152)}
    networks |= {f"cifar-resnet{n}": lambda n=n: resnet(n, True) for n in (20, 32, 44, 56, 110)}
    networks |= {f"cifar-resnet{n}-projected": lambda n=n: resnet(n, False) for n in (20, 32, 44, 56)}
    networks["resnet8x4"] = lambda: nn.ModuleList([Small(8, [32, 64, 128, 256]), nn.Linear(256, 100)])
    of_timm = {f"vit-{s}-{p}": f"vit_{s}_patch{p}_224" for s, p in [
        ("tiny", 16), ("small", 16), ("small", 32), ("base", 16), ("base", 32), ("large", 16)]}
    for size in ("tiny", "small", "base"):
        of_timm[f"deit-{size}-16"] = f"deit_{size}_patch16_224"
        of_timm[f"deit-{size}-16-distilled"] = f"deit_{size}_distilled_patch16_224"
    of_timm |= {f"dino-vit{s[0]}{p}": f"vit_{s}_patch{p}_224.dino" for s in ("small", "base") for p in (16, 8)}
    for size in ("small", "base", "large", "giant"):
        of_timm[f"dinov2-vit{size[0]}14"] = f"vit_{size}_patch14_dinov2"
    networks |= {ours: lambda name=name: timm.create_model(name) for ours, name in of_timm.items()}
    networks["vit-huge-14"] = lambda: timm.create_model("vit_huge_patch14_224", num_classes=1000)
    networks |= {f"torchvision-vit-{s}-{p}": getattr(torchvision.models, f"vit_{s[0]}_{p}") for s, p in [
        ("base", 16), ("base", 32), ("large", 16), ("large", 32), ("huge", 14)]}
    of_open_clip = {
        "clip-vit-b-32": "ViT-B-32-quickgelu", "clip-vit-b-16": "ViT-B-16-quickgelu", "clip-vit-l-14": "ViT-L-14-quickgelu",
        "clip-vit-l-14-336": "ViT-L-14-336-quickgelu", "clip-rn50": "RN50-quickgelu", "clip-rn101": "RN101-quickgelu",
        "clip-rn50x4": "RN50x4-quickgelu", "clip-rn50x16": "RN50x16-quickgelu", "clip-rn50x64": "RN50x64-quickgelu",
        "openclip-vit-b-32": "ViT-B-32", "openclip-vit-b-16": "ViT-B-16", "openclip-vit-l-14": "ViT-L-14",
        "openclip-vit-h-14": "ViT-H-14", "openclip-vit-g-14": "ViT-g-14", "openclip-vit-bigg-14": "ViT-bigG-14",
    }
    return networks | {ours: lambda name=name: open_clip.create_model(name, device="meta").visual
                       for ours, name in of_open_clip.items()}


def catalogue():
    lines = []
    for name, make in published().items():
        with torch.device("meta"):
            network = make()
        lines.append(f"{name} {sum(value.numel() for value in network.parameters())}")
    (HERE / "networks" / "catalogue.txt").write_text("\n".join(lines) + "\n")


def main():
    (HERE / "networks").mkdir(exist_ok=True)
    catalogue()
    timm_networks()
    torchvision_transformer()
    transformers_networks()
    open_clip_networks()
    modified_resnet()
    residual_networks()


if __name__ == "__main__":
    main()
