"""Loaders of feature files: what batches hold, whose memory they are, workers, ends."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch.utils.data import DataLoader, default_collate  # noqa: E402

import mvmr  # noqa: E402
from conftest import library_path, run_python  # noqa: E402
from mvmr import _memory, _torch_rows  # noqa: E402


@pytest.fixture
def dataset(feature_path):
    with mvmr.FeatureFile(feature_path) as file:
        yield mvmr.torch.FeatureDataset(file, file.splits[0], "hog", flatten=True)


@pytest.fixture
def wanted(images):
    return torch.from_numpy(np.asarray(mvmr.HOG()(images)).reshape(24, -1))


@pytest.fixture
def recycled(monkeypatch):
    """Memory of any size is used again, as large batches' is."""
    monkeypatch.setattr(_memory, "_SMALLEST", 0)


def check(batches, wanted, labels, sizes):
    """Every row came once, with its label; all batches are held until they are looked at."""
    assert [len(rows) for rows, _ in batches] == [len(classes) for _, classes in batches] == sizes
    assert all(isinstance(batch, list) for batch in batches)
    rows, classes = torch.cat([rows for rows, _ in batches]), torch.cat([classes for _, classes in batches])
    order = [int((wanted == row).all(1).nonzero()[0, 0]) for row in rows]
    assert sorted(order) == list(range(24))
    assert torch.equal(classes, torch.from_numpy(labels)[order])
    return order


@pytest.mark.parametrize("prefetch", [0, 1, 3])
@pytest.mark.parametrize("at_once", [1, 3000, 1 << 20])
def test_batches_of_the_loader(dataset, wanted, labels, recycled, monkeypatch, prefetch, at_once):
    from mvmr import _torch_loader

    monkeypatch.setattr(_torch_loader, "_AT_ONCE", at_once)
    loader = mvmr.torch.FeatureLoader(dataset, 5, shuffle=True, prefetch=prefetch)
    assert len(loader) == 5
    torch.manual_seed(3)
    orders = [check(list(loader), wanted, labels, [5, 5, 5, 5, 4]) for _ in range(3)]
    assert orders[0] != orders[1]
    torch.manual_seed(3)
    assert check(list(loader), wanted, labels, [5, 5, 5, 5, 4]) == orders[0]
    plain = list(mvmr.torch.FeatureLoader(dataset, 7, prefetch=prefetch))
    assert check(plain, wanted, labels, [7, 7, 7, 3]) == list(range(24))
    full = mvmr.torch.FeatureLoader(dataset, 7, drop_last=True, prefetch=prefetch)
    assert len(full) == len(list(full)) == 3
    chosen = mvmr.torch.FeatureLoader(dataset, 2, sampler=[3, -1, 3], prefetch=prefetch)
    assert len(chosen) == 2
    assert torch.equal(torch.cat([rows for rows, _ in chosen]), wanted[[3, 23, 3]])
    seeded = [torch.Generator().manual_seed(7) for _ in range(2)]
    first, second = (list(mvmr.torch.FeatureLoader(dataset, 24, shuffle=True, generator=one)) for one in seeded)
    assert torch.equal(first[0][0], second[0][0])


def test_loaders_give_what_pytorch_s_gives(feature_path, images):
    with mvmr.FeatureFile(feature_path) as file:
        name = file.splits[0]
        for labels in (True, False):
            for kinds in ("color", ["hog", "color"]):
                dataset = mvmr.torch.FeatureDataset(file, name, kinds, labels=labels)
                pairs = zip(mvmr.torch.FeatureLoader(dataset, 9), DataLoader(dataset, 9))
                for ours, theirs in pairs:
                    assert type(ours) is type(theirs)
                    flat = [torch.utils._pytree.tree_flatten(batch) for batch in (ours, theirs)]
                    assert flat[0][1] == flat[1][1]
                    assert all(torch.equal(a, b) for a, b in zip(flat[0][0], flat[1][0]))


class Halved(mvmr.torch.FeatureDataset):
    """What people derive."""

    def __getitem__(self, index):
        rows, label = super().__getitem__(index)
        return rows / 2, label


def test_data_sets_that_derive(dataset, wanted, labels):
    halved = Halved(dataset.file, dataset.split, "hog", flatten=True)
    for workers in (0, 2):
        rows, classes = zip(*DataLoader(halved, 5, num_workers=workers))
        assert torch.equal(torch.cat(rows), wanted / 2) and torch.equal(torch.cat(classes), torch.from_numpy(labels))
    with pytest.raises(TypeError, match="DataLoader"):
        mvmr.torch.FeatureLoader(halved)


