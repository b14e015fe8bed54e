"""Goldens of `PatchScattering`: kymatio 0.3.0 `Scattering2D` on torch (float32), on patches cut out of `Fixtures/images`.

Files as `scattering.py` writes them, in patch_scattering/: a flat index into the output (image, patch_y, patch_x, channel,
coefficient, y, x) and the value there, and the peak of each (channel, coefficient). The cases are repeated in
PatchScatteringTests.swift.
"""
import pathlib

import numpy as np
import torch

from scattering import Scattering2D, kymatio

HERE = pathlib.Path(__file__).resolve().parent.parent
SAMPLES = 1500
# image file, grid, J, L, order, pre_pad
CASES = [
    ("rgb32", 4, 2, 8, 2, False), ("rgb32", 2, 3, 6, 2, False), ("rgb45x37", 2, 2, 8, 1, False),
    ("rgb45x37", 3, 2, 4, 2, False), ("rgb96", 4, 2, 8, 2, False), ("rgb96", 4, 1, 8, 2, True),
    ("rgb224", 4, 2, 8, 2, False),
]


def main():
    assert kymatio.__version__ == "0.3.0", kymatio.__version__
    folder = HERE / "patch_scattering"
    folder.mkdir(exist_ok=True)
    for image, grid, J, L, order, pre_pad in CASES:
        pixels = np.load(HERE / "images" / f"{image}.npy").transpose(0, 3, 1, 2)
        height, width = pixels.shape[2] // grid, pixels.shape[3] // grid
        patches = np.stack([np.stack(
            [pixels[:, :, y * height:(y + 1) * height, x * width:(x + 1) * width] for x in range(grid)], 1)
            for y in range(grid)], 1)                # image, patch_y, patch_x, channel, y, x
        margin = 2 * 2**J if pre_pad else 0          # kymatio is told the size before padding
        transform = Scattering2D(J=J, shape=(height - margin, width - margin), L=L, max_order=order, pre_pad=pre_pad)
        out = transform(torch.from_numpy(np.ascontiguousarray(patches)).float() / 255).numpy()
        chans, coefficients, h, w = out.shape[3:]
        rng = np.random.default_rng(20250)
        each = np.tile(np.arange(chans * coefficients), SAMPLES // (chans * coefficients) + 1)
        where = rng.integers(0, out.size // (chans * coefficients * h * w), each.size) * chans * coefficients * h * w
        where = np.unique(where + each * h * w + rng.integers(0, h * w, each.size))
        name = f"{image}-grid{grid}-J{J}-L{L}-order{order}" + ("-padded" if pre_pad else "")
        np.save(folder / f"{name}.npy", np.stack([where.astype(np.float64), out.ravel()[where].astype(np.float64)], 1))
        np.save(folder / f"{name}-peak.npy", np.abs(out).max(axis=(0, 1, 2, 5, 6)).astype(np.float32))


if __name__ == "__main__":
    main()
