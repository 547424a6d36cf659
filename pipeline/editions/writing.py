"""The folders of all editions of a study, each complete, and one attack on all of them together."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from estimates.disclosure.edition_rules import in_public
from estimates.disclosure.release import shown_rows
from pipeline.analysis_files import read_analyses
from pipeline.attack import refuse_leaks
from pipeline.attack_study import Known, attack_editions
from pipeline.editions.catalogue import edition_record, write_catalogue
from pipeline.editions.file_names import file_label
from pipeline.editions.letter import contact, description_of, write_letters
from pipeline.editions.rows import edition_release, editions_of
from pipeline.estimate_files import read_every_estimate
from pipeline.hashing import files_below
from pipeline.open_tables import write_checksums
from pipeline.provenance.crate import about_crate, write_crate
from pipeline.release import Release
from pipeline.release_files import DESCRIBING, FORMATS, with_descriptions, write_format
from pipeline.run import Run
from surveys.editions import DOCUMENTS, Edition

_DOCUMENTS = {"report": "report_{language}.*", "brief": "brief_{language}.pdf", "factsheets": "{language}/*.pdf"}


def write_editions(run: Run, release: Release, public: Path, documents: Mapping[str, Path]) -> dict[str, Any]:
    """Write every edition of a study into a folder of its own, then attack all of them together.

    Parameters
    ----------
    run : Run
        Of the stage that writes them; reads ``ingest``, ``weight`` and ``estimate``.
    release : Release
        The public release, as it was disseminated.
    public : Path
        Its folder: what was written and attacked there is copied, not written again.
    documents : mapping of str to Path
        Folder of the reports and of the briefs, and of the fact sheets where there are any.

    Returns
    -------
    dict
        Record: audience, rows and files of each edition, and what the attack read.

    Raises
    ------
    DataError
        The reader of all editions would learn more than the rules of any of them allow.
    """
    loaded = release.loaded
    every = read_every_estimate(run.input("estimate"))
    analyses = read_analyses(run.input("estimate"))
    editions = editions_of(loaded.study)
    known = Known(loaded, run.build)
    store = _Store(public, json.loads((public / "record.json").read_text(encoding="utf-8"))["formats"])
    records = []
    with tempfile.TemporaryDirectory(prefix="editions-") as workplace:
        fresh = {edition.name: Path(workplace, edition.name) for edition in editions}
        for edition in editions:
            folder = run.output / edition.name
            folder.mkdir()
            own = edition_release(edition, release, every, analyses)
            as_public = _same(own, release)
            copied = store.write(folder, edition, own, as_public=as_public)
            copied |= _copy_documents(folder, edition, documents)
            write_letters(folder, edition, own, editions, run.project.templates)
            about = description_of(edition, own, run.project.templates)
            final = release.final
            write_catalogue(folder, edition_record(edition, loaded.study, about, contact(loaded.study), final=final))
            crate = about_crate(own.loaded, run.build, final=final, licence=edition.licence)
            names = [path.relative_to(folder).as_posix() for path in files_below(folder)]
            write_crate(folder, crate, {name: file_label(name) for name in names})
            write_checksums(folder)
            _only(folder, fresh[edition.name], copied)
            records.append({"name": edition.name, "audience": edition.audience, "rows": len(own.view), "files": names})
        told = in_public(every, loaded.study.editions) & shown_rows(every)
        attacked = attack_editions(fresh, known, told=told)
        for found in attacked.values():
            refuse_leaks(found, loaded.study.name)
    return {"editions": records, "attack": {name: found.record() for name, found in attacked.items()}}


@dataclass
class _Store:
    """Formats written already, so that editions with the same rows share them.

    Parameters
    ----------
    public : Path
        The public release.
    formats : mapping of str to list of str
        Its files by format.
    made : list
        Releases of editions before, with their folder and files by format.
    """

    public: Path
    formats: Mapping[str, list[str]]
    made: list[tuple[Release, Path, dict[str, list[str]]]] = field(default_factory=list)

    def write(self, folder: Path, edition: Edition, own: Release, *, as_public: bool) -> set[str]:
        """Write the formats of an edition, and return the names of files that were copied from the public release."""
        wanted = with_descriptions(name for name in edition.formats or tuple(FORMATS) if name in FORMATS)
        complete = as_public and set(wanted) >= set(self.formats)
        held: dict[str, list[str]] = {}
        copied: set[str] = set()
        alike = next((item for item in self.made if _same(item[0], own)), None)
        for name in wanted:
            if as_public and name in self.formats and (complete or name not in DESCRIBING):
                held[name] = _copied(self.public, folder, self.formats[name])
                copied |= set(held[name])
            elif alike is not None and name in alike[2] and name not in DESCRIBING:
                held[name] = _copied(alike[1], folder, alike[2][name])
            else:
                held[name] = write_format(folder, own, name)
        self.made.append((own, folder, held))
        return copied


def _same(one: Release, other: Release) -> bool:
    """Whether two releases would be written the same in every format."""
    studies = one.loaded.study, other.loaded.study
    return (
        studies[0].languages == studies[1].languages
        and studies[0].publication == studies[1].publication
        and one.view.equals(other.view)
        and one.analyses.keys() == other.analyses.keys()
        and all(table.equals(other.analyses[name]) for name, table in one.analyses.items())
    )


def _copied(source: Path, folder: Path, names: list[str]) -> list[str]:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, folder / name)
    return names


def _copy_documents(folder: Path, edition: Edition, documents: Mapping[str, Path]) -> set[str]:
    copied: set[str] = set()
    for name in DOCUMENTS:
        if name in (edition.formats or documents) and name in documents:
            into = folder / name if name == "factsheets" else folder
            for language in edition.languages:
                for path in sorted(documents[name].glob(_DOCUMENTS[name].format(language=language))):
                    into.mkdir(exist_ok=True)
                    shutil.copyfile(path, into / path.name)
                    copied.add((into / path.name).relative_to(folder).as_posix())
    return copied


def _only(folder: Path, fresh: Path, copied: set[str]) -> None:
    """Gather by links what of an edition no attack has read yet."""
    fresh.mkdir()
    for path in files_below(folder):
        name = path.relative_to(folder)
        if name.as_posix() not in copied:
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).symlink_to(path)
