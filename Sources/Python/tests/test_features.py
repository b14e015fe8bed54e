"""Feature files: what stands in them, rows in any order, processes, bad input."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import threading

import numpy as np
import pytest

import mvmr


@pytest.fixture
def file(feature_path):
    with mvmr.FeatureFile(feature_path) as opened:
        yield opened


@pytest.fixture
def split(file):
    return file[file.splits[0]]


def test_what_the_file_holds(file, split, images, labels):
    assert len(file) == 1 and file.complete and list(file) == list(file.splits)
    assert split.representations == ("hog", "lbp", "color")
    assert len(split) == 24
    assert np.array_equal(split.labels, labels)
    assert split.ids.dtype.kind == "U" and len(set(split.ids)) == 24
    assert split.skipped.dtype == bool and not split.skipped.any()
    hog = split["hog"]
    wanted = mvmr.HOG()(images)
    assert hog.shape == wanted.shape and hog.axes == wanted.axes and hog.columns == 324 and len(hog) == 24
    assert hog.representation == "hog" and hog.settings["cell_size"] == 8 and hog.stored == "float32"
    assert np.array_equal(hog[:], wanted)
    assert np.array_equal(split["lbp"][:], mvmr.LBP(grid=2)(images))
    assert np.array_equal(split["color"][:], mvmr.ColorHistogram()(images))
    assert file.verify()["missing_blocks"] == 0
    rows, classes = split.labeled("hog")
    assert rows.shape == (24, 324) and np.array_equal(classes, labels)


def test_the_same_as_h5py(feature_path, split):
    h5py = pytest.importorskip("h5py")
    with h5py.File(feature_path) as other:
        for name in split:
            assert np.array_equal(split[name][:], other[split.name][name][:])
        assert np.array_equal(split.ids, other[split.name]["ids"].asstr()[:])


def test_indexing_is_numpy_s(split):
    rows, whole = split["hog"], split["hog"].read()
    mask = np.arange(24) % 3 == 0
    keys = [
        0, -1, np.int32(3), slice(None), slice(2, 9), slice(None, None, 5), slice(20, 3, -4), slice(30, 40),
        [3, 3, 1, -2], [], np.array([7]), mask, Ellipsis, (2, 1), (slice(4), 0, 1), ([1, 2], ..., 4), (),
        ([1, 2], [0, 1]), ([1, 2, 3], slice(None), [0, 1, 1]), (3, slice(None), [0, 1]), (mask, 1, ..., [2] * 8),
        (np.array([4, 5]), 0, slice(None), 1), np.array([7, 0], np.uint64), np.array([-24, 23], np.int8),
    ]  # fmt: skip
    for key in keys:
        wanted = whole[key]
        found = rows[key]
        assert found.dtype == np.float32 and found.shape == wanted.shape, key
        assert np.array_equal(found, wanted), key
    assert np.array_equal(np.asarray(rows), whole)
    assert np.asarray(rows, dtype=np.float64).dtype == np.float64
    out = np.empty((3, 324), np.float32)
    assert rows.read([5, 4, 5], out=out, threads=2) is out
    assert np.array_equal(out, whole[[5, 4, 5]].reshape(3, -1))
    with pytest.raises(ValueError, match="copy"):
        rows.__array__(copy=False)
    huge = [np.array([2**64 - 1 - row], np.uint64) for row in (0, 5)] + [2**64, -(2**63), np.uint64(2**64 - 1)]
    for bad in (24, -25, [0, 24], [[1]], "hog", 1.5, np.ones(3, bool), None, *huge):
        with pytest.raises((IndexError, TypeError)):
            rows[bad]
    with pytest.raises(ValueError):
        rows.read([1], out=np.empty(3, np.float32))


def test_a_file_is_a_mapping(file, split):
    assert dict(file) == dict(file.items()) == {split.name: split} and file.values() == (split,)
    assert file.get(split.name) is split and file.get("absent") is None
    assert list(split.items()) == [(name, split[name]) for name in split] and len(split.values()) == 3
    assert split.get("hog") is split["hog"] and split.get("absent", 3) == 3
    hog = split["hog"]
    assert hog.ndim == 6 and hog.size == 24 * 324
    assert np.array_equal(hog[np.array(3)], hog[3]) and np.array_equal(hog[np.uint8(3)], hog[3])


def test_copies_of_a_file_are_their_own(feature_path):
    import copy

    first = mvmr.FeatureFile(feature_path)
    others = [copy.copy(first), copy.deepcopy(first), pickle.loads(pickle.dumps(first))]
    wanted = first[first.splits[0]]["hog"][:2]
    first.close()
    for other in others:
        assert np.array_equal(other[other.splits[0]]["hog"][:2], wanted)
        other.close()


def test_paths_of_all_kinds(tmp_path, source, images):
    pillow = pytest.importorskip("PIL.Image")
    folder = tmp_path / "ü 日本" / "ca t"
    folder.mkdir(parents=True)
    pillow.fromarray(images[0]).save(folder / "é.png")
    where = str(tmp_path / "ü 日本")
    places = [where, tmp_path / "ü 日本", os.fsencode(where)]
    for index, place in enumerate(places):
        output = [str(folder / "a.h5"), folder / "b.h5", os.fsencode(folder / "c.h5")][index]
        with mvmr.extract(place, output, "hog", progress=False) as file:
            assert file[file.splits[0]].ids[0] == "ca t/é.png"
        with mvmr.FeatureFile(output) as file:
            assert isinstance(file.path, str) and file.path == os.fsdecode(output)
    rows, classes = np.random.default_rng(0).random((8, 3)), np.arange(8) % 2
    mvmr.LinearProbe(0.1).fit(rows, classes).save(os.fsencode(folder / "ü.probe"))
    assert mvmr.LinearProbe.load(folder / "ü.probe").predict(rows).shape == (8,)
    beyond = os.fsdecode(b"\xff.h5")
    for use in (mvmr.FeatureFile, lambda path: mvmr.extract(source, path), mvmr.LinearProbe.load):
        with pytest.raises(ValueError, match="UTF-8"):
            use(beyond)
        with pytest.raises(ValueError, match="empty"):
            use("")
        for none in (3, None):
            with pytest.raises(TypeError):
                use(none)


@pytest.mark.skipif(os.geteuid() == 0, reason="for root no folder is read-only")
def test_a_folder_that_is_read_only(tmp_path, source):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(OSError, match="closed"):
        mvmr.extract(source, closed / "a.h5", "hog")
    with pytest.raises(OSError, match="closed"):
        mvmr.LinearProbe(0.1).fit(np.eye(4), [0, 1, 0, 1]).save(closed / "a.probe")


def test_bad_files(tmp_path, feature_path, file):
    with pytest.raises(FileNotFoundError, match="absent.h5"):
        mvmr.FeatureFile(tmp_path / "absent.h5")
    with pytest.raises(ValueError, match="null"):
        mvmr.FeatureFile("a\0b")
    text = tmp_path / "text.h5"
    text.write_text("not a feature file")
    with pytest.raises(ValueError, match="text.h5"):
        mvmr.FeatureFile(text)
    whole = open(feature_path, "rb").read()
    cut = tmp_path / "cut.h5"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError):
        mvmr.FeatureFile(cut)
    with pytest.raises((ValueError, OSError)):
        mvmr.FeatureFile(tmp_path)
    damaged = bytearray(whole)
    values = np.asarray(file[file.splits[0]]["hog"][5], dtype="<f4").tobytes()
    place = bytes(damaged).index(values)
    damaged[place + 11] ^= 0x40
    broken = tmp_path / "damaged.h5"
    broken.write_bytes(bytes(damaged))
    with pytest.raises(ValueError):
        mvmr.FeatureFile(broken).verify()
    with pytest.raises(KeyError, match="has the splits"):
        file["validation"]
    with pytest.raises(KeyError, match="hog"):
        file[file.splits[0]]["scattering"]


def test_a_closed_file(feature_path):
    file = mvmr.FeatureFile(feature_path)
    split = file[file.splits[0]]
    rows = split["hog"]
    rows[0]
    file.close()
    file.close()
    for use in (lambda: rows[0], lambda: split["color"], lambda: split.labels, file.verify):
        with pytest.raises(ValueError, match="closed"):
            use()
    assert "closed" in repr(file)


def test_sixteen_threads(split):
    whole, failures = split["hog"].read(), []

    def work(seed):
        random = np.random.default_rng(seed)
        for _ in range(30):
            chosen = random.integers(0, 24, 9)
            if not np.array_equal(split["hog"][chosen], whole[chosen]):
                failures.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def _checksum(rows):
    return float(np.asarray(rows[[3, 1, 2]], np.float64).sum())


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_other_processes_open_it_for_themselves(file, split, images, method):
    rows = split["hog"]
    wanted = _checksum(rows)
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(_checksum, [rows] * 4) == [wanted] * 4
    assert _checksum(rows) == wanted
    assert np.array_equal(pickle.loads(pickle.dumps(file))[split.name]["hog"][:2], rows[:2])


def _compute(images):
    return np.asarray(mvmr.HOG()(images)).tobytes()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_other_processes_compute(images, method):
    wanted = _compute(images)
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(_compute, [images] * 4) == [wanted] * 4
    assert _compute(images) == wanted


def test_nothing_is_left_behind(images, feature_path, tmp_path):
    resource = pytest.importorskip("resource")
    few, rows = images[:2], np.random.default_rng(0).random((40, 8)).astype(np.float32)
    classes = np.arange(40) % 2
    probe_path = str(tmp_path / "saved.probe")
    mvmr.LinearProbe(0.1).fit(rows, classes).save(probe_path)
    hog = mvmr.HOG()

    def turn(index):
        hog(few)
        if index % 10 == 0:
            mvmr.LBP(grid=1 + index % 5)(few[:1])
            with pytest.raises(ValueError):
                mvmr.HOG(orientations=0)(few)
            mvmr.distance_correlation(rows, rows, gradients=True)
            mvmr.NearestNeighbors(3).fit(rows, classes).predict(rows)
        if index % 100 == 0:
            with mvmr.FeatureFile(feature_path) as file:
                file[file.splits[0]]["hog"][[1, 2]]
                assert len(file[file.splits[0]].ids) == 24
            mvmr.LinearProbe.load(probe_path).predict(rows)

    for index in range(1000):
        turn(index)
    handles, memory = mvmr.live_handles(), _resident(resource)
    for index in range(10_000):
        turn(index)
    assert mvmr.live_handles() == handles
    assert _resident(resource) - memory < 20_000_000


def _resident(resource):
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()
