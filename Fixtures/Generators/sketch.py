"""Goldens of `Sketch`: the definition in its doc comment restated in NumPy, which has no peer.

Writes, for each (values, columns, seed) of CASES, sketch/VALUES-COLUMNS-SEED.npy: float32 of shape (2, columns), the
sketches of two rows drawn with numpy's default_rng(11), normal and float32, which sketch/VALUES-rows.npy holds; and
sketch/large-columns.npy and sketch/large-signs.npy: where the last 1,000 of 762,048 coordinates go with seed 7 and 1,024
columns. The cases are repeated in SketchTests.swift.
"""
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent.parent
CASES = [(40, 40, 0), (40, 1, 3), (1000, 64, 0), (1000, 64, 1), (1000, 999, 2**63 - 1)]


def mix(value):
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def projection(values, columns, seed):
    """The column and the sign of each coordinate."""
    start = mix(np.array([seed], np.uint64))
    hashes = mix(start ^ np.arange(values, dtype=np.uint64))
    column = ((hashes >> np.uint64(32)) * np.uint64(columns)) >> np.uint64(32)
    return column.astype(np.int64), np.where(hashes & np.uint64(1), -1, 1).astype(np.float32)


def sketch(row, columns, seed):
    column, sign = projection(row.size, columns, seed)
    out = np.zeros(columns, np.float32)
    for index, value in zip(column, sign * row):     # one after another, in single precision
        out[index] += value
    return out


def main():
    folder = HERE / "sketch"
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(11)
    rows = {values: rng.normal(size=(2, values)).astype(np.float32) for values in (40, 1000)}
    for values, drawn in rows.items():
        np.save(folder / f"{values}-rows.npy", drawn)
    for values, columns, seed in CASES:
        np.save(folder / f"{values}-{columns}-{seed}.npy", np.stack([sketch(row, columns, seed) for row in rows[values]]))
    column, sign = projection(762048, 1024, 7)
    np.save(folder / "large-columns.npy", column[-1000:].astype(np.float32))
    np.save(folder / "large-signs.npy", sign[-1000:])


if __name__ == "__main__":
    main()
