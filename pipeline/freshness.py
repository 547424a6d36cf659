"""Whether a stage must run: only if what it reads, its code, its parameters or its packages changed."""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.hashing import file_hashes, files_below, value_hash
from pipeline.manifest import Manifest, output_hashes, read_manifest
from pipeline.private_store.keys import store_name
from pipeline.project import PACKAGES, Project
from pipeline.provenance.kept_definitions import DICTIONARY, is_definition
from pipeline.sources import DeclaredSource, declared, find_source
from pipeline.stages import RECORDS, Stage
from surveys.problems import DataError, Message, Problem

# what a later round reads of the stage `estimate`
ROUND_OUTPUTS = ("estimates.csv", "round_totals.npz")

SOURCE_MISSING = Message(
    "source_missing",
    "the file '{file}' is not in the data folder '{data}'. {obtain_en}Expected SHA-256: {sha256}. "
    "Put the file there, or name its folder with DATA=.",
    "el archivo '{file}' no está en la carpeta de datos '{data}'. {obtain_es}SHA-256 esperado: {sha256}. "
    "Coloque allí el archivo o indique su carpeta con DATA=.",
)


@dataclass(frozen=True)
class Freshness:
    """Whether a stage can stay as it is.

    Parameters
    ----------
    key : mapping
        What the stage would be made from now.
    reason : str
        Why it must run: empty when it is fresh, otherwise ``new``, ``damaged`` or what changed.
    manifest : Manifest or None
        What is there now.
    """

    key: Mapping[str, Any]
    reason: str
    manifest: Manifest | None

    @property
    def fresh(self) -> bool:
        """True when nothing changed and every file is intact."""
        return not self.reason


