"""What needs PyTorch: loaders in all kinds of workers, the loss, gradients, encoders."""

from __future__ import annotations

import copy
import json
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch.utils.data import DataLoader  # noqa: E402

import mvmr  # noqa: E402
from conftest import FIXTURES  # noqa: E402

LOSS = FIXTURES / "loss"


@pytest.fixture(scope="module")
def split_name(feature_path):
    with mvmr.FeatureFile(feature_path) as file:
        return file.splits[0]


@pytest.mark.parametrize("workers", [0, 2, 4])
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_loaders(feature_path, split_name, images, labels, method, workers):
    dataset = mvmr.torch.FeatureDataset(feature_path, split_name, "hog", flatten=True)
    wanted = torch.from_numpy(np.asarray(mvmr.HOG()(images)).reshape(24, -1))
    assert torch.equal(dataset[3][0], wanted[3]) and dataset[3][1] == labels[3]
    context = {"multiprocessing_context": method} if workers else {}
    loader = DataLoader(dataset, batch_size=5, shuffle=True, num_workers=workers, **context)
    for _ in range(2):
        rows, classes = zip(*loader)
        assert [len(part) for part in rows] == [5, 5, 5, 5, 4]
        rows, classes = torch.cat(rows), torch.cat(classes)
        order = [int((wanted == row).all(1).nonzero()[0, 0]) for row in rows]
        assert sorted(order) == list(range(24))
        assert torch.equal(classes, torch.from_numpy(labels)[order])


def test_what_a_data_set_gives(feature_path, split_name, images, labels):
    several = mvmr.torch.FeatureDataset(feature_path, split_name, ["hog", "color"], labels=False)
    (batch,) = DataLoader(several, batch_size=24)
    assert set(batch) == {"hog", "color"}
    assert torch.equal(batch["hog"], torch.from_numpy(np.asarray(mvmr.HOG()(images))))
    assert set(several[0]) == {"hog", "color"}
    labeled = mvmr.torch.FeatureDataset(feature_path, split_name, ["hog"], labeled_only=True)
    (batch,) = DataLoader(labeled, batch_size=24)
    assert torch.equal(batch[1], torch.from_numpy(labels)) and batch[0]["hog"].shape == (24, 3, 3, 2, 2, 9)
    # Without the default collation a batch is a list of samples.
    loader = DataLoader(labeled, batch_size=4, collate_fn=list)
    samples = next(iter(loader))
    assert len(samples) == 4 and samples[2][0]["hog"].shape == (3, 3, 2, 2, 9)
    with pytest.raises(IndexError):
        labeled[24]
    assert torch.equal(labeled[-1][1], labeled[23][1])
    subset = torch.utils.data.Subset(mvmr.torch.FeatureDataset(feature_path, split_name, "hog"), [4, 2])
    rows, _ = next(iter(DataLoader(subset, batch_size=2)))
    assert rows.shape[0] == 2
    with pytest.raises(KeyError):
        mvmr.torch.FeatureDataset(feature_path, split_name, "scattering")


def _reference(x, y, unbiased):
    """Distance correlation by PyTorch's autograd in double precision."""
    count = len(x)

    def centered(value):
        squares = (value[:, None] - value[None]).square().sum(-1).clamp(min=1e-4)
        own = torch.eye(count, dtype=torch.bool)
        distances = torch.where(own, torch.full_like(squares, 0.0 if unbiased else 1e-2), squares.sqrt())
        if unbiased:
            line, whole = distances.sum(0) / (count - 2), distances.sum() / ((count - 1) * (count - 2))
        else:
            line, whole = distances.mean(0), distances.mean()
        result = distances - line[None] - line[:, None] + whole
        return torch.where(own, torch.zeros_like(result), result) if unbiased else result

    a, b = centered(x), centered(y)
    ratio = (a * b).sum() / ((a * a).sum() * (b * b).sum()).sqrt()
    return ratio if unbiased else ratio.sqrt()


