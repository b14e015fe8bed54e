"""Files of weights under every naming. Peers: torchvision, timm, open_clip, transformers, PyTorch. Seed 23.

Writes network-files/: tiny networks of the peers' own classes in half precision, saved as their programs save them,
alone, in wrappers of training programs, and in folders with their descriptions; NAME.npy, the features that the
peer computes for the images of side S, images-S.npy; expected.json, what each network is. And files that are broken.
The names of DINOv2 and of OpenAI's archive are given by hand to networks of transformers and open_clip.
"""
import functools
import json
import pathlib
import shutil

import numpy as np
import timm
import torch
import transformers
from open_clip.model import CLIP
from safetensors.torch import save_file
from timm.models.vision_transformer import VisionTransformer as TimmTransformer
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet
from torchvision.models.vision_transformer import VisionTransformer as TorchvisionTransformer

OUT = pathlib.Path(__file__).resolve().parent.parent / "network-files"
EXPECTED = {}
IMAGES = {}


class SmallResNet(ResNet):
    """torchvision's layers and forward pass, in other widths."""

    def __init__(self, block=BasicBlock, kernel=7, pool=True, classes=3):
        torch.nn.Module.__init__(self)
        self._norm_layer, self.groups, self.base_width, self.dilation, self.inplanes = torch.nn.BatchNorm2d, 1, 64, 1, 4
        self.conv1 = torch.nn.Conv2d(3, 4, kernel, 2 if kernel == 7 else 1, kernel // 2, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(4)
        self.relu = torch.nn.ReLU(inplace=True)
        self.maxpool = torch.nn.MaxPool2d(3, 2, 1) if pool else torch.nn.Identity()
        for stage, planes in enumerate([4, 4, 8, 8]):
            setattr(self, f"layer{stage + 1}", self._make_layer(block, planes, 1, stride=1 if stage == 0 else 2))
        self.avgpool = torch.nn.AdaptiveAvgPool2d(1)
        self.fc = torch.nn.Linear(8 * block.expansion, classes)


class SmallCifar(torch.nn.Module):
    """A residual network of three stages with the names of kuangliu's and akamaster's code, by torchvision's block."""

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = torch.nn.Conv2d(3, 4, 3, padding=1, bias=False), torch.nn.BatchNorm2d(4)
        inputs = 4
        for stage, planes in enumerate([4, 8, 16]):
            stride = 1 if stage == 0 else 2
            down = None
            if inputs != planes:
                down = torch.nn.Sequential(
                    torch.nn.Conv2d(inputs, planes, 1, stride, bias=False), torch.nn.BatchNorm2d(planes))
            setattr(self, f"layer{stage + 1}", torch.nn.Sequential(BasicBlock(inputs, planes, stride, down)))
            inputs = planes
        self.linear = torch.nn.Linear(16, 5)

    def features(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        return self.layer3(self.layer2(self.layer1(x))).mean((2, 3))


def prepare(model, seed):
    """Random weights that make every layer matter, rounded to half precision; the model computes in float32."""
    g = torch.Generator().manual_seed(23_000 + seed)
    with torch.no_grad():
        for name, value in model.state_dict(keep_vars=True).items():
            if not value.is_floating_point():
                continue
            if value.ndim > 1:
                drawn = torch.randn(value.shape, generator=g) * (1.5 / max(1, value[0].numel()) ** 0.5)
            else:
                drawn = torch.randn(value.shape, generator=g) * 0.1
                drawn += 1.0 if name.endswith(("weight", "running_var", "gamma", "lambda1")) else 0.0
            if name.endswith("running_var"):
                drawn = drawn.abs() + 0.5
            value.copy_(drawn.half().float())
    return model.eval()


def half(state):
    return {k: v.half() if v.is_floating_point() else v for k, v in state.items()}


def state(model):
    return half({k: v.contiguous() for k, v in model.state_dict().items()})


def prefixed(prefix, values):
    return {prefix + k: v for k, v in values.items()}


def images(side):
    if side not in IMAGES:
        IMAGES[side] = torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(side))
        np.save(OUT / f"images-{side}.npy", IMAGES[side].numpy())
    return IMAGES[side]


def expect(path, side, features, **facts):
    """Notes what a file holds, and the features of it that the peer computes."""
    name = path.split(".")[0].replace("/", "-")
    with torch.no_grad():
        np.save(OUT / f"{name}.npy", features(images(side)).float().numpy())
    EXPECTED[path] = dict(side=side, golden=name, **facts)


def residual_files():
    made = dict(kind="residual", stem="imagenet", block="basic", widths=[4, 4, 8, 8], blocks=[1, 1, 1, 1])
    model = prepare(SmallResNet(), 1)
    own = state(model)
    bare = {k: v for k, v in own.items() if not k.startswith("fc.")}
    other = {k: v * 0 for k, v in bare.items()}

    def features(x):
        kept, model.fc = model.fc, torch.nn.Identity()
        try:
            return model(x)
        finally:
            model.fc = kept

    def write(path, content, **facts):
        torch.save(content, OUT / path)
        expect(path, 32, features, **(made | facts))

    write("torchvision_resnet.pth", own, classes=3)
    write("parallel.pth", {"epoch": 3, "state_dict": prefixed("module.", own), "optimizer": {
        "state": {0: {"momentum_buffer": torch.zeros(4)}}}}, classes=3, part="state_dict.module")
    head = {"fc.weight": torch.zeros(6, 8).half(), "fc.bias": torch.zeros(6).half()}
    write("moco.pth", {"epoch": 200, "state_dict": prefixed("module.encoder_q.", bare | head)
                       | prefixed("module.encoder_k.", other | head) | {"module.queue": torch.zeros(6, 4).half()}},
          part="state_dict.module.encoder_q")
    mlp = {"fc.0.weight": torch.zeros(6, 8).half(), "fc.1.weight": torch.zeros(6).half()}
    write("moco_v3.pth", {"state_dict": prefixed("module.momentum_encoder.", other | mlp)
                          | prefixed("module.base_encoder.", bare | mlp)}, part="state_dict.module.base_encoder")
    write("solo.ckpt", {"epoch": 1, "state_dict": prefixed("backbone.", bare)
                        | prefixed("classifier.", {"weight": own["fc.weight"], "bias": own["fc.bias"]})
                        | prefixed("projector.", {"0.weight": torch.zeros(6, 8).half()})
                        | prefixed("momentum_backbone.", other)}, part="state_dict.backbone", classes=3)
    number = {"conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7"}
    write("lightly.ckpt", {"state_dict": {
        "backbone." + ".".join([number[k.split(".")[0]]] + k.split(".")[1:]): v for k, v in bare.items()}
        | {"projection_head.layers.0.weight": torch.zeros(6, 8).half()}}, part="state_dict.backbone")

    model = prepare(SmallResNet(Bottleneck, kernel=3), 2)
    made = made | dict(stem="small_kernel", block="bottleneck")
    own = state(model)
    encoder = prefixed("backbone.", {k: v for k, v in own.items() if not k.startswith("fc.")})
    write("released.pth", {"encoder": encoder | {"projector.0.weight": torch.zeros(6, 32).half()}, "online_finetuner": {
        "block_forward.2.weight": own["fc.weight"], "block_forward.2.bias": own["fc.bias"]}},
        part="encoder.backbone", classes=3)

    model = prepare(SmallCifar(), 3)
    torch.save({"state_dict": prefixed("module.", {k.replace("downsample", "shortcut"): v
                                                   for k, v in state(model).items()})}, OUT / "cifar.pth")
    expect("cifar.pth", 32, model.features, kind="residual", stem="cifar", block="basic", widths=[4, 8, 16],
           blocks=[1, 1, 1], classes=5, part="state_dict.module")


SMALL = dict(kind="transformer", width=16, depth=1, heads=2, patch=4, image=8, hidden=32, activation="gelu")


def torchvision_file():
    model = prepare(TorchvisionTransformer(image_size=8, patch_size=4, num_layers=1, num_heads=2, hidden_dim=16,
                                           mlp_dim=32, num_classes=3), 4)
    torch.save(state(model), OUT / "torchvision_vit.pth")
    model.heads = torch.nn.Identity()
    expect("torchvision_vit.pth", 8, model, **SMALL, epsilon=1e-6, positions="bicubic_aligned", classes=3, give=2)


def timm_files():
    kwargs = dict(img_size=8, patch_size=4, embed_dim=16, depth=1, num_heads=2, mlp_ratio=2)

    def features(model):
        return lambda x: model.forward_head(model.forward_features(x), pre_logits=True)

    model = prepare(TimmTransformer(**kwargs, num_classes=3), 5)
    folder = OUT / "timm"
    folder.mkdir()
    save_file(state(model), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(dict(
        architecture="vit_tiny_patch4_8", num_classes=3, pretrained_cfg=dict(
            input_size=[3, 8, 8], interpolation="bicubic", crop_pct=0.9, mean=[0.5, 0.4, 0.3], std=[0.5, 0.6, 0.7]))))
    expect("timm", 8, features(model), **SMALL, epsilon=1e-6, positions="bicubic_antialiased", classes=3, give=2,
           mean=[0.5, 0.4, 0.3], resize=8)
    model = prepare(TimmTransformer(**kwargs, num_classes=0, class_token=False, global_pool="avg"), 6)
    save_file(state(model), OUT / "timm_mean.safetensors")
    expect("timm_mean.safetensors", 8, features(model), **SMALL, epsilon=1e-6, positions="bicubic_antialiased", give=2,
           classToken=False, final="features")
    model = prepare(TimmTransformer(**kwargs, num_classes=0, init_values=1e-5, reg_tokens=2, no_embed_class=True), 7)
    save_file(state(model), OUT / "timm_registers.safetensors")
    expect("timm_registers.safetensors", 8, features(model), **SMALL, epsilon=1e-6, positions="bicubic_antialiased",
           give=2, registers=2)
    # DINO's own code has timm's names; what it saves when it trains holds both networks.
    model = prepare(TimmTransformer(**kwargs, num_classes=0), 8)
    own = state(model)
    other = {k: v * 0 for k, v in own.items()}
    head = {"head.mlp.0.weight": torch.zeros(6, 16).half(), "head.last_layer.weight_g": torch.zeros(6, 1).half()}
    torch.save({"student": prefixed("module.backbone.", other) | prefixed("module.", head), "teacher":
                prefixed("backbone.", own) | head, "epoch": 100}, OUT / "dino.pth")
    expect("dino.pth", 8, features(model), **SMALL, epsilon=1e-6, positions="bicubic_offset", give=2,
           part="teacher.backbone")


    # CLIP's tower: its projection stands in the place of a classifier, with a bias of zeros; a classifier has another.
    for number, (name, tuned) in enumerate([("timm_clip", False), ("timm_clip_tuned", True)]):
        norm = functools.partial(torch.nn.LayerNorm, eps=1e-5)
        model = prepare(TimmTransformer(**kwargs, num_classes=6, pre_norm=True, norm_layer=norm), 18 + number)
        if not tuned:
            torch.nn.init.zeros_(model.head.bias)
        save_file(state(model), OUT / f"{name}.safetensors")
        facts = dict(classes=6) if tuned else dict(projection=6)
        expect(f"{name}.safetensors", 8, features(model), **SMALL | dict(epsilon=1e-5, pre=True) | facts, give=2,
               positions="bicubic_antialiased")
        if not tuned:
            np.save(OUT / f"{name}-projection.npy", model(images(8)).detach().numpy())


def clip_files():
    text = dict(context_length=5, vocab_size=7, width=4, heads=1, layers=1)
    vision = dict(layers=1, width=16, head_width=8, mlp_ratio=2, patch_size=4, image_size=8)
    made = SMALL | dict(epsilon=1e-5, positions="bicubic_antialiased", projection=6, pre=True)

    def features(model):
        visual = model.visual
        kept, visual.proj = visual.proj, None

        def run(x):
            return visual(x)
        return run, kept

    model = prepare(CLIP(embed_dim=6, vision_cfg=vision, text_cfg=text), 9)
    folder = OUT / "open_clip"
    folder.mkdir()
    save_file(state(model), folder / "open_clip_model.safetensors")
    (folder / "open_clip_config.json").write_text(json.dumps(dict(
        model_cfg=dict(embed_dim=6, vision_cfg=vision, text_cfg=text),
        preprocess_cfg=dict(mean=[0.1, 0.2, 0.3], std=[0.4, 0.5, 0.6]))))
    run, projection = features(model)
    expect("open_clip", 8, run, **made, part="visual", mean=[0.1, 0.2, 0.3], resize=8)
    np.save(OUT / "open_clip-projection.npy", (run(images(8)) @ projection).detach().numpy())

    model = prepare(CLIP(embed_dim=6, vision_cfg=vision, text_cfg=text, quick_gelu=True), 10)
    archive = torch.nn.Module()
    archive.visual, archive.transformer = model.visual, model.transformer
    for name, number in [("input_resolution", 8), ("context_length", 5), ("vocab_size", 7)]:
        archive.register_buffer(name, torch.tensor(number))
    traced = torch.jit.trace_module(Encode(archive.half()).model, {"encode_image": images(8).half()}, check_trace=False)
    traced.save(OUT / "openai.pt")
    archive.float()
    run, _ = features(model)
    expect("openai.pt", 8, run, **(made | dict(activation="quick_gelu")), part="visual", give=2)

    model = prepare(CLIP(embed_dim=6, vision_cfg=dict(layers=[1, 1, 1, 1], width=2, head_width=64, image_size=32),
                         text_cfg=text), 11)
    torch.save(prefixed("module.", state(model)), OUT / "clip_rn.pt")
    pool = model.visual.attnpool
    pool.c_proj.weight.data, pool.c_proj.bias.data = torch.eye(64), torch.zeros(64)
    expect("clip_rn.pt", 32, model.visual, kind="modified", width=2, blocks=[1, 1, 1, 1], heads=1, image=32,
           projection=6, part="module.visual")


class Encode:
    """Gives a module the method that OpenAI's archives have."""

    def __init__(self, model):
        class WithMethod(torch.nn.Module):
            def __init__(self):
                super().__init__()
                for name, child in model.named_children():
                    setattr(self, name, child)
                for name, value in model.named_buffers(recurse=False):
                    self.register_buffer(name, value)

            def encode_image(self, x):
                return self.visual(x)

        self.model = WithMethod().eval()


def hugging_face_files():
    common = dict(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=8, patch_size=4)
    small = common | dict(intermediate_size=32)
    made = SMALL | dict(positions="bicubic")

    def write(name, model, features, **facts):
        # By half and back: save_pretrained writes what the model holds.
        model.half().save_pretrained(OUT / name)
        model.float()
        expect(name, 8, features, **(made | facts))

    def token(model):
        return lambda x: model(x).last_hidden_state[:, 0]

    model = prepare(transformers.ViTForImageClassification(transformers.ViTConfig(**small, num_labels=3)), 12)
    write("hf_vit", model, token(model.vit), epsilon=1e-12, classes=3, part="vit")
    (OUT / "hf_vit" / "preprocessor_config.json").write_text(json.dumps(dict(
        do_resize=True, size=dict(height=8, width=8), resample=2, image_mean=[0.5, 0.5, 0.4],
        image_std=[0.5, 0.5, 0.6])))
    EXPECTED["hf_vit"].update(mean=[0.5, 0.5, 0.4], resize=8, stretched=True)
    model.half().save_pretrained(OUT / "hf_sharded", max_shard_size="4KB")
    model.float()
    expect("hf_sharded", 8, token(model.vit), **made, epsilon=1e-12, classes=3, part="vit")
    folder = OUT / "hf_sharded_bin"
    folder.mkdir()
    own = state(model)
    names = sorted(own)
    parts = {"pytorch_model-00001-of-00002.bin": names[::2], "pytorch_model-00002-of-00002.bin": names[1::2]}
    for file, held in parts.items():
        torch.save({k: own[k] for k in held}, folder / file)
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(dict(
        metadata={}, weight_map={k: file for file, held in parts.items() for k in held})))
    shutil.copy(OUT / "hf_vit" / "config.json", folder)
    expect("hf_sharded_bin", 8, token(model.vit), **made, epsilon=1e-12, classes=3, part="vit")

    model = prepare(transformers.DeiTForImageClassificationWithTeacher(
        transformers.DeiTConfig(**small, num_labels=3)), 13)
    write("hf_deit", model, lambda x: model.deit(x).last_hidden_state[:, :2].mean(1), epsilon=1e-12, classes=3,
          part="deit", distillation=True)
    text = dict(hidden_size=4, intermediate_size=4, num_hidden_layers=1, num_attention_heads=1, vocab_size=7,
                max_position_embeddings=5, bos_token_id=0, eos_token_id=1)
    model = prepare(transformers.CLIPModel(transformers.CLIPConfig(
        vision_config=small, text_config=text, projection_dim=6)), 14)
    write("hf_clip", model, lambda x: model.vision_model(x).pooler_output, epsilon=1e-5, activation="quick_gelu",
          projection=6, part="vision_model", pre=True)
    model = prepare(transformers.CLIPVisionModel(transformers.CLIPVisionConfig(**small, hidden_act="gelu")), 15)
    write("hf_clip_vision", model, lambda x: model(x).pooler_output, epsilon=1e-5, pre=True)
    model = prepare(transformers.Dinov2ForImageClassification(
        transformers.Dinov2Config(**common, mlp_ratio=2, num_labels=3)), 16)
    write("hf_dinov2", model, token(model.dinov2), epsilon=1e-6, part="dinov2")
    model = prepare(transformers.Dinov2WithRegistersModel(transformers.Dinov2WithRegistersConfig(
        **common, mlp_ratio=2, num_register_tokens=3, use_swiglu_ffn=True)), 17)
    write("hf_dinov2_registers", model, token(model), epsilon=1e-6, registers=3, activation="swiglu", hidden=24)
    dinov2(model, token(model))


