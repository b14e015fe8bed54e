"""The snippets of Python.md run as they stand, one after the other; the stubs are what the catalogue says."""

from __future__ import annotations

import importlib.util
import inspect
import os
import re
import subprocess
import sys

import pytest

import mvmr
from conftest import PACKAGE, REPOSITORY, run_python

PAGE = REPOSITORY / "Notebooks-free-docs" / "Python.md"


@pytest.mark.skipif(not PAGE.exists(), reason="the page is not there")
def test_every_snippet_runs(tmp_path):
    pytest.importorskip("torch")
    pytest.importorskip("sklearn")
    snippets = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    assert len(snippets) > 6
    ran = run_python(f"import os\nos.chdir({str(tmp_path)!r})\n" + "\n".join(snippets))
    assert ran.returncode == 0, ran.stderr


def test_the_page_names_what_there_is():
    if not PAGE.exists():
        pytest.skip("the page is not there")
    for name in set(re.findall(r"`(?:mvmr\.)([A-Za-z_.0-9]+)", PAGE.read_text())):
        found = mvmr
        for part in name.rstrip(".").split("."):
            try:
                found = getattr(found, part)
            except ImportError as error:
                assert "PyTorch" in str(error) and importlib.util.find_spec("torch") is None
                break


def test_stubs_are_what_the_catalogue_says():
    script = PACKAGE / "tools" / "stubs.py"
    if os.environ.get("MVMR_TEST_INSTALLED"):
        pytest.skip("the package is installed")
    checked = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_every_public_name_has_a_docstring():
    for name in dir(mvmr):
        value = getattr(mvmr, name)
        if name.startswith("__"):
            continue
        assert inspect.getdoc(value), name
        if inspect.isclass(value):
            for method, body in inspect.getmembers(value, inspect.isfunction):
                if not method.startswith("_") and body.__module__.startswith("mvmr"):
                    assert inspect.getdoc(body), f"{name}.{method}"


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_types(checker, tmp_path):
    pytest.importorskip(checker)
    pytest.importorskip("torch")
    cache = ["--cache-dir", str(tmp_path)] if checker == "mypy" else ["--pythonpath", sys.executable]
    checked = subprocess.run(
        [sys.executable, "-m", checker, *cache], cwd=PACKAGE, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


USER = """
import mvmr
import numpy as np
hog = mvmr.HOG(orientations=9, norm="l2", threads=2)
size: int = hog.cell_size
rows = hog(np.zeros((32, 32), np.uint8))
file = mvmr.FeatureFile("f.h5")
some: np.ndarray = file["train"]["hog"][[1, 2]]
probe: mvmr.LinearProbe = mvmr.LinearProbe(0.1).fit(some, [0, 1])
score: float = mvmr.knn(some, [0, 1])[0].top1
loss = mvmr.MVMRLoss(1.0, estimator="unbiased")
"""
MISTAKES = """
mvmr.HOG(cells=3)
mvmr.HOG(norm="l3")
mvmr.Hog
"""


def test_types_of_users(tmp_path):
    pytest.importorskip("mypy")
    pytest.importorskip("torch")
    path = tmp_path / "user.py"
    path.write_text(USER + MISTAKES)
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "cache"), str(path)]
    checked = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "MYPYPATH": str(PACKAGE)}, capture_output=True, text=True, check=False
    )
    lines = [line for line in checked.stdout.splitlines() if line.startswith("user.py:") and ": error:" in line]
    first = (USER + MISTAKES).splitlines().index("mvmr.HOG(cells=3)") + 1
    assert [int(line.split(":")[1]) for line in lines] == [first, first + 1, first + 2], checked.stdout


def test_the_version_is_the_library_s():
    assert mvmr.library_version().replace("-dev", ".dev0") == mvmr.__version__


def test_import_is_light():
    code = "import sys, mvmr; print(sorted({'torch', 'sklearn', 'numpy', 'h5py', 'PIL'} & set(sys.modules)))"
    assert run_python(code).stdout == "[]\n"
    code = "import sys, mvmr; mvmr.HOG(); print(sorted({'torch', 'sklearn', 'h5py', 'PIL'} & set(sys.modules)))"
    assert run_python(code).stdout == "[]\n"


WITHOUT = """
import sys
sys.modules.update({"torch": None, "sklearn": None, "pandas": None, "tqdm": None, "PIL": None})
import importlib, mvmr, numpy
for use in (
    lambda: mvmr.MVMRLoss,
    lambda: mvmr.torch,
    lambda: importlib.import_module("mvmr.torch"),
    lambda: mvmr.Scattering2D(2, (16, 16), frontend="torch"),
):
    try:
        use()
    except ImportError as error:
        assert "pip install torch" in str(error), error
    else:
        raise AssertionError(use)
assert "MVMRLoss" not in dir(mvmr) and "torch" not in dir(mvmr) and "HOG" in dir(mvmr)
images = numpy.random.default_rng(0).integers(0, 256, (12, 32, 32, 3), dtype=numpy.uint8)
rows = mvmr.HOG().fit_transform(images)
probe = mvmr.LinearProbe(0.1).fit(rows, numpy.arange(12) % 3)
assert probe.set_params(**probe.get_params()).predict(rows).shape == (12,)
assert mvmr.Scattering2D(2, (32, 32))(images[..., 0] / 255).shape == (12, 81, 8, 8)
print("done")
"""


def test_numpy_is_all_that_is_needed():
    ran = run_python(WITHOUT)
    assert ran.stdout == "done\n", ran.stderr


def test_a_library_that_does_not_fit(tmp_path):
    absent = run_python("import mvmr; mvmr.HOG", MVMR_LIBRARY=str(tmp_path / "absent.so"))
    assert absent.returncode == 1 and "ImportError" in absent.stderr and "MVMR_LIBRARY" in absent.stderr
    listed = run_python("import mvmr; print('knn' in dir(mvmr))", MVMR_LIBRARY=str(tmp_path / "absent.so"))
    assert listed.stdout == "True\n"
    import ctypes.util

    other = run_python("import mvmr; mvmr.HOG", MVMR_LIBRARY=ctypes.util.find_library("m") or "libm.so.6")
    assert other.returncode == 1 and "not the library of mvmr" in other.stderr
    compiler = next((name for name in ("cc", "gcc", "clang") if _there(name)), None)
    if compiler is None:
        pytest.skip("no compiler")
    source, library = tmp_path / "other.c", tmp_path / "other.so"
    source.write_text("int mvmr_abi_version(void) { return 99; }\n")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    newer = run_python("import mvmr; mvmr.HOG", MVMR_LIBRARY=str(library))
    assert newer.returncode == 1 and "version 99" in newer.stderr and "one release" in newer.stderr


def _there(name):
    import shutil

    return shutil.which(name) is not None
