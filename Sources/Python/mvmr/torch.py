"""What needs PyTorch: data sets of feature files, the loss of MV-MR, distance correlation, scattering, encoders."""

from __future__ import annotations

try:
    import torch as _torch  # noqa: F401
except ModuleNotFoundError:
    raise ImportError("mvmr.torch needs PyTorch, which is not installed: pip install torch") from None

from ._torch_data import FeatureDataset
from ._torch_dependence import distance_correlation
from ._torch_encoder import Encoder, load_encoder
from ._torch_loader import FeatureLoader
from ._torch_loss import MVMRLoss
from ._torch_scattering import Scattering2D

__all__ = [
    "Encoder",
    "FeatureDataset",
    "FeatureLoader",
    "MVMRLoss",
    "Scattering2D",
    "distance_correlation",
    "load_encoder",
]