@dataclass(frozen=True)
class Ingredients:
    """Everything a study is made from, hashed at most once a run.

    Parameters
    ----------
    project : Project
        The checkout.
    study_name : str
        Name of the study.
    study_folder : Path
        Its folder.
    data : Path
        Folder of source files.
    build : Path
        ``build/<study>``.
    """

    project: Project
    study_name: str
    study_folder: Path
    data: Path
    build: Path

    def key(self, stage: Stage, earlier: Mapping[str, Manifest]) -> dict[str, Any]:
        """Return what a stage would be made from.

        Parameters
        ----------
        stage : Stage
            The stage.
        earlier : mapping of str to Manifest
            Manifests of the stages that it reads.

        Raises
        ------
        DataError
            A source file is missing; all missing ones at once.
        """
        inputs = dict(self._study_files(stage))
        for folder in stage.folders:
            inputs |= self._below(self.project.root / folder)
        for name in stage.after:
            outputs = earlier[name].outputs
            inputs |= {
                f"{name}/{path}": value for path, value in outputs.items() if stage.records or path not in RECORDS
            }
        if stage.sources:
            inputs |= self._source_hashes
        if stage.rounds:
            inputs |= self._round_hashes()
        return {
            "inputs": inputs,
            "code": self.code,
            "packages": value_hash(self.packages),
            "parameters": {"study": self.study_name, **({} if self.store is None else {"sealed_with": self.store})},
        }

    @property
    def rounds(self) -> tuple[str, ...]:
        """Earlier rounds that the study compares itself with."""
        for name, folder in self._folders.items():
            if (folder / "study.yaml").is_file():
                found = declared(folder / "study.yaml", self._cache(name)).rounds
                if found is not None:
                    return found
        return ()

    def definition_files(self) -> dict[str, Path]:
        """Return the texts of the study, of what it extends, and the dictionary, by their names in manifests."""
        found = {
            f"{label}/{path.relative_to(folder).as_posix()}": path
            for label, folder in self._folders.items()
            for path in files_below(folder)
        }
        found[DICTIONARY] = self.project.dictionary
        return {label: path for label, path in found.items() if is_definition(label) and path.is_file()}

    def missing_sources(self) -> list[DeclaredSource]:
        """Return the declared source files that are not in the data folder."""
        return [one for one in self._declared_sources if not self._place(one).is_file()]

    @cached_property
    def store(self) -> str | None:
        """Name of the key that files with microdata are sealed with; None without one."""
        return store_name()

    @cached_property
    def code(self) -> str:
        """One hash of every file of the four packages: coarse, and never too little."""
        files = [
            path
            for package in PACKAGES
            for path in files_below(self.project.root / package)
            if path.suffix not in {".md", ".sh"} and not path.is_relative_to(self.project.studies)
        ]
        hashes = file_hashes(files)
        return value_hash({path.relative_to(self.project.root).as_posix(): value for path, value in hashes.items()})

    @cached_property
    def packages(self) -> dict[str, str]:
        """Installed versions of the packages that the lock file names, read from the names of their folders."""
        locked = self.project.root / "requirements.lock"
        text = locked.read_text(encoding="utf-8") if locked.is_file() else ""
        wanted = {_normal(name) for name in re.findall(r"^([A-Za-z0-9_.-]+)==", text, flags=re.MULTILINE)}
        found: dict[str, str] = {}
        for place in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
            for folder in Path(place).glob("*.dist-info"):
                name, _, version = folder.name.removesuffix(".dist-info").partition("-")
                if _normal(name) in wanted:
                    found[_normal(name)] = version
        return {"python": sysconfig.get_python_version(), **dict(sorted(found.items()))}

    @cached_property
    def _folders(self) -> dict[str, Path]:
        """The study's folder and, by the name it is declared with, the folder it extends."""
        folders = {"study": self.study_folder}
        parent = declared(self.study_folder / "study.yaml", self._cache("study")).extends
        if parent is not None:
            beside = self.study_folder.parent / parent
            folders["extends"] = beside if beside.is_dir() else self.project.studies / parent
        return folders

    @cached_property
    def _declared_sources(self) -> tuple[DeclaredSource, ...]:
        found: dict[str, DeclaredSource] = {}
        for name in reversed(self._folders):  # what the study says wins over what it extends
            study_file = self._folders[name] / "study.yaml"
            if study_file.is_file():
                found |= {one.name: one for one in declared(study_file, self._cache(name)).sources}
        return tuple(found.values())

    @cached_property
    def _source_hashes(self) -> dict[str, str]:
        missing = self.missing_sources()
        if missing:
            raise DataError([self._missing(one) for one in missing])
        paths = {one.file: self._place(one) for one in self._declared_sources}
        hashes = file_hashes(paths.values())
        return {f"data/{file}": hashes[path] for file, path in paths.items()}

    def _place(self, source: DeclaredSource) -> Path:
        return find_source(self.data, self.study_name, source.file)

    def _missing(self, source: DeclaredSource) -> Problem:
        details = {
            "file": source.file,
            "data": str(self.data),
            "sha256": source.sha256 or "-",
            "obtain_en": _sentence(source.obtain.get("en")),
            "obtain_es": _sentence(source.obtain.get("es")),
        }
        return Problem(SOURCE_MISSING, f"{self.study_name}/study.yaml  sources.{source.name}", details)

    def _study_files(self, stage: Stage) -> dict[str, str]:
        files = {
            f"{label}/{path.relative_to(folder).as_posix()}": path
            for label, folder in self._folders.items()
            for path in files_below(folder)
            if (path.suffix != ".md" or (stage.texts and path.name.startswith("recommendations.")))
            and not {path.name, path.relative_to(folder).parts[0]} & set(stage.ignores)
        }
        if self.project.dictionary.is_file():
            files["data_dictionary.yaml"] = self.project.dictionary
        hashes = file_hashes(files.values())
        return {label: hashes[path] for label, path in files.items()}

    def _round_hashes(self) -> dict[str, str]:
        """Estimates that earlier rounds left, by content; read anew each time, for a run may have just made them."""
        found: dict[str, str] = {}
        for name in self.rounds:
            manifest = read_manifest(self.build.parent / name / "estimate")
            outputs = {} if manifest is None else manifest.outputs
            found |= {f"{name}/{file}": outputs.get(file, "absent") for file in ROUND_OUTPUTS}
        return found

    def _below(self, folder: Path) -> dict[str, str]:
        hashes = file_hashes(files_below(folder))
        return {path.relative_to(self.project.root).as_posix(): value for path, value in hashes.items()}

    def _cache(self, name: str) -> Path:
        return self.build / f".declared_{name}.json"


def freshness(stage: Stage, key: Mapping[str, Any], folder: Path) -> Freshness:
    """Compare what a stage would be made from with what is there.

    Parameters
    ----------
    stage : Stage
        The stage.
    key : mapping
        From `Ingredients.key`.
    folder : Path
        The stage's published folder.
    """
    manifest = read_manifest(folder)
    if manifest is None or manifest.stage != stage.name:
        return Freshness(key, "damaged" if folder.exists() else "new", None)
    if manifest.key != key:
        return Freshness(key, "; ".join(_changed(manifest.key, key)), manifest)
    if output_hashes(folder) != manifest.outputs:
        return Freshness(key, "damaged", manifest)
    return Freshness(key, "", manifest)


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    old, new = before.get("inputs", {}), now["inputs"]
    names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    return names + [part for part in ("code", "packages", "parameters") if before.get(part) != now[part]]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _sentence(text: str | None) -> str:
    return f"{text.strip().rstrip('.')}. " if text and text.strip() else ""