def dinov2(model, features):
    """The same network with the names of DINOv2's own code, in chunks of blocks as it trains them."""
    own = {}
    joined = {}
    for name, value in state(model).items():
        name = name.replace("embeddings.patch_embeddings.projection.", "patch_embed.proj.")
        name = name.replace("embeddings.position_embeddings", "pos_embed").replace("embeddings.", "")
        name = name.replace("encoder.layer.0.", "blocks.0.0.").replace("layernorm.", "norm.")
        name = name.replace("layer_scale1.lambda1", "ls1.gamma").replace("layer_scale2.lambda1", "ls2.gamma")
        name = name.replace("attention.o_proj", "attn.proj").replace("mlp.down_proj", "mlp.w3")
        for place, part in enumerate(["q_proj", "k_proj", "v_proj"]):
            if f"attention.{part}." in name:
                joined.setdefault(name.replace(f"attention.{part}", "attn.qkv"), {})[place] = value
                break
        else:
            for place, part in enumerate(["gate_proj", "up_proj"]):
                if f"mlp.{part}." in name:
                    joined.setdefault(name.replace(f"mlp.{part}", "mlp.w12"), {})[place] = value
                    break
            else:
                own[name] = value
    for name, parts in joined.items():
        own[name] = torch.cat([parts[i] for i in sorted(parts)])
    torch.save({"teacher": prefixed("backbone.", own) | {"dino_head.mlp.0.weight": torch.zeros(4, 16).half()}},
               OUT / "dinov2.pth")
    expect("dinov2.pth", 8, features, **(SMALL | dict(activation="swiglu", hidden=24)), epsilon=1e-6, registers=3,
           positions="bicubic_antialiased", part="teacher.backbone", give=2)


