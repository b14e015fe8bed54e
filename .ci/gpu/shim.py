"""The shim over libtorch, called by ctypes: that of an installation, or one that is compiled here."""

import concurrent.futures
import ctypes
import glob
import os
import shutil
import subprocess
import tempfile

import torch
from torch.utils import cpp_extension

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def compiled(folder):
    """The path of a library of this machine's PyTorch; needs a C++ compiler, neither Swift nor Debian's libraries."""
    compiler = os.environ.get("CXX") or shutil.which("g++") or shutil.which("clang++") or shutil.which("c++")
    sources = glob.glob(f"{ROOT}/Sources/CTorch/**/*.cpp", recursive=True) + [f"{ROOT}/.ci/bundle-messages.cpp"]
    flags = ["-std=c++20", "-O1", "-fPIC", "-w", f"-D_GLIBCXX_USE_CXX11_ABI={int(torch._C._GLIBCXX_USE_CXX11_ABI)}"]
    for path in ("CTorch", "CTorch/Ranks/Declared", "CTorch/include", "CGuarded/include"):
        flags += ["-I", f"{ROOT}/Sources/{path}"]
    for path in cpp_extension.include_paths():
        flags += ["-isystem", path]

    def object_of(source):
        target = os.path.join(folder, source[len(ROOT) + 1 :].replace("/", "_") + ".o")
        subprocess.run([compiler, *flags, "-c", source, "-o", target], check=True)
        return target

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(object_of, sources))
    library = os.path.join(folder, "libctorch.so")
    paths = cpp_extension.library_paths()
    links = [f"-L{path}" for path in paths] + [f"-Wl,-rpath,{path}" for path in paths]
    links += ["-Wl,--no-as-needed", "-ltorch", "-ltorch_cpu", "-lc10", "-ldl"]
    subprocess.run([compiler, "-shared", *objects, "-o", library, *links], check=True)
    return library


def installed(program):
    """The library beside a program, for this machine's PyTorch; None where there is none."""
    version = ".".join(torch.__version__.split(".")[:2])
    root = os.path.dirname(os.path.dirname(os.path.realpath(program)))
    places = [os.path.join(root, "lib")] + glob.glob(f"{root}/lib/python*/site-packages/mvmr/lib")
    found = [os.path.join(place, "mvmr-torch", f"libmvmr-torch-{version}.so") for place in places]
    return next((path for path in found if os.path.exists(path)), None)


def load(program):
    """The library, and where it comes from in words."""
    path = installed(program) if program else None
    if path:
        library = ctypes.CDLL(path)
    else:
        with tempfile.TemporaryDirectory() as folder:
            library = ctypes.CDLL(compiled(folder))
    begin(library)
    library.mvt_set_recording.restype = ctypes.c_bool
    library.mvt_live_handles.restype = ctypes.c_int64
    return library, path or "compiled here"


message = ctypes.create_string_buffer(4096)
# Kept: the library calls them as long as it lives.
last = ctypes.CFUNCTYPE(ctypes.c_void_p)(lambda: ctypes.addressof(message))


@ctypes.CFUNCTYPE(None, ctypes.c_char_p)
def keep(words):
    message.value = (words or b"")[:4095]


def begin(library):
    library.mvmr_torch_begin(last, keep)


def check(status):
    if status:
        raise RuntimeError(message.value.decode())
