"""Multi-view, multi-representation self-supervised learning: extract, train, evaluate, reuse.

Hand-crafted representations of images, feature files, k-NN and linear probes, distance correlation and the loss of
MV-MR, over the library of the command `mvmr`, with the same results bit for bit.

    >>> import mvmr
    >>> rows = mvmr.HOG(cell_size=8)(images)
    >>> rows.shape, rows.axes
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any, Dict, List

#: Where each public name comes from; a module is imported when its first name is asked for.
_PLACES: Dict[str, str] = {
    "FeatureFile": "_feature_file",
    "FeatureLayout": "_layout",
    "FeatureRows": "_feature_rows",
    "Features": "_layout",
    "KNNScore": "_knn",
    "LinearProbe": "_probe",
    "MVMRLoss": "torch",
    "NearestNeighbors": "_neighbors",
    "Representation": "_representation",
    "Scattering2D": "_fronts",
    "Split": "_feature_split",
    "create": "representations",
    "distance_correlation": "_dependence",
    "extract": "_extraction",
    "knn": "_knn",
    "library_version": "_facts",
    "live_handles": "_facts",
    "load_encoder": "torch",
    "processor_count": "_facts",
}
_MODULES = ("numpy", "representations", "sklearn", "torch")

__version__ = "0.2.0.dev0"


def __getattr__(name: str) -> Any:
    if "torch" in (name, _PLACES.get(name)) and importlib.util.find_spec("torch") is None:
        raise ImportError(f"mvmr.{name} needs PyTorch, which is not installed: pip install torch")
    if name in _MODULES:
        return importlib.import_module(f".{name}", __name__)
    if name in _PLACES:
        value = getattr(importlib.import_module(f".{_PLACES[name]}", __name__), name)
    elif name == "__all__":
        return _names()
    elif name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    else:
        # The representations of the catalogue, which the library knows.
        representations: Any = importlib.import_module(".representations", __name__)
        if name not in representations.__all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(representations, name)
    globals()[name] = value
    return value


def _names() -> List[str]:
    """Every name that can be had here: those that need PyTorch only where it is installed."""
    names = {*_PLACES, "numpy", "representations", "sklearn"}
    try:
        names |= set(importlib.import_module(".representations", __name__).__all__)
    except ImportError:  # the library is not there, which its first use says
        pass
    if importlib.util.find_spec("torch") is None:
        names -= {name for name, place in _PLACES.items() if place == "torch"}
    else:
        names.add("torch")
    return sorted(names)


def __dir__() -> List[str]:
    return sorted({*_names(), "__version__", "__doc__"})
