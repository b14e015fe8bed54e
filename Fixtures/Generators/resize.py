"""Pillow's resize of the fixture images (Pillow as pinned in requirements.txt): bilinear, bicubic and Lanczos, up, down, and a box.

Writes resize/<image>_<height>x<width>_<kernel>.npy and resize/rgb96_box.npy, and by torchvision (as pinned) resize/<image>_framed<side>_
<kernel>.npy, uint8, H x W x 3, of the first image of each.
"""
import pathlib

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent.parent
KERNELS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC,
           "lanczos": Image.Resampling.LANCZOS}

folder = HERE / "resize"
folder.mkdir(exist_ok=True)
for name in ("rgb45x37", "rgb96"):
    image = Image.fromarray(np.load(HERE / "images" / f"{name}.npy")[0])
    for height, width in ((32, 32), (64, 50), (17, 90), (31, 30), (60, 72)):
        for kernel, code in KERNELS.items():
            np.save(folder / f"{name}_{height}x{width}_{kernel}.npy", np.asarray(image.resize((width, height), code)))
image = Image.fromarray(np.load(HERE / "images" / "rgb96.npy")[0])
boxed = image.resize((40, 30), Image.Resampling.BILINEAR, box=(10.25, 5.5, 70.0, 61.75))
np.save(folder / "rgb96_box.npy", np.asarray(boxed))

# What networks are fed: torchvision's Resize of the shorter side, then CenterCrop.
from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Resize  # noqa: E402

for name, resize, size in (("rgb45x37", 56, (48, 48)), ("rgb96", 40, (35, 38)), ("rgb45x37", 37, (32, 30))):
    image = Image.fromarray(np.load(HERE / "images" / f"{name}.npy")[0])
    for kernel in KERNELS:
        framed = Compose([Resize(resize, InterpolationMode(kernel)), CenterCrop(size)])(image)
        np.save(folder / f"{name}_framed{resize}_{kernel}.npy", np.asarray(framed))
