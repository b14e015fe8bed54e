"""What the tests share. Without the library nothing can be tested; what else is absent is skipped one by one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PACKAGE = Path(__file__).resolve().parent.parent
REPOSITORY = PACKAGE.parent.parent
FIXTURES = REPOSITORY / "Fixtures"

if "mvmr" not in sys.modules and not os.environ.get("MVMR_TEST_INSTALLED"):
    sys.path.insert(0, str(PACKAGE))


def _missing() -> str:
    try:
        from mvmr._library import library

        library()
    except ImportError as error:
        if os.environ.get("MVMR_REQUIRED"):
            raise
        return str(error)
    return ""


MISSING = _missing()
# The modules read the catalogue as they are imported.
collect_ignore_glob = ["test_*.py"] if MISSING else []


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if MISSING:
        terminalreporter.write_line(f"nothing is tested: {MISSING}")


@pytest.fixture(scope="session")
def images() -> np.ndarray:
    """Photograph-like bytes: smooth shapes with some noise, (24, 32, 32, 3)."""
    random = np.random.default_rng(7)
    coarse = random.uniform(0, 255, (24, 6, 6, 3))
    grid = np.linspace(0, 4.999, 32)
    low, part = grid.astype(int), grid % 1
    rows = coarse[:, low] * (1 - part)[:, None, None] + coarse[:, low + 1] * part[:, None, None]
    smooth = rows[:, :, low] * (1 - part)[:, None] + rows[:, :, low + 1] * part[:, None]
    return np.clip(smooth + random.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def labels() -> np.ndarray:
    return np.arange(24) % 4


@pytest.fixture(scope="session")
def program() -> str:
    """The command `mvmr`."""
    from mvmr import _program

    try:
        return _program.program()
    except FileNotFoundError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def run(program: str) -> Any:
    """Runs the command."""
    from mvmr import _program

    def call(*arguments: Any) -> str:
        # As the command of the package does, which lends the program this interpreter's PyTorch.
        ran = subprocess.run(
            [program, *map(str, arguments)], capture_output=True, text=True, check=False, env=_program.environment()
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return call


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory, images: np.ndarray, labels: np.ndarray) -> str:
    """The images as a source of the command line."""
    folder = tmp_path_factory.mktemp("source")
    np.save(folder / "images.npy", images)
    np.save(folder / "labels.npy", labels.astype(np.int64))
    return f"npy:{folder / 'images.npy'},{folder / 'labels.npy'}"


@pytest.fixture(scope="session")
def feature_path(tmp_path_factory: pytest.TempPathFactory, source: str, run: Any) -> str:
    """A feature file of those images, by the command."""
    path = str(tmp_path_factory.mktemp("features") / "features.h5")
    asked = [item for text in ("hog", "lbp:grid=2", "color") for item in ("--representation", text)]
    run("extract", source, *asked, "--output", path)
    return path


def run_python(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Runs code in a fresh interpreter that finds the package as this one does."""
    import mvmr

    where = {"PYTHONPATH": str(Path(mvmr.__file__).resolve().parent.parent), "MVMR_LIBRARY": library_path()}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env={**os.environ, **where, **environment},
    )  # fmt: skip


def library_path() -> str:
    from mvmr._library import library

    return library().path

