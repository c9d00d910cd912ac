"""File systems of a script's own, where it may have them: nobody else sees them, and they go with the script."""

from __future__ import annotations

import ctypes
import os
import subprocess
from functools import cache
from pathlib import Path

CLONE_NEWNS = 0x20000


@cache
def may_mount() -> bool:
    """Whether this process, and those that it starts from this thread, can have mounts of their own from now on.

    It takes a privileged user, and a system that permits it.
    """
    if os.geteuid() != 0 or ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        return False
    # What is mounted from now on is not passed on to anybody.
    return _mount("--make-rprivate", "/")


def mount_in_memory(folder: Path, size_kib: int) -> bool:
    """An empty file system with so much room."""
    folder.mkdir(parents=True)
    return may_mount() and _mount("-t", "tmpfs", "-o", f"size={size_kib}k", "tmpfs", str(folder))


def mount_read_only(source: Path, folder: Path) -> bool:
    """The same files a second time, as on a medium that can only be read."""
    folder.mkdir(parents=True)
    return (
        may_mount() and _mount("--bind", str(source), str(folder)) and _mount("-o", "remount,bind,ro", str(folder))
    )


def unmount(folder: Path) -> None:
    subprocess.run(["umount", str(folder)], stdin=subprocess.DEVNULL, check=True)


def _mount(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
