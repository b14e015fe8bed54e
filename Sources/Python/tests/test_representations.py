"""Representations: the rows of the command line, whatever images come as; layouts; tensors."""

from __future__ import annotations

import copy
import inspect
import pickle
import threading

import numpy as np
import pytest

import mvmr
from mvmr import _library, representations
from mvmr._catalogue import entries

CLASSES = [getattr(representations, name) for name in representations.__all__ if name[0].isupper()][1:]
#: Besides the defaults, settings that take other ways through the library.
VARIANTS = {
    "hog": [dict(orientations=5, cell_size=4, block_size=3, norm="l1"), dict(sqrt=True, signed=True)],
    "hog-layer": [dict(variant="released")],
    "lbp": [dict(radius=2.0, points=12, method="uniform", grid=2), dict(output="map", method="var")],
    "color": [dict(space="hsv", joint=False, bins=16), dict(space="lab", pyramid=2)],
    "scattering": [dict(J=3, L=4), dict(order=1), dict(pre_pad=True)],
    "patch-scattering": [dict(grid=2, J=1)],
    "dct": [dict(norm="ortho", keep=5)],
    "std": [dict(window=5)],
    "pixels": [dict(normalize="cifar")],
    "augment": [dict(policy="crop", seed=3, size=16)],
}
ALL = [(kind, settings) for kind in CLASSES for settings in [{}, *VARIANTS.get(kind.name, []), dict(sketch=7)]]


def names(case):
    kind, settings = case
    return f"{kind.name}-" + "-".join(f"{key}={value}" for key, value in settings.items())


def test_every_entry_of_the_catalogue_is_a_class():
    assert {kind.name for kind in CLASSES} == {entry["name"] for entry in entries()}
    assert {"HOG", "LBP", "ColorHistogram", "Scattering"} <= {kind.__name__ for kind in CLASSES}
    for entry in entries():
        kind = getattr(mvmr, entry["class"])
        assert kind().get_params() == {
            **{setting["name"]: setting["default"] for setting in entry["settings"]},
            "image_shape": None,
            "threads": None,
        }
        for setting in entry["settings"]:
            assert f"{setting['name']} : " in kind.__doc__
            assert inspect.signature(kind).parameters[setting["name"]].default == setting["default"]


@pytest.fixture(scope="module")
def stored(tmp_path_factory, run, source):
    """The rows that the command stores, by the name of the case; read by h5py."""
    h5py = pytest.importorskip("h5py")
    path = tmp_path_factory.mktemp("cli") / "rows.h5"
    asked = []
    for index, (kind, settings) in enumerate(ALL):
        text = ",".join(
            f"{key}={str(value).lower() if isinstance(value, bool) else value}"
            for key, value in {**settings, "as": f"r{index}"}.items()
        )
        asked += ["--representation", f"{kind.name}:{text}"]
    run("extract", source, *asked, "--output", path)
    with h5py.File(path) as file:
        (split,) = [name for name in file if not name.startswith(".")]
        return {index: file[split][f"r{index}"][:] for index in range(len(ALL))}


@pytest.mark.parametrize("index", range(len(ALL)), ids=[names(case) for case in ALL])
def test_rows_are_those_of_the_command_line(stored, images, index):
    kind, settings = ALL[index]
    rows = kind(**settings)(images)
    assert rows.dtype == np.float32
    assert rows.shape == stored[index].shape
    assert rows.tobytes() == stored[index].tobytes()


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.name)
def test_memory_of_any_order_gives_the_same_rows(kind, images):
    wanted = np.asarray(kind()(images))
    ways = {
        "fortran": np.asfortranarray(images),
        "reversed twice": images[::-1, ::-1, ::-1, ::-1].copy()[::-1, ::-1, ::-1, ::-1],
        "every second": np.repeat(np.repeat(images, 2, 1), 2, 2)[:, ::2, ::2],
        "transposed": np.ascontiguousarray(images.transpose(2, 1, 3, 0)).transpose(3, 1, 0, 2),
        "unaligned": np.frombuffer(b"x" + images.tobytes(), np.uint8)[1:].reshape(images.shape),
    }
    read_only = images.copy()
    read_only.flags.writeable = False
    ways["read-only"] = read_only
    for way, array in ways.items():
        assert np.array_equal(kind()(array), wanted), way
    planes = np.ascontiguousarray(images.transpose(0, 3, 1, 2))
    assert np.array_equal(kind()(planes, layout="NCHW"), wanted)
    assert np.array_equal(kind()(list(images)), wanted)
    assert np.array_equal(kind()(images, threads=1), wanted)
    assert np.array_equal(kind(threads=2)(images), wanted)
    for index in (0, 5):
        assert np.array_equal(kind()(images[index]), wanted[index])
    again = np.empty_like(wanted)
    assert kind()(images, out=again) is again
    assert np.array_equal(again, wanted)
    assert kind()(images[:0]).shape == (0, *wanted.shape[1:])


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.name)
def test_floats(kind, images):
    entry = next(entry for entry in entries() if entry["name"] == kind.name)
    unit = images.astype(np.float32) / 255
    if not entry["takes_float"]:
        with pytest.raises(TypeError):
            kind()(unit)
        return
    wanted = np.asarray(kind()(unit))
    assert np.isfinite(wanted).all()
    assert np.array_equal(kind()(unit.astype(np.float64)), wanted)
    assert np.array_equal(kind()(unit.astype(">f4")), wanted)
    spread = np.zeros((*unit.shape, 2), np.float32)
    spread[..., 0] = unit
    assert np.array_equal(kind()(spread[..., 0]), wanted)
    broadcast = np.broadcast_to(unit[:1], unit.shape)
    assert np.array_equal(kind()(broadcast), np.broadcast_to(kind()(unit[:1]), wanted.shape))
    record = np.zeros(unit.shape, np.dtype([("skip", "u1"), ("value", "<f4")]))
    record["value"] = unit
    assert np.array_equal(kind()(record["value"]), wanted)


