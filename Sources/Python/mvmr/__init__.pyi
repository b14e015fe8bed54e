# Written by tools/stubs.py from the catalogue of the library; do not edit.

from typing import Any, Optional, Tuple

from . import numpy as numpy
from . import representations as representations
from . import sklearn as sklearn
from . import torch as torch
from ._feature_file import FeatureFile as FeatureFile
from ._layout import FeatureLayout as FeatureLayout
from ._feature_rows import FeatureRows as FeatureRows
from ._layout import Features as Features
from ._knn import KNNScore as KNNScore
from ._probe import LinearProbe as LinearProbe
from .torch import MVMRLoss as MVMRLoss
from ._neighbors import NearestNeighbors as NearestNeighbors
from ._representation import Representation as Representation
from ._feature_split import Split as Split
from .representations import create as create
from ._dependence import distance_correlation as distance_correlation
from ._extraction import extract as extract
from ._knn import knn as knn
from ._facts import library_version as library_version
from ._facts import live_handles as live_handles
from .torch import load_encoder as load_encoder
from ._facts import processor_count as processor_count
from .representations import PixelValues as PixelValues
from .representations import HOG as HOG
from .representations import OpenCVHOG as OpenCVHOG
from .representations import HOGLayer as HOGLayer
from .representations import LBP as LBP
from .representations import ColorHistogram as ColorHistogram
from .representations import Scattering as Scattering
from .representations import PatchScattering as PatchScattering
from .representations import LocalDeviation as LocalDeviation
from .representations import CosineTransform as CosineTransform
from .representations import Augment as Augment

def Scattering2D(
    J: int,
    shape: Tuple[int, int],
    L: int = ...,
    max_order: int = ...,
    pre_pad: bool = ...,
    backend: Any = ...,
    out_type: str = ...,
    threads: Optional[int] = ...,
    *,
    frontend: str = ...,
) -> Any: ...

__version__: str
