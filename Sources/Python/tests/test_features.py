"""Feature files: what stands in them, rows in any order, processes, bad input."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import mvmr
from conftest import run_python


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
    for bad in (24, -25, [0, 24], [[1]], "hog", 1.5, np.ones(3, bool), None):
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


def test_extraction_options(tmp_path, source, images):
    kinds = {"mine": mvmr.HOG(cell_size=4), "other": "lbp:radius=2"}
    with mvmr.extract(source, tmp_path / "a.h5", kinds, dtype="float16", limit=8, threads=1) as file:
        split = file[file.splits[0]]
        assert split.representations == ("mine", "other") and len(split) == 8
        assert split["mine"].stored == "float16"
    with mvmr.extract(source, tmp_path / "b.h5", mvmr.HOG(), normalize="cifar") as file:
        assert file.description["settings"]
    seen = []
    with mvmr.extract(source, tmp_path / "c.h5", "hog", progress=lambda done, total: seen.append((done, total))):
        assert seen and seen[-1][0] == seen[-1][1]
    # The same call finds the work done; other settings are refused.
    mvmr.extract(source, tmp_path / "c.h5", "hog").close()
    with pytest.raises(ValueError):
        mvmr.extract(source, tmp_path / "c.h5", "hog:cell_size=4")
    with pytest.raises(FileNotFoundError):
        mvmr.extract("folder:absent", tmp_path / "d.h5")
    with pytest.raises(ValueError):
        mvmr.extract("kind:absent", tmp_path / "d.h5")
    with pytest.raises(ValueError):
        mvmr.extract(source, tmp_path / "d.h5", "hogg")
    with pytest.raises(ValueError):
        mvmr.extract(source, tmp_path / "d.h5", colour=True)
    with pytest.raises(TypeError):
        mvmr.extract(source, tmp_path / "d.h5", [3])
    with pytest.raises(TypeError, match=r"mvmr\.HOG\(\)"):
        mvmr.extract(source, tmp_path / "d.h5", mvmr.HOG)
    nothing = [
        dict(representations=[]), dict(representations={}), dict(splits=[]), dict(size=16.5), dict(size=(16,)),
        dict(size=-1), dict(limit=2.7), dict(limit=0), dict(limit=2**70), dict(limit=True), dict(dtype="float64"),
        dict(representations={"a,cell_size=4": "hog"}), dict(representations={3: "hog"}), dict(threads="two"),
        dict(progress="yes"), dict(normalize=object()), dict(shard=float("nan")),
    ]  # fmt: skip
    for settings in nothing:
        with pytest.raises((ValueError, TypeError)):
            mvmr.extract(source, tmp_path / "d.h5", **settings)
    assert not (tmp_path / "d.h5").exists()
    for index, size in enumerate((16, [16, 16], np.array([16, 16]), "16x16")):
        with mvmr.extract(source, tmp_path / f"e{index}.h5", iter(["hog"]), size=size, dtype=np.float16) as file:
            rows = file[file.splits[0]]["hog"]
            assert rows.shape[1:] == mvmr.HOG().layout((16, 16, 3)).shape and rows.stored == "float16"


@pytest.mark.parametrize("bar", ["tqdm", "plain"])
def test_a_bar_is_shown_where_it_is_asked_for(tmp_path, capsys, monkeypatch, bar):
    if bar == "tqdm":
        pytest.importorskip("tqdm")
    else:
        monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    mvmr.extract("synthetic:64", tmp_path / "a.h5", "hog", progress=True).close()
    shown = capsys.readouterr()
    assert "extract" in shown.err and "100%" in shown.err and shown.out == ""
    mvmr.extract("synthetic:64", tmp_path / "b.h5", "hog").close()
    assert capsys.readouterr().err == ""


def test_a_callback_that_fails_ends_the_extraction(tmp_path):
    class Stop(Exception):
        pass

    def stop(done, total):
        raise Stop

    with pytest.raises(Stop):
        mvmr.extract("synthetic:2000", tmp_path / "a.h5", "scattering", progress=stop)
    kind = mvmr.Scattering(sketch=16)
    with mvmr.extract("synthetic:2000", tmp_path / "a.h5", kind, overwrite=True, progress=False) as file:
        assert file.complete


# A process that was begun in the background of a shell is told to ignore the signal, and passes that on.
CONTROL_C = """
import mvmr, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
def show(done, total):
    print("working", flush=True)
try:
    mvmr.extract("synthetic:200000", {path!r}, "scattering:sketch=64", progress=show)
except KeyboardInterrupt:
    print("stopped", flush=True)
    sys.exit(7)
"""


def test_control_c(tmp_path):
    path = str(tmp_path / "long.h5")
    where = os.path.dirname(os.path.dirname(mvmr.__file__))
    from conftest import library_path

    process = subprocess.Popen(
        [sys.executable, "-c", CONTROL_C.format(path=path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": where, "MVMR_LIBRARY": library_path()},
    )
    assert process.stdout.readline() == "working\n"
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 7, errors
    assert output.endswith("stopped\n")
    assert "ignored" not in errors
    assert os.path.exists(path)


def test_the_interpreter_ends_with_work_in_flight(tmp_path):
    code = f"""
import threading, time, sys, numpy, mvmr
images = numpy.zeros((64, 96, 96, 3), numpy.uint8)
scattering, hog = mvmr.Scattering(), mvmr.HOG()
def work(kind):
    while True:
        kind(images)
def extract():
    mvmr.extract("synthetic:100000", {str(tmp_path / "f.h5")!r}, "scattering:sketch=8", progress=False)
for task in (lambda: work(scattering), lambda: work(hog), extract):
    threading.Thread(target=task, daemon=True).start()
time.sleep(0.5)
print("end", flush=True)
sys.exit(5)
"""
    started = time.monotonic()
    ended = run_python(code)
    assert ended.stdout == "end\n"
    assert ended.returncode == 5, ended.stderr
    assert time.monotonic() - started < 100


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
