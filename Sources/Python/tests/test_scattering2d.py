"""`Scattering2D` in kymatio's place: values, shapes, types, gradients, errors."""

from __future__ import annotations

import importlib.util
import pickle

import numpy as np
import pytest

import mvmr
from conftest import FIXTURES

GOLDENS = sorted(path for path in (FIXTURES / "scattering").glob("rgb*-J*.npy") if "peak" not in path.name)


def parameters(name):
    """What the name of a golden says: image, J, L, order, and flags."""
    parts = name.split("-")
    numbers = {part.rstrip("0123456789"): int("".join(filter(str.isdigit, part))) for part in parts[1:4]}
    return parts[0], numbers["J"], numbers["L"], numbers["order"], set(parts[4:])


@pytest.mark.parametrize("path", GOLDENS, ids=lambda path: path.stem)
@pytest.mark.parametrize("frontend", ["numpy", "torch", "torch operations"])
def test_kymatio_s_values(path, frontend):
    image, scales, angles, order, flags = parameters(path.stem)
    if frontend == "torch operations" and image == "rgb224":
        pytest.skip("the same operations as on smaller images")
    pixels = np.load(FIXTURES / "images" / f"{image}.npy")
    if "crop" in flags:
        width = 36 if "padded" in flags else 32
        pixels = pixels[:, : 44 if "padded" in flags else 45, :width]
    if "grey" in flags:
        pixels = pixels[..., 1:2]
    planes = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)).astype(np.float32)
    planes = (planes - 100) / 50 if "float" in flags else planes / 255
    margin = 2 * 2**scales if "padded" in flags else 0
    shape = (planes.shape[2] - margin, planes.shape[3] - margin)
    options = dict(L=angles, max_order=order, pre_pad="padded" in flags)
    if frontend == "numpy":
        result = mvmr.Scattering2D(scales, shape, **options)(planes)
    else:
        torch = pytest.importorskip("torch")
        scattering = mvmr.Scattering2D(scales, shape, frontend="torch", **options)
        tensor = torch.from_numpy(planes)
        result = (scattering._differentiable(tensor) if "operations" in frontend else scattering(tensor)).numpy()
    golden = np.load(path)
    peaks = np.load(path.with_name(f"{path.stem}-peak.npy"))
    places = np.unravel_index(golden[:, 0].astype(np.int64), result.shape)
    assert np.abs(result[places] - golden[:, 1]).max() < 1e-5 * max(1.0, peaks.max())
    assert np.allclose(np.abs(result).max(axis=(0, 3, 4)), peaks, rtol=1e-4, atol=1e-5)


def test_shapes_and_types():
    scattering = mvmr.Scattering2D(J=2, shape=(20, 28), L=4)
    coefficients = 1 + 2 * 4 + 4 * 4
    for batch in ((), (1,), (2, 3), (2, 1, 2), (0, 3)):
        for kind, wanted in ((np.float32, np.float32), (np.float64, np.float64), (np.uint8, np.float64)):
            result = scattering(np.ones((*batch, 20, 28), kind))
            assert result.shape == (*batch, coefficients, 5, 7)
            assert result.dtype == wanted
    strided = np.random.default_rng(0).random((40, 28, 6)).astype(np.float32).transpose(2, 0, 1)[::2, ::-2]
    assert np.array_equal(scattering(strided), scattering(strided.copy()))
    assert isinstance(scattering, type(mvmr.numpy.Scattering2D(2, (20, 28))))
    assert (scattering.J, scattering.L, scattering.shape, scattering.max_order) == (2, 4, (20, 28), 2)


def test_lists_name_what_each_coefficient_went_through():
    image = np.random.default_rng(1).random((16, 16)).astype(np.float32)
    whole = mvmr.Scattering2D(2, (16, 16), L=3)(image)
    listed = mvmr.Scattering2D(2, (16, 16), L=3, out_type="list")(image)
    assert len(listed) == len(whole)
    for index, entry in enumerate(listed):
        assert set(entry) == {"coef", "j", "n", "theta"}
        assert np.array_equal(entry["coef"], whole[index])
    labels = mvmr.Scattering(J=2, L=3).layout((16, 16)).labels["coefficient"]
    assert [" ".join(f"j{j} t{theta}" for j, theta in zip(entry["j"], entry["theta"])) for entry in listed] == [
        *labels
    ]
    kymatio = pytest.importorskip("kymatio")
    special = pytest.importorskip("scipy.special")
    if not hasattr(special, "sph_harm"):  # kymatio 0.3.0 imports it, the transform of images never calls it
        special.sph_harm = None
    theirs = kymatio.Scattering2D(2, (16, 16), L=3, out_type="list", frontend="numpy")(image)
    for ours, other in zip(listed, theirs):
        assert (ours["j"], ours["n"], ours["theta"]) == (other["j"], other["n"], other["theta"])
        assert np.allclose(ours["coef"], other["coef"], rtol=1e-4, atol=1e-6)


