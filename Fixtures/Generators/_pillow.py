"""What Pillow makes of a folder of photographs, for the live comparison in PillowComparisonTests; writes no fixture.

Usage: _pillow.py FOLDER OUT. For each file NAME of FOLDER, writes to OUT: NAME.decoded.npy, the image as RGB; NAME.covering.npy,
224 x 224 as torchvision's Resize(224) and CenterCrop(224) cut it; NAME.bicubic.npy, resized to 96 x 64 (rows x columns).
"""
import pathlib
import sys

import numpy as np
from PIL import Image

folder, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
for path in sorted(folder.iterdir()):
    image = Image.open(path).convert("RGB")
    np.save(out / f"{path.name}.decoded.npy", np.asarray(image))
    width, height = image.size
    # torchvision: the shorter side becomes 224, the longer one is rounded down.
    small = (224, int(224 * height / width)) if width <= height else (int(224 * width / height), 224)
    resized = image.resize(small, Image.Resampling.BILINEAR)
    left, top = int(round((small[0] - 224) / 2.0)), int(round((small[1] - 224) / 2.0))
    np.save(out / f"{path.name}.covering.npy", np.asarray(resized.crop((left, top, left + 224, top + 224))))
    np.save(out / f"{path.name}.bicubic.npy", np.asarray(image.resize((64, 96), Image.Resampling.BICUBIC)))
