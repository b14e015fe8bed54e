"""HOG goldens by scikit-image 0.26.0 `feature.hog` (NumPy 2.4).

Writes hog/CASE.npy (float32, images x values) for the images of `images/` and for three inputs drawn here, also written:
hog/few_levels-images.npy (uint8, values 0...5, so that gradients of 45, 90 and 135 degrees and equal magnitudes abound; seed 7),
hog/unit-images.npy (float32, rgb45x37 / 255) and hog/noise-images.npy (float32, normal, grey; seed 8).
The cases are repeated in HOGTests.swift.
"""
import pathlib

import numpy as np
import skimage
from skimage.feature import hog

HERE = pathlib.Path(__file__).resolve().parent.parent
NORMS = {"l1": "L1", "l1-sqrt": "L1-sqrt", "l2": "L2", "l2-hys": "L2-Hys"}
# name: (input, orientations, cell, block, norm, sqrt)
CASES = {
    "rgb32": ("rgb32", 9, 8, 2, "l2-hys", False),
    "rgb96": ("rgb96", 9, 8, 2, "l2-hys", False),
    "rgb224": ("rgb224", 9, 8, 2, "l2-hys", False),
    "uneven": ("rgb45x37", 9, 8, 2, "l2-hys", False),
    "l1": ("rgb45x37", 9, 8, 2, "l1", False),
    "l1-sqrt": ("rgb45x37", 9, 8, 2, "l1-sqrt", False),
    "l2": ("rgb45x37", 9, 8, 2, "l2", False),
    "sqrt": ("rgb45x37", 9, 8, 2, "l2-hys", True),
    "odd-cells": ("rgb45x37", 12, 5, 3, "l2-hys", False),
    "one": ("rgb32", 1, 32, 1, "l1", False),
    "many": ("rgb32", 36, 16, 1, "l2", False),
    "pixel-cells": ("rgb32", 4, 1, 2, "l2-hys", False),
    "ties-4": ("few_levels", 4, 8, 2, "l2-hys", False),
    "ties-8": ("few_levels", 8, 8, 2, "l2", False),
    "ties-9": ("few_levels", 9, 6, 2, "l1-sqrt", False),
    "ties-28": ("few_levels", 28, 12, 1, "l1", False),
    "unit": ("unit", 9, 8, 2, "l2-hys", False),
    "unit-8": ("unit", 8, 8, 2, "l1-sqrt", False),
    "unit-sqrt": ("unit", 9, 8, 2, "l2-hys", True),
    "noise": ("noise", 9, 8, 2, "l2-hys", False),
    "noise-12": ("noise", 12, 7, 3, "l1", False),
}


def main():
    assert skimage.__version__ == "0.26.0", skimage.__version__
    folder = HERE / "hog"
    folder.mkdir(exist_ok=True)
    drawn = {
        "few_levels": np.random.default_rng(7).integers(0, 6, (2, 48, 40, 3), dtype=np.uint8),
        "unit": np.load(HERE / "images" / "rgb45x37.npy").astype(np.float32) / np.float32(255),
        "noise": np.random.default_rng(8).normal(0, 3, (2, 41, 33)).astype(np.float32),
    }
    for name, images in drawn.items():
        np.save(folder / f"{name}-images.npy", images)
    for name, (source, orientations, cell, block, norm, root) in CASES.items():
        images = drawn[source] if source in drawn else np.load(HERE / "images" / f"{source}.npy")
        rows = [
            hog(image, orientations, (cell, cell), (block, block), NORMS[norm], transform_sqrt=root,
                channel_axis=-1 if image.ndim == 3 else None)
            for image in (images if name != "pixel-cells" else images[:1])
        ]
        np.save(folder / f"{name}.npy", np.stack(rows).astype(np.float32))


if __name__ == "__main__":
    main()
