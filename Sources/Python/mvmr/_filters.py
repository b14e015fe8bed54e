"""The wavelets of the scattering transform in double precision, for the transform that PyTorch computes.

They follow kymatio's definition down to the constants that matter at 1e-5: the norm takes 3.1415 for pi, a rotation's
entries are rounded to single precision, and filters are made periodic by summing 5 x 5 shifted copies.
"""

from __future__ import annotations

import math
from typing import List, Tuple

import numpy as np

_REPEATS = range(-2, 3)


def _kept(length: int, level: int) -> np.ndarray:
    """The frequencies of an axis that remain when its band is halved `level` times, in the transform's order."""
    count = length >> level
    index = np.arange(count)
    frequencies: np.ndarray = np.where(index < count - count // 2, index, index + length - count)
    return frequencies


def cropped(spectrum: np.ndarray, level: int) -> np.ndarray:
    """A spectrum on the band that is left at a level."""
    band: np.ndarray = spectrum[np.ix_(_kept(spectrum.shape[0], level), _kept(spectrum.shape[1], level))]
    return band


def _gabor(size: Tuple[int, int], sigma: float, turn: float, frequency: float, slant: float) -> np.ndarray:
    """A Gaussian, longer by 1/slant across the direction `turn`, times a plane wave, made periodic."""
    cosine, sine = float(np.float32(math.cos(turn))), float(np.float32(math.sin(turn)))
    scale = 1 / (2 * sigma * sigma)
    yy = (cosine**2 + (slant * sine) ** 2) * scale
    xy = 2 * cosine * sine * (1 - slant**2) * scale
    xx = (sine**2 + (slant * cosine) ** 2) * scale
    plane = np.zeros(size, np.complex128)
    for tile_y in _REPEATS:
        y = (np.arange(size[0]) + tile_y * size[0])[:, None]
        for tile_x in _REPEATS:
            x = (np.arange(size[1]) + tile_x * size[1])[None, :]
            decay = yy * y * y + xy * x * y + xx * x * x
            wave = frequency * (math.cos(turn) * y + math.sin(turn) * x)
            plane += np.exp(-decay + 1j * wave)
    return plane * slant / (2 * 3.1415 * sigma * sigma)


def wavelet(size: Tuple[int, int], scale: int, angle: int, angles: int) -> np.ndarray:
    """The real spectrum of the wavelet of a scale and an angle."""
    sigma = 0.8 * 2**scale
    turn = (int(angles - angles / 2 - 1) - angle) * math.pi / angles
    wave = _gabor(size, sigma, turn, 0.75 * math.pi / 2**scale, 4 / angles)
    envelope = _gabor(size, sigma, turn, 0, 4 / angles)
    # As much of the envelope is taken away as makes the mean zero.
    wave -= envelope * (wave.sum() / envelope.sum())
    spectrum: np.ndarray = np.fft.fft2(wave).real
    return spectrum


def low_pass(size: Tuple[int, int], scales: int) -> np.ndarray:
    """The real spectrum of the Gaussian that all coefficients are averaged by."""
    sigma = 0.8 * 2 ** (scales - 1)
    lines = []
    for length in size:
        line = np.zeros(length)
        for tile in _REPEATS:
            x = np.arange(length) + tile * length
            line += np.exp(-(x**2) / (2 * sigma**2))
        lines.append(np.fft.fft(line / (math.sqrt(2 * 3.1415) * sigma)).real)
    return np.outer(lines[0], lines[1])


def filters(
    size: Tuple[int, int], scales: int, angles: int
) -> Tuple[List[np.ndarray], List[List[List[np.ndarray]]]]:
    """The low pass by level, and wavelets by scale, angle and level: a wavelet of scale j sees levels below j."""
    phi = low_pass(size, scales)
    lows = [cropped(phi, level) for level in range(scales)]
    waves = []
    for scale in range(scales):
        turned = []
        for angle in range(angles):
            spectrum = wavelet(size, scale, angle, angles)
            turned.append([cropped(spectrum, level) for level in range(max(scale, 1))])
        waves.append(turned)
    return lows, waves


def mirrored(side: int, padded: int) -> np.ndarray:
    """For each place of a padded line the place of the image that stands there; borders are not repeated."""
    period = max(1, 2 * (side - 1))
    phase = (np.arange(padded) - (padded - side) // 2) % period
    return np.minimum(phase, period - phase)
