"""Goldens of teachers: PyTorch 2.15's embeddings by TorchScript modules.

Writes teacher/tiny.pt, a scripted network of 12 features (seed 31), and networks that are of no use as they are: broken.pt
gives two tensors, dictionary.pt a dictionary; silent.pt raises without a message, late.pt with one whose first line is empty,
value.pt a ValueError; single.pt was traced with one image, mean.pt gives one row for all images; endless.pt
does not come to an end with more than three images; missing.pt calls an operator
that no libtorch has, attention.pt one that libtorch 1.13 lacks, and attention-plain.pt is the same network written as
Notebooks-free-docs/Distillation.md says, attention-rgb32.npy what it gives. weights.pth, a dictionary of weights, is no
TorchScript. The bytes of the .pt files differ from run to run, what
they compute does not. tiny-rgb32.npy and tiny-scaled.npy are tiny.pt's
embeddings of images/rgb32.npy, normalised by ImageNet's statistics and as (255 x - 127) / 128. Where ../../shared/data/teachers
is there, or the folder MVMR_REAL_DATA names, also those of its two real teachers: resnet56-rgb32.npy (32 pixels, ImageNet's
statistics) and lite0-rgb224.npy (images/rgb224.npy, as (255 x - 127) / 128).
"""
import os
import pathlib

import numpy as np
import torch
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent.parent
REAL = pathlib.Path(os.environ.get("MVMR_REAL_DATA", HERE.parent.parent / "shared" / "data")) / "teachers"
MEAN, DEVIATION = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])


class Tiny(nn.Module):
    """A convolution, batch normalisation with statistics of its own, dropout, pooling and a linear layer."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 5, 4), nn.BatchNorm2d(8), nn.ReLU(), nn.Dropout(0.5))
        self.head = nn.Linear(8, 12)

    def forward(self, x):
        if x.size(2) > 64:
            raise RuntimeError("images are too large")
        return self.head(self.features(x).mean((2, 3)))


class Broken(nn.Module):
    def forward(self, x):
        return x, x


class Dictionary(nn.Module):
    def forward(self, x: torch.Tensor):
        return {"features": x.mean((2, 3))}


class Silent(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("")
        return x


class Late(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("\nthe cause is on the second line\nand there is a third")
        return x


class Value(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise ValueError("a value that does not fit")
        return x


class Single(nn.Module):
    def forward(self, x):
        return x.mean((2, 3)).reshape(1, 3)


class Mean(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean((2, 3)).mean(0, keepdim=True)


class Endless(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        while x.size(0) > 3:
            x = x + 1
        return x.mean((2, 3))


class Missing(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.ops.mvmr.nothing(x)


class Attention(nn.Module):
    """A patch embedding, attention among the patches by PyTorch's fused function, and their mean."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 12, 8, 8)
        self.attention = nn.MultiheadAttention(12, 3, batch_first=True)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        return self.attention(x, x, x, need_weights=False)[0].mean(1)


def plain_attention(q, k, v, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, **unused):
    products = q @ k.transpose(-2, -1) * (q.shape[-1] ** -0.5 if scale is None else scale)
    return (products if attn_mask is None else products + attn_mask).softmax(-1) @ v


def images(name, mean, deviation):
    batch = torch.from_numpy(np.load(HERE / "images" / f"{name}.npy")).float() / 255
    return ((batch - mean) / deviation).permute(0, 3, 1, 2).contiguous()


def save(name, value):
    np.save(HERE / "teacher" / f"{name}.npy", value.detach().numpy().astype(np.float32))


def main():
    (HERE / "teacher").mkdir(exist_ok=True)
    torch.manual_seed(31)
    tiny = Tiny()
    with torch.no_grad():
        tiny.features[1].running_mean.normal_(0, 0.3)
        tiny.features[1].running_var.uniform_(0.3, 0.9)
        tiny.head.weight.mul_(100)  # far from the clamp of distances, even by 32
    torch.jit.script(tiny).save(HERE / "teacher" / "tiny.pt")  # in training mode: readers must leave it
    torch.jit.script(Broken()).save(HERE / "teacher" / "broken.pt")
    for network in (Dictionary(), Silent(), Late(), Value(), Mean(), Endless()):
        torch.jit.script(network).save(HERE / "teacher" / f"{type(network).__name__.lower()}.pt")
    torch.jit.trace(Single(), torch.zeros(1, 3, 32, 32)).save(HERE / "teacher" / "single.pt")
    library = torch.library.Library("mvmr", "DEF")
    library.define("nothing(Tensor x) -> Tensor")
    torch.jit.script(Missing()).save(HERE / "teacher" / "missing.pt")
    attention, patches = Attention().eval(), images("rgb32", MEAN, DEVIATION)
    with torch.no_grad():
        for name, function in (("attention", nn.functional.scaled_dot_product_attention), ("attention-plain", plain_attention)):
            nn.functional.scaled_dot_product_attention = function
            torch.backends.mha.set_fastpath_enabled(False)
            traced = torch.jit.trace(attention, torch.zeros(2, 3, 32, 32))
            traced.save(HERE / "teacher" / f"{name}.pt")
        save("attention-rgb32", attention(patches))
    torch.save(tiny.state_dict(), HERE / "teacher" / "weights.pth")
    tiny = torch.jit.load(HERE / "teacher" / "tiny.pt").eval()
    save("tiny-rgb32", tiny(images("rgb32", MEAN, DEVIATION)))
    save("tiny-scaled", tiny(images("rgb32", 127 / 255, 128 / 255)))
    for path, name, source, mean, deviation in (
        ("resnet_cifar10/resnet56_features.ts.pt", "resnet56-rgb32", "rgb32", MEAN, DEVIATION),
        ("efficientnet_lite0/efficientnet_lite0_features.ts.pt", "lite0-rgb224", "rgb224", 127 / 255, 128 / 255),
    ):
        if (REAL / path).exists():
            save(name, torch.jit.load(REAL / path).eval()(images(source, mean, deviation)))
        else:
            print(f"{path} is not there: {name} stays as it is")


if __name__ == "__main__":
    main()
