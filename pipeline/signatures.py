"""Signatures of those who validate a release: which documents they signed, and who still has to."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.atomic import tidy, write_text
from pipeline.hashing import value_hash
from pipeline.manifest import read_manifest
from pipeline.shapes import check_shape
from pipeline.yaml_files import read_yaml
from surveys.problems import Message, Problem, StudyError
from surveys.study import Study

FOLDER = "signatures"
SIGNED_STAGES = ("estimate", "report", "validate")
MICRODATA = ".parquet"
# Records tell how a stage went, and the list of changes is made of releases that are signed already.
UNSIGNED = ("record.json", "changes.csv", "validation_es.html", "validation_en.html")

NOBODY_VALIDATES = Message(
    "nobody_validates",
    "a final release needs institutions that sign it, and nobody of the working group validates. Give one of them "
    "`role: validates`, or what it validates.",
    "una publicación final necesita instituciones que la firmen, y nadie del grupo de trabajo valida. Ponga a una de "
    "ellas `role: validates`, o lo que valida.",
)
NOT_A_VALIDATOR = Message(
    "not_a_validator",
    "'{name}' does not validate in this working group. Those who sign are: {known}. Write the name as in "
    "`working_group:`.",
    "'{name}' no valida en este grupo de trabajo. Quienes firman son: {known}. Escriba el nombre como en "
    "`working_group:`.",
)
OTHER_RELEASE = Message(
    "signature_of_other_release",
    "'{name}' signed release {signed}, and this one is {present}: something changed since. Show the new release to "
    "the institution and sign again.",
    "'{name}' firmó la publicación {signed}, y esta es {present}: algo cambió desde entonces. Muestre la nueva "
    "publicación a la institución y firme de nuevo.",
)
SIGNATURE_MISSING = Message(
    "signature_missing",
    "'{name}' has not signed release {present}. A final release needs the signature of every institution that "
    "validates: `make sign INSTITUTION=\"{name}\" PERSON=...`.",
    "'{name}' no ha firmado la publicación {present}. Una publicación final necesita la firma de cada institución "
    "que valida: `make sign INSTITUTION=\"{name}\" PERSON=...`.",
)
SIGNED_TWICE = Message(
    "signed_twice",
    "'{name}' has more than one file of signatures. Keep the newest.",
    "'{name}' tiene más de un archivo de firma. Deje el más nuevo.",
)
PERSON_MISSING = Message(
    "signer_missing",
    "a signature names the person who signs. Give PERSON=\"name and office\".",
    "una firma nombra a la persona que firma. Dé PERSON=\"nombre y cargo\".",
)


@dataclass(frozen=True)
class Signature:
    """One institution's agreement.

    Parameters
    ----------
    institution, person, date : str
        Who, in whose name, and when.
    release : str
        Hash of the release that was signed.
    file : str
        Name of the file it stands in.
    """

    institution: str
    person: str
    date: str
    release: str
    file: str


def release_hash(results: Path) -> str:
    """Return the hash of what is signed: every document and table of the validated release.

    Parameters
    ----------
    results : Path
        ``build/<study>``; its stages ``estimate``, ``report`` and ``validate`` are finished.

    Returns
    -------
    str
        SHA-256 over the names and hashes of their files and of the microdata behind them. The same on every machine
        that makes the same files.
    """
    documents: dict[str, str] = {}
    for stage in SIGNED_STAGES:
        manifest = read_manifest(results / stage)
        if manifest is None:
            raise ValueError(f"stage '{stage}' is not finished")
        documents |= {f"{stage}/{path}": value for path, value in manifest.outputs.items() if path not in UNSIGNED}
        # With everything else public, a hash over the tables alone would let hidden cells be tried out.
        inputs = manifest.key.get("inputs", {})
        documents |= {f"{stage} from {path}": value for path, value in inputs.items() if path.endswith(MICRODATA)}
    return value_hash(documents)


def validators(study: Study) -> tuple[str, ...]:
    """Institutions that must sign: those with the role, and those with something to validate."""
    names = [one.institution for one in study.working_group if one.role == "validates" or one.validates]
    return tuple(dict.fromkeys(names))


def read_signatures(folder: Path, schemas: Path) -> list[Signature]:
    """Read the signatures of a study.

    Parameters
    ----------
    folder : Path
        The study's folder.
    schemas : Path
        Folder of the JSON Schemas.

    Raises
    ------
    StudyError
        Every signature that has not the expected shape.
    """
    found, problems = [], []
    for path in sorted((folder / FOLDER).glob("*.yaml")):
        document = read_yaml(path, shown=f"{folder.name}/{FOLDER}/{path.name}")
        wrong = check_shape(document, schemas / "signature.schema.json")
        problems += wrong
        if not wrong:
            data = document.data
            found.append(Signature(data["institution"], data["person"], str(data["date"]), data["release"], path.name))
    if problems:
        raise StudyError(problems)
    return found


def signature_problems(study: Study, signatures: list[Signature], present: str) -> list[Problem]:
    """Tell what keeps a release from being final: all of it.

    Parameters
    ----------
    study : Study
        Its working group says who signs.
    signatures : list of Signature
        Those there are.
    present : str
        Hash of the release.
    """
    needed = validators(study)
    where = f"{study.name}/{FOLDER}"
    if not needed:
        return [Problem(NOBODY_VALIDATES, f"{study.name}/study.yaml  working_group", {})]
    problems = []
    for one in signatures:
        place = f"{where}/{one.file}"
        if one.institution not in needed:
            problems.append(Problem(NOT_A_VALIDATOR, place, {"name": one.institution, "known": ", ".join(needed)}))
        elif one.release != present:
            details = {"name": one.institution, "signed": one.release[:12], "present": present[:12]}
            problems.append(Problem(OTHER_RELEASE, place, details))
    signed = [one.institution for one in signatures]
    for name in needed:
        if name not in signed:
            problems.append(Problem(SIGNATURE_MISSING, where, {"name": name, "present": present[:12]}))
        elif signed.count(name) > 1:
            problems.append(Problem(SIGNED_TWICE, where, {"name": name}))
    return problems


def write_signature(folder: Path, study: Study, values: Mapping[str, str]) -> Path:
    """Write one signature; an earlier one of the same institution is replaced.

    Parameters
    ----------
    folder : Path
        The study's folder.
    study : Study
        Its working group says who may sign.
    values : mapping of str to str
        ``institution``, ``person``, ``date`` and ``release``.

    Raises
    ------
    StudyError
        An institution that does not validate, or nobody's name.
    """
    where = f"{study.name}  sign"
    if values["institution"] not in validators(study):
        details = {"name": values["institution"], "known": ", ".join(validators(study)) or "-"}
        raise StudyError([Problem(NOT_A_VALIDATOR, where, details)])
    if not values["person"].strip():
        raise StudyError([Problem(PERSON_MISSING, where, {})])
    path = folder / FOLDER / f"{_file_name(values['institution'])}.yaml"
    path.parent.mkdir(exist_ok=True)
    keys = ("institution", "person", "date", "release")
    lines = [f"{key}: {json.dumps(values[key], ensure_ascii=False)}\n" for key in keys]
    tidy(path.parent)
    write_text(path, "".join(lines))
    return path


def _file_name(institution: str) -> str:
    plain = unicodedata.normalize("NFKD", institution).encode("ascii", "ignore").decode().lower()
    mark = hashlib.sha256(institution.encode()).hexdigest()[:6]
    return f"{re.sub(r'[^a-z0-9]+', '_', plain).strip('_')[:40].rstrip('_')}_{mark}"
