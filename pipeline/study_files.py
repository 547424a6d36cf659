"""Load a study folder: YAML files, the study it extends, the dictionary, and every problem at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from estimates.study_estimates import unknown_standards
from pipeline.dictionary_file import load_dictionary
from pipeline.geography.reading import refuse_other_codes
from pipeline.hashing import file_hash
from pipeline.shapes import check_shape
from pipeline.yaml_files import Place, YamlDocument, read_yaml
from surveys.dictionary import Dictionary
from surveys.edition_checks import edition_problems
from surveys.estimation_levels import estimated_at
from surveys.mapping import Mapping, mapping_from
from surveys.plan_checks import plan_problems
from surveys.problems import DictionaryError, Message, Problem, StudyError
from surveys.study import Study
from surveys.study_checks import study_problems
from surveys.study_entries import study_from
from weights.recipe_mapping import recipe_faults

FOLDER_ABSENT = Message(
    "study_absent",
    "there is no study folder here, or it has no study.yaml.\n"
    "  Give the name of a study in surveys/studies, or the path of a study folder.",
    "aquí no hay una carpeta de estudio, o no tiene study.yaml.\n"
    "  Indique el nombre de un estudio de surveys/studies, o la ruta de una carpeta de estudio.")
OUTSIDE = Message(
    "study_file_outside",
    "the file leads outside the study folder; a study is made of the files inside it.\n"
    "  Put a copy of the file in the folder instead of a link.",
    "el archivo lleva fuera de la carpeta del estudio; un estudio se compone de los archivos que tiene "
    "dentro.\n"
    "  Ponga una copia del archivo en la carpeta en vez de un enlace.")
NAME_DIFFERS = Message(
    "study_name",
    "the study is named '{name}' but its folder '{folder}'; both must be the same.\n  Rename one of the two.",
    "el estudio se llama '{name}' pero su carpeta '{folder}'; deben llamarse igual.\n  Cambie uno de los "
    "dos nombres.")
EXTENDS_ABSENT = Message(
    "extends_absent",
    "there is no study '{name}' beside this one to extend.\n  Correct `extends:`.",
    "no hay un estudio '{name}' junto a este para extender.\n  Corrija `extends:`.")
EXTENDS_TWICE = Message(
    "extends_twice",
    "study '{name}' itself extends another; one level is allowed.\n  Extend the first one, or copy what is "
    "needed.",
    "el estudio '{name}' a su vez extiende otro; se permite un nivel.\n  Extienda el primero, o copie lo "
    "necesario.")

COUNTRY_ABSENT = Message(
    "country_absent",
    "the study draws from an invented country, but its folder has no country.yaml.\n  Add the file.",
    "el estudio usa un país inventado, pero su carpeta no tiene country.yaml.\n  Agregue el archivo.")


class _Rooted(Protocol):
    """What is needed of the project: its folder."""

    @property
    def root(self) -> Path:
        """Folder of the checkout."""


@dataclass(frozen=True)
class MergedDocument(YamlDocument):
    """A YAML document completed by the one it extends; knows in which file each value is.

    ``data`` is the merged content, ``shown`` and ``lines`` are of the completing file, ``own`` its content.
    """

    own: Any = None
    base: YamlDocument | None = None

    def line(self, path: Place) -> int:
        """Return the line of a place in the file that gives it."""
        base = self._giver(path)
        return super().line(path) if base is None else base.line(path)

    def where(self, path: Place = ()) -> str:
        """Say a place in the file that gives it."""
        base = self._giver(path)
        return super().where(path) if base is None else base.where(path)

    def _giver(self, path: Place) -> YamlDocument | None:
        below = self.base is not None and not _has(self.own, path) and _has(self.base.data, path)
        return self.base if below else None


@dataclass(frozen=True)
class StudyFiles:
    """Documents behind a study and the files they were read from."""

    folder: Path
    study: MergedDocument
    mapping: MergedDocument
    paths: tuple[Path, ...]

    def where(self, place: tuple[str, ...]) -> str:
        """Say the place of a finding: ``("study" | "mapping" | "dictionary", key, ...)``, items as text."""
        if not place:
            return self.study.shown
        if place[0] == "dictionary":
            return f"dictionary  {'.'.join(place[1:])}"
        document = self.mapping if place[0] == "mapping" else self.study
        return document.where(tuple(int(part) if part.isdigit() else part for part in place[1:]))


@dataclass(frozen=True)
class LoadedStudy:
    """A study folder, whole and checked."""

    study: Study
    mapping: Mapping
    dictionary: Dictionary
    files: StudyFiles

    @property
    def homes(self) -> tuple[Path, ...]:
        """The study's folder, and that of the study it extends."""
        return tuple(dict.fromkeys([self.files.folder, *(path.parent for path in self.files.paths)]))

    def country(self) -> dict[str, Any]:
        """Parameters of the invented country: ``country.yaml`` of the study over that of the one it extends.

        Raises
        ------
        StudyError
            There is none, or it is not YAML of the strict kind.
        """
        found = [_read(home, "country.yaml").data for home in self.homes if (home / "country.yaml").is_file()]
        if not found:
            raise StudyError([Problem(COUNTRY_ABSENT, self.files.study.where(("synthetic",)))])
        own, *below = found
        return _deep(below[0], own) if below else dict(own)

    def resolved(self) -> dict[str, Any]:
        """Plain data of the resolved study and mapping, for the build folder."""
        return {"study": self.files.study.data, "mapping": self.files.mapping.data}


