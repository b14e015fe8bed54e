"""Vision transformers under timm's names, as exports of `mvmr` describe them."""

from __future__ import annotations

from typing import Any, Dict, Optional

import torch
from torch import nn
from torch.nn import functional


class _Patches(nn.Module):
    """Squares of pixels as tokens."""

    def __init__(self, width: int, patch: int, bias: bool) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, width, patch, patch, bias=bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """N x 3 x H x W to N x width x rows x columns."""
        result: torch.Tensor = self.proj(x)
        return result


class _Scale(nn.Module):
    """A factor for each column of a branch."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Scales the columns."""
        return x * self.gamma


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int, bias: bool) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=bias)
        self.proj = nn.Linear(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """N x tokens x width to the same."""
        count, tokens, width = x.shape
        parts = self.qkv(x).reshape(count, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2])
        result: torch.Tensor = self.proj(attended.transpose(1, 2).reshape(count, tokens, width))
        return result


class _Perceptron(nn.Module):
    def __init__(self, width: int, hidden: int, activation: str) -> None:
        super().__init__()
        self.activation = activation
        self.fc1 = nn.Linear(width, 2 * hidden if activation == "swiglu" else hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """N x tokens x width to the same."""
        x = self.fc1(x)
        if self.activation == "gelu":
            x = functional.gelu(x)
        elif self.activation == "quick_gelu":
            x = x * torch.sigmoid(1.702 * x)
        else:
            first, second = x.chunk(2, -1)
            x = functional.silu(first) * second
        result: torch.Tensor = self.fc2(x)
        return result


class _Block(nn.Module):
    def __init__(self, network: Dict[str, Any]) -> None:
        super().__init__()
        width, epsilon, scaled = int(network["width"]), float(network["epsilon"]), bool(network["layerScale"])
        self.norm1 = nn.LayerNorm(width, eps=epsilon)
        self.attn = _Attention(width, int(network["heads"]), bool(network["attentionBias"]))
        self.ls1: nn.Module = _Scale(width) if scaled else nn.Identity()
        self.norm2 = nn.LayerNorm(width, eps=epsilon)
        self.mlp = _Perceptron(width, int(network["hidden"]), str(network["activation"]))
        self.ls2: nn.Module = _Scale(width) if scaled else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """N x tokens x width to the same."""
        x = x + self.ls1(self.attn(self.norm1(x)))
        result: torch.Tensor = x + self.ls2(self.mlp(self.norm2(x)))
        return result


class VisionTransformer(nn.Module):
    """A vision transformer without a classifier, of the structure that an export's header gives.

    Its weights are whatever PyTorch begins with.
    """

    def __init__(self, network: Dict[str, Any]) -> None:
        super().__init__()
        width, patch = int(network["width"]), int(network["patch"])
        self.patch = patch
        self.grid = int(network["imageSize"]) // patch
        self.rule = str(network["positions"])
        self.final = str(network["finalNormalization"])
        kinds = {"cls_token": "classToken", "dist_token": "distillationToken"}
        tokens = [name for name, key in kinds.items() if network[key]]
        self.class_tokens = tokens
        self.registers = int(network["registers"])
        self.positions_of_class = bool(network["positionsOfClassToken"])
        for name in tokens:
            setattr(self, name, nn.Parameter(torch.zeros(1, 1, width)))
        if self.registers:
            self.reg_token = nn.Parameter(torch.zeros(1, self.registers, width))
        prefix = len(tokens) if self.positions_of_class else 0
        self.prefix = prefix
        self.pos_embed = nn.Parameter(torch.zeros(1, self.grid**2 + prefix, width))
        self.patch_embed = _Patches(width, patch, bool(network["patchBias"]))
        epsilon = float(network["epsilon"])
        self.norm_pre: nn.Module = nn.LayerNorm(width, eps=epsilon) if network["preNormalization"] else nn.Identity()
        self.blocks = nn.Sequential(*(_Block(network) for _ in range(int(network["depth"]))))
        self.norm: Optional[nn.Module] = nn.LayerNorm(width, eps=epsilon) if self.final == "tokens" else None
        self.fc_norm: Optional[nn.Module] = nn.LayerNorm(width, eps=epsilon) if self.final == "features" else None
        self.columns = width

    def _positions(self, height: int, width: int) -> torch.Tensor:
        """The rows of a grid, by interpolation where that is another than the network's own."""
        own = self.pos_embed[:, self.prefix :]
        side = self.grid
        if (height, width) == (side, side):
            return own
        grid = own.reshape(1, side, side, -1).permute(0, 3, 1, 2)
        size = (height, width)
        if self.rule == "bicubic_aligned":
            resized = functional.interpolate(grid, size=size, mode="bicubic", align_corners=True)
        elif self.rule == "bicubic_offset":
            factors = ((height + 0.1) / side, (width + 0.1) / side)
            resized = functional.interpolate(grid, scale_factor=factors, mode="bicubic", align_corners=False)
        else:
            antialiased = self.rule == "bicubic_antialiased"
            resized = functional.interpolate(
                grid, size=size, mode="bicubic", align_corners=False, antialias=antialiased
            )
        return resized.permute(0, 2, 3, 1).reshape(1, height * width, -1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalized images, N x 3 x H x W, to features, N x columns; sides are multiples of the patch."""
        if x.shape[-2] % self.patch or x.shape[-1] % self.patch:
            raise ValueError(f"images of {x.shape[-2]}x{x.shape[-1]} are no whole number of patches of {self.patch}")
        patches = self.patch_embed(x)
        height, width = patches.shape[-2:]
        tokens = patches.flatten(2).transpose(1, 2) + self._positions(height, width)
        before = [getattr(self, name) for name in self.class_tokens]
        if before:
            single = torch.cat(before, 1)
            before = [single + self.pos_embed[:, : self.prefix] if self.positions_of_class else single]
        if self.registers:
            before.append(self.reg_token)
        tokens = torch.cat([*(part.expand(len(x), -1, -1) for part in before), tokens], 1)
        tokens = self.blocks(self.norm_pre(tokens))
        if self.class_tokens and self.final != "features":
            result: torch.Tensor = tokens[:, : len(self.class_tokens)]
            return (result if self.norm is None else self.norm(result)).mean(1)
        result = tokens[:, len(self.class_tokens) + self.registers :]
        if self.fc_norm is not None:
            averaged: torch.Tensor = self.fc_norm(result.mean(1))
            return averaged
        return (result if self.norm is None else self.norm(result)).mean(1)


def transformer(network: Dict[str, Any], weights: Dict[str, torch.Tensor]) -> VisionTransformer:
    """The network of a header with its weights, which are compared before there is memory for it.

    Raises ValueError where they are not the weights of that network.
    """
    own = {name: value for name, value in weights.items() if not name.startswith(("head.", "head_dist."))}
    width, heads, depth = (int(network[key]) for key in ("width", "heads", "depth"))
    if heads < 1 or width < 1 or width % heads:
        raise ValueError(f"its header says {heads} heads, which do not divide {width} columns")
    blocks = {name.split(".")[1] for name in own if name.startswith("blocks.")}
    if depth != len(blocks):
        raise ValueError(f"its header says {depth} blocks, its weights are of {len(blocks)}")
    with torch.device("meta"):
        made = VisionTransformer(network)
    wanted = {name: tuple(value.shape) for name, value in made.state_dict().items()}
    found = {name: tuple(value.shape) for name, value in own.items()}
    differing = sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))
    if differing:
        name = differing[0]
        raise ValueError(
            f"its header says {name} of {wanted.get(name, 'none')}, its weights are {found.get(name, 'none')}"
        )
    made.to_empty(device="cpu")
    made.load_state_dict(own, strict=True)
    return made