def test_axes_and_labels(images):
    rows = mvmr.HOG()(images)
    assert rows.shape == (24, 3, 3, 2, 2, 9)
    assert rows.axes == ("row", "block_y", "block_x", "cell_y", "cell_x", "orientation")
    assert mvmr.HOG()(images[0]).axes == rows.axes[1:]
    scattering = mvmr.Scattering(J=2, L=4, order=1)
    layout = scattering.layout(images)
    assert layout == scattering.layout((32, 32, 3))
    assert layout.labels["coefficient"][:3] == ("", "j0 t0", "j0 t1")
    assert layout.count == np.prod(layout.shape)
    # What is computed from rows has other axes, or is another thing.
    assert rows[0].axes is None
    assert type(rows + 1) is np.ndarray
    assert isinstance(rows.sum(), np.float32)


def test_pillow_and_lists(images):
    image_module = pytest.importorskip("PIL.Image")
    pillow = [image_module.fromarray(image) for image in images[:3]]
    wanted = mvmr.HOG()(images[:3])
    assert np.array_equal(mvmr.HOG()(pillow), wanted)
    assert np.array_equal(mvmr.HOG()(pillow[0]), wanted[0])
    gray = image_module.fromarray(images[0, :, :, 0])
    assert np.array_equal(mvmr.LBP()(gray), mvmr.LBP()(images[0, :, :, 0]))
    for mode in ("1", "P", "RGBA", "CMYK", "YCbCr", "I", "F", "LA"):
        with pytest.raises(ValueError, match="convert"):
            mvmr.HOG()(pillow[0].convert(mode))
    with pytest.raises(ValueError, match="image 1"):
        mvmr.HOG()([pillow[0], gray])
    with pytest.raises(ValueError, match="list"):
        mvmr.HOG().transform(pillow[0])
    assert np.array_equal(mvmr.HOG().transform(pillow), wanted.reshape(3, -1))


@pytest.mark.filterwarnings("ignore")  # of PyTorch, about types that it has yet to finish or will drop
def test_tensors(images):
    torch = pytest.importorskip("torch")
    wanted = mvmr.HOG()(images)
    tensor = torch.from_numpy(images).permute(0, 3, 1, 2)
    for given in (tensor, tensor.contiguous()):
        rows = mvmr.HOG()(given)
        assert isinstance(rows, torch.Tensor)
        assert np.array_equal(rows.numpy(), wanted)
    assert np.array_equal(mvmr.HOG()(tensor[0]).numpy(), wanted[0])
    assert np.array_equal(mvmr.HOG()(list(tensor)).numpy(), wanted)
    assert np.array_equal(mvmr.HOG()(torch.from_numpy(images), layout="NHWC").numpy(), wanted)
    half = (tensor.float() / 256).bfloat16()
    assert np.array_equal(mvmr.HOG()(half).numpy(), mvmr.HOG()(half.float()).numpy())
    with pytest.raises(ValueError, match="detach"):
        mvmr.HOG()((tensor.float() / 255).requires_grad_())
    with pytest.raises(TypeError, match=r"meta.*cpu\(\)"):
        mvmr.HOG()(torch.empty(2, 3, 32, 32, device="meta"))
    with pytest.raises(TypeError, match="to_dense"):
        mvmr.HOG()((tensor.float() / 255).to_sparse())
    if hasattr(torch, "quantize_per_tensor"):
        with pytest.raises(TypeError, match="dequantize"):
            mvmr.HOG()(torch.quantize_per_tensor(tensor.float(), 1.0, 0, torch.quint8))
    with pytest.raises(ValueError, match="mixes"):
        mvmr.HOG()([tensor[0], images[0]])
    assert np.array_equal(mvmr.HOG()(torch._neg_view(-tensor.float())), mvmr.HOG()(tensor.float()))
    kinds = [getattr(torch, name) for name in dir(torch) if isinstance(getattr(torch, name), torch.dtype)]
    unit = tensor.float() / 256
    for kind in {kind for kind in kinds if kind != torch.uint8}:
        try:
            given = unit.to(kind) if kind.is_floating_point else torch.zeros(unit.shape, dtype=kind)
            back = given.float() if kind.is_floating_point else None
        except Exception:  # a type that PyTorch itself cannot convert yet
            continue
        if kind.is_floating_point:
            assert np.array_equal(mvmr.HOG()(given).numpy(), mvmr.HOG()(back).numpy()), kind
        else:
            with pytest.raises(TypeError, match="to.torch.uint8|dequantize|array"):
                mvmr.HOG()(given)


