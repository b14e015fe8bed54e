"""Goldens of the soft-binned HOG layer, restated here in PyTorch 2.15 after `HOGLayer` of vkinakh/mv-mr (commit 7136f70).

Each channel on its own: Sobel kernels over zeros beyond the border, phase = atan2(g_x, g_y) / pi * bins, mean over cells.
`released` writes m into bin floor(phase) mod bins of the pixel and adds 1 - m to bin ceil(phase) mod bins; `corrected` votes
m (1 - f) and m f with f = phase - floor(phase) into floor(phase) and floor(phase) + 1.

Bytes are convolved as whole numbers in double precision and m is divided by 255 afterwards: the same in exact arithmetic as
dividing first, but then gradients of 45 degrees, where `released` jumps, do not hang on rounding. In single precision even
exact ones come out on either side: PyTorch's vectorised atan2 does not give pi / 4 throughout. The largest difference of a
literal float32 run is printed: below 1e-6 for `corrected`, up to 0.3 for `released`. Float inputs are multiples of 1/256.

Writes hog-layer/CASE.npy (float32, images x channels x bins x y x x), hog-layer/steps-images.npy (uint8, values 0...3, many
equal and zero gradients; seed 11) and hog-layer/dyadic-images.npy (float32; seed 12). The cases are repeated in
HOGLayerTests.swift.
"""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).resolve().parent.parent
# name: (input, bins, cell, released)
CASES = {
    "rgb32": ("images/rgb32", 24, 8, False),
    "rgb32-released": ("images/rgb32", 24, 8, True),
    "rgb96": ("images/rgb96", 24, 8, False),
    "rgb96-released": ("images/rgb96", 24, 8, True),
    "uneven": ("images/rgb45x37", 24, 8, False),
    "uneven-released": ("images/rgb45x37", 24, 8, True),
    "odd-cells": ("images/rgb45x37", 9, 5, False),
    "odd-cells-released": ("images/rgb45x37", 10, 7, True),
    "one": ("images/rgb32", 1, 32, False),
    "one-released": ("images/rgb32", 1, 32, True),
    "pixel-cells": ("hog-layer/steps-images", 6, 1, False),
    "steps": ("hog-layer/steps-images", 24, 8, False),
    "steps-released": ("hog-layer/steps-images", 24, 8, True),
    "steps-8-released": ("hog-layer/steps-images", 8, 4, True),
    "dyadic": ("hog-layer/dyadic-images", 24, 8, False),
    "dyadic-released": ("hog-layer/dyadic-images", 24, 8, True),
}


def layer(pixels, bins, cell, released, scale=1.0):
    """pixels: N x H x W of any float type -> N x bins x H // cell x W // cell; magnitudes are multiplied by `scale`."""
    sobel = torch.tensor([[1, 0, -1], [2, 0, -2], [1, 0, -1]], dtype=pixels.dtype)
    gradient = F.conv2d(pixels[:, None], torch.stack([sobel, sobel.T])[:, None], padding=1)
    magnitude = gradient.norm(dim=1, keepdim=True) * scale
    phase = torch.atan2(gradient[:, :1], gradient[:, 1:]) / torch.pi * bins
    lower = phase.floor().long() % bins
    votes = torch.zeros(len(pixels), bins, *pixels.shape[1:], dtype=pixels.dtype)
    if released:
        votes.scatter_(1, lower, magnitude)
        votes.scatter_add_(1, phase.ceil().long() % bins, 1 - magnitude)
    else:
        share = phase - phase.floor()
        votes.scatter_add_(1, lower, magnitude * (1 - share))
        votes.scatter_add_(1, (phase.floor().long() + 1) % bins, magnitude * share)
    return F.avg_pool2d(votes, cell)


def describe(images, bins, cell, released):
    if images.ndim == 3:
        images = images[..., None]
    n, height, width, channels = images.shape
    planes = torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2))).reshape(n * channels, height, width)
    if images.dtype == np.uint8:
        rows = layer(planes.double(), bins, cell, released, 1 / 255)
        literal = layer(planes.float() / 255, bins, cell, released)
    else:
        rows = layer(planes.double(), bins, cell, released)
        literal = layer(planes, bins, cell, released)
    print(f"  float32 differs by {(rows - literal).abs().max():.1e}")
    return rows.reshape(n, channels, bins, height // cell, width // cell).float().numpy()


def main():
    torch.set_num_threads(1)
    folder = HERE / "hog-layer"
    folder.mkdir(exist_ok=True)
    np.save(folder / "steps-images.npy", np.random.default_rng(11).integers(0, 4, (2, 24, 40), dtype=np.uint8))
    dyadic = np.random.default_rng(12).integers(-128, 128, (2, 29, 34, 3)).astype(np.float32) / np.float32(256)
    np.save(folder / "dyadic-images.npy", dyadic)
    for name, (source, bins, cell, released) in CASES.items():
        print(name)
        np.save(folder / f"{name}.npy", describe(np.load(HERE / f"{source}.npy"), bins, cell, released))


if __name__ == "__main__":
    main()