def broken_files():
    model = prepare(SmallResNet(), 1)
    own = state(model)
    whole = (OUT / "torchvision_resnet.pth").read_bytes()
    (OUT / "truncated.pth").write_bytes(whole[: len(whole) // 2])
    missing = {k: v for k, v in own.items() if k not in ("bn1.bias", "layer2.0.bn2.weight")}
    torch.save(missing, OUT / "missing.pth")
    torch.save(own | {"layer1.0.se.fc1.weight": torch.zeros(2, 4).half()}, OUT / "extra.pth")
    torch.save(own | {"bn1.bias": torch.zeros(5).half()}, OUT / "misshapen.pth")
    bad = {k: v.clone() for k, v in own.items()}
    bad["layer1.0.bn1.weight"][1] = float("nan")
    bad["fc.bias"][0] = float("inf")
    torch.save(bad, OUT / "not_finite.pth")
    model = timm.create_model("mobilenetv3_small_050", num_classes=3)
    kept = {k: v for k, v in list(state(model).items())[:12]}
    torch.save(kept, OUT / "unknown.pth")
    # A residual network whose first convolution is three, as ResNet-D has it.
    deep = {k: v for k, v in own.items() if not k.startswith("conv1")}
    torch.save(deep | {f"conv1.{i}.weight": torch.zeros(4, 3 if i == 0 else 4, 3, 3).half() for i in (0, 3, 6)},
               OUT / "deep_stem.pth")


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    residual_files()
    torchvision_file()
    timm_files()
    clip_files()
    hugging_face_files()
    broken_files()
    (OUT / "expected.json").write_text(json.dumps(EXPECTED, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
