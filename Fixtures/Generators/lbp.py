"""LBP goldens by scikit-image 0.26.0 `local_binary_pattern`, grey by OpenCV 5.0 `cvtColor`.

Writes lbp/map-CASE.npy (float32 codes, NaN as 0), lbp/histogram-CASE.npy (float32 shares), lbp/patches.npy (uint8 grey:
flat squares of every level and pairs of levels, where scikit-image's codes hang on rounding; seed 3), lbp/grey.npy (int64
checksums of OpenCV's grey of all 2^24 colours, one a red level) and lbp/float-*.npy: float images and their codes by the
rule of this project, restated here in NumPy (seed 4). The cases are repeated in LBPTests.swift.
"""
import pathlib

import cv2
import numpy as np
import skimage
from skimage.feature import local_binary_pattern

HERE = pathlib.Path(__file__).resolve().parent.parent
METHODS = {"default": "default", "ror": "ror", "uniform": "uniform", "nri-uniform": "nri_uniform", "var": "var"}


def grey(image):
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def codes(image, points, radius, method):
    return np.nan_to_num(local_binary_pattern(image, points, radius, METHODS[method]))


def shares(code, grid, bins):
    """The share of each bin in each cell of the grid."""
    height, width = code.shape
    cells = []
    for y in range(grid):
        for x in range(grid):
            cell = code[y * height // grid:(y + 1) * height // grid, x * width // grid:(x + 1) * width // grid]
            cells.append(np.bincount(cell.ravel().astype(int), minlength=bins) / cell.size)
    return np.concatenate(cells)


def clean_bits(image, points, radius):
    """Float rule: differences interpolated in double precision, ties within 2^-20 of the two magnitudes."""
    angles = 2 * np.pi * np.arange(points) / points
    offsets = zip(np.round(-radius * np.sin(angles), 5), np.round(radius * np.cos(angles), 5))
    pad = int(np.ceil(radius)) + 1
    padded = np.pad(image.astype(np.float64), pad)
    height, width = image.shape
    centre = image.astype(np.float64)
    bits = np.zeros(image.shape, np.int64)
    for index, (dy, dx) in enumerate(offsets):
        y, x = int(np.floor(dy)), int(np.floor(dx))
        fy, fx = dy - y, dx - x
        at = lambda j, i: padded[pad + y + j:pad + y + j + height, pad + x + i:pad + x + i + width] - centre
        if fy == 0 and fx == 0:
            difference = at(0, 0)
        else:
            difference = ((1 - fy) * (1 - fx) * at(0, 0) + (1 - fy) * fx * at(0, 1)
                          + fy * (1 - fx) * at(1, 0) + fy * fx * at(1, 1))
            tie = np.abs(difference) <= 2.0**-20 * (np.abs(centre) + np.abs(centre + difference))
            difference[tie] = 0
        bits += (difference >= 0).astype(np.int64) << index
    return bits


def main():
    assert skimage.__version__ == "0.26.0" and cv2.__version__ == "5.0.0", (skimage.__version__, cv2.__version__)
    folder = HERE / "lbp"
    folder.mkdir(exist_ok=True)
    images = {name: np.load(HERE / "images" / f"{name}.npy") for name in ("rgb32", "rgb45x37", "rgb96", "rgb224")}
    rng = np.random.default_rng(3)
    patches = np.repeat(np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16), 6, 0), 6, 1)
    fine = np.repeat(np.repeat(rng.choice(np.array([10, 11, 12, 200], np.uint8), (24, 24)), 4, 0), 4, 1)
    patches = np.stack([patches, fine])
    np.save(folder / "patches.npy", patches)

    for points, radius in ((8, 1), (16, 2), (24, 3)):
        for method in METHODS:
            np.save(folder / f"map-{points}-{radius}-{method}.npy",
                    codes(grey(images["rgb45x37"][0]), points, radius, method).astype(np.float32))
            np.save(folder / f"patches-{points}-{radius}-{method}.npy",
                    codes(patches[1], points, radius, method).astype(np.float32)[20:60, 20:60])
    np.save(folder / "patches-all.npy", codes(patches[0], 8, 1, "default").astype(np.uint8))
    np.save(folder / "map-5-1.5-default.npy", codes(grey(images["rgb32"][0]), 5, 1.5, "default").astype(np.float32))
    np.save(folder / "map-32-2.7-uniform.npy", codes(grey(images["rgb32"][0]), 32, 2.7, "uniform").astype(np.float32))
    np.save(folder / "map-224.npy", codes(grey(images["rgb224"][0]), 8, 1, "default").astype(np.uint8))

    for name, points, radius, method, grid, bins in (
            ("rgb96", 8, 1, "uniform", 1, 10), ("rgb45x37", 8, 1, "default", 3, 256),
            ("rgb45x37", 16, 2, "uniform", 2, 18), ("rgb96", 8, 1, "nri-uniform", 4, 59),
            ("rgb96", 24, 3, "uniform", 2, 26), ("rgb45x37", 16, 2, "nri-uniform", 1, 243),
            ("rgb45x37", 24, 3, "nri-uniform", 1, 555)):
        rows = [shares(codes(grey(image), points, radius, method), grid, bins) for image in images[name]]
        np.save(folder / f"histogram-{points}-{radius}-{method}-{grid}.npy", np.stack(rows).astype(np.float32))
    for name, points, radius, grid in (("rgb96", 8, 1, 2), ("rgb45x37", 16, 2, 1)):
        text = [f"{code:0{points}b}" for code in range(1 << points)]
        kept = np.unique([min(int(bits[turn:] + bits[:turn], 2) for turn in range(points)) for bits in text])
        rows = [shares(codes(grey(image), points, radius, "ror"), grid, 1 << points).reshape(-1, 1 << points)[:, kept].ravel()
                for image in images[name]]
        np.save(folder / f"histogram-{points}-{radius}-ror-{grid}.npy", np.stack(rows).astype(np.float32))

    g, b = np.mgrid[0:256, 0:256]
    weights = 1 + (31 * g + 17 * b) % 1009
    sums = []
    for red in range(256):
        sums.append(int((grey(np.stack([np.full_like(g, red), g, b], -1).astype(np.uint8)).astype(np.int64) * weights).sum()))
    np.save(folder / "grey.npy", np.array(sums, np.int64))

    floats = np.stack([grey(images["rgb32"][1]).astype(np.float32) / np.float32(255),
                       np.random.default_rng(4).normal(0, 2, (32, 32)).astype(np.float32)])
    np.save(folder / "float-images.npy", floats)
    np.save(folder / "float-8-1.npy", np.stack([clean_bits(image, 8, 1) for image in floats]).astype(np.float32))
    np.save(folder / "float-16-2.npy", np.stack([clean_bits(image, 16, 2) for image in floats]).astype(np.float32))


if __name__ == "__main__":
    main()