def test_several_items(dataset, wanted, labels):
    for key in ([3, 1, -1], np.array([3, 1, 23]), (3, 1, 23), torch.tensor([3, 1, 23]), [torch.tensor(3), 1, 23]):
        rows, classes = dataset[key]
        assert torch.equal(rows, wanted[[3, 1, 23]]) and classes.tolist() == labels[[3, 1, 23]].tolist()
    assert torch.equal(dataset[2:20:3][0], wanted[2:20:3]) and torch.equal(dataset[::-1][0], wanted.flip(0))
    assert dataset[[]][0].shape == (0, 324) and dataset[30:][0].shape == (0, 324)
    for one in (5, -19, np.int32(5), torch.tensor(5)):
        assert torch.equal(dataset[one][0], wanted[5]) and int(dataset[one][1]) == labels[5]
    sampler = torch.utils.data.BatchSampler(torch.utils.data.SequentialSampler(dataset), 5, drop_last=False)
    for workers in (0, 2):
        loaded = list(DataLoader(dataset, batch_size=None, sampler=sampler, num_workers=workers))
        assert torch.equal(torch.cat([rows for rows, _ in loaded]), wanted)
    for bad in (24, -25, [0, 24]):
        with pytest.raises(IndexError, match="24|-25"):
            dataset[bad]
    with pytest.raises(IndexError, match=str(2**64 - 1)):
        dataset[np.array([0, 2**64 - 1], np.uint64)]
    for bad in (1.5, "a", [0.5], None, [[1]], [True] * 24):
        with pytest.raises(TypeError):
            dataset[bad]
    parts = torch.utils.data.random_split(dataset, [20, 4], torch.Generator().manual_seed(0))
    found = torch.cat([rows for part in parts for rows, _ in DataLoader(part, 5)])
    assert torch.equal(found, wanted[[*parts[0].indices, *parts[1].indices]])
    both = torch.utils.data.ConcatDataset([dataset, dataset])
    assert torch.equal(torch.cat([rows for rows, _ in DataLoader(both, 7)]), torch.cat([wanted, wanted]))


def test_bad_loaders(dataset):
    orders = [dict(sampler=[1], shuffle=True), dict(sampler=iter([1]))]
    for settings in (dict(batch_size=0), dict(batch_size=2.5), dict(prefetch=-1), *orders):
        with pytest.raises((ValueError, TypeError)):
            mvmr.torch.FeatureLoader(dataset, **settings)
    with pytest.raises(TypeError, match="DataLoader"):
        mvmr.torch.FeatureLoader([1, 2])
    for prefetch in (0, 2):
        with pytest.raises(IndexError, match="24"):
            list(mvmr.torch.FeatureLoader(dataset, 4, sampler=[0, 24], prefetch=prefetch))
        with pytest.raises(TypeError):
            list(mvmr.torch.FeatureLoader(dataset, 4, sampler=[0, 1.5], prefetch=prefetch))
        copied = pickle.loads(pickle.dumps(mvmr.torch.FeatureLoader(dataset, 4, prefetch=prefetch)))
        assert len(list(copied)) == 6
        copied.dataset.file.close()
        with pytest.raises(ValueError, match="closed"):
            list(copied)


def test_a_pass_that_is_left_ends_its_thread(dataset):
    def readers():
        return [thread for thread in threading.enumerate() if thread.name == "mvmr-loader"]

    loader = mvmr.torch.FeatureLoader(dataset, 1, prefetch=1)
    for _ in range(5):
        for _ in loader:
            break
    passes = [iter(loader) for _ in range(3)]
    for one in passes:
        assert torch.equal(next(one)[0], dataset[0][0][None])
    del passes, one
    gc.collect()
    last = time.monotonic() + 60
    while readers() and time.monotonic() < last:
        time.sleep(0.01)
    assert not readers()


@pytest.mark.parametrize("kind", ["ours", "pytorch"])
def test_memory_is_used_again_when_nobody_holds_it(dataset, wanted, recycled, kind):
    loader = mvmr.torch.FeatureLoader(dataset, 24) if kind == "ours" else DataLoader(dataset, 24)
    places = set()
    for _ in range(10):
        for rows, _ in loader:
            places.add(rows.data_ptr())
            del rows
    assert len(places) <= 4
    held = [rows[3:] for _ in range(8) for rows, _ in loader]
    views = [next(iter(loader))[0].numpy()[1:].ravel() for _ in range(3)]
    for _ in loader:
        pass
    assert all(torch.equal(rows, wanted[3:]) for rows in held)
    assert all(np.array_equal(view, wanted[1:].numpy().ravel()) for view in views)


def test_memory_is_a_process_s_own(recycled):
    recycler = _memory.Recycler()
    for shape in ((4, 5), (3, 1 << 18), (0, 7)):
        array = recycler.empty(shape)
        assert array.shape == shape and array.dtype == np.float32
        array[:] = 1
        child = os.fork()
        if child == 0:
            array[:] = 2
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0 and (array == 1).all()
    first = recycler.empty((1000,))
    place = first.ctypes.data
    part = first[2:].reshape(2, -1)
    del first
    assert recycler.empty((1000,)).ctypes.data != place
    del part
    both = [recycler.empty((900,)) for _ in range(2)]
    assert place in {array.ctypes.data for array in both}
    many = [recycler.empty((1000,)) for _ in range(20)]
    assert len({array.ctypes.data for array in many}) == 20
    assert len(recycler._blocks) <= recycler.kept


