"""The one way in which files with microdata are written and read: for their owner alone, sealed when there is a key."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pipeline.private_store.keys import store_key
from pipeline.private_store.sealing import MAGIC, Altered, KeyDiffers, is_sealed, seal, unseal
from surveys.problems import DataError, Message, Problem

_MEMORY = Path("/dev/shm")

KEY_NEEDED = Message(
    "sealed_without_key",
    "the microdata of this study are sealed, and no key was given. Name the key file with KEYFILE=.",
    "los microdatos de este estudio están sellados y no se dio la clave. Indique el archivo de clave con KEYFILE=.",
)
KEY_WRONG = Message(
    "sealed_with_other_key",
    "the microdata of this study were sealed with another key. Name that key file with KEYFILE=; to seal them anew "
    "with this one, remove the results first and run again from the source files.",
    "los microdatos de este estudio se sellaron con otra clave. Indique esa clave con KEYFILE=; para sellarlos de "
    "nuevo con esta, elimine primero los resultados y vuelva a ejecutar desde los archivos de origen.",
)
SEALED_ALTERED = Message(
    "sealed_file_altered",
    "this sealed file was altered, cut or put in the place of another; nothing of it was used. Remove the results of "
    "its stage and run again.",
    "este archivo sellado fue alterado, cortado o puesto en lugar de otro; nada de él se usó. Elimine los resultados "
    "de su etapa y vuelva a ejecutar.",
)
NO_MEMORY_FOLDER = Message(
    "no_memory_folder",
    "with KEYFILE nothing of the microdata may lie on a disk unsealed, and this machine has no folder in memory "
    "(/dev/shm) to read source files through. Use a machine that has one, or leave KEYFILE out.",
    "con KEYFILE nada de los microdatos puede quedar sin sellar en un disco, y esta máquina no tiene una carpeta en "
    "memoria (/dev/shm) por la que leer los archivos de origen. Use una máquina que la tenga, o no ponga KEYFILE.",
)


@contextmanager
def private_output(path: Path) -> Iterator[BinaryIO]:
    """Open a file with microdata for writing; it is created closed to others, and sealed when there is a key.

    Parameters
    ----------
    path : Path
        Where; an existing file is replaced.

    Yields
    ------
    binary stream
        A sealed content is gathered in memory and reaches the disk only sealed.
    """
    key = store_key()
    # Created closed: a later chmod would leave a moment in which others could open it.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        os.fchmod(stream.fileno(), 0o600)
        if key is None:
            yield stream
            return
        gathered = io.BytesIO()
        yield gathered
        stream.write(seal(gathered.getvalue(), key, path.name))


@contextmanager
def private_input(path: Path) -> Iterator[BinaryIO]:
    """Open a file with microdata for reading.

    Raises
    ------
    DataError
        It is sealed and there is no key or another one, or it was altered.
    """
    with path.open("rb") as stream:
        if not is_sealed(stream.read(len(MAGIC))):
            stream.seek(0)
            yield stream
            return
        stream.seek(0)
        content = stream.read()
    yield io.BytesIO(_opened(content, path))


def folder_for_reading() -> str | None:
    """Return where a source file may be unpacked while it is read: in memory when there is a key, else anywhere.

    Raises
    ------
    DataError
        There is a key and no such folder.
    """
    if store_key() is None:
        return None
    if not (_MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)):
        raise DataError([Problem(NO_MEMORY_FOLDER, "KEYFILE")])
    return str(_MEMORY)


def refuse_other_key(where: str, sealed_with: str | None, name: str | None) -> None:
    """Refuse to go on with a study that was sealed with a key which is not in use.

    Parameters
    ----------
    where : str
        The study, for the message.
    sealed_with : str or None
        Name of the key its results were sealed with; None when they are not.
    name : str or None
        Name of the key in use.
    """
    if sealed_with is not None and sealed_with != name:
        raise DataError([Problem(KEY_NEEDED if name is None else KEY_WRONG, where)])


def _opened(content: bytes, path: Path) -> bytes:
    key = store_key()
    where = f"{path.parent.name}/{path.name}"
    if key is None:
        raise DataError([Problem(KEY_NEEDED, where)])
    try:
        return unseal(content, key, path.name)
    except KeyDiffers:
        raise DataError([Problem(KEY_WRONG, where)]) from None
    except Altered:
        raise DataError([Problem(SEALED_ALTERED, where)]) from None
