"""Goldens of normalised pixels by torchvision 0.29 `Normalize` (constants), NumPy 2.4 (the image's own mean and deviation).

Writes pixels/CASE.npy (float32, images x channels x y x x). The constants are repeated in PixelValues.swift, the cases in
PixelValuesTests.swift.
"""
import pathlib

import numpy as np
import torch
from torchvision.transforms.functional import normalize

HERE = pathlib.Path(__file__).resolve().parent.parent
CONSTANTS = {
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "cifar": ((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
    "stl10": ((0.4467, 0.4398, 0.4066), (0.2603, 0.2566, 0.2713)),
}


def main():
    folder = HERE / "pixels"
    folder.mkdir(exist_ok=True)
    images = np.load(HERE / "images" / "rgb45x37.npy")
    planes = np.ascontiguousarray(images.transpose(0, 3, 1, 2)).astype(np.float32) / np.float32(255)
    np.save(folder / "none.npy", planes)
    for name, (mean, deviation) in CONSTANTS.items():
        np.save(folder / f"{name}.npy", normalize(torch.from_numpy(planes), mean, deviation).numpy())
    wide = planes.astype(np.float64)
    own = (wide - wide.mean((2, 3), keepdims=True)) / wide.std((2, 3), keepdims=True)
    np.save(folder / "image.npy", own.astype(np.float32))


if __name__ == "__main__":
    main()
