"""Every operation of the shim by two ways: on CUDA and on the processor, or there by operations and by loops."""

import ctypes
import os
import tempfile

import shim
import torch

library = None
failures = 0
I32 = ctypes.c_int


def check(status):
    shim.check(status)


def longs(values):
    return (ctypes.c_int64 * len(values))(*values)


class Tensor:
    """A handle that is freed with it."""

    def __init__(self, handle):
        self.handle = handle

    def __del__(self):
        library.mvt_tensor_free(self.handle)

    def values(self):
        rank = library.mvt_tensor_rank(self.handle)
        shape = longs([0] * rank)
        library.mvt_tensor_shape(self.handle, shape)
        values = torch.empty(list(shape))
        check(library.mvt_tensor_copy_to(self.handle, pointer(values), ctypes.c_int64(values.numel())))
        return values


def pointer(values):
    return ctypes.c_void_p(values.data_ptr())


def call(name, *arguments):
    """A function of the shim whose last argument receives a tensor."""
    kinds = {bool: ctypes.c_bool, int: ctypes.c_int64, float: ctypes.c_double}
    given = [a.handle if isinstance(a, Tensor) else kinds.get(type(a), lambda same: same)(a) for a in arguments]
    result = ctypes.c_void_p()
    check(getattr(library, name)(*given, ctypes.byref(result)))
    return Tensor(result)


def tensor(values, gradient=True):
    values = values.float().contiguous()
    made = call("mvt_tensor_from_floats", pointer(values), longs(values.shape), I32(values.dim()))
    if gradient:
        check(library.mvt_set_requires_gradient(made.handle, ctypes.c_bool(True)))
    return made


def use(other):
    """Lets tensors be computed the one way or the other."""
    if torch.cuda.is_available():
        check(library.mvt_use_cuda(I32(0 if other else -1), ctypes.c_bool(True)))
    else:
        library.mvt_forbid_loops(ctypes.c_bool(other))


def report(name, off, tolerance):
    global failures
    ok = off <= tolerance
    failures += not ok
    print(f"{'ok  ' if ok else 'FAIL'} {name:34} {off:.1e} (at most {tolerance:.0e})", flush=True)


def compare(name, inputs, body, tolerance=1e-4):
    """Value and gradients of body's weighted sum by both ways; the largest difference by the largest value."""
    results = []
    try:
        for other in (False, True):
            use(other)
            leaves = [tensor(value) for value in inputs]
            output = body(*leaves)
            value = output.values()
            weights = torch.linspace(-1, 1, max(1, value.numel())).reshape(value.shape)
            total = call("mvt_unary", I32(0), call("mvt_binary", I32(2), output, tensor(weights, False)))
            check(library.mvt_backward(total.handle))
            gradients = []
            for leaf in leaves:
                gradient = ctypes.c_void_p()
                check(library.mvt_gradient(leaf.handle, ctypes.byref(gradient)))
                gradients.append(Tensor(gradient).values() if gradient.value else torch.zeros(1))
            results.append([value] + gradients)
        off = max(float((a - b).abs().max() / max(1e-6, float(a.abs().max()))) for a, b in zip(*results))
    except RuntimeError as error:
        print("   ", error)
        off = float("nan")
    use(False)
    report(name, off, tolerance)


def batch_norm(views):
    def body(x, w, b):
        mean, variance = tensor(torch.zeros(16), False), tensor(torch.ones(16), False)
        return call("mvt_batch_norm", x, w, b, mean, variance, views, None, 0.1, 1e-5, True)

    return body


class LossSettings(ctypes.Structure):
    _fields_ = [(name, ctypes.c_double) for name in ("mse", "std", "views", "margin", "scale")]
    _fields_ += [(name, ctypes.c_bool) for name in ("unbiased", "released_sign", "both_views")]


def loss(representations, unbiased=False, both=False):
    """The whole loss of two views, with representations that are sent to where the views are."""
    settings = LossSettings(1, 1, 1, 1, 1 / 32, unbiased, False, both)

    def body(z0, z):
        sides = []
        for values in representations:
            side = ctypes.c_void_p()
            check(library.mvt_distances_of_rows(
                pointer(values), ctypes.c_int64(values.shape[0]), ctypes.c_int64(values.shape[1]), ctypes.c_double(1),
                ctypes.c_bool(unbiased), None, ctypes.byref(side)))  # fmt: skip
            sides.append(side)
        count = len(sides)
        handles = (ctypes.c_void_p * count)(*[side.value for side in sides])
        weights, total = (ctypes.c_double * count)(*[1.0] * count), ctypes.c_double()
        terms = (ctypes.c_double * (3 + 2 * count))()
        result = ctypes.c_void_p()
        check(library.mvt_loss(
            z0.handle, z.handle, ctypes.byref(settings), handles, weights, ctypes.c_int64(count), None,
            terms, ctypes.byref(total), ctypes.byref(result)))  # fmt: skip
        for side in sides:
            library.mvt_distances_free(side)
        return Tensor(result)

    return body


