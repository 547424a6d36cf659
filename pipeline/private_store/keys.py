"""The key of the private store: a file that its owner alone can read, named by ``CARACTERIZA_KEYFILE``."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from pathlib import Path

from pipeline.private_store.sealing import KEY_BYTES, key_name
from surveys.problems import DataError, Message, Problem

VARIABLE = "CARACTERIZA_KEYFILE"
_FIRST = "caracteriza-key-1 "

KEY_UNREADABLE = Message(
    "key_unreadable",
    "this key file is missing or is not a key. Name the file that `make key KEYFILE=...` made, or leave KEYFILE out.",
    "este archivo de clave no existe o no es una clave. Indique el archivo que hizo `make key KEYFILE=...`, o no ponga "
    "KEYFILE.",
)
KEY_OPEN = Message(
    "key_open_to_others",
    "others than its owner may read this key file. Run `chmod 600` on it; if others may have read it, make a new key.",
    "otras personas pueden leer este archivo de clave. Ejecute `chmod 600` sobre él; si alguien pudo leerlo, haga una "
    "clave nueva.",
)
KEY_EXISTS = Message(
    "key_exists",
    "there is already a file here, and a key is never written over: what it sealed could not be read again. Choose "
    "another KEYFILE=.",
    "aquí ya hay un archivo, y una clave nunca se sobrescribe: lo que selló no podría volver a leerse. Elija otro "
    "KEYFILE=.",
)
KEY_UNNAMED = Message(
    "key_unnamed",
    "a key needs a place. Give KEYFILE=path of the file to make, outside the folder of results.",
    "una clave necesita un lugar. Dé KEYFILE=ruta del archivo que se hará, fuera de la carpeta de resultados.",
)


def store_key() -> bytes | None:
    """Return the key that files with microdata are sealed with, or None when they are not.

    Raises
    ------
    DataError
        The file named is missing, is no key, or may be read by others.
    """
    named = os.environ.get(VARIABLE, "")
    if not named:
        return None
    path = Path(named).expanduser()
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="ascii")
        key = base64.b64decode(text.removeprefix(_FIRST).strip(), validate=True)
        whole = text.startswith(_FIRST) and len(key) == KEY_BYTES
    except (OSError, ValueError, binascii.Error):
        whole = False
    if not whole:
        raise DataError([Problem(KEY_UNREADABLE, f"KEYFILE={path}")])
    if mode & 0o077:
        raise DataError([Problem(KEY_OPEN, f"KEYFILE={path}")])
    return key


def store_name() -> str | None:
    """Return the public name of the key in use; None when files are not sealed."""
    key = store_key()
    return None if key is None else key_name(key)


def make_key(place: str) -> Path:
    """Write a new random key to a file that its owner alone can read.

    Raises
    ------
    DataError
        No place given, or something is there already.
    """
    if not place:
        raise DataError([Problem(KEY_UNNAMED, "KEYFILE=")])
    path = Path(place).expanduser()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise DataError([Problem(KEY_EXISTS, f"KEYFILE={path}")]) from None
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(_FIRST + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    return path
