"""The images every golden is computed on: drawn here, seeded, with edges, gradients, texture, noise and flat parts.

Writes images/rgb32.npy (4), rgb45x37.npy (2), rgb96.npy (2), rgb224.npy (1): uint8, N x H x W x 3.
"""
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent.parent


def draw(height, width, seed):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    image = np.empty((height, width, 3))
    for channel in range(3):
        angle, period = rng.uniform(0, np.pi), rng.uniform(3, 12)
        wave = np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period)
        ramp = (x / width * rng.uniform(-1, 1) + y / height * rng.uniform(-1, 1))
        image[..., channel] = 128 + 50 * wave + 60 * ramp
    centre, radius = rng.uniform(0.3, 0.7, 2) * (height, width), rng.uniform(0.15, 0.3) * min(height, width)
    image[(y - centre[0]) ** 2 + (x - centre[1]) ** 2 < radius**2] = rng.uniform(0, 255, 3)
    image[: height // 5, : width // 4] = rng.uniform(0, 255, 3)          # a flat corner: ties, zero gradients
    image[height // 2 :, width // 2 :] += rng.normal(0, 25, image[height // 2 :, width // 2 :].shape)
    return image.clip(0, 255).round().astype(np.uint8)


def main():
    folder = HERE / "images"
    folder.mkdir(exist_ok=True)
    for name, count, height, width in (("rgb32", 4, 32, 32), ("rgb45x37", 2, 45, 37), ("rgb96", 2, 96, 96), ("rgb224", 1, 224, 224)):
        np.save(folder / f"{name}.npy", np.stack([draw(height, width, 1000 * height + i) for i in range(count)]))


if __name__ == "__main__":
    main()