def test_a_large_batch_is_computed_by_parts(images, monkeypatch):
    from mvmr import _representation

    floats = images.astype(np.float32)
    wanted = [np.asarray(mvmr.HOG()(floats)), np.asarray(mvmr.LBP()(images))]
    monkeypatch.setattr(_representation, "_PIXELS_AT_ONCE", 5 * 32 * 32)
    monkeypatch.setattr(type(_library.library()), "processor_count", 0)
    assert np.array_equal(mvmr.HOG()(floats), wanted[0])
    assert np.array_equal(mvmr.LBP()(images[::-1]), wanted[1][::-1])
    floats[17, 1, 2, 0] = np.inf
    with pytest.raises(ValueError) as caught:
        mvmr.HOG()(floats)
    assert caught.value.row == 17


def test_objects_are_values(images):
    hog = mvmr.HOG(cell_size=4)
    wanted = hog(images)
    assert repr(hog) == "HOG(cell_size=4)"
    assert hog.specification.startswith("hog")
    for other in (pickle.loads(pickle.dumps(hog)), copy.copy(hog), copy.deepcopy(hog), mvmr.create("hog", cell_size=4)):
        assert other.get_params() == hog.get_params()
        assert np.array_equal(other(images), wanted)
    hog.cell_size = 8
    assert hog(images).shape == mvmr.HOG()(images).shape
    hog.set_params(orientations=4)
    assert hog(images).shape[-1] == 4


def test_rows_keep_their_axes_in_copies(images):
    rows = mvmr.HOG()(images)
    for other in (copy.copy(rows), copy.deepcopy(rows), rows.copy(), pickle.loads(pickle.dumps(rows))):
        assert isinstance(other, mvmr.Features) and np.array_equal(other, rows)
        assert other.axes == rows.axes and other.labels == rows.labels
    assert rows[1:].copy().axes is None


def test_images_written_out_in_lists_are_an_array(images):
    gray = (images[0, :, :, 0] / 255).astype(np.float32)
    assert np.array_equal(mvmr.HOG()(gray.tolist()), mvmr.HOG()(gray))
    unit = (images[:2] / 255).astype(np.float32)
    assert np.array_equal(mvmr.HOG()(unit.tolist()), mvmr.HOG()(unit))
    assert np.array_equal(mvmr.HOG()([list(plane) for plane in unit]), mvmr.HOG()(unit))


def test_pictures(images):
    for kind in CLASSES:
        picture = kind().picture(images[0])
        assert picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[2] == 3
        assert min(picture.shape[:2]) >= 256
    with pytest.raises(ValueError):
        mvmr.HOG().picture(images)


def test_sixteen_threads(images):
    hog, scattering = mvmr.HOG(), mvmr.Scattering()
    wanted = [np.asarray(hog(images)), np.asarray(scattering(images))]
    failures = []

    def work(index):
        try:
            for turn in range(5):
                which = (index + turn) % 2
                rows = (hog, scattering)[which](images, threads=1 + turn % 3)
                if not np.array_equal(rows, wanted[which]):
                    failures.append((index, turn))
                made = mvmr.LBP(grid=1 + index % 4)
                made(images[:2])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_peers_within_the_tolerance_of_the_goldens(images):
    feature = pytest.importorskip("skimage.feature")
    ours = mvmr.HOG()(images[:4])
    options = dict(channel_axis=-1, cells_per_block=(2, 2), feature_vector=False)
    theirs = np.stack([feature.hog(image, **options) for image in images[:4]])
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() < 1e-4
