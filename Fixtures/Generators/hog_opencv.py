"""Goldens of `cv2.HOGDescriptor` by opencv-python-headless 4.6.0.66, Debian 12's version of OpenCV.

OpenCV 5, which the other generators use, has no HOG descriptor in its Python package. So this one makes itself an environment
of its own in a temporary folder, where the version at hand is another, and runs there.

Writes hog-opencv/CASE.npy (float32, images x values): the image as one window as large as whole strides allow, channels in
OpenCV's order. The threshold is always 0.2: OpenCV 4.6 keeps the first one of a process. The cases are repeated in
OpenCVHOGTests.swift.
"""
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent.parent
PINNED = ("opencv-python-headless==4.6.0.66", "numpy==1.26.4")
# name: (input, orientations, cell, block, stride, signed, gamma)
CASES = {
    "rgb32": ("rgb32", 9, 8, 16, 8, False, True),
    "rgb96": ("rgb96", 9, 8, 16, 8, False, True),
    "uneven": ("rgb45x37", 9, 8, 16, 8, False, True),
    "signed": ("rgb45x37", 18, 8, 16, 8, True, True),
    "linear": ("rgb45x37", 9, 8, 16, 8, False, False),
    "odd": ("rgb45x37", 12, 5, 15, 4, False, True),
    "grey": ("rgb45x37", 9, 8, 16, 8, False, True),
}


def describe(cv2, image, orientations, cell, block, stride, signed, gamma):
    height, width = (block + (side - block) // stride * stride for side in image.shape[:2])
    hog = cv2.HOGDescriptor((width, height), (block, block), (stride, stride), (cell, cell), orientations, 1, -1, 0,
                            0.2, gamma, 64, signed)
    return np.ravel(hog.compute(image, locations=[(0, 0)]))


def main():
    import cv2

    # Debian's OpenCV has no IPP, and with it the last bit depends on where memory happens to lie.
    cv2.ipp.setUseIPP(False)
    folder = HERE / "hog-opencv"
    folder.mkdir(exist_ok=True)
    for name, (source, *settings) in CASES.items():
        images = np.load(HERE / "images" / f"{source}.npy")
        images = images[..., 1] if name == "grey" else images[..., ::-1]
        rows = [describe(cv2, np.ascontiguousarray(image), *settings) for image in images]
        np.save(folder / f"{name}.npy", np.stack(rows).astype(np.float32))


def has_pinned_version():
    try:
        import cv2
    except ImportError:
        return False
    return cv2.__version__ == "4.6.0"


if __name__ == "__main__":
    if has_pinned_version():
        main()
    else:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            python = pathlib.Path(folder) / "bin" / "python"
            subprocess.run([python, "-m", "pip", "-q", "install", *PINNED], check=True)
            subprocess.run([python, __file__], check=True)
