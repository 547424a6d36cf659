"""Contents of files and folders as SHA-256; time stamps play no part anywhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

_SMALL = 1 << 16


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def file_hashes(paths: Iterable[Path]) -> dict[Path, str]:
    """Return the SHA-256 of many files, large ones on several cores (hashing releases the interpreter)."""
    everything = list(dict.fromkeys(paths))
    large = [path for path in everything if path.stat().st_size > _SMALL]
    hashes = {path: file_hash(path) for path in everything if path not in set(large)}
    if len(large) == 1:
        hashes[large[0]] = file_hash(large[0])
    elif large:
        with ThreadPoolExecutor() as pool:
            hashes.update(zip(large, pool.map(file_hash, large), strict=True))
    return hashes


def value_hash(value: Any) -> str:
    """Return the SHA-256 of a value of numbers, texts, lists and mappings, whatever the order of keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the visible files of a folder and of its folders, in order of name."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name == "__pycache__":
            continue
        if path.is_dir():
            yield from files_below(path)
        elif path.is_file():
            yield path