def images():
    """Bytes to a normalized batch, which a device gets as bytes."""
    pixels = torch.randint(0, 256, (4, 9, 7, 3), dtype=torch.uint8)
    mean, deviation = torch.tensor([0.4, 0.5, 0.6]), torch.tensor([0.2, 0.3, 2.0])
    found = []
    for other in (False, True):
        use(other)
        found.append(
            call("mvt_tensor_from_images", pointer(pixels), 4, 9, 7, 3, pointer(mean), pointer(deviation), True).values()
        )
    use(False)
    report("a batch of images", float((found[0] - found[1]).abs().max()), 1e-5)


def script():
    """A TorchScript module where tensors are made."""
    network = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())  # fmt: skip
    given = torch.randn(4, 3, 16, 16)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "m.pt")
        torch.jit.script(network).save(path)
        for other in (False, True):
            use(other)
            module, result, kind = ctypes.c_void_p(), ctypes.c_void_p(), I32()
            check(library.mvt_module_load(path.encode(), ctypes.byref(module)))
            batch = tensor(given, False)
            check(library.mvt_module_forward(module, batch.handle, ctypes.byref(result), ctypes.byref(kind)))
            found.append(Tensor(result).values())
            library.mvt_module_free(module)
    use(False)
    report("TorchScript", float((found[0] - found[1]).abs().max() / found[0].abs().max()), 1e-4)


def run(loaded):
    """Compares all; returns the number of those that differ."""
    global library
    library = loaded
    torch.manual_seed(1)
    draw = torch.randn
    for size, stride, padding, kernel in ((16, 1, 1, 3), (16, 2, 1, 3), (15, 2, 0, 1), (32, 2, 3, 7)):
        compare(
            f"conv2d {kernel}x{kernel} stride {stride}",
            [draw(4, 16, size, size), draw(32, 16, kernel, kernel) / kernel],
            lambda x, w, s=stride, p=padding: call("mvt_conv2d", x, w, s, p, False))  # fmt: skip
    for views in (0, 1, 2):
        compare(f"batch_norm, views {views}", [draw(8, 16, 9, 9), torch.rand(16) + 0.5, draw(16)], batch_norm(views))
    compare("max_pool2d", [draw(4, 8, 17, 17)], lambda x: call("mvt_max_pool2d", x, 3, 2, 1))
    compare("average_pool2d", [draw(4, 8, 17, 17)], lambda x: call("mvt_average_pool2d", x, 2))
    compare("pad_channels", [draw(4, 8, 16, 16)], lambda x: call("mvt_pad_channels", x, 2, 4))
    compare("linear", [draw(32, 64), draw(48, 64), draw(48)], lambda x, w, b: call("mvt_linear", x, w, b))
    compare("add_relu", [draw(32, 64), draw(32, 64)], lambda x, y: call("mvt_add_relu", x, y))
    compare("layer_norm", [draw(4, 17, 64), draw(64), draw(64)], lambda x, w, b: call("mvt_layer_norm", x, w, b, 1e-6))
    compare("attention", [draw(4, 17, 64) for _ in range(3)], lambda q, k, v: call("mvt_attention", q, k, v, 4))
    names = {3: "square root", 4: "global average", 7: "normalize rows", 8: "gelu", 9: "quick gelu", 10: "silu"}
    for number, name in names.items():
        value = draw(4, 8, 6, 6) if number == 4 else torch.rand(16, 32) + 0.1 if number == 3 else draw(16, 32)
        compare(name, [value], lambda x, n=number: call("mvt_unary", I32(n), x))
    for kind, name in ((0, "plain"), (1, "antialiased"), (2, "aligned")):
        compare(
            f"resize_bicubic {name}", [draw(1, 32, 14, 14)],
            lambda x, k=kind: call("mvt_resize_bicubic", x, 10, 18, I32(k), 0.0, 0.0))  # fmt: skip
    shown = [torch.rand(256, 324).contiguous(), torch.rand(256, 512).contiguous()]
    for unbiased in (False, True):
        words = "unbiased" if unbiased else "biased"
        compare(
            f"distance correlation, {words}", [draw(256, 128), draw(256, 324)],
            lambda x, y, u=unbiased: call("mvt_distance_correlation", x, y, u), 1e-3)  # fmt: skip
        compare(f"the loss, {words}", [draw(256, 128), draw(256, 128)], loss(shown, unbiased, unbiased), 1e-3)
    images()
    script()
    print(f"handles alive: {library.mvt_live_handles()}", flush=True)
    return failures
