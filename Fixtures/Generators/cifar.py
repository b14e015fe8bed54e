"""CIFAR batches as Python pickles them. Peer: Python's own `pickle`. Seed 17.

Writes cifar/: data (4 x 3072 uint8) and labels, fine and coarse labels as .npy, and the same as pickles: `python2_*` with
texts as Python 2 wrote them, which is the form of the official files (protocol 2, SHORT_BINSTRING and BINSTRING), and
`protocol4_*` as Python 3 does. `evil.pickle` asks for a function call; `python2_nested.pickle` holds a list of lists.
"""
import io
import os
import pathlib
import pickle
import struct

import numpy as np

OUT = pathlib.Path(__file__).resolve().parent.parent / "cifar"


class Python2Pickler(pickle._Pickler):
    """Writes bytes as Python 2 wrote its strings."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_bytes(self, value):
        if len(value) < 256:
            self.write(pickle.SHORT_BINSTRING + struct.pack("<B", len(value)) + value)
        else:
            self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)
        self.memoize(value)

    dispatch[bytes] = save_bytes

    def save_str(self, value):
        self.save_bytes(value.encode("latin1"))

    dispatch[str] = save_str


def python2(value):
    stream = io.BytesIO()
    Python2Pickler(stream, protocol=2).dump(value)
    read = pickle.loads(stream.getvalue(), encoding="bytes")
    assert read.keys() == {k if isinstance(k, bytes) else k.encode() for k in value}
    return stream.getvalue()


class Evil:
    def __reduce__(self):
        return (os.getcwd, ())


def main():
    OUT.mkdir(exist_ok=True)
    rng = np.random.default_rng(17)
    data = rng.integers(0, 256, (4, 3072), dtype=np.uint8)
    labels, fine, coarse = [3, 0, 9, 7], [99, 0, 42, 17], [19, 0, 4, 11]
    for name, value in (("data", data), ("labels", labels), ("fine", fine), ("coarse", coarse)):
        np.save(OUT / f"{name}.npy", np.asarray(value))
    names = [b"a.png", b"b.png", b"c.png", b"d.png"]
    ten = {b"batch_label": b"training batch 1 of 5", b"labels": labels, b"data": data, b"filenames": names}
    hundred = {b"filenames": names, b"fine_labels": fine, b"coarse_labels": coarse, b"data": data}
    meta = {b"num_cases_per_batch": 10000, b"label_names": [b"class %d" % i for i in range(10)], b"num_vis": 3072}
    for name, value in (("cifar10", ten), ("cifar100", hundred), ("meta", meta)):
        (OUT / f"python2_{name}.pickle").write_bytes(python2(value))
        text = {k.decode(): v for k, v in value.items()}
        (OUT / f"protocol4_{name}.pickle").write_bytes(pickle.dumps(text, protocol=4))
    (OUT / "python2_nested.pickle").write_bytes(python2({b"labels": [[1], [2]]}))
    (OUT / "evil.pickle").write_bytes(pickle.dumps({"data": Evil()}, protocol=2))


if __name__ == "__main__":
    main()
