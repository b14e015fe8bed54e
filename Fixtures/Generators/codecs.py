"""Small image files of every format, mode and compression that is read, and what Pillow makes of them. Peer: Pillow.

Writes codecs/: the files, NAME.npy with the pixels of `convert("RGB")` of each, NAME.upright.npy too where an orientation
turns it, and cases.json: for each file its mode in Pillow and its size, or the words with which Pillow refuses it. Pillow
writes what it can; tifffile writes other forms of TIFF, and writers below the forms of PNG, BMP, GIF and PNM that neither
writes.
"""
import io
import json
import pathlib
import struct
import warnings
import zlib

import numpy as np
import tifffile
from PIL import Image, ImageOps

OUT = pathlib.Path(__file__).resolve().parent.parent / "codecs"
HEIGHT, WIDTH = 11, 13
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
files = {}


def drawn(height, width, seed=0):
    """A smooth picture with noise, so that no two codecs agree by chance."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = [110 + 90 * np.sin(x / 3), 120 + 9 * y, 100 + 80 * np.cos((x + 2 * y) / 5)]
    noise = np.random.default_rng(seed).normal(0, 8, (height, width, 3))
    return np.clip(np.stack(planes, -1) + noise, 0, 255).astype(np.uint8)


def alpha_plane(height=HEIGHT, width=WIDTH):
    """Wholly transparent at the left, opaque at the right."""
    return np.broadcast_to(np.linspace(-40, 300, width).clip(0, 255).astype(np.uint8), (height, width))


def saved(name, image, format, **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    files[name] = buffer.getvalue()


def png(samples, depth, color, interlaced=False, extra=b"", behind=b"", damage=None):
    """A PNG of `samples` (height x width x channels), each of `depth` bits, without filters."""
    height, width = samples.shape[:2]
    rows = b""
    for x0, y0, dx, dy in ADAM7 if interlaced else ((0, 0, 1, 1),):
        part = samples[y0::dy, x0::dx]
        for row in part if part.size else ():
            flat = row.reshape(-1)
            if depth == 16:
                packed = flat.astype(">u2").tobytes()
            elif depth == 8:
                packed = flat.astype(np.uint8).tobytes()
            else:
                bits = (flat[:, None] >> np.arange(depth)[::-1]) & 1
                packed = np.packbits(bits.astype(np.uint8).reshape(-1)).tobytes()
            rows += b"\0" + packed
    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    pixels = chunk(b"IDAT", zlib.compress(rows, 9))
    if damage is not None:
        pixels = pixels[:damage] + bytes([pixels[damage] ^ 0x10]) + pixels[damage + 1 :]
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + pixels + behind + chunk(b"IEND", b"")


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bmp(data, bits, palette=b"", compression=0, height=HEIGHT, width=WIDTH, masks=b"", colors=0, header=40):
    """A BMP with a header of 12 or 40 bytes around `data`."""
    if header == 12:
        info = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 0, 0, colors, 0)
    offset = 14 + len(info) + len(masks) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + info + masks + palette + data


def padded(rows):
    """Rows of a BMP, each filled up to four bytes."""
    return b"".join(row + b"\0" * (-len(row) % 4) for row in rows)


def exif(orientation, order="<"):
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(order + "IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def xmp(orientation):
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="{orientation}"/></x:xmpmeta>'.encode()


def jpeg_files(rgb, gray, cmyk):
    large = Image.fromarray(drawn(20, 24))
    for sampling in ("4:4:4", "4:2:2", "4:2:0", "4:1:1"):
        saved(f"jpeg_{sampling.replace(':', '')}.jpg", large, "JPEG", quality=85, subsampling=sampling)
    saved("jpeg_progressive.jpg", large, "JPEG", quality=85, progressive=True)
    saved("jpeg_gray.jpg", gray, "JPEG", quality=85)
    saved("jpeg_cmyk.jpg", cmyk, "JPEG", quality=95)
    saved("jpeg_rgb.jpg", rgb, "JPEG", quality=85, keep_rgb=True)
    saved("jpeg_restarts.jpg", large, "JPEG", quality=85, restart_marker_blocks=1)
    for orientation in range(1, 9):
        saved(f"jpeg_exif{orientation}.jpg", rgb, "JPEG", quality=85, exif=b"Exif\0\0" + exif(orientation, "<>"[orientation % 2]))
    saved("jpeg_xmp6.jpg", rgb, "JPEG", quality=85, xmp=xmp(6))
    whole = files["jpeg_444.jpg"]
    files["jpeg_named.png"] = whole
    files["jpeg_cut.jpg"] = whole[: len(whole) * 3 // 4]
    files["jpeg_no_end.jpg"] = whole[:-2]
    files["jpeg_cut_progressive.jpg"] = files["jpeg_progressive.jpg"][:-40]


def png_files(rgb, gray, palette):
    color = np.asarray(rgb).astype(np.uint16)
    alpha = alpha_plane()[..., None].astype(np.uint16)
    index = np.asarray(palette)[..., None] % 16
    entries = chunk(b"PLTE", bytes(palette.getpalette()[:48]))
    seen = chunk(b"tRNS", bytes(range(0, 256, 17)))
    for interlaced in (False, True):
        mark = "_interlaced" if interlaced else ""
        for depth in (1, 2, 4, 8, 16):
            values = color[..., 1:2] * 257 >> 16 - depth
            files[f"png_gray{depth}{mark}.png"] = png(values, depth, 0, interlaced)
            if depth <= 8:
                # Only what a few bits can say, and never more entries than they can name.
                few = index % min(16, 2**depth)
                named = entries if depth >= 4 else chunk(b"PLTE", bytes(palette.getpalette()[: 3 * 2**depth]))
                files[f"png_palette{depth}{mark}.png"] = png(few, depth, 3, interlaced, named)
            if depth >= 8:
                wide = 257 if depth == 16 else 1
                noise = np.random.default_rng(depth).integers(0, wide, color.shape)
                files[f"png_rgb{depth}{mark}.png"] = png(color * wide - np.minimum(noise, color * wide), depth, 2, interlaced)
                files[f"png_rgba{depth}{mark}.png"] = png(np.concatenate([color, alpha], -1) * wide, depth, 6, interlaced)
                files[f"png_graya{depth}{mark}.png"] = png(np.concatenate([color[..., :1], alpha], -1) * wide, depth, 4, interlaced)
    files["png_palette_alpha.png"] = png(index, 8, 3, False, entries + seen)
    files["png_palette_short.png"] = png(index, 8, 3, False, chunk(b"PLTE", bytes(palette.getpalette()[:15])))
    files["png_gray_key.png"] = png(color[..., :1], 8, 0, False, chunk(b"tRNS", struct.pack(">H", int(color[0, 0, 0]))))
    files["png_rgb_key.png"] = png(color, 8, 2, False, chunk(b"tRNS", struct.pack(">3H", *map(int, color[0, 0]))))
    files["png_exif6.png"] = png(color, 8, 2, False, chunk(b"eXIf", exif(6)))
    files["png_exif8_behind.png"] = png(color, 8, 2, False, b"", chunk(b"eXIf", exif(8, ">")))
    files["png_xmp6.png"] = png(color, 8, 2, False, chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(6)))
    files["png_profile.png"] = png(color, 8, 2, False, chunk(b"iCCP", b"none\0\0" + zlib.compress(b"no profile")))
    saved("png_animated.png", rgb, "PNG", save_all=True, append_images=[gray.convert("RGB")])
    whole = files["png_rgb8.png"]
    files["png_named.JPEG"] = whole
    files["png_cut.png"] = whole[: len(whole) // 2]
    files["png_header_crc.png"] = whole[:29] + bytes([whole[29] ^ 1]) + whole[30:]
    files["png_bad_pixels.png"] = png(color, 8, 2, damage=60)


def webp_files(rgb, rgba):
    saved("webp_lossy.webp", rgb, "WEBP", quality=80)
    saved("webp_lossless.webp", rgb, "WEBP", lossless=True)
    saved("webp_alpha.webp", rgba, "WEBP", quality=80)
    saved("webp_alpha_lossless.webp", rgba, "WEBP", lossless=True, exact=True)
    for orientation in (3, 6):
        saved(f"webp_exif{orientation}.webp", rgb, "WEBP", quality=80, exif=exif(orientation))
    saved("webp_xmp8.webp", rgb, "WEBP", quality=80, xmp=xmp(8))
    second = Image.fromarray(drawn(HEIGHT, WIDTH, 1))
    saved("webp_animated.webp", rgb, "WEBP", save_all=True, append_images=[second], lossless=True)
    saved("webp_animated_alpha.webp", rgba, "WEBP", save_all=True, append_images=[second], lossless=True)
    # A first frame smaller than the canvas, at an even place as the format asks for.
    small = io.BytesIO()
    rgb.crop((0, 0, 6, 5)).save(small, "WEBP", lossless=True)
    body = small.getvalue()[12:]
    frame = b"ANMF" + struct.pack("<I", 16 + len(body)) + struct.pack("<I", 2)[:3] + struct.pack("<I", 1)[:3]
    frame += b"".join(struct.pack("<I", v)[:3] for v in (5, 4, 100)) + b"\0" + body
    canvas = struct.pack("<I", 0x02) + b"".join(struct.pack("<I", v)[:3] for v in (WIDTH - 1, HEIGHT - 1))
    parts = b"WEBPVP8X" + struct.pack("<I", 10) + canvas + b"ANIM" + struct.pack("<IIH", 6, 0xFF00FF00, 0) + frame
    files["webp_small_frame.webp"] = b"RIFF" + struct.pack("<I", len(parts)) + parts
    files["webp_cut.webp"] = files["webp_lossy.webp"][:-20]


def tiff_files(rgb, gray, rgba, palette, cmyk):
    one = gray.point(lambda value: 255 * (value > 120)).convert("1")
    for name, image in {"one": one, "gray": gray, "rgb": rgb, "rgba": rgba, "palette": palette, "cmyk": cmyk}.items():
        for kind in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "lzma", "zstd"):
            saved(f"tiff_{name}_{kind}.tif", image, "TIFF", compression=kind)
    saved("tiff_one_group3.tif", one, "TIFF", compression="group3")
    saved("tiff_one_group4.tif", one, "TIFF", compression="group4")
    saved("tiff_rgb_jpeg.tif", Image.fromarray(drawn(20, 24)), "TIFF", compression="jpeg", quality=85)
    saved("tiff_gray_jpeg.tif", gray, "TIFF", compression="jpeg", quality=85)
    saved("tiff_predictor.tif", rgb, "TIFF", compression="tiff_lzw", tiffinfo={317: 2})
    saved("tiff_strips.tif", rgb, "TIFF", compression="tiff_lzw", tiffinfo={278: 4})
    saved("tiff_ycbcr.tif", rgb.convert("YCbCr"), "TIFF")
    saved("tiff_xmp6.tif", rgb, "TIFF", tiffinfo={700: xmp(6)})
    saved("tiff_big.tif", rgb, "TIFF", big_tiff=True)
    saved("tiff_pages.tif", rgb, "TIFF", save_all=True, append_images=[gray])
    for orientation in range(2, 9):
        saved(f"tiff_orientation{orientation}.tif", rgb, "TIFF", compression="packbits", tiffinfo={274: orientation})
    color = np.asarray(rgb)
    alpha = alpha_plane()[..., None]
    multiplied = (color.astype(int) * alpha // 255).astype(np.uint8)
    deep = color.astype(np.uint16) * 257 - np.minimum(97, color.astype(np.uint16) * 257)
    written("tiff_gray16.tif", deep[..., 0], photometric="minisblack")
    written("tiff_gray16_lzw.tif", deep[..., 0], photometric="minisblack", compression="zlib")
    written("tiff_gray16_big_endian.tif", deep[..., 0], byteorder=">", photometric="minisblack")
    written("tiff_rgb16.tif", deep, photometric="rgb")
    written("tiff_rgb16_big_endian.tif", deep, byteorder=">", photometric="rgb", compression="zlib")
    written("tiff_rgba16.tif", np.concatenate([deep, alpha.astype(np.uint16) * 257], -1), photometric="rgb", extrasamples=["unassalpha"])
    written("tiff_planar.tif", np.ascontiguousarray(np.moveaxis(color, -1, 0)), photometric="rgb", planarconfig="separate")
    written("tiff_planar_deflate.tif", np.ascontiguousarray(np.moveaxis(color, -1, 0)), photometric="rgb", planarconfig="separate", compression="zlib", rowsperstrip=4)
    tiled = drawn(21, 24)
    written("tiff_tiled.tif", tiled, photometric="rgb", tile=(16, 16))
    written("tiff_tiled_deflate.tif", tiled, photometric="rgb", tile=(16, 16), compression="zlib")
    written("tiff_tiled_planar.tif", np.ascontiguousarray(np.moveaxis(tiled, -1, 0)), photometric="rgb", planarconfig="separate", tile=(16, 16), compression="zlib")
    written("tiff_unassociated.tif", np.concatenate([color, alpha], -1), photometric="rgb", extrasamples=["unassalpha"])
    written("tiff_associated.tif", np.concatenate([multiplied, alpha], -1), photometric="rgb", extrasamples=["assocalpha"])
    written("tiff_associated_deflate.tif", np.concatenate([multiplied, alpha], -1), photometric="rgb", extrasamples=["assocalpha"], compression="zlib")
    written("tiff_unspecified.tif", np.concatenate([color, alpha], -1), photometric="rgb", extrasamples=["unspecified"])
    written("tiff_gray_alpha.tif", np.concatenate([color[..., :1], alpha], -1), photometric="minisblack", planarconfig="contig", extrasamples=["unassalpha"])
    written("tiff_white_is_zero.tif", color[..., 0], photometric="miniswhite")
    written("tiff_big_endian.tif", color, byteorder=">", photometric="rgb", compression="zlib")
    written("tiff_float.tif", color.astype(np.float32) / 255, photometric="rgb")
    whole = files["tiff_rgb_tiff_lzw.tif"]
    files["tiff_cut.tif"] = files["tiff_rgb_raw.tif"][:-60]
    files["tiff_bad_lzw.tif"] = whole[:40] + b"\xff" * 30 + whole[70:]


def written(name, array, **options):
    buffer = io.BytesIO()
    order = options.pop("byteorder", "<")
    with tifffile.TiffWriter(buffer, byteorder=order) as writer:
        writer.write(array, metadata=None, software=False, datetime=False, **options)
    files[name] = buffer.getvalue()


def gif_files(rgb, gray, palette):
    saved("gif_palette.gif", palette, "GIF", interlace=0)
    saved("gif_interlaced.gif", palette, "GIF", interlace=1)
    saved("gif_gray.gif", gray, "GIF")
    saved("gif_transparent.gif", palette, "GIF", transparency=3)
    saved("gif_animated.gif", rgb, "GIF", save_all=True, append_images=[Image.fromarray(drawn(HEIGHT, WIDTH, 1))])
    whole = files["gif_palette.gif"]
    # The image stands within a larger screen, or beyond a smaller one.
    files["gif_large_screen.gif"] = whole[:6] + struct.pack("<HH", WIDTH + 5, HEIGHT + 3) + whole[10:]
    files["gif_small_screen.gif"] = whole[:6] + struct.pack("<HH", 4, 4) + whole[10:]
    seen = files["gif_transparent.gif"]
    files["gif_large_transparent.gif"] = seen[:6] + struct.pack("<HH", WIDTH + 5, HEIGHT + 3) + seen[10:]
    files["gif_cut.gif"] = whole[:-40]


def bmp_files(rgb, gray, palette):
    saved("bmp_rgb.bmp", rgb, "BMP")
    saved("bmp_gray.bmp", gray, "BMP")
    saved("bmp_palette.bmp", palette, "BMP")
    saved("bmp_one.bmp", gray.point(lambda value: 255 * (value > 120)).convert("1"), "BMP")
    saved("bmp_rgba.bmp", rgb.convert("RGBA"), "BMP")
    color = np.asarray(rgb).astype(np.uint32)
    index = np.asarray(palette) % 16
    entries = np.asarray(palette.getpalette()[:48], np.uint8).reshape(16, 3)[:, ::-1]
    four = b"".join(bytes(entry) + b"\0" for entry in entries)
    nibbles = [bytes(np.packbits(((row[:, None] >> np.arange(4)[::-1]) & 1).astype(np.uint8))) for row in index[::-1]]
    files["bmp_palette4.bmp"] = bmp(padded(nibbles), 4, four)
    files["bmp_os2.bmp"] = bmp(padded(nibbles), 4, entries.tobytes(), header=12)
    fifteen = color[..., 0] >> 3 << 10 | color[..., 1] >> 3 << 5 | color[..., 2] >> 3
    sixteen = color[..., 0] >> 3 << 11 | color[..., 1] >> 2 << 5 | color[..., 2] >> 3
    files["bmp_555.bmp"] = bmp(padded(row.astype("<u2").tobytes() for row in fifteen[::-1]), 16)
    files["bmp_565.bmp"] = bmp(padded(row.astype("<u2").tobytes() for row in sixteen[::-1]), 16, compression=3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
    wide = color[..., 0] << 16 | color[..., 1] << 8 | color[..., 2] | 0x37000000
    files["bmp_32.bmp"] = bmp(padded(row.astype("<u4").tobytes() for row in wide[::-1]), 32)
    files["bmp_from_top.bmp"] = bmp(padded(row[:, ::-1].astype(np.uint8).tobytes() for row in color), 24, height=-HEIGHT)
    runs = b""
    for row in index[::-1]:
        runs += b"\x04" + bytes([row[0]]) + b"\0\x05" + bytes(row[4:9]) + b"\0" + b"".join(bytes([1, v]) for v in row[9:12]) + b"\0\0"
    files["bmp_rle8.bmp"] = bmp(runs + b"\0\1", 8, four, 1, colors=16)
    halves = b"".join(bytes([WIDTH, int(row[0]) << 4 | int(row[1])]) + b"\0\0" for row in index[::-1])
    files["bmp_rle4.bmp"] = bmp(halves + b"\0\1", 4, four, 2, colors=16)
    files["bmp_cut.bmp"] = files["bmp_rgb.bmp"][:-30]


def pnm_files(rgb, gray):
    one = gray.point(lambda value: 255 * (value > 120)).convert("1")
    for name, image in {"pnm_raw_bitmap.pbm": one, "pnm_raw_gray.pgm": gray, "pnm_raw_color.ppm": rgb}.items():
        saved(name, image, "PPM")
    color = np.asarray(rgb)
    size = f"{WIDTH} {HEIGHT}"

    def text(values):
        return "\n".join(" ".join(map(str, row.reshape(-1))) for row in values)

    bits = (np.asarray(gray) > 120).astype(int)
    files["pnm_plain_bitmap.pbm"] = f"P1 # a comment\n{size}\n{text(bits)}\n".encode()
    files["pnm_plain_gray.pgm"] = f"P2\n{size}\n200\n{text(np.minimum(color[..., 0], 200))}\n".encode()
    files["pnm_plain_color.ppm"] = f"P3\n{size}\n# a comment\n255\n{text(color)}\n".encode()
    files["pnm_most_100.pgm"] = f"P5 {size} 100\n".encode() + (color[..., 0] % 101).tobytes()
    files["pnm_most_1000.ppm"] = f"P6 {size} 1000\n".encode() + (color.astype(">u2") * 1000 // 255).astype(">u2").tobytes()
    files["pnm_gray16.pgm"] = f"P5 {size} 65535\n".encode() + (color[..., 0].astype(">u2") * 3).astype(">u2").tobytes()
    files["pnm_cut.ppm"] = files["pnm_raw_color.ppm"][:-10]


def main():
    OUT.mkdir(exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    rgb = Image.fromarray(drawn(HEIGHT, WIDTH))
    gray = rgb.convert("L")
    rgba = rgb.copy()
    rgba.putalpha(Image.fromarray(alpha_plane().copy()))
    palette = rgb.quantize(16)
    cmyk = Image.fromarray(np.concatenate([255 - drawn(HEIGHT, WIDTH), drawn(HEIGHT, WIDTH, 2)[..., :1] // 3], -1), "CMYK")
    jpeg_files(rgb, gray, cmyk)
    png_files(rgb, gray, palette)
    webp_files(rgb, rgba)
    tiff_files(rgb, gray, rgba, palette, cmyk)
    gif_files(rgb, gray, palette)
    bmp_files(rgb, gray, palette)
    pnm_files(rgb, gray)
    cases = {}
    for name, data in sorted(files.items()):
        (OUT / name).write_bytes(data)
        try:
            image = Image.open(io.BytesIO(data))
            pixels = np.asarray(image.convert("RGB"))
            upright = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
        except Exception as problem:
            cases[name] = {"refused": f"{type(problem).__name__}: {problem}".split(" <")[0]}
            continue
        np.save(OUT / f"{name}.npy", pixels)
        cases[name] = {"mode": image.mode, "height": pixels.shape[0], "width": pixels.shape[1]}
        if upright.shape != pixels.shape or (upright != pixels).any():
            np.save(OUT / f"{name}.upright.npy", upright)
            cases[name]["turned"] = True
    (OUT / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
