"""Goldens of `Scattering`: kymatio 0.3.0 `Scattering2D` on torch (float32), on the images of `Fixtures/images`.

Each case writes two arrays, since whole outputs would be megabytes: `NAME.npy`, float64 of shape (n, 2), holds a flat
index into the output of all images (image, channel, coefficient, y, x) and the value there, the indices drawn by
numpy's default_rng(20240) with every coefficient present; `NAME-peak.npy`, float32, holds the largest magnitude of each
(channel, coefficient) over the images and positions.
"""
import pathlib

import numpy as np
import scipy.special
import torch

if not hasattr(scipy.special, "sph_harm"):      # kymatio 0.3.0 imports it, 2-D scattering never calls it
    scipy.special.sph_harm = None
import kymatio
from kymatio.torch import Scattering2D

HERE = pathlib.Path(__file__).resolve().parent.parent
SAMPLES = 1200

# image file, J, L, order, pre_pad, channels (1: the green one alone), crop to (height, width) or None, float pixels
CASES = [
    (image, J, 8, order, False, 3, None, False)
    for image in ("rgb32", "rgb45x37", "rgb96", "rgb224") for J in (1, 2, 3, 4) for order in (2, 1)]
CASES += [
    ("rgb32", 5, 8, 2, False, 3, None, False),          # 2^J equals both sides: kymatio pads by the whole image
    ("rgb45x37", 5, 8, 2, False, 3, (45, 32), False),   # and equals one side alone
    ("rgb45x37", 3, 6, 2, False, 1, None, False),
    ("rgb32", 2, 5, 2, False, 1, None, True),
    ("rgb96", 2, 8, 2, True, 3, None, False),
    ("rgb96", 3, 8, 2, True, 1, None, False),
    ("rgb45x37", 2, 8, 2, True, 3, (44, 36), False),
]


def name_of(image, J, L, order, pre_pad, channels, crop, floats):
    parts = [image, f"J{J}", f"L{L}", f"order{order}"]
    parts += ["padded"] if pre_pad else []
    parts += ["grey"] if channels == 1 else []
    parts += ["crop"] if crop else []
    parts += ["float"] if floats else []
    return "-".join(parts)


def main():
    assert kymatio.__version__ == "0.3.0", kymatio.__version__
    folder = HERE / "scattering"
    folder.mkdir(exist_ok=True)
    for case in CASES:
        image, J, L, order, pre_pad, channels, crop, floats = case
        pixels = np.load(HERE / "images" / f"{image}.npy")
        if crop:
            pixels = pixels[:, : crop[0], : crop[1]]
        if channels == 1:
            pixels = pixels[..., 1:2]
        x = torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))).float()
        x = (x - 100) / 50 if floats else x / 255
        margin = 2 * 2**J if pre_pad else 0              # kymatio is told the size before padding
        shape = (x.shape[2] - margin, x.shape[3] - margin)
        out = Scattering2D(J=J, shape=shape, L=L, max_order=order, pre_pad=pre_pad)(x).numpy()
        rng = np.random.default_rng(20240)
        images, chans, coefficients, h, w = out.shape
        each = np.tile(np.arange(chans * coefficients), SAMPLES // (chans * coefficients) + 1)
        where = rng.integers(0, images, each.size) * chans * coefficients * h * w
        where += each * h * w + rng.integers(0, h * w, each.size)
        where = np.unique(where)
        name = name_of(*case)
        np.save(folder / f"{name}.npy", np.stack([where.astype(np.float64), out.ravel()[where].astype(np.float64)], 1))
        np.save(folder / f"{name}-peak.npy", np.abs(out).max(axis=(0, 3, 4)).astype(np.float32))


if __name__ == "__main__":
    main()
