#!/usr/bin/env python3
"""Measures the package against its peers, both sides of a ratio in one process, in turn, the best of several runs.

    python Sources/Python/benchmarks/speed.py [--quick] [--threads N] [NAME ...]

Peers that are not installed are left out. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import mvmr  # noqa: E402

warnings.simplefilter("ignore")
RESULTS = []
#: Threads of both sides; None for every processor. Beside other programs one is the fair number: peers that wait for
#: each other's threads lose most of their time there.
THREADS = None
#: Seconds that each side of a ratio is run for, at least.
SECONDS = 2.0


def best(*sides):
    """The shortest time of a call of each side, taken in turn so that a busy moment meets both."""
    for side in sides:
        side()
    shortest = [float("inf")] * len(sides)
    spent = 0.0
    rounds = 0
    while spent < SECONDS * len(sides) or rounds < 3:
        for index, side in enumerate(sides):
            begun = time.perf_counter()
            side()
            taken = time.perf_counter() - begun
            shortest[index] = min(shortest[index], taken)
            spent += taken
        rounds += 1
        if spent > 20 * SECONDS:
            break
    return shortest


def row(work, unit, ours, peer, wanted):
    ratio = f"{peer / ours:.1f}" if peer else ""
    RESULTS.append((work, unit(ours), unit(peer) if peer else "", ratio, wanted))
    print(f"| {work} | {RESULTS[-1][1]} | {RESULTS[-1][2]} | {ratio} | {wanted} |", flush=True)


def per_second(count, what):
    return lambda seconds: f"{count / seconds:,.0f} {what}/s"


def scattering():
    import scipy.special

    if not hasattr(scipy.special, "sph_harm"):  # kymatio 0.3.0 imports it, the transform of images never calls it
        scipy.special.sph_harm = None
    import torch
    from kymatio.torch import Scattering2D

    for side, count, wanted in ((32, 64, "15 (20)"), (96, 16, "10 (16)"), (224, 4, "10 (13)")):
        images = torch.rand(count, 3, side, side)
        ours = mvmr.Scattering2D(2, (side, side), frontend="torch", threads=THREADS)
        theirs = Scattering2D(2, (side, side))
        assert torch.allclose(ours(images[:2]), theirs(images[:2]), rtol=1e-4, atol=1e-5)
        ours_time, theirs_time = best(lambda: ours(images), lambda: theirs(images))
        row(
            f"`Scattering2D`, torch, {count} x 3 x {side} x {side}, kymatio on torch",
            per_second(count, "images"), ours_time, theirs_time, wanted,
        )  # fmt: skip


def gradients_of_images():
    from skimage import feature

    images = np.random.default_rng(0).integers(0, 256, (256, 96, 96, 3), dtype=np.uint8)
    hog, lbp = mvmr.HOG(threads=THREADS), mvmr.LBP(method="uniform", threads=THREADS)

    def hog_of_peer():
        for image in images:
            feature.hog(image, cells_per_block=(2, 2), channel_axis=-1)

    def lbp_of_peer():
        for image in images:
            gray = (image @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)
            codes = feature.local_binary_pattern(gray, 8, 1, "uniform")
            np.histogram(codes, 10, (0, 10))

    for name, ours, theirs, wanted in (("HOG", hog, hog_of_peer, "60"), ("LBP", lbp, lbp_of_peer, "40")):
        ours_time, theirs_time = best(lambda ours=ours: ours(images), theirs)
        row(f"{name} of 256 images of 96 px, scikit-image", per_second(256, "images"), ours_time, theirs_time, wanted)


def call():
    from mvmr import _library

    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    hog = mvmr.HOG(threads=1)
    rows = hog(image)
    described = _library.ImagesStruct(
        image.__array_interface__["data"][0], 0, _library.NHWC, 1, 32, 32, 3, 0, 0, 0, 0
    )
    function = _library.library().representation_compute
    handle, place = hog._current().handle.value, rows.__array_interface__["data"][0]

    class Compute:
        def __call__(self):
            for _ in range(1000):
                function(handle, ctypes.byref(described), place, 0, 324, 1)

    def whole():
        for _ in range(1000):
            hog(image)

    kernel, called = best(Compute(), whole)
    RESULTS.append(("", "", "", "", ""))
    print(
        f"| one image of 32 px, HOG: the call beside the library's function | {called * 1e3:.1f} us | "
        f"{kernel * 1e3:.1f} us | {(called - kernel) * 1e3:.1f} us more | under 20 us (10) |",
        flush=True,
    )


class H5Rows:
    """What people write today: a data set over h5py that keeps its rows open, with its labels in memory."""

    def __init__(self, path, name):
        import h5py

        self.path, self.name, self.rows = path, name, None
        with h5py.File(path) as file:
            self.labels = file["train"]["labels"][:]

    def __len__(self):
        return len(self.labels)

    def opened(self):
        import h5py

        if self.rows is None:
            self.rows = h5py.File(self.path)["train"][self.name]
        return self.rows

    def __getitem__(self, index):
        import torch

        return torch.from_numpy(self.opened()[index]), int(self.labels[index])


class H5File(H5Rows):
    """What people write as often: the file is kept open, and asked for its data set at each row."""

    def opened(self):
        import h5py

        if self.rows is None:
            self.rows = h5py.File(self.path)
        return self.rows["train"][self.name]


class H5Batches(H5Rows):
    """What people write who know h5py well: a batch is read row by row, in the file's order, into one array."""

    def __getitems__(self, indices):
        import torch

        order = np.argsort(indices)
        rows, chosen = self.opened(), np.asarray(indices)
        batch = np.empty((len(chosen), *rows.shape[1:]), np.float32)
        for place in order.tolist():
            batch[place] = rows[indices[place]]
        return torch.from_numpy(batch), torch.from_numpy(self.labels[chosen])