def test_memory_for_many_threads(recycled):
    recycler, failures = _memory.Recycler(), []

    def work(seed):
        for turn in range(200):
            mine = recycler.empty((64,))
            mine[:] = 1000 * seed + turn
            time.sleep(0)
            if not (mine == 1000 * seed + turn).all():
                failures.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def doubled(batch):
    rows, labels = default_collate(batch)
    return [2 * rows, labels, len(batch)]


def samples(batch):
    return [(row, int(label)) for row, label in batch]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_what_workers_do_with_rows(dataset, wanted, labels, method):
    # A spawned worker has to import PyTorch first, which takes its time.
    options = dict(batch_size=5, num_workers=2 if method == "fork" else 1, multiprocessing_context=method)
    rows, classes, sizes = zip(*DataLoader(dataset, collate_fn=doubled, **options))
    assert torch.equal(torch.cat(rows), 2 * wanted) and torch.equal(torch.cat(classes), torch.from_numpy(labels))
    assert sizes == (5, 5, 5, 5, 4)
    listed = [sample for batch in DataLoader(dataset, collate_fn=samples, **options) for sample in batch]
    assert torch.equal(torch.stack([row for row, _ in listed]), wanted)
    assert [label for _, label in listed] == labels.tolist()
    bare = mvmr.torch.FeatureDataset(dataset.file, dataset.split, "hog", labels=False, flatten=True)
    assert torch.equal(torch.cat(list(DataLoader(bare, **options))), wanted)


def test_rows_are_read_where_they_are_wanted(dataset, wanted, labels, monkeypatch):
    batch = dataset.__getitems__([4, 2, -1])
    assert torch.equal(batch.ready[0], wanted[[4, 2, 23]])
    text = pickle.dumps(batch._wanted)
    assert len(text) < 2000
    for known in (dict(_torch_rows.Rows._known), {}):
        monkeypatch.setattr(_torch_rows.Rows, "_known", known)
        rows, classes = pickle.loads(text).read()
        assert torch.equal(rows, wanted[[4, 2, 23]]) and classes.tolist() == labels[[4, 2, 23]].tolist()
    assert [len(sample) for sample in pickle.loads(pickle.dumps(batch))] == [2, 2, 2]
    assert isinstance(pickle.loads(pickle.dumps(batch[0])), tuple)
    with pytest.raises(IndexError):
        batch[3]


def test_workers_look_ahead_while_a_disk_is_waited_for(dataset, monkeypatch):
    source, faults, reads = dataset._source, [0], []
    monkeypatch.setattr(_torch_rows, "_faults", lambda: faults[0])
    monkeypatch.setattr(type(source.features[0]), "fill", lambda *arguments: reads.append(1))
    for _ in range(100):
        source.look_ahead(np.arange(3))
    assert len(reads) < 10
    source._pause = 0
    monkeypatch.setattr(_torch_rows, "_faults", lambda: faults.append(faults.pop() + 1) or faults[0])
    reads.clear()
    for _ in range(20):
        source.look_ahead(np.arange(3))
    assert len(reads) == 20


def test_the_interpreter_ends_with_a_pass_in_flight(tmp_path):
    code = f"""
import mvmr, sys
mvmr.extract("synthetic:512", {str(tmp_path / "f.h5")!r}, "scattering", splits="train", progress=False).close()
dataset = mvmr.torch.FeatureDataset({str(tmp_path / "f.h5")!r}, "train", "scattering")
passes = [iter(mvmr.torch.FeatureLoader(dataset, 128, shuffle=True)) for _ in range(3)]
held = [next(one) for one in passes]
print("end", flush=True)
sys.exit(5)
"""
    ended = run_python(code)
    assert ended.stdout == "end\n"
    assert ended.returncode == 5, ended.stderr


# A process that was begun in the background of a shell is told to ignore the signal, and passes that on.
CONTROL_C = """
import mvmr, signal, sys
from torch.utils.data import DataLoader
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    dataset = mvmr.torch.FeatureDataset({path!r}, {split!r}, "hog")
    loader = {loader}
    try:
        for turn in range(10**9):
            for batch in loader:
                pass
            if turn == 2:
                print("working", flush=True)
    except KeyboardInterrupt:
        print("stopped", flush=True)
        sys.exit(7)
"""


@pytest.mark.parametrize(
    "loader",
    [
        "mvmr.torch.FeatureLoader(dataset, 5)",
        "DataLoader(dataset, 5)",
        "DataLoader(dataset, 5, num_workers=1, persistent_workers=True)",
    ],
)
def test_control_c(feature_path, dataset, loader):
    code = CONTROL_C.format(path=feature_path, split=dataset.split, loader=loader)
    where = os.path.dirname(os.path.dirname(mvmr.__file__))
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": where, "MVMR_LIBRARY": library_path()},
    )
    assert process.stdout.readline() == "working\n"
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 7, errors
    assert output == "stopped\n" and "ignored" not in errors
