"""What a process does with its memory once it has loaded what it keeps."""

import ctypes
import gc
from contextlib import suppress


def settle() -> None:
    """Look no more through what is loaded, and give freed memory back to the system. Takes some hundredths of a second.

    A full garbage collection otherwise visits all of the application: in the web processes one request in a hundred
    waited twice as long (benchmarks/capture.py). Loading a model frees tens of MB that glibc would keep.
    """
    gc.collect()
    gc.freeze()
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)