def as_it_is(batch):
    return batch


def loader():
    import torch
    from torch.utils.data import DataLoader

    count, size = 8192, 256

    def run(batches):
        rows = 0
        for batch, _ in batches:
            rows += len(batch)
        assert rows == count

    def plain(data, workers, **options):
        return DataLoader(
            data, batch_size=size, shuffle=True, num_workers=workers, persistent_workers=workers > 0, **options
        )

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "f.h5")
        kinds = ["hog", "scattering"]
        mvmr.extract(f"synthetic:{count}", path, kinds, splits="train", progress=False).close()
        for name in kinds:
            ours = mvmr.torch.FeatureDataset(path, "train", name, threads=THREADS)
            peers = {
                "h5py, rows kept open": (H5Rows(path, name), {}),
                "h5py, file kept open": (H5File(path, name), {}),
                "h5py, sorted batches": (H5Batches(path, name), {"collate_fn": as_it_is}),
            }
            source = np.empty((count, ours._source.features[0].columns), np.float32)
            source[:] = 1
            target = np.empty((size, source.shape[1]), np.float32)

            def copy(source=source, target=target):
                for first in range(0, count, size):
                    np.copyto(target, source[first : first + size])

            for workers in (0, 2):
                sides = {f"`DataLoader`, {workers} workers": plain(ours, workers)}
                if not workers:
                    sides["`FeatureLoader`"] = mvmr.torch.FeatureLoader(ours, size, shuffle=True)
                others = {words: plain(data, workers, **options) for words, (data, options) in peers.items()}
                calls = [lambda side=side: run(side) for side in (*sides.values(), *others.values())]
                *times, limit = best(*calls, copy)
                own, theirs = times[: len(sides)], times[len(sides) :]
                for words, seconds in zip(sides, own):
                    for other, taken in zip(others, theirs):
                        row(
                            f"random batches of {size} rows of {name}, {words}; {other}",
                            per_second(count, "rows"), seconds, taken, "10 (50)",
                        )  # fmt: skip
                print(f"copying as many bytes in memory: {count / limit:,.0f} rows/s", flush=True)


def torch_correlation(x, y):
    """What people write in PyTorch."""
    import torch

    def centered(rows):
        distances = torch.cdist(rows, rows).clamp(min=1e-2)
        return distances - distances.mean(0) - distances.mean(1, keepdim=True) + distances.mean()

    a, b = centered(x), centered(y)
    return ((a * b).mean() / ((a * a).mean() * (b * b).mean()).sqrt()).sqrt()


def correlation():
    import torch

    for columns, both in ((2048, False), (15_552, True)):
        x = torch.randn(256, columns, requires_grad=True)
        y = torch.randn(256, 15_552, requires_grad=both)

        def ours():
            mvmr.distance_correlation(x, y).backward()

        def theirs():
            torch_correlation(x, y).backward()

        ours_time, theirs_time = best(ours, theirs)
        what = "both gradients" if both else "one gradient"
        row(
            f"`distance_correlation`, 256 rows, {columns:,} and 15,552 columns, {what}, PyTorch",
            lambda seconds: f"{seconds * 1e3:.1f} ms", ours_time, theirs_time, "2 (3)" if both else "",
        )  # fmt: skip


def imported():
    times = {}
    for name, code in (("mvmr", "import mvmr"), ("hog", "import mvmr; mvmr.HOG"), ("numpy", "import numpy")):
        times[name] = min(
            _timed([sys.executable, "-c", "import sys; sys.path.insert(0, sys.argv[1]); " + code, sys.path[0]])
            for _ in range(10)
        )
    bare = min(_timed([sys.executable, "-c", "pass"]) for _ in range(10))
    print(
        f"| `import mvmr` | {times['mvmr'] - bare:.3f} s | | with its first class, NumPy included: "
        f"{times['hog'] - bare:.3f} s, of which NumPy {times['numpy'] - bare:.3f} s | 0.15 s (0.08) |",
        flush=True,
    )


def _timed(command):
    begun = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - begun


MEASURES = {
    "scattering": scattering,
    "gradients": gradients_of_images,
    "call": call,
    "loader": loader,
    "correlation": correlation,
    "import": imported,
}


def main():
    global SECONDS, THREADS
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"what to measure: {', '.join(MEASURES)}")
    parser.add_argument("--quick", action="store_true", help="a tenth of the time")
    parser.add_argument("--threads", type=int, help="threads of both sides; every processor where not given")
    asked = parser.parse_args()
    if asked.threads:
        THREADS = asked.threads
        try:
            import torch

            torch.set_num_threads(THREADS)
        except ImportError:
            pass
    if asked.quick:
        SECONDS = 0.2
    print("| work, peer | mvmr | peer | ratio | wanted (reached for) |\n|---|---:|---:|---:|---|")
    for name, measure in MEASURES.items():
        if asked.names and name not in asked.names:
            continue
        try:
            measure()
        except ImportError as error:
            print(f"{name}: left out, {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