def test_errors():
    scattering = mvmr.Scattering2D(3, (32, 32))
    cases = [
        (None, TypeError, "input should be"),
        ([[1.0]], TypeError, "input should be"),
        (np.zeros(32), RuntimeError, "at least two dimensions"),
        (np.zeros((31, 31)), RuntimeError, "NumPy array must be of spatial size"),
        (np.zeros((32, 32), complex), TypeError, "real"),
        (np.full((32, 32), np.nan), ValueError, "number"),
    ]
    for given, kind, words in cases:
        with pytest.raises(kind, match=words):
            scattering(given)
    with pytest.raises(RuntimeError, match="Padded array"):
        mvmr.Scattering2D(3, (32, 32), pre_pad=True)(np.zeros((32, 32)))
    with pytest.raises(RuntimeError, match="smallest dimension"):
        mvmr.Scattering2D(6, (32, 32))
    with pytest.raises(RuntimeError, match="not valid"):
        mvmr.Scattering2D(2, (32, 32), frontend="caffe")
    with pytest.raises(ImportError, match="can not be called"):
        mvmr.Scattering2D(2, (32, 32), backend="torch")
    with pytest.raises(RuntimeError, match="out_type"):
        mvmr.Scattering2D(2, (32, 32), out_type="table")(np.zeros((32, 32)))
    with pytest.raises(ValueError):
        mvmr.Scattering2D(2, (32, 32), L=1000)
    with pytest.raises(ValueError):
        mvmr.Scattering2D(2, (32, 32), max_order=3)


def test_tensors():
    torch = pytest.importorskip("torch")
    scattering = mvmr.torch.Scattering2D(J=2, shape=(16, 24), L=4)
    assert isinstance(scattering, torch.nn.Module)
    images = torch.rand(3, 2, 16, 24)
    by_kernel = scattering(images)
    assert by_kernel.dtype == torch.float32 and by_kernel.shape == (3, 2, 25, 4, 6)
    assert torch.allclose(by_kernel, scattering(images.double()).float(), rtol=1e-4, atol=1e-5)
    required = images.clone().requires_grad_()
    result = scattering(required)
    assert torch.allclose(result, by_kernel, rtol=1e-4, atol=1e-5)
    result.square().sum().backward()
    assert required.grad is not None and torch.isfinite(required.grad).all()
    with torch.no_grad():
        assert torch.equal(scattering(required), by_kernel)
    assert torch.equal(pickle.loads(pickle.dumps(scattering))(images), by_kernel)
    assert torch.equal(scattering.double().to("cpu").eval()(images), by_kernel)
    with pytest.raises(RuntimeError, match="must be contiguous"):
        scattering(images.transpose(-1, -2))
    with pytest.raises(TypeError, match="input should be"):
        scattering(images.numpy())
    small = mvmr.torch.Scattering2D(J=1, shape=(4, 4), L=2)
    assert torch.autograd.gradcheck(
        small, (torch.rand(1, 4, 4, dtype=torch.float64) + 0.5).requires_grad_(), fast_mode=True, nondet_tol=1e-5
    )


def test_the_front_ends_have_one_list_of_parameters():
    import inspect

    declared = inspect.signature(mvmr.Scattering2D)
    names = list(declared.parameters)
    assert names[-1] == "frontend" and names[:3] == ["J", "shape", "L"]
    assert all(f"{name} : " in mvmr.Scattering2D.__doc__ for name in names)
    fronts = [mvmr.numpy.Scattering2D, mvmr.sklearn.Scattering2D]
    if importlib.util.find_spec("torch") is not None:
        fronts.append(mvmr.torch.Scattering2D)
    for front in fronts:
        for name, parameter in inspect.signature(front).parameters.items():
            assert parameter.default == declared.parameters[name].default
    for given in (dict(frontend="numpy", M=3), dict(frontend="sklearn", colour=1)):
        with pytest.raises(TypeError, match="M|colour"):
            mvmr.Scattering2D(2, (16, 16), **given)
    assert mvmr.Scattering2D(2, (16, 16), out_type="array", frontend="sklearn", threads=1).threads == 1


def test_as_a_transformer_of_rows():
    rows = np.random.default_rng(2).random((5, 16 * 16))
    transformer = mvmr.sklearn.Scattering2D(J=2, shape=(16, 16))
    wanted = mvmr.Scattering2D(2, (16, 16))(rows.reshape(5, 16, 16)).reshape(5, -1)
    assert np.array_equal(transformer.fit_transform(rows), wanted)
    assert np.array_equal(transformer.predict(rows), wanted)
    assert transformer.get_params()["J"] == 2
    assert transformer.transform(rows[:0]).shape == (0, wanted.shape[1])
