"""Authenticated encryption of a file's content in chunks: every altered, moved, missing or added byte is noticed."""

from __future__ import annotations

import hmac
import struct
from hashlib import sha256

MAGIC = b"CARSEAL\x01"
KEY_BYTES = 32
_CHUNK = 1 << 20
_TAG = 16
_HEADER = struct.Struct(">8s8s32sI")  # magic, name of the key, salt, size of a chunk


class KeyDiffers(Exception):
    """The content was sealed with another key."""


class Altered(Exception):
    """The content is not what was sealed."""


def key_name(key: bytes) -> str:
    """Return a short public name of a key, from which the key cannot be found."""
    return _derived(key, b"name", b"")[:8].hex()


def is_sealed(start: bytes) -> bool:
    """Tell whether a file that begins like this is sealed."""
    return start[: len(MAGIC)] == MAGIC


def seal(content: bytes, key: bytes, name: str) -> bytes:
    """Seal a content under the name of its file.

    Parameters
    ----------
    content : bytes
        Anything, empty too.
    key : (32,) bytes
        The master key; each content gets a key of its own from it.
    name : str
        File name: a sealed file put in the place of another is refused.

    Returns
    -------
    bytes
        The same for the same content, key and name, so that a run that makes the same results leaves the same bytes.
        Who sees two sealed files can tell whether they are equal, and nothing else.

    Notes
    -----
    Key of the file: HKDF-SHA256 of the master key with the salt HMAC(master key, name, content). Chunks of 1 MiB by
    ChaCha20-Poly1305, the nonce being number and whether it is the last; the header is authenticated with each. Equal
    salts mean equal contents, so no nonce serves two.

    References
    ----------
    RFC 8439 (ChaCha20-Poly1305); RFC 5869 (HKDF); Hoang, Reyhanitabar, Rogaway and Vizár (2015), section 6 (STREAM).
    """
    mac = hmac.new(_derived(key, b"salt", b""), digestmod=sha256)
    mac.update(struct.pack(">Q", len(name.encode())) + name.encode())
    mac.update(content)
    header = _HEADER.pack(MAGIC, bytes.fromhex(key_name(key)), mac.digest(), _CHUNK)
    cipher = _cipher(key, mac.digest())
    view, parts = memoryview(content), [header]
    count = max(1, -(-len(view) // _CHUNK))
    for number in range(count):
        piece = view[number * _CHUNK : (number + 1) * _CHUNK]
        parts.append(cipher.encrypt(_nonce(number, number == count - 1), bytes(piece), header + name.encode()))
    return b"".join(parts)


def unseal(sealed: bytes, key: bytes, name: str) -> bytes:
    """Give back what was sealed.

    Raises
    ------
    KeyDiffers
        Sealed with another key.
    Altered
        A byte differs, is missing or was added, or the file had another name.
    """
    from cryptography.exceptions import InvalidTag

    view = memoryview(sealed)
    if len(view) < _HEADER.size + _TAG:
        raise Altered
    magic, by, salt, size = _HEADER.unpack(view[: _HEADER.size])
    if magic != MAGIC or size != _CHUNK:
        raise Altered
    if by.hex() != key_name(key):
        raise KeyDiffers
    header, body, whole = bytes(view[: _HEADER.size]), view[_HEADER.size :], size + _TAG
    count = -(-len(body) // whole)
    cipher, parts = _cipher(key, salt), []
    try:
        for number in range(count):
            piece = bytes(body[number * whole : (number + 1) * whole])
            parts.append(cipher.decrypt(_nonce(number, number == count - 1), piece, header + name.encode()))
    except InvalidTag:
        raise Altered from None
    return b"".join(parts)


def _cipher(key: bytes, salt: bytes):  # type: ignore[no-untyped-def]  # the library's class, imported where it is needed
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    return ChaCha20Poly1305(_derived(key, b"file", salt))


def _derived(key: bytes, purpose: bytes, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt or None, info=b"caracteriza " + purpose).derive(key)


def _nonce(number: int, last: bool) -> bytes:
    return struct.pack(">QB3x", number, last)
