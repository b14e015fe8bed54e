"""Trained encoders as modules of PyTorch."""

from __future__ import annotations

import math
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple, Union

import torch
from torch import nn

from ._program import environment, program
from ._weights import json_object, read_safetensors

_STATISTICS: Dict[str, Tuple[List[float], List[float]]] = {
    "cifar": ([0.491, 0.482, 0.447], [0.247, 0.243, 0.261]),
    "imagenet": ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    "clip": ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]),
    "inception": ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
    "none": ([0.0, 0.0, 0.0], [1.0, 1.0, 1.0]),
}


#: What a header or weights of another network make the code below raise.
_DAMAGE = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


def _kernel(weights: Dict[str, torch.Tensor], name: str) -> Tuple[int, int, int]:
    """Outputs, inputs and side of a convolution, which then takes no more memory than the file has values for."""
    shape = tuple(weights[name].shape)
    if len(shape) != 4 or min(shape) < 1 or shape[2] != shape[3]:
        raise ValueError(f"{name} of {shape} is no convolution")
    return shape[0], shape[1], shape[2]


class _Block(nn.Module):
    """A residual block under torchvision's names; its convolutions follow from the shapes of its weights."""

    def __init__(self, weights: Dict[str, torch.Tensor], stride: int, inputs: int) -> None:
        super().__init__()
        count = sum(1 for name in weights if re.fullmatch(r"conv\d\.weight", name))
        self.count = count
        for index in range(1, count + 1):
            outputs, taken, side = _kernel(weights, f"conv{index}.weight")
            # torchvision has the stride on the 3x3 convolution: the second of three, the first of two.
            step = stride if index == (2 if count == 3 else 1) else 1
            setattr(self, f"conv{index}", nn.Conv2d(taken, outputs, side, step, side // 2, bias=False))
            setattr(self, f"bn{index}", nn.BatchNorm2d(outputs))
        self.outputs = int(weights[f"conv{count}.weight"].shape[0])
        self.stride = stride
        self.missing = self.outputs - inputs
        self.downsample: Optional[nn.Module] = None
        if "downsample.0.weight" in weights:
            if _kernel(weights, "downsample.0.weight") != (self.outputs, inputs, 1):
                raise ValueError(f"a shortcut is not from {inputs} channels to {self.outputs}")
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, self.outputs, 1, stride, bias=False), nn.BatchNorm2d(self.outputs)
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """N x C x H x W to the block's outputs."""
        value = x
        for index in range(1, self.count + 1):
            value = getattr(self, f"bn{index}")(getattr(self, f"conv{index}")(value))
            if index < self.count:
                value = value.relu()
        if self.downsample is not None:
            x = self.downsample(x)
        elif self.stride > 1 or self.missing:
            x = nn.functional.pad(
                x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.missing // 2, self.missing // 2)
            )
        return (value + x).relu()


class ResidualNetwork(nn.Module):
    """A residual network under torchvision's names, without a classifier; its structure follows from its weights."""

    def __init__(self, weights: Dict[str, torch.Tensor], pools: bool) -> None:
        super().__init__()
        outputs, channels, side = _kernel(weights, "conv1.weight")
        self.conv1 = nn.Conv2d(channels, outputs, side, 2 if side == 7 else 1, side // 2, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.maxpool: nn.Module = nn.MaxPool2d(3, 2, 1) if pools else nn.Identity()
        self.stages: List[str] = []
        inputs = int(outputs)
        for stage in range(1, 9):
            prefix = f"layer{stage}."
            blocks = sorted({int(name.split(".")[1]) for name in weights if name.startswith(prefix)})
            if not blocks:
                break
            layers = []
            for block in blocks:
                own = f"{prefix}{block}."
                part = {name[len(own) :]: value for name, value in weights.items() if name.startswith(own)}
                made = _Block(part, 2 if stage > 1 and block == 0 else 1, inputs)
                layers.append(made)
                inputs = made.outputs
            setattr(self, f"layer{stage}", nn.Sequential(*layers))
            self.stages.append(f"layer{stage}")
        self.columns = inputs
        wanted = {name: value for name, value in weights.items() if not name.startswith("fc.")}
        found = self.load_state_dict(wanted, strict=False)
        missing = [name for name in found.missing_keys if not name.endswith("num_batches_tracked")]
        if missing or found.unexpected_keys:
            raise ValueError(f"the weights are not a residual network's: {(missing + found.unexpected_keys)[0]}")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalized images, N x 3 x H x W, to features, N x columns."""
        x = self.maxpool(self.bn1(self.conv1(x)).relu())
        for stage in self.stages:
            x = getattr(self, stage)(x)
        return x.mean((2, 3))


class Encoder(nn.Module):
    """An encoder that `mvmr train` made: images to embeddings, as `mvmr embed` computes them.

    Attributes
    ----------
    network : torch.nn.Module
        The network alone, which takes normalized images. Residual networks have torchvision's names.
    mean, std : torch.Tensor of shape (1, 3, 1, 1)
        What images of 0...1 are normalized with.
    image_size : tuple of int or None
        (height, width) of the images it was trained on.
    settings : dict
        Every setting of the run; empty where an export was read.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(
        self,
        network: nn.Module,
        mean: List[float],
        std: List[float],
        image_size: Optional[Tuple[int, int]],
        settings: Dict[str, Any],
    ) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", torch.tensor(mean).reshape(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).reshape(1, 3, 1, 1), persistent=False)
        self.image_size = image_size
        self.settings = settings

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Embeds images.

        Parameters
        ----------
        images : torch.Tensor of shape (n, 3, height, width) or (n, 1, height, width)
            uint8, or floating point in 0...1; gray is repeated.

        Returns
        -------
        torch.Tensor of shape (n, columns)
        """
        if images.dim() != 4 or images.shape[1] not in (1, 3):
            raise ValueError(f"images have shape {tuple(images.shape)}: give (n, 3, height, width)")
        if not images.is_floating_point():
            if images.dtype != torch.uint8:
                raise TypeError(f"images are {images.dtype}: give uint8, or floating point in 0...1")
            images = images.to(self.mean.dtype) / 255
        result: torch.Tensor = self.network((images - self.mean) / self.std)
        return result


def load_encoder(run: Union[str, "os.PathLike[str]"], checkpoint: str = "best") -> Encoder:
    """Loads the encoder of a run as a module of PyTorch, in evaluation mode.

    A residual network is built from its checkpoint alone. What a transformer's checkpoint does not say, the program
    `mvmr export` does, which then has to be there; an export is read without it.

    Parameters
    ----------
    run : str or os.PathLike
        The folder of a run, a checkpoint, or what `mvmr export --format safetensors` wrote.
    checkpoint : {"best", "last"}, default "best"
        Which of a run's; where a run has no best one, the last.

    Returns
    -------
    Encoder

    Raises
    ------
    FileNotFoundError
        Where there is none, or the program is needed and is not there.
    ValueError
        Where it is no encoder, or is damaged.
    """
    if checkpoint not in ("best", "last"):
        raise ValueError(f"checkpoint {checkpoint!r} is not one of best, last")
    place = _checkpoint(Path(run), checkpoint)
    arrays, texts = read_safetensors(place)
    try:
        return _encoder(place, arrays, texts).eval()
    except _DAMAGE as error:
        if isinstance(error, ValueError) and str(place) in str(error):
            raise
        said = str(error.args[0] if isinstance(error, LookupError) and error.args else error).split("\n")[0]
        raise ValueError(f"{place} holds no encoder that is known here, or is damaged: {said}") from None


def _encoder(place: Path, arrays: Dict[str, Any], texts: Dict[str, str]) -> Encoder:
    if "network" in texts:
        return _of_export(place, arrays, texts, {})
    if texts.get("format") != "mvmr-checkpoint":
        raise ValueError(f"{place} is not a checkpoint of mvmr: give the folder of a run, or its best.ckpt")
    settings = json_object(texts["settings"], f"{place} is damaged: its settings text")
    prefix = "backbone."
    weights = {
        name[len(prefix) :]: torch.from_numpy(value) for name, value in arrays.items() if name.startswith(prefix)
    }
    if "conv1.weight" not in weights or "layer1.0.conv1.weight" not in weights:
        return _exported(place, settings)
    size = _size(json_object(texts.get("place", "{}"), f"{place} is damaged: its place").get("imageShape"))
    mean, std = _statistics(str(settings.get("normalization", "auto")), size)
    network = ResidualNetwork(weights, pools=_pools(settings, weights))
    return Encoder(network, mean, std, size, settings)


def _size(shape: Any) -> Optional[Tuple[int, int]]:
    """The height and width that a header says; None where it says none."""
    if shape is None:
        return None
    size = (int(shape["height"]), int(shape["width"]))
    if min(size) < 1:
        raise ValueError(f"images of {size[0]}x{size[1]} cannot be")
    return size


def _checked(mean: List[float], std: List[float]) -> Tuple[List[float], List[float]]:
    """Means and deviations of three channels; raises ValueError where they cannot be."""
    numbers = [float(value) for value in (*mean, *std)]
    if len(mean) != 3 or len(std) != 3 or not all(map(math.isfinite, numbers)) or min(numbers[3:]) <= 0:
        raise ValueError(f"means {mean} and deviations {std} are not three finite numbers each, deviations above 0")
    return numbers[:3], numbers[3:]


def _of_export(
    place: Path, arrays: Dict[str, Any], texts: Dict[str, str], settings: Dict[str, Any]
) -> Encoder:
    """An encoder of an export, whose header says what network it is and how images are normalized."""
    weights = {name: torch.from_numpy(value) for name, value in arrays.items()}
    (kind, structure), *_ = json_object(texts["network"], f"{place} is damaged: its network").items()
    if kind == "transformer":
        from ._torch_transformer import transformer

        network: nn.Module = transformer(structure, weights)
    elif kind == "residual":
        own = {name: value for name, value in weights.items() if not name.endswith("num_batches_tracked")}
        network = ResidualNetwork(own, pools=structure["stem"] != "cifar")
    else:
        raise ValueError(f"{place} holds a network of the kind {kind}: export it as torchscript, for torch.jit.load")
    said = json_object(texts.get("preprocessing", "{}"), f"{place} is damaged: its preprocessing")
    mean, std = _checked(said.get("mean", [0.0] * 3), said.get("deviation", [1.0] * 3))
    return Encoder(network, mean, std, _size((said.get("framing") or {}).get("size")), settings)


def _checkpoint(run: Path, which: str) -> Path:
    if run.is_file():
        return run
    if not run.exists():
        raise FileNotFoundError(f"{run} does not exist: give the folder of a run, or a checkpoint")
    for name in (which, "last", "best"):
        if (run / f"{name}.ckpt").is_file():
            return run / f"{name}.ckpt"
    raise FileNotFoundError(f"{run} holds neither best.ckpt nor last.ckpt: give the folder of a run")


def _statistics(text: str, size: Optional[Tuple[int, int]]) -> Tuple[List[float], List[float]]:
    if text == "auto":
        text = "cifar" if size is not None and max(size) <= 32 else "imagenet"
    if text in _STATISTICS:
        return _STATISTICS[text]
    try:
        mean, std = ([float(value) for value in side.split(",")] for side in text.split("/"))
        return _checked(mean, std)
    except ValueError:
        raise ValueError(f"the checkpoint's normalization {text!r} is not known to this version of mvmr") from None


def _pools(settings: Dict[str, Any], weights: Dict[str, torch.Tensor]) -> bool:
    """Whether a max-pool follows the stem: a kernel of 3x3 pixels does not tell, the run's settings do."""
    stem = settings.get("stem", "auto")
    if stem == "auto":
        small = settings.get("encoder") in ("resnet8x4", "cifar-resnet")
        stem = "imagenet" if weights["conv1.weight"].shape[-1] == 7 else "cifar" if small else "small_kernel"
    return bool(stem != "cifar")


def _exported(place: Path, settings: Dict[str, Any]) -> Encoder:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "encoder.safetensors"
        ran = subprocess.run(
            [program(), "export", str(place), "--format", "safetensors", "--output", str(output), "--quiet"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=environment(),
        )
        if ran.returncode != 0:
            raise ValueError(f"mvmr export failed: {ran.stderr.strip()}")
        arrays, texts = read_safetensors(output)
        return _of_export(place, arrays, texts, settings)