@pytest.mark.parametrize("estimator", ["biased", "unbiased"])
@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_distance_correlation_s_gradients(estimator, kind):
    random = torch.Generator().manual_seed(1)
    first = torch.randn(20, 7, generator=random, dtype=torch.float64)
    second = first[:, :3] @ torch.randn(3, 5, generator=random, dtype=torch.float64)
    exact = [side.clone().requires_grad_() for side in (first, second)]
    wanted = _reference(*exact, estimator == "unbiased")
    (3 * wanted).backward()
    sides = [side.to(kind).clone().requires_grad_() for side in (first, second)]
    found = mvmr.distance_correlation(*sides, estimator=estimator)
    (3 * found).backward()
    precision = 1e-4 if kind == torch.float32 else 1e-9
    assert found.dtype == kind and torch.allclose(found.double(), wanted, atol=precision)
    for side, other in zip(sides, exact):
        assert torch.allclose(side.grad.double(), other.grad, atol=precision * other.grad.abs().max() * 10)
    half = mvmr.distance_correlation(first.bfloat16(), second.bfloat16(), estimator=estimator)
    assert half.dtype == torch.float32
    only = first.float().requires_grad_()
    mvmr.distance_correlation(only, second.float(), estimator=estimator).backward()
    assert only.grad is not None
    constant = torch.ones(20, 2, dtype=kind, requires_grad=True)
    nothing = mvmr.distance_correlation(constant, first.to(kind), estimator=estimator)
    nothing.backward()
    assert nothing == 0 and (constant.grad == 0).all()
    for bad in (first[:5], first[:, 0]):
        with pytest.raises(ValueError):
            mvmr.distance_correlation(first, bad)


@pytest.mark.parametrize("estimator", ["biased", "unbiased"])
def test_distance_correlation_s_second_derivatives(estimator):
    random = torch.Generator().manual_seed(2)
    sides = [torch.randn(7, width, generator=random, dtype=torch.float64).requires_grad_() for width in (3, 4)]

    def value(x, y):
        return mvmr.distance_correlation(x, y, estimator=estimator)

    assert torch.autograd.gradcheck(value, sides, fast_mode=True)
    assert torch.autograd.gradgradcheck(value, sides, fast_mode=True)
    single = [side.detach().float().requires_grad_() for side in sides]
    (first,) = torch.autograd.grad(value(*single), single[0], create_graph=True)
    first.square().sum().backward()
    (exact,) = torch.autograd.grad(value(*sides), sides[0], create_graph=True)
    exact.square().sum().backward()
    for side, other in zip(single, sides):
        assert torch.allclose(side.grad.double(), other.grad, rtol=1e-2, atol=1e-4 * other.grad.abs().max())


@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_a_graph_that_is_kept_gives_its_gradients_again(kind):
    random = torch.Generator().manual_seed(4)
    x, y = (torch.randn(9, 5, generator=random, dtype=kind).requires_grad_() for _ in range(2))
    value = mvmr.distance_correlation(x, y)
    (2 * value).backward(retain_graph=True)
    first, kept = x.grad.clone(), x.grad
    x.grad = None
    (3 * value).backward(retain_graph=True)
    assert torch.equal(kept, first) and torch.allclose(x.grad, 1.5 * first, rtol=1e-5)
    (given,) = torch.autograd.grad(value, x)
    assert torch.allclose(given, first / 2, rtol=1e-5)
    with pytest.raises(RuntimeError, match="second time"):
        value.backward()


def test_mixed_precision_leaves_distances_alone():
    x = torch.randn(32, 40, generator=torch.Generator().manual_seed(3), dtype=torch.float32)
    y = x[:, :9] + 0.1
    with torch.autocast("cpu", torch.bfloat16):
        from mvmr import _torch_dependence

        with _torch_dependence._as_they_are(x.device):
            by_torch = _torch_dependence._by_torch(x, y, False, (False, False))[0]
        rounded = _torch_dependence._by_torch(x, y, False, (False, False))[0]
        by_kernel = mvmr.distance_correlation(x, y)
    assert abs(by_torch - by_kernel) < 1e-5 < abs(rounded - by_kernel)


