"""Public-use files that cannot be made as declared: the exact words in both languages, every problem at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.project import Project
from pipeline.study_files import load_study
from surveys.problems import StudyError

GOOD = Path(__file__).resolve().parents[1] / "data" / "good"
CASES = Path(__file__).parent / "public_use"


def folder(home: Path, extra: str) -> Path:
    made = home / "good"
    made.mkdir()
    text = (GOOD / "study.yaml").read_text(encoding="utf-8")
    for name in ("households", "persons", "areas"):
        text = text.replace(f"HASH-{name}.csv", "0" * 64)
    (made / "study.yaml").write_text(text + extra, encoding="utf-8")
    (made / "mapping.yaml").write_text((GOOD / "mapping.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return made


def told(error: StudyError) -> str:
    return f"{error.text('en')}\n----\n{error.text('es')}\n"


@pytest.mark.parametrize("case", sorted(path.stem for path in CASES.glob("*.yaml")))
def test_says_what_is_wrong(case: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError) as raised:
        load_study(folder(tmp_path, (CASES / f"{case}.yaml").read_text(encoding="utf-8")), Project.here())
    assert told(raised.value) == (CASES / f"{case}.expected.txt").read_text(encoding="utf-8")


def test_every_message_has_a_case() -> None:
    import surveys.public_use_checks as checks
    from surveys.problems import Message

    said = "".join(path.read_text(encoding="utf-8") for path in CASES.glob("*.expected.txt"))
    for name, message in vars(checks).items():
        if isinstance(message, Message):
            longest = max((part.split("{")[0] for part in message.en.split("}")), key=len).strip()
            assert longest in said, name


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("public_use: {permitted: true, by: A, date: '2018-01-31', reason: {es: A, en: A}}\n", "seed"),
        ("public_use: {permitted: false, by: A, date: yesterday, reason: {es: A, en: A}}\n", "date"),
        ("public_use: {permitted: false}\n", "by"),
        ("public_use: {permitted: false, by: A, date: '2018-01-31', reason: {es: A, en: A}, limits: {k: 1}}\n", "k"),
        ("public_use: {permitted: false, by: A, date: '2018-01-31', reason: {es: A, en: A}, limits: {global: 0.2}}\n",
         "global"),
    ],
)  # fmt: skip
def test_shape(entry: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError) as raised:
        load_study(folder(tmp_path, entry), Project.here())
    assert words in raised.value.text("en") and "public_use" in raised.value.text("en")
