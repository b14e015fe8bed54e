"""Goldens of each deterministic step of the augmentations: torchvision 0.29's functional transforms of Pillow images.

Writes augmentation/*.npy, uint8, for the second image of images/rgb32.npy and the first of images/rgb45x37.npy; of the
operations of RandAugment and AutoAugment also operations.json: their magnitudes, and AutoAugment's pairs.
"""
import json
import pathlib

import numpy as np
import PIL.Image
import PIL.ImageFilter
from torchvision.transforms import AutoAugment, RandAugment, autoaugment
from torchvision.transforms import functional as F
from torchvision.transforms.functional import InterpolationMode

HERE = pathlib.Path(__file__).resolve().parent.parent


def save(name, value):
    np.save(HERE / "augmentation" / f"{name}.npy", np.asarray(value, dtype=np.uint8))


def operations(images):
    size = (45, 37)
    spaces = {bins: kind._augmentation_space(bins, size) for bins, kind in ((10, AutoAugment()), (31, RandAugment()))}
    values = {"Posterize": [1, 4, 7, 8], "Solarize": [0, 1, 85, 128.5, 255], "Rotate": [0, 30, -30, 4.5, -11, 90],
              "ShearX": [0, 0.3, -0.3, 0.1], "ShearY": [0, 0.3, -0.3, 0.1], "TranslateX": [0, 7.9, -7.9, 3],
              "TranslateY": [0, 7.9, -7.9, 3], "Brightness": [0.9, -0.9], "Color": [0.9, -0.9], "Contrast": [0.9, -0.9],
              "Sharpness": [0.9, -0.9, 0.3]}
    steps = [(name, float(m)) for name in [*spaces[31], "Invert"] for m in values.get(name, [0.0])]
    for name, image in images:
        made = [autoaugment._apply_op(image, op, m, InterpolationMode.NEAREST, None) for op, m in steps]
        save(f"operations_{name}", np.stack([np.asarray(one) for one in made]))
    magnitudes = {str(bins): {name: [float(value) for value in values.reshape(-1)] for name, (values, _) in space.items()}
                  for bins, space in spaces.items()}
    signed = sorted({name for space in spaces.values() for name, (_, signed) in space.items() if signed})
    text = json.dumps({"size": size, "steps": steps, "magnitudes": magnitudes, "signed": signed,
                       "random": sorted(spaces[31]), "pairs": AutoAugment().policies})
    (HERE / "augmentation" / "operations.json").write_text(text + "\n")


def main():
    (HERE / "augmentation").mkdir(exist_ok=True)
    square = PIL.Image.fromarray(np.load(HERE / "images" / "rgb32.npy")[1])
    tall = PIL.Image.fromarray(np.load(HERE / "images" / "rgb45x37.npy")[0])
    operations((("square", square), ("tall", tall)))
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
        for sigma in (0.1, 0.4, 0.9, 1.37, 2.0, 5.5):
            save(f"boxed_{name}_{round(sigma * 100)}", image.filter(PIL.ImageFilter.GaussianBlur(sigma)))
        save(f"solarized_{name}", F.solarize(image, 128))
        for mode in ("bilinear", "bicubic", "lanczos"):
            for height, width in ((20, 11), (32, 32), (50, 71), (7, 32)):
                save(f"resize_{mode}_{name}_{height}x{width}", F.resize(image, [height, width], InterpolationMode(mode)))
            save(f"crop_{mode}_{name}", F.resized_crop(image, 3, 5, 22, 17, [32, 32], InterpolationMode(mode)))


if __name__ == "__main__":
    main()