@pytest.mark.parametrize("released", [False, True])
@pytest.mark.parametrize("estimator", ["biased", "unbiased"])
@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_the_loss_s_golden(estimator, released, kind):
    names = ("z0", "z", "narrow", "wide")
    z0, z, narrow, wide = (torch.from_numpy(np.load(LOSS / f"{name}.npy")).to(kind) for name in names)
    z0.requires_grad_(), z.requires_grad_()
    weights = {"narrow": 0.5, "wide": 2.0}
    criterion = mvmr.MVMRLoss(1.0, 0.7, 1.3, weights, estimator=estimator, released_sign=released)
    phi = {"narrow": narrow, "wide": wide}
    terms = criterion.terms(z0, z, phi)
    prefix = "dcor_" if released else "1-dcor_"
    assert list(terms) == ["mse", "std", "1-dcor_zz", f"{prefix}narrow", f"{prefix}wide"]
    total = criterion(z0, z, phi)
    name = f"{estimator}_{'released' if released else 'paper'}"
    golden = np.load(LOSS / f"{name}_terms.npy")
    found = np.array([total.item(), *(value.item() for value in terms.values())])
    assert np.abs(found - golden).max() < 2e-5
    total.backward()
    for side, wanted in zip((z0, z), np.load(LOSS / f"{name}_gradients.npy")):
        assert np.abs(side.grad.numpy() - wanted).max() < 1e-3 * np.abs(wanted).max()


def test_the_loss_in_a_trainer(images):
    torch.manual_seed(0)
    encoder = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3072, 16))
    plain = torch.from_numpy(images).permute(0, 3, 1, 2)
    phi = {"hog": mvmr.HOG()(plain), "lbp": mvmr.LBP()(plain)}
    criterion = mvmr.MVMRLoss()
    optimizer = torch.optim.Adam(encoder.parameters(), lr=1e-3)
    values = []
    for _ in range(12):
        z0, z = encoder(plain.float() / 255), encoder(plain.flip(-1).float() / 255)
        loss = criterion(z0, z, phi)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        values.append(loss.item())
    assert all(np.isfinite(values)) and values[-1] < values[0]
    assert criterion(z0, z).ndim == 0
    assert torch.equal(copy.deepcopy(criterion)(z0, z, list(phi.values())), criterion(z0, z, phi))
    with pytest.raises(ValueError):
        criterion(z0, z[:5])
    with pytest.raises(ValueError, match="hog"):
        criterion(z0, z, {"hog": phi["hog"][:3]})
    with pytest.raises(ValueError, match="zz"):
        criterion(z0, z, {"zz": phi["hog"]})
    with pytest.raises(TypeError, match="one tensor"):
        criterion(z0, z, phi["hog"])
    with pytest.raises(TypeError, match="z0"):
        criterion(z0.detach().numpy(), z)
    for given in (phi, None):
        with pytest.raises(ValueError, match="hug"):
            mvmr.MVMRLoss(representation_weights={"hog": 2.0, "hug": 2.0} if given else {"hug": 2.0})(z0, z, given)
    for settings in (dict(mse_weight="a"), dict(margin=None), dict(representation_weights={"hog": "a"})):
        with pytest.raises(TypeError, match="number"):
            mvmr.MVMRLoss(**settings)
    still = torch.zeros(8, 4, requires_grad=True)
    criterion(still, still.clone()).backward()
    assert torch.isfinite(still.grad).all()


