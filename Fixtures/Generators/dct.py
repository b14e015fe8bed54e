"""Goldens of the two-dimensional cosine transform by torch-dct 0.1.6 `dct_2d` in double precision, stored as float32.

Writes dct/CASE.npy (images x channels x v x u; of the first image of rgb224 20,000 values at dct/rgb224-places.npy, seed 14),
dct/noise-column.npy and dct/noise-odd.npy (float32, 13 x 1 and 31 x 64; seed 15).
The cases are repeated in CosineTransformTests.swift.
"""
import pathlib

import numpy as np
import torch
import torch_dct

HERE = pathlib.Path(__file__).resolve().parent.parent
# name: (input, norm)
CASES = {
    "rgb32": ("images/rgb32", None),
    "rgb32-ortho": ("images/rgb32", "ortho"),
    "uneven": ("images/rgb45x37", None),
    "uneven-ortho": ("images/rgb45x37", "ortho"),
    "column": ("dct/noise-column", None),
    "odd": ("dct/noise-odd", "ortho"),
}


def transform(images, norm):
    if images.ndim == 3:
        images = images[..., None]
    planes = torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2))).double()
    if images.dtype == np.uint8:
        planes = planes / 255
    return np.ascontiguousarray(torch_dct.dct_2d(planes, norm).float().numpy())


def main():
    folder = HERE / "dct"
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(15)
    np.save(folder / "noise-column.npy", rng.normal(0, 1, (2, 13, 1)).astype(np.float32))
    np.save(folder / "noise-odd.npy", rng.normal(0, 1, (1, 31, 64)).astype(np.float32))
    for name, (source, norm) in CASES.items():
        np.save(folder / f"{name}.npy", transform(np.load(HERE / f"{source}.npy"), norm))
    large = transform(np.load(HERE / "images" / "rgb224.npy")[:1], None).ravel()
    places = np.sort(np.random.default_rng(14).choice(large.size, 20000, replace=False)).astype(np.int64)
    places[0] = 0  # the largest coefficient
    np.save(folder / "rgb224-places.npy", places)
    np.save(folder / "rgb224.npy", large[places])


if __name__ == "__main__":
    main()
