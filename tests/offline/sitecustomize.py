"""On the path of a process, this keeps it off the network: at the first socket of the internet it ends.

Python's own sockets are seen by an audit hook; those of native libraries, on Linux, by the kernel (seccomp).
"""

import ctypes
import os
import platform
import socket
import sys
import uuid

# Two sockets that nothing leaves by, once a process: urllib3 binds one to the machine itself as it is imported, to
# learn whether there is IPv6; the first UUID by time asks the kernel for the number of the network card.
import urllib3.util.connection  # noqa: F401

uuid.uuid1()

CAUGHT = 97  # the exit code where Python opened one; the kernel's is the signal SIGSYS
CALLS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}  # AUDIT_ARCH_*, the number of socket()
INTERNET = (socket.AF_INET, socket.AF_INET6)
LOAD, JUMP, RETURN = 0x20, 0x15, 0x06
ALLOW, KILL = 0x7FFF0000, 0x80000000
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2


class Step(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("k", ctypes.c_uint32)]


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("steps", ctypes.POINTER(Step))]


def watch(event, values):
    named = event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
    if named or (event == "socket.__new__" and values[1] in INTERNET):
        os.write(2, f"offline: {event} {values[1:]}\n".encode())
        os._exit(CAUGHT)


def forbid(arch, number):
    steps = [
        (LOAD, 0, 0, 4), (JUMP, 0, 5, arch), (LOAD, 0, 0, 0), (JUMP, 0, 3, number), (LOAD, 0, 0, 16),
        (JUMP, 2, 0, INTERNET[0]), (JUMP, 1, 0, INTERNET[1]), (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, KILL),
    ]  # fmt: skip
    program = Program(len(steps), (Step * len(steps))(*steps))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0
    ):
        os.write(2, b"offline: the kernel does not take the filter\n")
        os._exit(98)


sys.addaudithook(watch)
if platform.system() == "Linux" and platform.machine() in CALLS:
    forbid(*CALLS[platform.machine()])
