"""Goldens of the local standard deviation with kornia 0.9.0 `box_blur`, after `std_filter_torch` of vkinakh/mv-mr (commit
7136f70): sqrt(E[x^2] - E[x]^2 + 1e-8), NaN set to 0, the border reflected.

Writes std/CASE.npy in double precision, stored as float32: in single precision the difference of the two means is noise of
about 1e-7, more than the 1e-8 that is added, so flat regions there come out anywhere in 0...4e-4. std/single.npy is such a
run of CASE rgb32, to be compared where the deviation is well above that. std/noise-images.npy: float32 images drawn here, one
far from 0 (seed 13). The cases are repeated in LocalDeviationTests.swift.
"""
import pathlib

import numpy as np
import torch
from kornia.filters import box_blur

HERE = pathlib.Path(__file__).resolve().parent.parent
# name: (input, window)
CASES = {
    "rgb32": ("images/rgb32", 3),
    "uneven": ("images/rgb45x37", 3),
    "five": ("images/rgb45x37", 5),
    "wide": ("images/rgb32", 31),
    "noise": ("std/noise-images", 3),
}


def deviation(images, window, dtype):
    if images.ndim == 3:
        images = images[..., None]
    planes = torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2))).to(dtype)
    if images.dtype == np.uint8:
        planes = planes / 255
    mean, squares = (box_blur(power, (window, window)) for power in (planes, planes * planes))
    return torch.sqrt(squares - mean * mean + 1e-8).nan_to_num(0).float().numpy()


def main():
    folder = HERE / "std"
    folder.mkdir(exist_ok=True)
    noise = np.random.default_rng(13).normal(0, 1, (2, 19, 23)).astype(np.float32)
    noise[1] = noise[1] * np.float32(0.25) + 40
    np.save(folder / "noise-images.npy", noise)
    for name, (source, window) in CASES.items():
        np.save(folder / f"{name}.npy", deviation(np.load(HERE / f"{source}.npy"), window, torch.float64))
    np.save(folder / "single.npy", deviation(np.load(HERE / "images" / "rgb32.npy"), 3, torch.float32))


if __name__ == "__main__":
    main()
