"""Microdata come back from disk exactly as they went, and only their owner can open them."""

from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.microdata_files import read_microdata, write_microdata
from surveys.dictionary import Code, CodeList, Dictionary, Label, LevelSpec, Variable
from surveys.microdata import LevelData, Microdata
from surveys.problems import DataError

L = Label("x", "x")
DICTIONARY = Dictionary(
    levels={"household": LevelSpec("household", ("hid",), None, L),
            "person": LevelSpec("person", ("hid", "pid"), "household", L)},
    code_lists={"sex": CodeList("sex", L, {code: Code(code, L) for code in ("1", "2", "03")})},
    variables={"sex": Variable("sex", "person", "code", L, "sex"), "age": Variable("age", "person", "number", L)})


def people() -> pd.DataFrame:
    return pd.DataFrame({
        "hid": pd.Series(["007", "7", "7"], dtype=object), "pid": pd.Series(["1", "1", "2"], dtype=object),
        "sex": pd.Categorical(["03", None, "1"], categories=["1", "2", "03"]), "age": [0.1 + 0.2, np.nan, -0.0],
        "note": pd.Series([None, "", "ñ\n"], dtype=object)})


def households(*keys: str) -> LevelData:
    return LevelData("household", ("hid",), None, pd.DataFrame({"hid": pd.Series(list(keys), dtype=object)}))


def microdata() -> Microdata:
    person = LevelData("person", ("hid", "pid"), "household", people(),
                       {"sex": np.array([0, 3, 0], dtype=np.int8)}, np.array([0, 1, 1]))
    return Microdata({"household": households("007", "7"), "person": person})


def test_round_trip(tmp_path: Path) -> None:
    before = microdata()
    write_microdata(before, tmp_path)
    after = read_microdata(tmp_path, DICTIONARY)
    for name, level in before.levels.items():
        pd.testing.assert_frame_equal(level.frame, after.levels[name].frame, check_exact=True)
        assert {key: values.tolist() for key, values in level.why.items()} == {
            key: values.tolist() for key, values in after.levels[name].why.items()}
    assert after.rows_of("household", "person").tolist() == [0, 1, 1]
    assert np.signbit(after.levels["person"].frame["age"][2])
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_bytes_every_time(tmp_path: Path) -> None:
    written = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_microdata(microdata(), tmp_path / name)
        written.append((tmp_path / name / "person.parquet").read_bytes())
    assert written[0] == written[1]


@pytest.mark.parametrize(("keys", "code"), [(("a", "a"), "key_repeated"), (("a", ""), "key_missing")])
def test_keys_are_proved_at_construction(keys: tuple[str, ...], code: str) -> None:
    with pytest.raises(DataError) as caught:
        households(*keys)
    assert [problem.message.code for problem in caught.value.problems] == [code]


def test_orphans_are_refused_at_construction() -> None:
    person = LevelData("person", ("hid", "pid"), "household", people(), {}, np.array([0, 1, -1]))
    with pytest.raises(DataError, match="no row in level 'household'"):
        Microdata({"household": households("007", "7"), "person": person})
