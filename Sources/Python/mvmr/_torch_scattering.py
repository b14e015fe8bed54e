"""The scattering transform of tensors: by the library's kernel, or by PyTorch's operations where those are needed."""

from __future__ import annotations

import functools
from typing import Any, Dict, List, Tuple, Union

import torch

from . import _filters
from ._scattering2d import ScatteringBase2D


class Scattering2D(ScatteringBase2D, torch.nn.Module):
    """The two-dimensional scattering transform of tensors: kymatio's numbers, order, shapes and errors.

    A float32 tensor on the processor that needs no gradient is computed by the library's kernel, many times as fast.
    Others, with a gradient, of float64 or on a GPU, are computed by PyTorch's operations where and as they are.

    Examples
    --------
    >>> scattering = Scattering2D(J=2, shape=(32, 32))
    >>> scattering(torch.rand(8, 3, 32, 32)).shape
    torch.Size([8, 3, 81, 8, 8])
    """

    frontend_name = "torch"
    _array = "tensor"
    _plural = "Tensor"

    @functools.cached_property
    def _spectra(self) -> Dict[Any, Tuple[List[torch.Tensor], List[List[List[torch.Tensor]]]]]:
        """The filters of each device and type that was asked for."""
        return {}

    def __getstate__(self) -> Dict[str, Any]:
        return {**self.__dict__, "_spectra": {}}

    def scattering(self, input: torch.Tensor) -> Union[torch.Tensor, List[Dict[str, Any]]]:
        """Transforms images.

        Parameters
        ----------
        input : torch.Tensor of shape (..., height, width)
            Contiguous, of float32 or float64.

        Returns
        -------
        torch.Tensor of shape (..., coefficients, height // 2^J, width // 2^J), or list of dict

        Raises
        ------
        TypeError
            Where the input is no tensor, or not of float32 or float64.
        RuntimeError
            Where it is not contiguous, or has another size.
        ValueError
            Where a value is not finite.
        """
        if not isinstance(input, torch.Tensor):
            raise TypeError(f"The input should be a PyTorch Tensor, it is {type(input).__name__}")
        # A tensor of few axes is refused as such, whatever its strides.
        if input.dim() >= 2 and not input.is_contiguous():
            raise RuntimeError("Tensor must be contiguous: give input.contiguous()")
        self._check(tuple(input.shape))
        if input.dtype not in (torch.float32, torch.float64):
            raise TypeError(f"The input should be float32 or float64, it is {input.dtype}: give input.float()")
        differentiated = input.requires_grad and torch.is_grad_enabled()
        if input.device.type == "cpu" and input.dtype == torch.float32 and not differentiated:
            result = torch.from_numpy(self._transform(input.detach().numpy()))
        else:
            result = self._differentiable(input)
        return result if self.out_type == "array" else self._listed(result)

    def forward(self, input: torch.Tensor) -> Union[torch.Tensor, List[Dict[str, Any]]]:
        """`scattering`."""
        return self.scattering(input)

    # PyTorch's operations.

    def _filters(self, like: torch.Tensor) -> Tuple[List[torch.Tensor], List[List[List[torch.Tensor]]]]:
        key = (like.device, like.dtype)
        if key not in self._spectra:
            lows, waves = _filters.filters((self._M_padded, self._N_padded), self.J, self.L)

            def moved(array: Any) -> torch.Tensor:
                return torch.from_numpy(array).to(like)

            self._spectra[key] = (
                [moved(low) for low in lows],
                [[[moved(level) for level in angle] for angle in scale] for scale in waves],
            )
        return self._spectra[key]

    def _differentiable(self, input: torch.Tensor) -> torch.Tensor:
        lows, waves = self._filters(input)
        planes = input.reshape((-1, *input.shape[-2:]))
        if not self.pre_pad:
            for axis, (side, padded) in enumerate(zip(self.shape, (self._M_padded, self._N_padded)), start=1):
                where = torch.from_numpy(_filters.mirrored(side, padded)).to(planes.device)
                planes = planes.index_select(axis, where)
        spectrum = torch.fft.fft2(planes)
        first, second = [], []
        for j1 in range(self.J):
            for theta1 in range(self.L):
                bands = torch.fft.ifft2(_halved(spectrum * waves[j1][theta1][0], j1)).abs()
                moduli = torch.fft.fft2(bands)
                first.append(self._averaged(moduli, lows, j1))
                if self.max_order < 2:
                    continue
                for j2 in range(j1 + 1, self.J):
                    turned = torch.stack([waves[j2][theta2][j1] for theta2 in range(self.L)])
                    bands = torch.fft.ifft2(_halved(moduli[:, None] * turned, j2 - j1)).abs()
                    second.append(self._averaged(torch.fft.fft2(bands), lows, j2))
        parts = [self._averaged(spectrum, lows, 0)[:, None], torch.stack(first, 1), *second]
        result = torch.cat(parts, 1)
        return result.reshape((*input.shape[:-2], *result.shape[1:]))

    def _averaged(self, spectrum: torch.Tensor, lows: List[torch.Tensor], level: int) -> torch.Tensor:
        planes: torch.Tensor = torch.fft.ifft2(_halved(spectrum * lows[level], self.J - level)).real
        return planes[..., 1:-1, 1:-1]


def _halved(spectrum: torch.Tensor, times: int) -> torch.Tensor:
    """The spectrum of every 2^times-th value along both axes."""
    parts = 2**times
    height, width = spectrum.shape[-2:]
    folded = spectrum.reshape((*spectrum.shape[:-2], parts, height // parts, parts, width // parts))
    return folded.mean((-4, -2))
