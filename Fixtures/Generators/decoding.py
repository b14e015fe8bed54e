"""Image files of the kinds that trouble decoders, and what Pillow makes of them. Peer: Pillow's `convert("RGB")`, as torchvision reads.

Writes decoding/: upright.jpg and turned_N.jpg for EXIF orientations 2 to 8 of one drawn image (35 x 21), with turned_N.npy as
`ImageOps.exif_transpose` shows it and stored.npy without; turned_6.webp and turned_6.tif, lossless, of what stored.npy has;
grey.jpg, grey_alpha.png, palette.png, rgba.png and one_bit.png with
what they are in RGB; cmyk.jpg (Adobe's, inverted) and cmyk.npy; grey16.png and rgb16.png, which have no 8-bit form.
"""
import pathlib

import cv2
import numpy as np
from PIL import Image, ImageOps

OUT = pathlib.Path(__file__).resolve().parent.parent / "decoding"


def main():
    OUT.mkdir(exist_ok=True)
    y, x = np.mgrid[0:21, 0:35].astype(np.float64)
    planes = [110 + 90 * np.sin(x / 7), 120 + 5 * y, 100 + 80 * np.cos((x + 2 * y) / 9)]
    rgb = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)
    image = Image.fromarray(rgb)
    for orientation in range(1, 9):
        name = "upright" if orientation == 1 else f"turned_{orientation}"
        exif = Image.Exif()
        exif[0x0112] = orientation
        image.save(OUT / f"{name}.jpg", quality=95, exif=exif)
        read = Image.open(OUT / f"{name}.jpg")
        np.save(OUT / "stored.npy", np.asarray(read.convert("RGB")))
        np.save(OUT / f"{name}.npy", np.asarray(ImageOps.exif_transpose(read).convert("RGB")))
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = Image.fromarray(np.load(OUT / "stored.npy"))
    stored.save(OUT / "turned_6.webp", lossless=True, exif=exif)
    stored.save(OUT / "turned_6.tif", exif=exif, compression="tiff_deflate")
    grey = image.convert("L")
    alpha = Image.fromarray(np.clip(7 * x, 0, 255).astype(np.uint8))
    rgba = image.copy()
    rgba.putalpha(alpha)
    cyan, magenta, yellow = (Image.fromarray(255 - plane) for plane in np.moveaxis(rgb, -1, 0))
    black = Image.fromarray(np.clip(2 * y, 0, 60).astype(np.uint8))
    for name, picture in {
        "grey.jpg": grey, "grey_alpha.png": Image.merge("LA", (grey, alpha)), "rgba.png": rgba,
        "palette.png": image.quantize(16), "one_bit.png": grey.point(lambda v: 255 * (v > 120)).convert("1"),
        "cmyk.jpg": Image.merge("CMYK", (cyan, magenta, yellow, black)),
    }.items():
        picture.save(OUT / name, **({"quality": 95} if name.endswith("jpg") else {}))
        np.save(OUT / f"{name.split('.')[0]}.npy", np.asarray(Image.open(OUT / name).convert("RGB")))
    cv2.imwrite(str(OUT / "grey16.png"), (np.asarray(grey).astype(np.uint16) * 257))
    cv2.imwrite(str(OUT / "rgb16.png"), (rgb.astype(np.uint16) * 257))


if __name__ == "__main__":
    main()
