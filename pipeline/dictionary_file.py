"""The dictionary on disk: the common file, and what a study adds to it."""

from __future__ import annotations

from pathlib import Path

from pipeline.shapes import check_shape
from pipeline.yaml_files import YamlDocument, read_yaml
from surveys.dictionary import Dictionary
from surveys.dictionary_checks import dictionary_from, extend_dictionary
from surveys.problems import DictionaryError

SCHEMA = Path(__file__).resolve().parent.parent / "surveys" / "schemas" / "dictionary.schema.json"


def load_dictionary(project_file: Path, study_file: Path | None = None, *, shown: str | None = None) -> Dictionary:
    """Load the common dictionary with a study's additions.

    Parameters
    ----------
    project_file : Path
        ``data_dictionary.yaml``.
    study_file : Path, optional
        ``dictionary.yaml`` of a study; nothing is added when it is None or does not exist.
    shown : str, optional
        Name of the study's file in messages.

    Returns
    -------
    Dictionary
        Proved sound.

    Raises
    ------
    DictionaryError
        With every problem of the first file that has any: of its shape, or else of its sense.
    """
    common = _read(project_file, None)
    dictionary = dictionary_from(common.data, common.where)
    if study_file is None or not study_file.exists():
        return dictionary
    added = _read(study_file, shown or f"{study_file.parent.name}/{study_file.name}")
    return extend_dictionary(dictionary, added.data, added.where)


def _read(path: Path, shown: str | None) -> YamlDocument:
    document = read_yaml(path, shown=shown, error=DictionaryError)
    problems = check_shape(document, SCHEMA)
    if problems:
        raise DictionaryError(problems)
    return document
