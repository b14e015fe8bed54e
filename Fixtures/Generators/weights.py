"""Small files of weights. Peers: PyTorch's `torch.save` and `torch.jit.save`, the safetensors package. Seed 19.

Writes weights/: the same tensors as `zip.pth`, `legacy.pth` and `plain.safetensors`, their values as .npy in float32;
`trained.ckpt`, which holds them as a training program would, beside numbers, texts and an argparse.Namespace;
`scripted.pt`, TorchScript; `evil.pth`, which asks for a function call; `big_endian.pth`, of another byte order.
"""
import argparse
import os
import pathlib
import zipfile

import numpy as np
import torch
from safetensors.torch import save_file

OUT = pathlib.Path(__file__).resolve().parent.parent / "weights"


class Evil:
    def __reduce__(self):
        return (os.getcwd, ())


class Network(torch.nn.Module):
    def __init__(self, tensors):
        super().__init__()
        self.inner = torch.nn.Linear(3, 4)
        self.inner.weight.data = tensors["float32"]

    def forward(self, x):
        return self.inner(x)


def main():
    OUT.mkdir(exist_ok=True)
    g = torch.Generator().manual_seed(19)
    base = torch.randn(4, 3, generator=g)
    base[0, 0], base[1, 1] = 6e-8, -0.0
    tensors = {
        "float32": base,
        "float64": base.double() * 1.1,
        "float16": base.half(),
        "bfloat16": base.bfloat16(),
        "int64": torch.arange(-3, 3).reshape(2, 3),
        "int32": torch.arange(6, dtype=torch.int32),
        "int16": torch.arange(4, dtype=torch.int16) - 2,
        "int8": torch.tensor([-128, 127], dtype=torch.int8),
        "uint8": torch.tensor([0, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False, True]),
        "scalar": torch.tensor(7),
        "empty": torch.zeros(0, 5),
    }
    # What only a pickle can say: a transposed view, a part of another's storage, a parameter.
    views = {"transposed": base.t(), "part": base[1:3, 1:], "parameter": torch.nn.Parameter(base)}
    for name, value in (tensors | views).items():
        np.save(OUT / f"{name}.npy", value.detach().float().contiguous().numpy())
    save_file(tensors, OUT / "plain.safetensors", metadata={"format": "pt"})
    torch.save(tensors | views, OUT / "zip.pth")
    torch.save(tensors | views, OUT / "legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(
        {
            "epoch": 3,
            "loss": 0.25,
            "arch": "resnet50",
            "args": argparse.Namespace(lr=0.1, name="run"),
            "state_dict": {f"module.{k}": v for k, v in tensors.items()},
            "optimizer": {"state": {0: {"step": torch.tensor(5.0)}}, "param_groups": [{"betas": (0.9, 0.999)}]},
        },
        OUT / "trained.ckpt",
    )
    torch.jit.script(Network(tensors)).save(OUT / "scripted.pt")
    torch.save({"weight": base, "evil": Evil()}, OUT / "evil.pth")
    with zipfile.ZipFile(OUT / "zip.pth") as source, zipfile.ZipFile(OUT / "big_endian.pth", "w") as target:
        for item in source.infolist():
            target.writestr(item.filename, b"big" if item.filename.endswith("byteorder") else source.read(item))


if __name__ == "__main__":
    main()
