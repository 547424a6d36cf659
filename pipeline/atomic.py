"""Files and folders that are there whole or not at all, even after a kill or a full disk."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import secrets
import shutil
import time
from pathlib import Path

# Beyond it, what a process that is gone left half made in a folder without a lock is no longer somebody's work.
_A_DAY = 86_400
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_TEMPORARY = re.compile(r"\.(?P<name>[A-Za-z0-9_.-]+)\.(?P<pid>\d+)\.(?P<random>[0-9a-f]{12})\.(tmp|old)")


def write_text(path: Path, text: str) -> None:
    """Replace a file by ``text`` in UTF-8, at once."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Replace a file by ``content``, at once."""
    temporary = temporary_beside(path)
    try:
        temporary.write_bytes(content)
        sync(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync(path.parent)


def temporary_beside(path: Path, ending: str = "tmp") -> Path:
    """Return a name that no other run uses, hidden, in the same folder."""
    return path.parent / f".{path.name}.{os.getpid()}.{secrets.token_hex(6)}.{ending}"


def sync(path: Path) -> None:
    """Make sure that a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_below(folder: Path) -> None:
    """Sync every file and folder of a folder, the folder itself last."""
    for parent, folders, files in os.walk(folder, topdown=False):
        for name in (*files, *folders):
            sync(Path(parent) / name)
    sync(folder)


def publish_folder(new: Path, name: Path) -> None:
    """Put folder ``new`` under ``name``; the old folder of that name stays until then, and is removed after.

    Parameters
    ----------
    new : Path
        A complete and synced folder beside ``name``.
    name : Path
        Where it belongs. At every moment it is the old folder or the new one. Where the file system cannot
        exchange two names at once there is a moment without either, which `recover` mends.
    """
    if not name.exists():
        new.rename(name)
    elif _exchange(new, name):
        sync(name.parent)
        remove_folder(new)
    else:
        old = temporary_beside(name, "old")
        name.rename(old)
        new.rename(name)
        sync(name.parent)
        remove_folder(old)
    sync(name.parent)


def recover(folder: Path) -> None:
    """Put back what an interrupted exchange left aside and remove what interrupted runs left half made.

    Parameters
    ----------
    folder : Path
        A folder whose lock the caller holds, so no other run uses the temporary names in it. Only names made
        by `temporary_beside` are touched.
    """
    for path in sorted(folder.iterdir()):
        match = _TEMPORARY.fullmatch(path.name)
        if match is None:
            continue
        place = folder / match["name"]
        if path.suffix == ".old" and not place.exists():
            path.rename(place)
        else:
            remove_folder(path)


def tidy(folder: Path) -> None:
    """Remove what interrupted runs left half made in a folder that no lock guards.

    Parameters
    ----------
    folder : Path
        Only names made by `temporary_beside` are touched, and of those only what is older than a day and whose process
        is gone.
    """
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        match = _TEMPORARY.fullmatch(path.name)
        if match is None or path.suffix == ".old" or _alive(int(match["pid"])):
            continue
        if time.time() - path.lstat().st_mtime > _A_DAY:
            remove_folder(path)


def remove_folder(folder: Path) -> None:
    """Remove a folder of ours, if it is there; of a link or a file under its name, only that name."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink(missing_ok=True)
    elif folder.exists():
        shutil.rmtree(folder)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _exchange(one: Path, other: Path) -> bool:
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):  # another system than Linux with glibc 2.28 or musl
        return False
    done = rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    if done == 0:
        return True
    trouble = ctypes.get_errno()
    if trouble in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM):
        return False
    raise OSError(trouble, os.strerror(trouble), str(other))