def load_study(folder: Path, project: _Rooted) -> LoadedStudy:
    """Load and check a study.

    Parameters
    ----------
    folder : Path
        Study folder.
    project : object with ``root``
        The checkout, for the dictionary and the schemas.

    Returns
    -------
    LoadedStudy

    Raises
    ------
    StudyError
        Every problem of study.yaml and mapping.yaml, references to the dictionary included.
    DictionaryError
        The dictionary, or the study's addition to it, does not hold together.
    """
    folder = folder.resolve()
    if not (folder / "study.yaml").is_file():
        raise StudyError([Problem(FOLDER_ABSENT, folder.name)])
    known = _LOADED.get((folder, project.root))
    if known is not None and _contents(known[1], project) == known[0]:
        return known[1]
    loaded = _load(folder, project)
    _LOADED[folder, project.root] = (_contents(loaded, project), loaded)
    return loaded


# The stages of one run load the same study seven times; it is checked again when a byte of its files differs.
_LOADED: dict[tuple[Path, Path], tuple[tuple[str | None, ...], LoadedStudy]] = {}


def _contents(loaded: LoadedStudy, project: _Rooted) -> tuple[str | None, ...]:
    """Hash every file that a study is made of, those that could be added to it included."""
    files = [home / name for home in loaded.homes for name in ("study.yaml", "mapping.yaml", "dictionary.yaml")]
    places = (loaded.study.settings.get("geography") or {}).get("file")
    files += [home / places for home in loaded.homes if places is not None]
    files.append(project.root / "data_dictionary.yaml")
    return tuple(f"{path.resolve()} {file_hash(path)}" if path.is_file() else None for path in files)


def _load(folder: Path, project: _Rooted) -> LoadedStudy:
    own, base_folder = _own_and_base(folder)
    paths = [folder / "study.yaml"]
    base = None if base_folder is None else _read(base_folder, "study.yaml")
    study = _merged(own, base)
    alone = study.data.get("published_only") is True and not (folder / "mapping.yaml").is_file()
    mapping_own = YamlDocument({"levels": {}}, "mapping.yaml", {}) if alone else _read(folder, "mapping.yaml")
    mapping_base = None if base_folder is None or not (base_folder / "mapping.yaml").is_file() else _read(
        base_folder, "mapping.yaml")
    mapping = _merged(mapping_own, mapping_base)
    for name, home in (("mapping.yaml", folder), ("study.yaml", base_folder), ("mapping.yaml", base_folder)):
        if home is not None and (home / name).is_file():
            paths.append(home / name)
    problems = [*_shape_problems(study, "study"), *([] if alone else _shape_problems(mapping, "mapping"))]
    if own.data.get("study") != folder.name and "study" in own.data:
        problems.append(Problem(NAME_DIFFERS, own.where(("study",)),
                                {"name": own.data["study"], "folder": folder.name}))
    if problems:
        raise StudyError(problems)
    dictionary, additions = _dictionary(folder, base_folder, project)
    dictionary = estimated_at(dictionary, study.data.get("estimated_at") or {}, study.where)
    paths += additions
    files = StudyFiles(folder, study, mapping, tuple(paths))
    loaded = LoadedStudy(study_from(study.data), mapping_from(mapping.data), dictionary, files)
    if alone:
        return loaded
    problems = study_problems(loaded.study, loaded.mapping, dictionary, in_study=study.where,
                              in_mapping=mapping.where)
    problems += unknown_standards(loaded.study, study.where)
    problems += edition_problems(loaded.study, _formats(loaded.study), study.where)
    problems += recipe_faults(loaded.study, loaded.mapping, dictionary,
                              lambda position: study.where(("weighting", position)))
    problems = problems or plan_problems(loaded.study, loaded.mapping, dictionary, where=study.where)
    if problems:
        raise StudyError(problems)
    refuse_other_codes(study.data, dictionary, loaded.homes, study.where)
    return loaded


