"""The exact words for signatures and releases that do not hold, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.project import Project
from pipeline.releases import read_releases, record_release
from pipeline.signatures import Signature, read_signatures, signature_problems
from surveys.problems import DataError, StudyError
from surveys.study import Member, Study

PRESENT, OTHER = "a" * 64, "b" * 64


def study(*members: Member) -> Study:
    made = object.__new__(Study)
    object.__setattr__(made, "name", "my_survey")
    object.__setattr__(made, "working_group", members)
    return made


def signed(institution: str, release: str, file: str) -> Signature:
    return Signature(institution, "P", "2026-01-02", release, file)


COUNCIL = Member("Consejo", "validates", ())


@pytest.mark.parametrize(
    ("members", "signatures", "english", "spanish"),
    [
        (
            (), [],
            "my_survey/study.yaml  working_group\n  a final release needs institutions that sign it, and nobody of the "
            "working group validates. Give one of them `role: validates`, or what it validates.",
            "my_survey/study.yaml  working_group\n  una publicación final necesita instituciones que la firmen, y "
            "nadie del grupo de trabajo valida. Ponga a una de ellas `role: validates`, o lo que valida.",
        ),
        (
            (COUNCIL,), [signed("Consejo", OTHER, "consejo.yaml")],
            "my_survey/signatures/consejo.yaml\n  'Consejo' signed release bbbbbbbbbbbb, and this one is aaaaaaaaaaaa: "
            "something changed since. Show the new release to the institution and sign again.",
            "my_survey/signatures/consejo.yaml\n  'Consejo' firmó la publicación bbbbbbbbbbbb, y esta es aaaaaaaaaaaa: "
            "algo cambió desde entonces. Muestre la nueva publicación a la institución y firme de nuevo.",
        ),
        (
            (COUNCIL,), [],
            "my_survey/signatures\n  'Consejo' has not signed release aaaaaaaaaaaa. A final release needs the "
            "signature of every institution that validates: `make sign INSTITUTION=\"Consejo\" PERSON=...`.",
            "my_survey/signatures\n  'Consejo' no ha firmado la publicación aaaaaaaaaaaa. Una publicación final "
            "necesita la firma de cada institución que valida: `make sign INSTITUTION=\"Consejo\" PERSON=...`.",
        ),
        (
            (COUNCIL,),
            [signed("Consejo", PRESENT, "a.yaml"), signed("Otro", PRESENT, "b.yaml")],
            "my_survey/signatures/b.yaml\n  'Otro' does not validate in this working group. Those who sign are: "
            "Consejo. Write the name as in `working_group:`.",
            "my_survey/signatures/b.yaml\n  'Otro' no valida en este grupo de trabajo. Quienes firman son: Consejo. "
            "Escriba el nombre como en `working_group:`.",
        ),
        (
            (COUNCIL,), [signed("Consejo", PRESENT, name) for name in ("a.yaml", "b.yaml")],
            "my_survey/signatures\n  'Consejo' has more than one file of signatures. Keep the newest.",
            "my_survey/signatures\n  'Consejo' tiene más de un archivo de firma. Deje el más nuevo.",
        ),
    ],
    ids=["nobody", "other release", "missing", "stranger", "twice"],
)  # fmt: skip
def test_signatures(members: tuple[Member, ...], signatures: list[Signature], english: str, spanish: str) -> None:
    found = signature_problems(study(*members), signatures, PRESENT)
    assert [problem.text("en") for problem in found] == [english]
    assert [problem.text("es") for problem in found] == [spanish]


def test_all_signatures_in_order_say_nothing() -> None:
    assert signature_problems(study(COUNCIL), [signed("Consejo", PRESENT, "a.yaml")], PRESENT) == []


def test_a_signature_of_the_wrong_shape(root: Path, tmp_path: Path) -> None:
    (tmp_path / "signatures").mkdir()
    (tmp_path / "signatures" / "x.yaml").write_text('institution: "C"\nperson: "P"\ndate: "2026"\nrelease: "12"\n')
    with pytest.raises(StudyError) as refused:
        read_signatures(tmp_path, Project(root).schemas)
    assert [problem.where.partition("/signatures/")[2] for problem in refused.value.problems] == [
        "x.yaml:3  date", "x.yaml:4  release",
    ]  # fmt: skip


def test_a_release_without_its_record(tmp_path: Path) -> None:
    folder = tmp_path / "my_survey"
    folder.mkdir()
    record_release(folder, {"estimates.csv": b"x"}, PRESENT, [])
    (folder / "releases" / "001" / "release.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError) as refused:
        read_releases(folder)
    assert refused.value.text("en").strip() == (
        "my_survey/releases/001\n  the record 'release.json' of this signed release is missing or cannot be read. "
        "Put the original folder back."
    )


def test_releases_are_a_chain(tmp_path: Path) -> None:
    folder = tmp_path / "my_survey"
    folder.mkdir()
    for release in (PRESENT, OTHER):
        record_release(folder, {"estimates.csv": release.encode()}, release, [])
    assert [one.number for one in read_releases(folder)] == ["001", "002"]
    for path in sorted((folder / "releases" / "001").iterdir()):
        path.unlink()
    (folder / "releases" / "001").rmdir()
    with pytest.raises(DataError, match="what was signed is never changed"):
        read_releases(folder)