@pytest.mark.parametrize("encoder", ["resnet18", "cifar-resnet", "vit"])
def test_encoders_embed_as_the_command_does(tmp_path, run, encoder):
    h5py = pytest.importorskip("h5py")
    settings = {
        "resnet18": ["encoder=resnet18", "widths=4-8-16-32"],
        "cifar-resnet": ["encoder=cifar-resnet", "widths=4-8-16", "normalization=imagenet"],
        "vit": ["encoder=vit-tiny-16"],
    }[encoder]
    run("extract", "synthetic:64", "--representation", "hog", "--output", tmp_path / "f.h5")
    settings += ["batch_size=16", "epochs=1", "projector=8", "threads=1"]
    options = [item for setting in settings for item in ("--set", setting)]
    run("train", "synthetic:64", "--features", tmp_path / "f.h5", "--output", tmp_path / "run", *options)
    run("embed", tmp_path / "run" / "last.ckpt", "synthetic:64", "--output", tmp_path / "e.h5")
    run("extract", "synthetic:64", "--representation", "pixels", "--output", tmp_path / "p.h5")
    with h5py.File(tmp_path / "e.h5") as file:
        wanted = file["train"]["embedding"][:]
    pixels = mvmr.FeatureFile(tmp_path / "p.h5")["train"]["pixels"]
    assert pixels.axes == ("row", "channel", "y", "x")
    images = torch.from_numpy(pixels[:])
    network = mvmr.load_encoder(tmp_path / "run", "last")
    assert not network.training and network.image_size == (32, 32)
    with torch.no_grad():
        found = network(images).numpy()
        bytes_ = network((images * 255).round().to(torch.uint8)).numpy()
    assert np.abs(found - wanted).max() < 1e-4 * np.abs(wanted).max()
    assert np.abs(bytes_ - wanted).max() < 1e-4 * np.abs(wanted).max()
    path = tmp_path / "e.safetensors"
    run("export", tmp_path / "run" / "last.ckpt", "--format", "safetensors", "--output", path)
    with torch.no_grad():
        exported = mvmr.load_encoder(path)(images).numpy()
    assert np.abs(exported - found).max() <= 1e-6 * np.abs(wanted).max()
    if encoder != "vit":
        assert any(name.startswith("network.layer1.0.conv1") for name, _ in network.named_parameters())
        network.train()
        network(images).square().sum().backward()


def write_safetensors(path, header, values=b""):
    text = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + values)


def entry(shape, start, end, kind="F32"):
    return {"dtype": kind, "shape": shape, "data_offsets": [start, end]}


@pytest.mark.parametrize(
    "header",
    [
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", b"[]", b"5", {"a": 5}, {"a": {}}, {"__metadata__": 5},
        {"__metadata__": {"network": 5}}, {"__metadata__": ["network"]}, {"a": entry([1 << 62, 4], 0, 0)},
        {"a": entry([0, 1 << 62, 1 << 62], 0, 0)}, {"a": entry([-1, -4], 0, 16)}, {"a": entry([1e300], 0, 16)},
        {"a": entry(["x"], 0, 16)}, {"a": entry(4, 0, 16)}, {"a": entry([4], None, 16)}, {"a": entry([4], 0, 16, [])},
        {"a": entry([4], 0, 16, "F99")}, {"a": entry([4], 0, 16), "b": entry([4], 0, 16)},
        {"__metadata__": {"network": "{}"}}, {"__metadata__": {"network": "[" * 100_000}},
        {"__metadata__": {"network": '{"x": 1}'}}, {"__metadata__": {"network": '{"residual": 5}'}},
        {"__metadata__": {"network": '{"residual": {"stem": "cifar"}}'}},
        {"__metadata__": {"network": '{"transformer": {"width": 1}}'}},
        {"__metadata__": {"format": "mvmr-checkpoint"}},
        {"__metadata__": {"format": "mvmr-checkpoint", "settings": "[]"}},
        {
            "__metadata__": {"network": '{"residual": {"stem": "cifar"}}'},
            "conv1.weight": entry([1 << 20, 1 << 20, 7, 0], 0, 0),
        },
    ],
)  # fmt: skip
def test_headers_of_strangers(tmp_path, header):
    path = tmp_path / "x.safetensors"
    write_safetensors(path, header, bytes(16))
    with pytest.raises(ValueError, match="x.safetensors"):
        mvmr.load_encoder(path)


def small_transformer():
    from mvmr._torch_transformer import VisionTransformer

    network = {
        "width": 8, "patch": 4, "imageSize": 8, "heads": 2, "hidden": 16, "depth": 2, "registers": 0, "epsilon": 1e-6,
        "positions": "bicubic", "finalNormalization": "tokens", "activation": "gelu", "classToken": True,
        "distillationToken": False, "positionsOfClassToken": True, "patchBias": True, "preNormalization": False,
        "layerScale": False, "attentionBias": True,
    }  # fmt: skip
    return network, VisionTransformer(network)


