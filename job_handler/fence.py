"""What a child may not even ask the kernel for: the network, other programs, files but those the code is read from.

Two walls that need no rights to put up: Landlock names the folders that may be read, a seccomp filter refuses calls.
On a kernel or machine without them the limits of `child.py` are all there is.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000

# Offsets into what the filter sees of a call, and the little of its language that is needed.
NUMBER, ARCHITECTURE, FIRST = 0, 4, 16
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
CLONE_THREAD = 0x10000
X32 = 0x40000000

MACHINES = {
    "x86_64": 0xC000003E,
    "aarch64": 0xC00000B7,
}
REFUSED = {
    "x86_64": (
        *(41, 42, 43, 49, 50, 53, 288),  # socket, connect, accept, bind, listen, socketpair, accept4
        *(57, 58, 59, 322),  # fork, vfork, execve, execveat
        *(62, 200, 234, 101, 310, 311, 424, 434, 438),  # kill, tkill, tgkill, ptrace, process_vm_*, pidfd_*
        *(155, 161, 165, 166, 272, 308, 428, 429, 430),  # pivot_root, chroot, mount, umount, unshare, setns, fsopen ...
        *(246, 250, 298, 321, 323, 425),  # kexec, keyctl, perf_event_open, bpf, userfaultfd, io_uring_setup
        *(76, 90, 91, 268, 452, 92, 93, 94, 260, 188),  # truncate, chmod, fchmod, fchmodat, chown, setxattr
    ),
    "aarch64": (
        *(198, 199, 200, 201, 202, 203, 242),
        *(221, 281),
        *(129, 130, 131, 117, 270, 271, 424, 434, 438),
        *(41, 51, 40, 39, 97, 268, 428, 429, 430),
        *(104, 219, 241, 280, 282, 425),
        *(45, 52, 53, 452, 54, 55, 5),
    ),
}
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435  # its flags lie in memory, which a filter cannot see; without it threads are made by clone

LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
READ_FILE, READ_FOLDER = 1 << 2, 1 << 3
EVERY_ACCESS = (1 << 13) - 1  # of the first version, which every later kernel knows
SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/dev/urandom",
    "/dev/null",
    "/sys/devices/system",
)


def raise_fence(packages: Iterable[str]) -> bool:
    """Put up both walls around this process, for good. False where the machine has not got both.

    Of the product's own code these packages can be read: the data folder may lie right beside them.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    reads = _read_only(libc, _readable(packages))
    return _filtered(libc) and reads


def _readable(packages: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Where code and its data lie, and the system's libraries; folders of the search path may be listed."""
    yield from ((place, READ_FOLDER) for place in sys.path if place)
    yield from ((place, READ_FILE | READ_FOLDER) for place in (sys.prefix, sys.base_prefix, *_installed(), *SYSTEM))
    for package in packages:
        spec = find_spec(package)
        for place in (spec.submodule_search_locations if spec else None) or ():
            yield place, READ_FILE | READ_FOLDER


def _installed() -> Iterator[str]:
    paths = sysconfig.get_paths()
    return (paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))


def _read_only(libc: ctypes.CDLL, places: Iterable[tuple[str, int]]) -> bool:
    handled = struct.pack("=Q", EVERY_ACCESS)
    rules = libc.syscall(LANDLOCK_CREATE, handled, len(handled), 0)
    if rules < 0:
        return False
    for place, access in places:
        try:
            opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue  # it is not there, so nothing can be read there
        of_a_file = access if Path(place).is_dir() else access & READ_FILE
        libc.syscall(LANDLOCK_ADD, rules, 1, struct.pack("=Qi", of_a_file, opened), 0)
        os.close(opened)
    fenced: int = libc.syscall(LANDLOCK_RESTRICT, rules, 0)
    os.close(rules)
    return fenced == 0


def _filtered(libc: ctypes.CDLL) -> bool:
    machine = platform.machine()
    if machine not in MACHINES or struct.calcsize("P") != 8:
        return False
    program = b"".join(_program(machine))
    kept = ctypes.create_string_buffer(program)

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    filter_ = Program(len(program) // 8, ctypes.addressof(kept))
    done: int = libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filter_), 0, 0)
    return done == 0


def _program(machine: str) -> Iterator[bytes]:
    """The filter. A jump says how many lines to leave out when its test holds, and when it does not."""

    def line(code: int, value: int, holds: int = 0, fails: int = 0) -> bytes:
        return struct.pack("=HBBI", code, holds, fails, value)

    yield line(LOAD, ARCHITECTURE)
    yield line(EQUAL, MACHINES[machine], holds=1)
    yield line(RETURN, KILL)
    yield line(LOAD, NUMBER)
    yield line(AT_LEAST, X32, fails=1)  # a second set of the same calls, on x86_64 alone
    yield line(RETURN, REFUSE | errno.ENOSYS)
    for number in REFUSED[machine]:
        yield line(EQUAL, number, fails=1)
        yield line(RETURN, REFUSE | errno.EPERM)
    yield line(EQUAL, CLONE3, fails=1)
    yield line(RETURN, REFUSE | errno.ENOSYS)
    yield line(EQUAL, CLONE[machine], fails=3)
    yield line(LOAD, FIRST)
    yield line(ANY_BIT, CLONE_THREAD, holds=1)
    yield line(RETURN, REFUSE | errno.EPERM)
    yield line(RETURN, ALLOW)
