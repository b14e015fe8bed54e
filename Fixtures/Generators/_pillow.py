"""What Pillow makes of a folder of photographs, for the live comparison in PillowComparisonTests; writes no fixture.

Usage: _pillow.py FOLDER OUT. For each file NAME of FOLDER, writes to OUT NAME.decoded.npy, the image as RGB, and for each KERNEL
(bilinear, bicubic): NAME.covering.KERNEL.npy, 224 x 224 as torchvision's Resize(224) and CenterCrop(224) cut it;
NAME.published.KERNEL.npy, the same after Resize(256); and NAME.HxW.KERNEL.npy, resized to each of SIZES (rows x columns).
"""
import pathlib
import sys

import numpy as np
from PIL import Image

SIZES = ((96, 64), (33, 201), (301, 97), (500, 500))

folder, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])


def crop(image, side, kernel):
    """torchvision: the shorter side becomes `side`, the longer one is rounded down; then the middle 224 x 224."""
    width, height = image.size
    size = (side, int(side * height / width)) if width <= height else (int(side * width / height), side)
    resized = image.resize(size, kernel)
    left, top = int(round((size[0] - 224) / 2.0)), int(round((size[1] - 224) / 2.0))
    return resized.crop((left, top, left + 224, top + 224))


for path in sorted(folder.iterdir()):
    image = Image.open(path).convert("RGB")
    np.save(out / f"{path.name}.decoded.npy", np.asarray(image))
    for kernel in (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC):
        name = kernel.name.lower()
        np.save(out / f"{path.name}.covering.{name}.npy", np.asarray(crop(image, 224, kernel)))
        np.save(out / f"{path.name}.published.{name}.npy", np.asarray(crop(image, 256, kernel)))
        for height, width in SIZES:
            np.save(out / f"{path.name}.{height}x{width}.{name}.npy", np.asarray(image.resize((width, height), kernel)))
