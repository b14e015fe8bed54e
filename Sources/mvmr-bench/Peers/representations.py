"""Representations of the same images by MVMR and by its peers in one run, two threads each: rates and ratios.

Peers: kymatio 0.3 on torch (scattering), torch (HOG layer), scikit-image in two processes (HOG, LBP), OpenCV in two
threads (colour histogram), torchvision on Pillow in two processes (augmented views). Ours and theirs take turns, three rounds; the medians are compared.

Usage: representations.py [--images FOLDER_OF_PICTURES] [--tool mvmr-bench] [--rounds 3] [--only NAME]... [--json]
Without a folder the pixels are random. --json prints what `mvmr-bench table` reads.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import scipy.special

warnings.filterwarnings("ignore")
if not hasattr(scipy.special, "sph_harm"):  # kymatio 0.3.0 imports it; 2-D scattering never calls it
    scipy.special.sph_harm = None

WORKERS = 2
COUNTS = {32: 512, 96: 96, 224: 32}
PEERS = {
    "scattering": "kymatio on torch, two threads",
    "hog-layer": "torch, two threads",
    "hog": "scikit-image, two processes",
    "lbp": "scikit-image, two processes",
    "color": "OpenCV calcHist, two threads",
    "augment:policy=custom": "torchvision on Pillow, two processes",
}


def pictures(folder, side, count):
    """count x side x side x 3 bytes: random, or centre crops of a folder's pictures."""
    if folder is None:
        return np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    from PIL import Image, ImageOps

    files = sorted(p for p in pathlib.Path(folder).rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png"})
    files = [files[i] for i in np.linspace(0, len(files) - 1, count).astype(int)]
    return np.stack([np.asarray(ImageOps.fit(Image.open(f).convert("RGB"), (side, side))) for f in files])


def hog_rows(images):
    from skimage.feature import hog

    return np.stack([hog(i, 9, (8, 8), (2, 2), channel_axis=-1).astype(np.float32) for i in images])


def lbp_rows(images):
    from skimage.feature import local_binary_pattern

    return np.stack([local_binary_pattern(i, 8, 1, "uniform").astype(np.float32) for i in images])


def histogram_rows(images):
    import cv2

    return np.stack([cv2.calcHist([i], [0, 1, 2], None, [8, 8, 8], [0, 256] * 3).ravel() for i in images])


def views(images):
    import torch
    from PIL import Image
    from torchvision.transforms import v2

    torch.set_num_threads(1)
    side = images.shape[1]
    kernel = 2 * int(0.05 * side) + 1
    view = v2.Compose([
        v2.RandomResizedCrop(side), v2.RandomHorizontalFlip(),
        v2.RandomApply([v2.ColorJitter(0.8, 0.8, 0.8, 0.2)], 0.8), v2.RandomGrayscale(0.2),
        *([v2.GaussianBlur(kernel, (0.1, 2.0))] if kernel > 1 else []),
    ])
    return np.stack([np.asarray(view(Image.fromarray(i))) for i in images])


def hog_layer(x, bins=24, pool=8):
    """Two-bin soft vote of the gradient's direction, mean pooled: N x C x H x W -> N x (C bins) x H/pool x W/pool."""
    import torch

    n, c, h, w = x.shape
    sobel = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
    gradient = torch.nn.functional.conv2d(x.reshape(n * c, 1, h, w), torch.stack([sobel, sobel.T])[:, None], padding=1)
    angle = torch.atan2(gradient[:, :1], gradient[:, 1:]) / torch.pi * bins
    lower, strength = angle.floor(), gradient.norm(dim=1, keepdim=True)
    votes = torch.zeros(n * c, bins, h, w)
    votes.scatter_add_(1, lower.long() % bins, strength * (1 - (angle - lower)))
    votes.scatter_add_(1, (lower.long() + 1) % bins, strength * (angle - lower))
    return torch.nn.functional.avg_pool2d(votes, pool).reshape(n, c * bins, h // pool, w // pool)


def seconds(run):
    """Seconds a call takes. What is quick is called for 20 ms, as ours is, so that waking threads is not what counts."""
    start, calls = time.perf_counter(), 0
    while calls == 0 or time.perf_counter() - start < 0.02:
        run()
        calls += 1
    return (time.perf_counter() - start) / calls


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--images")
    parser.add_argument("--tool", default=".build/release/mvmr-bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    import cv2
    import torch
    from kymatio.torch import Scattering2D

    torch.set_num_threads(WORKERS)
    cv2.setNumThreads(1)
    scratch = pathlib.Path(tempfile.mkdtemp())
    processes = get_context("fork").Pool(WORKERS)
    threads = ThreadPoolExecutor(WORKERS)

    def spread(pool, function, images):
        list(pool.map(function, np.array_split(images, 4 * WORKERS)))

    results = {"measurements": []}
    if not options.json:
        print(f"{'work':<24}{'peer/s':>12}{'ours/s':>12}{'ratio':>8}", flush=True)
    for side, count in COUNTS.items():
        rgb = pictures(options.images, side, count)
        grey = np.ascontiguousarray(rgb[..., 1:2])
        np.save(scratch / "rgb.npy", rgb)
        np.save(scratch / "grey.npy", grey)
        x = torch.from_numpy(rgb).permute(0, 3, 1, 2).float().div(255).contiguous()
        scattering = Scattering2D(J=2, shape=(side, side), L=8)

        def batches(function, size):
            with torch.no_grad():
                for part in x.split(size):
                    function(part)

        # kymatio is fastest in batches that stay in the cache; see its own benchmark.
        work = {
            "scattering": ("rgb", lambda: batches(scattering, {32: 128, 96: 16, 224: 4}[side])),
            "hog-layer": ("rgb", lambda: batches(hog_layer, {32: 128, 96: 16, 224: 4}[side])),
            "hog": ("rgb", lambda: spread(processes, hog_rows, rgb)),
            "lbp": ("grey", lambda: spread(processes, lbp_rows, grey[..., 0])),
            "color": ("rgb", lambda: spread(threads, histogram_rows, rgb)),
            "augment:policy=custom": ("rgb", lambda: spread(processes, views, rgb)),
        }
        for name, (kind, peer) in work.items():
            if options.only and name not in options.only:
                continue
            peer()
            theirs, ours = [], []
            for _ in range(options.rounds):
                theirs.append(count / statistics.median(seconds(peer) for _ in range(3)))
                command = [options.tool, "representations", "--json", "--threads", str(WORKERS), "--representation", name,
                           "--source", f"npy:{scratch / kind}.npy", "--limit", str(count)]
                measured = json.loads(subprocess.check_output(command))
                ours.append(measured["measurements"][0]["ours"])
            theirs, ours = statistics.median(theirs), statistics.median(ours)
            results = {key: measured[key] for key in ("benchmark", "date", "machine")} | results
            results["measurements"].append({"work": f"{name}, {side} px", "unit": "images_per_second", "ours": ours,
                                            "peer": PEERS[name], "theirs": theirs})
            if options.json:
                continue
            print(f"{name + ' ' + str(side):<24}{theirs:>12.1f}{ours:>12.1f}{ours / theirs:>7.1f}x", flush=True)
    if options.json:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
