"""Sealed contents come back whole or not at all, and tell nothing to whoever has no key."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

import pytest

from pipeline.private_store import private_files
from pipeline.private_store.keys import VARIABLE, make_key, store_key
from pipeline.private_store.private_files import folder_for_reading, private_input, private_output
from pipeline.private_store.sealing import Altered, KeyDiffers, is_sealed, seal, unseal
from surveys.problems import DataError

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
SECRET = b"CANARY 05120517-3 "


@pytest.mark.parametrize("size", [0, 1, 2**20 - 1, 2**20, 2**20 + 1, 3 * 2**20, 2_500_000])
def test_every_size_comes_back(size: int) -> None:
    content = (SECRET * (size // len(SECRET) + 1))[:size]
    sealed = seal(content, KEY, "person.parquet")
    assert is_sealed(sealed) and SECRET not in sealed
    assert unseal(sealed, KEY, "person.parquet") == content
    assert seal(content, KEY, "person.parquet") == sealed


def test_any_changed_byte_is_refused() -> None:
    sealed = bytearray(seal(SECRET * 3, KEY, "a"))
    for place in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[place] ^= 1
        with pytest.raises((Altered, KeyDiffers)):
            unseal(bytes(damaged), KEY, "a")


def test_cut_swapped_and_renamed_contents_are_refused() -> None:
    whole = 2**20 + 16
    sealed = seal(secrets.token_bytes(3 * 2**20), KEY, "a")
    start = len(sealed) - 3 * whole
    head, chunks = sealed[:start], [sealed[start + n * whole : start + (n + 1) * whole] for n in range(3)]
    for parts in ([chunks[0]], chunks[:2], [chunks[1], chunks[0], chunks[2]], [*chunks, chunks[2]], [chunks[2]], []):
        with pytest.raises(Altered):
            unseal(head + b"".join(parts), KEY, "a")
    with pytest.raises(Altered):
        unseal(sealed, KEY, "b")
    with pytest.raises(Altered):
        unseal(sealed[:-1], KEY, "a")


def test_another_key_is_told_apart_from_damage() -> None:
    with pytest.raises(KeyDiffers):
        unseal(seal(b"x", OTHER, "a"), KEY, "a")


def test_two_contents_share_no_key_stream() -> None:
    """With one key and nonce for both, the difference of the sealed bytes would be that of the contents."""
    one, other = seal(bytes(1000), KEY, "a"), seal(b"\x01" + bytes(999), KEY, "a")
    mixed = bytes(a ^ b for a, b in zip(one, other, strict=True))[-1016:]
    assert mixed.count(0) < 60


@pytest.fixture
def keyfile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = make_key(str(tmp_path / "key"))
    monkeypatch.setenv(VARIABLE, str(path))
    return path


def test_a_file_is_for_its_owner_and_sealed_where_there_is_a_key(tmp_path: Path, keyfile: Path) -> None:
    before = os.umask(0o022)
    try:
        with private_output(tmp_path / "file") as out:
            out.write(SECRET)
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
    assert SECRET not in (tmp_path / "file").read_bytes()
    with private_input(tmp_path / "file") as stream:
        assert stream.read() == SECRET


def test_without_a_key_files_are_plain_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    (tmp_path / "file").write_text("older, and open")
    (tmp_path / "file").chmod(0o644)
    with private_output(tmp_path / "file") as out:
        out.write(SECRET)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "file").read_bytes() == SECRET


def said(caught: pytest.ExceptionInfo[DataError]) -> tuple[str, str]:
    (problem,) = caught.value.problems
    return problem.message.code, caught.value.text("es")


def test_what_is_wrong_with_a_sealed_file_is_said(
    tmp_path: Path, keyfile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "person.parquet"
    with private_output(path) as out:
        out.write(SECRET)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    (tmp_path / "altered").mkdir()
    (tmp_path / "altered" / "person.parquet").write_bytes(content)
    with pytest.raises(DataError) as caught, private_input(tmp_path / "altered" / "person.parquet"):
        pass
    assert said(caught)[0] == "sealed_file_altered" and "nada de él se usó" in said(caught)[1]
    monkeypatch.setenv(VARIABLE, str(make_key(str(tmp_path / "other"))))
    with pytest.raises(DataError) as caught, private_input(path):
        pass
    assert said(caught)[0] == "sealed_with_other_key" and "otra clave" in said(caught)[1]
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(DataError) as caught, private_input(path):
        pass
    assert said(caught)[0] == "sealed_without_key" and "KEYFILE=" in said(caught)[1]


def test_source_files_are_read_through_memory_where_there_is_a_key(
    keyfile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if Path("/dev/shm").is_dir():
        assert folder_for_reading() == "/dev/shm"
    monkeypatch.setattr(private_files, "_MEMORY", Path("/nowhere"))
    with pytest.raises(DataError) as caught:
        folder_for_reading()
    assert said(caught)[0] == "no_memory_folder" and "sin sellar en un disco" in said(caught)[1]
    monkeypatch.delenv(VARIABLE)
    assert folder_for_reading() is None


def test_keys_are_random_private_and_never_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = make_key(str(tmp_path / "one")), make_key(str(tmp_path / "other"))
    assert one.read_bytes() != other.read_bytes()
    assert one.stat().st_mode & 0o777 == 0o600
    for place, code in ((str(one), "key_exists"), ("", "key_unnamed")):
        with pytest.raises(DataError) as caught:
            make_key(place)
        assert said(caught)[0] == code
    one.chmod(0o640)
    monkeypatch.setenv(VARIABLE, str(one))
    with pytest.raises(DataError) as caught:
        store_key()
    assert said(caught)[0] == "key_open_to_others"
    for text in ("", "caracteriza-key-1 AAAA", base64.b64encode(KEY).decode(), "caracteriza-key-1 é"):
        other.write_text(text)
        monkeypatch.setenv(VARIABLE, str(other))
        with pytest.raises(DataError) as caught:
            store_key()
        assert said(caught)[0] == "key_unreadable"
