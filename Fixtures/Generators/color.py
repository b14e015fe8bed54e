"""Colour histogram goldens by OpenCV 5.0 `cvtColor` and `calcHist`.

Writes color/CASE.npy (float32 counts, images x values; for the cases of NORMS normalised in double precision), and color/hsv-checksums.npy and color/lab-checksums.npy: int64 checksums of OpenCV's
conversions of all 2^24 colours, 256 red levels x 3 channels. The opponent space is no peer's: its counts are restated here
in whole numbers. The cases are repeated in ColorHistogramTests.swift.
"""
import pathlib

import cv2
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent.parent
RANGES = {"rgb": [0, 256] * 3, "hsv": [0, 180, 0, 256, 0, 256], "lab": [0, 256] * 3}
# name: (images, space, bins, joint, pyramid)
CASES = {
    "rgb": ("rgb96", "rgb", 8, True, 1),
    "rgb-10": ("rgb45x37", "rgb", 10, True, 1),
    "rgb-17": ("rgb32", "rgb", 17, True, 1),
    "rgb-pyramid": ("rgb45x37", "rgb", 4, True, 3),
    "rgb-each": ("rgb45x37", "rgb", 100, False, 2),
    "rgb-large": ("rgb224", "rgb", 8, True, 1),
    "hsv": ("rgb96", "hsv", 8, True, 1),
    "hsv-each": ("rgb45x37", "hsv", 45, False, 1),
    "hsv-pyramid": ("rgb45x37", "hsv", 5, True, 2),
    "lab": ("rgb96", "lab", 8, True, 1),
    "lab-each": ("rgb45x37", "lab", 16, False, 2),
    "opponent": ("rgb96", "opponent", 8, True, 1),
    "opponent-each": ("rgb45x37", "opponent", 7, False, 2),
    "hsv-each-pyramid": ("rgb96", "hsv", 12, False, 3),
    "lab-pyramid": ("rgb45x37", "lab", 5, True, 2),
    "opponent-pyramid": ("rgb45x37", "opponent", 5, True, 2),
    "rgb-l1": ("rgb45x37", "rgb", 6, True, 2),
    "rgb-l2": ("rgb45x37", "rgb", 6, True, 2),
    "rgb-hellinger": ("rgb45x37", "rgb", 6, True, 2),
    "lab-each-l1": ("rgb45x37", "lab", 16, False, 2),
    "hsv-each-l2": ("rgb45x37", "hsv", 16, False, 2),
    "opponent-each-hellinger": ("rgb45x37", "opponent", 16, False, 3),
}
# Each cell is normalised by itself, the three channels of a cell together.
NORMS = {
    "l1": lambda h: h / h.sum(), "l2": lambda h: h / np.sqrt((h * h).sum()), "hellinger": lambda h: np.sqrt(h / h.sum())}


def counts(image, space, bins, joint):
    if space == "opponent":
        r, g, b = (image[..., channel].astype(np.int64) for channel in range(3))
        index = [(r - g + 255) * bins // 511, (r + g - 2 * b + 510) * bins // 1021, (r + g + b) * bins // 766]
        if joint:
            return np.bincount(((index[0] * bins + index[1]) * bins + index[2]).ravel(), minlength=bins**3)
        return np.concatenate([np.bincount(i.ravel(), minlength=bins) for i in index])
    if space != "rgb":
        image = cv2.cvtColor(image, cv2.COLOR_RGB2HSV if space == "hsv" else cv2.COLOR_RGB2Lab)
    ranges = RANGES[space]
    if joint:
        return cv2.calcHist([image], [0, 1, 2], None, [bins] * 3, ranges).ravel()
    return np.concatenate(
        [cv2.calcHist([image], [c], None, [bins], ranges[2 * c:2 * c + 2]).ravel() for c in range(3)])


def pyramid(image, space, bins, joint, levels, norm):
    height, width = image.shape[:2]
    rows = []
    for level in range(levels):
        side = 1 << level
        for y in range(side):
            for x in range(side):
                cell = image[y * height // side:(y + 1) * height // side, x * width // side:(x + 1) * width // side]
                rows.append(norm(counts(np.ascontiguousarray(cell), space, bins, joint).astype(np.float64)))
    return np.concatenate(rows)


def main():
    assert cv2.__version__ == "5.0.0", cv2.__version__
    folder = HERE / "color"
    folder.mkdir(exist_ok=True)
    for name, (source, space, bins, joint, levels) in CASES.items():
        images = np.load(HERE / "images" / f"{source}.npy")
        norm = NORMS.get(name.rsplit("-", 1)[-1], lambda h: h)
        rows = [pyramid(image, space, bins, joint, levels, norm) for image in images]
        np.save(folder / f"{name}.npy", np.stack(rows).astype(np.float32))
    g, b = np.mgrid[0:256, 0:256]
    weights = (1 + (31 * g + 17 * b) % 1009)[..., None]
    for name, code in (("hsv", cv2.COLOR_RGB2HSV), ("lab", cv2.COLOR_RGB2Lab)):
        sums = []
        for red in range(256):
            image = np.stack([np.full_like(g, red), g, b], -1).astype(np.uint8)
            sums.append((cv2.cvtColor(image, code).astype(np.int64) * weights).sum((0, 1)))
        np.save(folder / f"{name}-checksums.npy", np.array(sums, np.int64))


if __name__ == "__main__":
    main()
