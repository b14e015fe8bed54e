"""Goldens of each deterministic step of the augmentations: torchvision 0.29's functional transforms of Pillow images.

Writes augmentation/*.npy, uint8, for the second image of images/rgb32.npy and the first of images/rgb45x37.npy.
"""
import pathlib

import numpy as np
import PIL.Image
from torchvision.transforms import functional as F
from torchvision.transforms.functional import InterpolationMode

HERE = pathlib.Path(__file__).resolve().parent.parent


def save(name, value):
    np.save(HERE / "augmentation" / f"{name}.npy", np.asarray(value, dtype=np.uint8))


def main():
    (HERE / "augmentation").mkdir(exist_ok=True)
    square = PIL.Image.fromarray(np.load(HERE / "images" / "rgb32.npy")[1])
    tall = PIL.Image.fromarray(np.load(HERE / "images" / "rgb45x37.npy")[0])
    for name, image in (("square", square), ("tall", tall)):
        for factor in (0.2, 0.7, 1.3, 1.8):
            label = f"{name}_{int(factor * 10)}"
            save(f"brightness_{label}", F.adjust_brightness(image, factor))
            save(f"contrast_{label}", F.adjust_contrast(image, factor))
            save(f"saturation_{label}", F.adjust_saturation(image, factor))
        for turn in (-0.2, -0.07, 0.11, 0.5):
            save(f"hue_{name}_{int(turn * 100)}", F.adjust_hue(image, turn))
        save(f"gray_{name}", F.rgb_to_grayscale(image, 3))
        save(f"flip_{name}", F.hflip(image))
        for kernel, sigma in ((3, 0.1), (3, 0.9), (5, 2.0), (9, 1.4)):
            save(f"blur_{name}_{kernel}_{int(sigma * 10)}", F.gaussian_blur(image, kernel, sigma))
        for mode in ("bilinear", "bicubic"):
            for height, width in ((20, 11), (32, 32), (50, 71), (7, 32)):
                save(f"resize_{mode}_{name}_{height}x{width}", F.resize(image, [height, width], InterpolationMode(mode)))
            save(f"crop_{mode}_{name}", F.resized_crop(image, 3, 5, 22, 17, [32, 32], InterpolationMode(mode)))


if __name__ == "__main__":
    main()
