"""Images and settings that cannot be: exceptions of the right kind, which name the image and the remedy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import mvmr

BAD = [
    ("wrong rank", lambda x: x[None], ValueError, "shape"),
    ("no rank", lambda x: np.uint8(3), ValueError, "shape"),
    ("a line", lambda x: x.ravel(), ValueError, "shape"),
    ("int64", lambda x: x.astype(np.int64), TypeError, "uint8"),
    ("bool", lambda x: x > 3, TypeError, "uint8"),
    ("complex", lambda x: x.astype(complex), TypeError, "uint8"),
    ("objects", lambda x: x.astype(object), TypeError, "uint8"),
    ("a text", lambda x: "image.png", TypeError, "PIL.Image.open"),
    ("None", lambda x: None, TypeError, "NoneType"),
    ("a path", lambda x: Path("image.png"), TypeError, "PIL.Image.open"),
    ("paths", lambda x: ["a.png", "b.png"], TypeError, "image 0.*PIL.Image.open"),
    ("a generator", lambda x: (image for image in x), TypeError, "generator.*list"),
    ("a dict", lambda x: {"image": x}, TypeError, "dict"),
    ("a nested list of whole numbers", lambda x: x[0].tolist(), TypeError, "int64"),
    ("masked", lambda x: np.ma.masked_array(x), TypeError, "filled"),
    ("channels first", lambda x: x.transpose(0, 3, 1, 2), ValueError, "layout='NCHW'"),
    ("gray batch", lambda x: x[..., 0], ValueError, "layout='NHW'"),
    ("four channels", lambda x: np.concatenate([x, x[..., :1]], -1), ValueError, "channels"),
    ("no height", lambda x: x[:, :0], ValueError, "pixels"),
    ("no width", lambda x: x[:, :, :0], ValueError, "pixels"),
    ("no channel", lambda x: x[..., :0], ValueError, "channels"),
    ("empty list", lambda x: [], ValueError, "empty"),
    ("mixed sizes", lambda x: [x[0], x[0, :16]], ValueError, "image 1"),
    ("mixed types", lambda x: [x[0], x[0].astype(np.float32)], ValueError, "image 1"),
    ("batches in a list", lambda x: [x], ValueError, "batch"),
    ("NaN", lambda x: np.where(np.arange(24)[:, None, None, None] == 5, np.nan, x).astype("f4"), ValueError, "number"),
    ("infinite", lambda x: np.where(x == x.max(), np.inf, x).astype("f4"), ValueError, None),
    ("huge", lambda x: x.astype(np.float64) * 1e300, ValueError, None),
    ("too small", lambda x: x[:, :1, :1], ValueError, "hog|cell|image"),
    ("2^31 values", lambda x: np.broadcast_to(np.uint8(1), (1, 1 << 16, 1 << 15, 1)), ValueError, None),
    ("2^62 values", lambda x: np.broadcast_to(np.uint8(1), (1 << 62, 1, 1, 1)), (ValueError, MemoryError), None),
]


@pytest.mark.parametrize("make, kind, words", [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_bad_images(images, make, kind, words):
    with pytest.raises(kind, match=words):
        mvmr.HOG()(make(images))


def test_the_error_names_the_image(images):
    floats = images.astype(np.float32)
    floats[13, 4, 5, 1] = np.nan
    with pytest.raises(ValueError) as caught:
        mvmr.LBP()(floats)
    assert caught.value.row == 13
    # Through strides, too, and on several threads.
    with pytest.raises(ValueError) as caught:
        mvmr.LBP(threads=2)(floats[::-1])
    assert caught.value.row == 24 - 1 - 13


@pytest.mark.parametrize(
    "make, kind",
    [
        (lambda: mvmr.HOG(orientations=0), ValueError),
        (lambda: mvmr.HOG(orientations=2**70), ValueError),
        (lambda: mvmr.HOG(norm="l3"), ValueError),
        (lambda: mvmr.HOG(orientations="nine"), ValueError),
        (lambda: mvmr.HOG(orientations=None), TypeError),
        (lambda: mvmr.HOG(orientations=[9]), TypeError),
        (lambda: mvmr.LBP(radius=float("nan")), ValueError),
        (lambda: mvmr.LBP(radius=float("inf")), ValueError),
        (lambda: mvmr.HOG(norm="l2\0"), ValueError),
        (lambda: mvmr.HOG(norm="\ud800"), ValueError),
        (lambda: mvmr.Scattering(J=9), ValueError),
        (lambda: mvmr.HOG(threads=-1), ValueError),
        (lambda: mvmr.HOG(threads="two"), TypeError),
    ],
)
def test_bad_settings_are_told_at_the_first_use(images, make, kind):
    with pytest.raises(kind):
        make()(images)


def test_unknown_names():
    with pytest.raises(TypeError):
        mvmr.HOG(cells=3)
    with pytest.raises(AttributeError):
        mvmr.Hog
    with pytest.raises(ValueError, match="hog"):
        mvmr.create("hogg")
    for name in (3, None, []):
        with pytest.raises(TypeError, match="text"):
            mvmr.create(name)
    with pytest.raises(TypeError, match="HOG"):
        mvmr.Representation()
    for layout in ("WH", 3, []):
        for given in (np.zeros((32, 32), np.uint8), [np.zeros((32, 32), np.uint8)]):
            with pytest.raises(ValueError, match="layout"):
                mvmr.HOG()(given, layout=layout)


def test_out_is_checked(images):
    hog = mvmr.HOG()
    with pytest.raises(ValueError):
        hog(images, out=np.empty((24, 10), np.float32))
    with pytest.raises(TypeError):
        hog(images, out=np.empty((24, 324)))
    with pytest.raises(TypeError):
        hog(images, out=np.empty((324, 24), np.float32).T)
    flat = np.empty((24, 324), np.float32)
    assert hog(images, out=flat) is flat


@pytest.mark.parametrize("make", [mvmr.Scattering, mvmr.HOG, mvmr.PixelValues])
@pytest.mark.parametrize("shift", [0, 7, 3000])
def test_out_may_be_the_memory_of_the_images(images, make, shift):
    pixels = images.astype(np.float32) / 255
    wanted = np.array(make()(pixels))
    memory = np.zeros(shift + max(pixels.size, wanted.size), np.float32)
    shared = memory[shift : shift + pixels.size].reshape(pixels.shape)
    shared[...] = pixels
    out = memory[: wanted.size]
    assert make()(shared, out=out) is out
    assert np.array_equal(out, wanted.ravel())


@pytest.mark.parametrize("size", [(2**70, 32), (2**64 + 32, 32), (-1, 32), (0, 0), (32,), (32, 32, 7)])
def test_sizes_that_cannot_be(size):
    with pytest.raises(ValueError):
        mvmr.HOG().layout(size)