def _formats(study: Study) -> tuple[str, ...]:
    """Names of the formats of a release; its writers are slow to import, so only where an edition names any."""
    if not any(edition.formats for edition in study.editions.declared):
        return ()
    from pipeline.release_files import FORMATS

    return tuple(FORMATS)


def _own_and_base(folder: Path) -> tuple[YamlDocument, Path | None]:
    own = _read(folder, "study.yaml")
    name = own.data.get("extends")
    if not isinstance(name, str):
        return own, None
    base = folder.parent / name
    if "/" in name or ".." in name or not (base / "study.yaml").is_file():
        raise StudyError([Problem(EXTENDS_ABSENT, own.where(("extends",)), {"name": name})])
    if "extends" in _read(base, "study.yaml").data:
        raise StudyError([Problem(EXTENDS_TWICE, own.where(("extends",)), {"name": name})])
    return own, base


def _read(folder: Path, name: str) -> YamlDocument:
    path = folder / name
    ours = Path(__file__).resolve().parents[1] / "surveys" / "studies"
    shown = f"surveys/studies/{folder.name}/{name}" if folder.parent == ours else f"{folder.name}/{name}"
    if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
        raise StudyError([Problem(OUTSIDE, shown)])
    return read_yaml(path, shown=shown)


def _merged(own: YamlDocument, base: YamlDocument | None) -> MergedDocument:
    data = own.data if base is None else _deep(base.data, own.data)
    return MergedDocument(data, own.shown, own.lines, own.data, base)


def _deep(below: dict[str, Any], above: dict[str, Any], place: Place = ()) -> dict[str, Any]:
    """Merge mappings key by key; lists and scalars are replaced, and ``key: null`` removes a key."""
    out = dict(below)
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(out.get(key), dict):
            out[key] = _replaced(out[key], value, (*place, key))
        elif value is None and key in out:
            del out[key]
        else:
            out[key] = value
    return out


_WAYS = {"from", "build", "constant", "row_number", "answers", "slots"}


def _replaced(below: dict[str, Any], above: dict[str, Any], place: Place) -> dict[str, Any]:
    # Another way to obtain a variable, or an unavailable role, replaces the old entry instead of joining it. Elsewhere
    # the same words are entries like any other: `from:` of an extension of totals is a number.
    variable = len(place) > 1 and place[-2] == "variables"
    if (variable and _WAYS & set(above)) or "unavailable" in above:
        return above
    return _deep(below, above, place)


def _has(data: Any, path: Place) -> bool:
    for step in path:
        in_list = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if not in_list and not (isinstance(data, dict) and step in data):
            return False
        data = data[step]
    return True


def _shape_problems(document: MergedDocument, kind: str) -> list[Problem]:
    return check_shape(
        document, Path(__file__).resolve().parents[1] / "surveys" / "schemas" / f"{kind}.schema.json"
    )


def _dictionary(folder: Path, base_folder: Path | None, project: _Rooted) -> tuple[Dictionary, list[Path]]:
    additions = list(_dictionary_files(folder, base_folder))
    project_file = project.root / "data_dictionary.yaml"
    if len(additions) == 2:
        return _both(project_file, additions), additions
    return load_dictionary(project_file, additions[0] if additions else None), additions


def _dictionary_files(folder: Path, base_folder: Path | None) -> Iterator[Path]:
    for home in (base_folder, folder):
        if home is not None and (home / "dictionary.yaml").is_file():
            path = home / "dictionary.yaml"
            if not path.resolve().is_relative_to(home.resolve()):
                raise DictionaryError([Problem(OUTSIDE, f"{home.name}/dictionary.yaml")])
            yield path


def _both(project_file: Path, additions: list[Path]) -> Dictionary:
    from surveys.dictionary_checks import extend_dictionary

    dictionary = load_dictionary(project_file, additions[0])
    document = read_yaml(
        additions[1], shown=f"{additions[1].parent.name}/dictionary.yaml", error=DictionaryError
    )
    return extend_dictionary(dictionary, document.data, document.where)
