"""The default extraction as a Python user writes it: HOG, LBP, colour histogram and scattering into h5py, two workers.

Runs it and `mvmr extract` on the same class folders in turn, and prints seconds and the ratio.

Usage: extract.py FOLDER [--tool mvmr] [--rounds 2] [--frame 256 224]
e.g. a folder with train/<class>/ and test/<class>/; --frame scales the shorter side to 256 and cuts out 224 x 224.
"""
import argparse
import pathlib
import statistics
import subprocess
import tempfile
import time
import warnings
from multiprocessing import get_context

import numpy as np
import scipy.special

warnings.filterwarnings("ignore")
if not hasattr(scipy.special, "sph_harm"):  # kymatio 0.3.0 imports it; 2-D scattering never calls it
    scipy.special.sph_harm = None

BATCH = 64


def decoded(file, frame):
    """An image as torchvision's Resize and CenterCrop bring it to one size, or as it is."""
    from PIL import Image

    image = Image.open(file).convert("RGB")
    if frame:
        side, size = frame
        width, height = image.size
        between = (side, side * height // width) if width <= height else (side * width // height, side)
        left, top = round((between[0] - size) / 2), round((between[1] - size) / 2)
        image = image.resize(between, Image.BILINEAR).crop((left, top, left + size, top + size))
    return np.asarray(image)


def rows_of(work):
    """One batch: decoded, then each representation as float32 rows."""
    files, frame = work
    import cv2
    import torch
    from kymatio.torch import Scattering2D
    from skimage.color import rgb2gray
    from skimage.feature import hog, local_binary_pattern

    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    images = np.stack([decoded(f, frame) for f in files])
    n, height, width, _ = images.shape
    state = rows_of.__dict__
    if "scattering" not in state:
        state["scattering"] = Scattering2D(J=2, shape=(height, width), L=8)
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float().div(255).contiguous()
    lbp = []
    for image in images:
        codes = local_binary_pattern((rgb2gray(image) * 255).round().astype(np.uint8), 8, 1, "uniform").astype(int)
        cells = [c for band in np.array_split(codes, 4, 0) for c in np.array_split(band, 4, 1)]
        lbp.append(np.concatenate([np.bincount(c.ravel(), minlength=10) / c.size for c in cells]))
    color = np.stack([cv2.calcHist([i], [0, 1, 2], None, [8, 8, 8], [0, 256] * 3).ravel() for i in images])
    with torch.no_grad():
        scattered = state["scattering"](x).reshape(n, -1).numpy()
    return {
        "hog": np.stack([hog(i, 9, (8, 8), (2, 2), channel_axis=-1) for i in images]).astype(np.float32),
        "lbp": np.stack(lbp).astype(np.float32),
        "color": np.sqrt(color / (height * width)).astype(np.float32),
        "scattering": scattered,
    }


def extract(folder, output, frame):
    import h5py

    with h5py.File(output, "w") as file, get_context("spawn").Pool(2) as workers:
        for split in sorted(p for p in pathlib.Path(folder).iterdir() if p.is_dir()):
            classes = sorted(p for p in split.iterdir() if p.is_dir())
            files = [(f, label) for label, c in enumerate(classes) for f in sorted(c.iterdir())]
            file[f"{split.name}/labels"] = np.array([label for _, label in files])
            batches = [([f for f, _ in files[i:i + BATCH]], frame) for i in range(0, len(files), BATCH)]
            start = 0
            for rows in workers.imap(rows_of, batches):
                for name, values in rows.items():
                    if start == 0:
                        file.create_dataset(f"{split.name}/{name}", (len(files), values.shape[1]), "f4")
                    file[f"{split.name}/{name}"][start:start + len(values)] = values
                start += len(values)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--tool", default=".build/release/mvmr")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--frame", type=int, nargs=2)
    options = parser.parse_args()
    scratch = pathlib.Path(tempfile.mkdtemp())
    theirs, ours = [], []
    for _ in range(options.rounds):
        start = time.perf_counter()
        extract(options.folder, scratch / "peer.h5", options.frame)
        theirs.append(time.perf_counter() - start)
        start = time.perf_counter()
        frame = ["--resize", str(options.frame[0]), "--size", str(options.frame[1])] if options.frame else []
        subprocess.run([options.tool, "extract", f"folder:{options.folder}", "--output", scratch / "ours.h5", "--overwrite",
                        *frame], check=True, capture_output=True)
        ours.append(time.perf_counter() - start)
        print(f"round: Python {theirs[-1]:.1f} s, mvmr {ours[-1]:.1f} s", flush=True)
    print(f"ratio of the medians: {statistics.median(theirs) / statistics.median(ours):.1f}x")


if __name__ == "__main__":
    main()
