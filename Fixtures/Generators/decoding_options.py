"""Photographs decoded at a fraction of their size, over a background, and from 16 bits. Peer: Pillow's `draft`, `paste`, `convert`.

Writes decoding-options/: photo.jpg (523 x 411, drawn, 4:2:0), framed_64.npy (`draft`, shorter side to 73 bicubic, the middle 64),
framed_150.npy (shorter side to 171: a half), crop.npy (the box 101, 33, 320 x 303 at a half, to 96 x 112 bilinear);
white.npy and black.npy, decoding/rgba.png over these; round.npy of decoding/rgb16.png and pillow.npy of decoding/grey16.png.
"""
import pathlib

import cv2
import numpy as np
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "decoding-options"


def drafted(denominator):
    """The photograph at a fraction, as the codec gives it."""
    image = Image.open(OUT / "photo.jpg")
    width, height = image.size
    image.draft("RGB", (width // denominator, height // denominator))
    assert image.size == (-(-width // denominator), -(-height // denominator)), image.size
    return image.convert("RGB"), width, height


def framed(resize, size, denominator):
    image, width, height = drafted(denominator)
    between = (resize * width // height, resize)
    image = image.resize(between, Image.BICUBIC, box=(0, 0, width / denominator, height / denominator))
    left, top = round((between[0] - size) / 2), round((between[1] - size) / 2)
    return image.crop((left, top, left + size, top + size))


def main():
    OUT.mkdir(exist_ok=True)
    y, x = np.mgrid[0:411, 0:523].astype(np.float64)
    planes = [110 + 90 * np.sin(x * y / 900), 120 + 100 * np.sin(y / 5), 100 + 80 * np.cos((x + 2 * y) / 9)]
    rgb = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)
    Image.fromarray(rgb).save(OUT / "photo.jpg", quality=40, subsampling="4:2:0")
    np.save(OUT / "framed_64.npy", np.asarray(framed(73, 64, 4)))
    np.save(OUT / "framed_150.npy", np.asarray(framed(171, 150, 2)))
    left, top, width, height = 101, 33, 320, 303
    half = drafted(2)[0].crop((left // 2, top // 2, -(-(left + width) // 2), -(-(top + height) // 2)))
    box = np.array([left, top, left + width, top + height]) / 2 - np.array([left // 2, top // 2] * 2)
    np.save(OUT / "crop.npy", np.asarray(half.resize((96, 112), Image.BILINEAR, box=tuple(box))))
    rgba = Image.open(ROOT / "decoding" / "rgba.png")
    for name, value in {"white": 255, "black": 0}.items():
        over = Image.new("RGB", rgba.size, (value, value, value))
        over.paste(rgba.convert("RGB"), mask=rgba.getchannel("A"))
        np.save(OUT / f"{name}.npy", np.asarray(over))
    deep = cv2.cvtColor(cv2.imread(str(ROOT / "decoding" / "rgb16.png"), cv2.IMREAD_UNCHANGED), cv2.COLOR_BGR2RGB)
    np.save(OUT / "round.npy", np.rint(deep / 257).astype(np.uint8))
    np.save(OUT / "pillow.npy", np.asarray(Image.open(ROOT / "decoding" / "grey16.png").convert("RGB")))


if __name__ == "__main__":
    main()