def write_export(path, network, made, preprocessing):
    header, values = {"__metadata__": {"network": json.dumps({"transformer": network}), **preprocessing}}, b""
    for name, value in made.state_dict().items():
        part = value.numpy().astype("<f4").tobytes()
        header[name] = entry(list(value.shape), len(values), len(values) + len(part))
        values += part
    write_safetensors(path, header, values)


def test_headers_of_larger_networks(tmp_path):
    path = tmp_path / "x.safetensors"
    network, made = small_transformer()
    write_export(path, network, made, {})
    images = torch.rand(2, 3, 8, 8)
    with torch.no_grad():
        assert torch.equal(mvmr.load_encoder(path)(images), made.eval()(images))
    for key, value in [
        ("width", 1 << 40), ("width", -8), ("width", 0), ("hidden", 1 << 40), ("depth", 1 << 40), ("depth", 1),
        ("imageSize", 1 << 40), ("patch", 0), ("patch", 2), ("registers", 1 << 62), ("heads", 0), ("heads", 3),
        ("width", "x"), ("width", None), ("width", 1e300),
    ]:  # fmt: skip
        write_export(path, {**network, key: value}, made, {})
        with pytest.raises(ValueError, match="x.safetensors"):
            mvmr.load_encoder(path)
    for said in [
        {"mean": [0.5]}, {"mean": []}, {"mean": 5}, {"deviation": [1, 0, 1]}, {"deviation": [1, 1, float("nan")]},
        {"framing": {"size": {"height": -1, "width": 0}}}, {"framing": 5},
    ]:  # fmt: skip
        write_export(path, network, made, {"preprocessing": json.dumps(said)})
        with pytest.raises(ValueError, match="x.safetensors"):
            mvmr.load_encoder(path)


def test_damaged_encoders(tmp_path, run):
    run("extract", "synthetic:64", "--representation", "hog", "--output", tmp_path / "f.h5")
    words = ["encoder=cifar-resnet", "widths=4-8-16", "batch_size=16", "epochs=1", "projector=8", "threads=1"]
    options = [item for word in words for item in ("--set", word)]
    run("train", "synthetic:64", "--features", tmp_path / "f.h5", "--output", tmp_path / "run", *options)
    whole = (tmp_path / "run" / "last.ckpt").read_bytes()
    path = tmp_path / "damaged.ckpt"
    path.write_bytes(whole)
    mvmr.load_encoder(path)
    length = int.from_bytes(whole[:8], "little")
    for at in [*range(8, 8 + length, 97), 8 + length, 8 + length + 1000, len(whole) - 1]:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(ValueError, match="damaged.ckpt"):
            mvmr.load_encoder(path)


def test_checksums():
    from mvmr._checksum import _advanced, crc32c

    # The check value of CRC-32C, and RFC 3720's zeros.
    assert crc32c(b"123456789") == 0xE3069283 and crc32c(bytes(32)) == 0x8A9136AA and crc32c(b"") == 0
    random = np.random.default_rng(3)
    for count in (4095, 4096, 4097, 70_001, (1 << 24) + 5000):
        data = random.bytes(count)
        # Pieces of less than 4096 bytes are gone through byte by byte.
        register = 0xFFFFFFFF
        for start in range(0, count, 4000):
            register = _advanced(register, memoryview(data)[start : start + 4000])
        assert crc32c(data) == register ^ 0xFFFFFFFF


def test_bad_encoders(tmp_path):
    with pytest.raises(FileNotFoundError):
        mvmr.load_encoder(tmp_path / "absent")
    with pytest.raises(FileNotFoundError, match="best.ckpt"):
        mvmr.load_encoder(tmp_path)
    for content in (b"", b"text", b"\x10" + 7 * b"\0" + b"{}", (2).to_bytes(8, "little") + b"{}"):
        (tmp_path / "last.ckpt").write_bytes(content)
        with pytest.raises(ValueError, match="last.ckpt"):
            mvmr.load_encoder(tmp_path)
    with pytest.raises(ValueError):
        mvmr.load_encoder(tmp_path, "first")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mvmr.torch.MVMRLoss()
