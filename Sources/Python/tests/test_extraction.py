"""Extraction: options, progress, what stops it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import mvmr
from conftest import library_path, run_python


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


def test_the_environment_of_the_program(tmp_path, monkeypatch):
    from mvmr import _program

    monkeypatch.setattr(_program, "_PACKAGE", tmp_path)
    (tmp_path / "bin").mkdir()
    there = os.path.exists
    for mounted in (True, False):
        monkeypatch.setattr(os.path, "exists", lambda path: mounted if str(path).startswith("/proc") else there(path))
        # Without /proc the loader is told where the program is, next to which its libraries are.
        wanted = None if mounted else str(tmp_path / "bin")
        assert _program.environment().get("LD_ORIGIN_PATH") == wanted
