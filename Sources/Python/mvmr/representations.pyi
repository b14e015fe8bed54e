# Written by tools/stubs.py from the catalogue of the library; do not edit.

from typing import Any, ClassVar, Literal, Optional, Tuple

from ._representation import Representation as Representation

class PixelValues(Representation):
    name: ClassVar[str]
    normalize: Literal["none", "imagenet", "cifar", "stl10", "image"]
    sketch: int
    sketch_seed: int
    def __init__(
        self,
        *,
        normalize: Literal["none", "imagenet", "cifar", "stl10", "image"] = ...,
        sketch: int = ...,
        sketch_seed: int = ...,
        image_shape: Optional[Tuple[int, ...]] = ...,
        threads: Optional[int] = ...,
    ) -> None: ...

class HOG(Representation):
    name: ClassVar[str]
    orientations: int
    cell_size: int
    block_size: int
    norm: Literal["l1", "l1-sqrt", "l2", "l2-hys"]
    sqrt: bool
    signed: bool
    sketch: int
    sketch_seed: int
    def __init__(
        self,
        *,
        orientations: int = ...,
        cell_size: int = ...,
        block_size: int = ...,
        norm: Literal["l1", "l1-sqrt", "l2", "l2-hys"] = ...,
        sqrt: bool = ...,
        signed: bool = ...,
        sketch: int = ...,
        sketch_seed: int = ...,
        image_shape: Optional[Tuple[int, ...]] = ...,
        threads: Optional[int] = ...,
    ) -> None: ...

class OpenCVHOG(Representation):
    name: ClassVar[str]
    orientations: int
    cell_size: int
    block_size: int
    block_stride: int
    signed: bool
    gamma: bool
    sketch: int
    sketch_seed: int
    def __init__(
        self,
        *,
        orientations: int = ...,
        cell_size: int = ...,
        block_size: int = ...,
        block_stride: int = ...,
        signed: bool = ...,
        gamma: bool = ...,
        sketch: int = ...,
        sketch_seed: int = ...,
        image_shape: Optional[Tuple[int, ...]] = ...,
        threads: Optional[int] = ...,
    ) -> None: ...

class HOGLayer(Representation):
    name: ClassVar[str]
    orientations: int
    cell_size: int
    variant: Literal["corrected", "released"]
    sketch: int
    sketch_seed: int
    def __init__(
        self,
        *,
        orientations: int = ...,
        cell_size: int = ...,
        variant: Literal["corrected", "released"] = ...,
        sketch: int = ...,
        sketch_seed: int = ...,
        image_shape: Optional[Tuple[int, ...]] = ...,
        threads: Optional[int] = ...,
    ) -> None: ...

class LBP(Representation):
    name: ClassVar[str]
    radius: float
    points: int
    method: Literal["default", "ror", "uniform", "nri-uniform", "var"]
    grid: int
    output: Literal["histogram", "map"]
    sketch: int
    sketch_seed: int
    def __init__(
        self,
        *,
        radius: float = ...,
        points: int = ...,
        method: Literal["default", "ror", "uniform", "nri-uniform", "var"] = ...,
        grid: int = ...,
        output: Literal["histogram", "map"] = ...,
        sketch: int = ...,
        sketch_seed: int = ...,
        image_shape: Optional[Tuple[int, ...]] = ...,
        threads: Optional[int] = ...,
    ) -> None: ...

class ColorHistogram(Representation):
    name: ClassVar[str]
    space: Literal["rgb", "hsv", "lab", "opponent"]
    bins: int
    joint: bool
    pyramid: int
    norm: Literal["l1", "l2", "hellinger", "none"]
    sketch: int
    sketch_seed: int
    def __init__(
        self,
        *,
        space: Literal["rgb", "hsv", "lab", "opponent"] = ...,
        bins: int = ...,
        joint: bool = ...,
        pyramid: int = ...,
        norm: Literal["l1", "l2", "hellinger", "none"] = ...,
        sketch: int = ...,
        sketch_seed: int = ...,
        image_shape: Optional[Tuple[int, ...]] = ...,
        threads: Optional[int] = ...,
    ) -> None: ...

class Scattering(Representation):
    name: ClassVar[str]
    J: int
    L: int
    order: int
    pre_pad: bool
    sketch: int
    sketch_seed: int
    def __init__(
        self,
        *,
        J: int = ...,
        L: int = ...,
        order: int = ...,
        pre_pad: bool = ...,
        sketch: int = ...,
        sketch_seed: int = ...,
        image_shape: Optional[Tuple[int, ...]] = ...,
        threads: Optional[int] = ...,
    ) -> None: ...

class PatchScattering(Representation):
    name: ClassVar[str]
    grid: int
    J: int
    L: int
    order: int
    pre_pad: bool
    sketch: int
    sketch_seed: int
    def __init__(
        self,
        *,
        grid: int = ...,
        J: int = ...,
        L: int = ...,
        order: int = ...,
        pre_pad: bool = ...,
        sketch: int = ...,
        sketch_seed: int = ...,
        image_shape: Optional[Tuple[int, ...]] = ...,
        threads: Optional[int] = ...,
    ) -> None: ...

class LocalDeviation(Representation):
    name: ClassVar[str]
    window: int
    sketch: int
    sketch_seed: int
    def __init__(
        self,
        *,
        window: int = ...,
        sketch: int = ...,
        sketch_seed: int = ...,
        image_shape: Optional[Tuple[int, ...]] = ...,
        threads: Optional[int] = ...,
    ) -> None: ...

class CosineTransform(Representation):
    name: ClassVar[str]
    norm: Literal["none", "ortho"]
    keep: int
    sketch: int
    sketch_seed: int
    def __init__(
        self,
        *,
        norm: Literal["none", "ortho"] = ...,
        keep: int = ...,
        sketch: int = ...,
        sketch_seed: int = ...,
        image_shape: Optional[Tuple[int, ...]] = ...,
        threads: Optional[int] = ...,
    ) -> None: ...

class Augment(Representation):
    name: ClassVar[str]
    policy: Literal["custom", "cifar", "cifar20", "randaugment", "autoaugment", "crop", "simclr", "simclr-cifar", "vicreg", "none"]
    seed: int
    size: int
    sketch: int
    sketch_seed: int
    def __init__(
        self,
        *,
        policy: Literal["custom", "cifar", "cifar20", "randaugment", "autoaugment", "crop", "simclr", "simclr-cifar", "vicreg", "none"] = ...,
        seed: int = ...,
        size: int = ...,
        sketch: int = ...,
        sketch_seed: int = ...,
        image_shape: Optional[Tuple[int, ...]] = ...,
        threads: Optional[int] = ...,
    ) -> None: ...

def create(name: str, **settings: Any) -> Representation: ...
