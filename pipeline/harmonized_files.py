"""Read the common list and what each study published for it: YAML, checked, every problem of a file at once."""

from __future__ import annotations

from pathlib import Path

from pipeline.harmonized_cells import Printed
from pipeline.project import Project
from pipeline.published_file import read_published
from pipeline.shapes import check_shape
from pipeline.study_files import LoadedStudy
from pipeline.yaml_files import read_yaml
from surveys.harmonized_figures import Domain, HarmonizedList, StudyFigures, harmonized_list, study_figures
from surveys.problems import Message, Problem, StudyError

FIGURES = "figures.yaml"
NO_FIGURES = Message(
    "figures_absent",
    "the study has no microdata (`published_only: true`) and neither figures.yaml nor `cells:`, so it says nothing.\n"
    "  Write what was published in figures.yaml; surveys/README.md shows how.",
    "el estudio no tiene microdatos (`published_only: true`) ni figures.yaml ni `cells:`, así que no dice nada.\n"
    "  Escriba lo publicado en figures.yaml; surveys/README.md muestra cómo.",
)


def read_harmonized(project: Project) -> HarmonizedList:
    """Read ``surveys/harmonized.yaml``.

    Raises
    ------
    StudyError
        It does not have the shape of its schema, or names a topic that does not exist.
    """
    schemas = project.root / "surveys" / "schemas"
    document = read_yaml(project.root / "surveys" / "harmonized.yaml", shown="surveys/harmonized.yaml")
    problems = check_shape(document, schemas / "harmonized.schema.json")
    if problems:
        raise StudyError(problems)
    found, problems = harmonized_list(document.data, document.where)
    if problems:
        raise StudyError(problems)
    return found


def read_figures(loaded: LoadedStudy, common: HarmonizedList, project: Project) -> StudyFigures:
    """Read ``figures.yaml`` of a study.

    Parameters
    ----------
    loaded : LoadedStudy
        The study.
    common : HarmonizedList
        Names the figures there are.
    project : Project
        Has the schema.

    Returns
    -------
    StudyFigures
        Empty for a study with microdata and no such file.

    Raises
    ------
    StudyError
        Every problem of the file; or a study without microdata that publishes nothing.
    """
    path = loaded.files.folder / FIGURES
    shown = f"{loaded.files.folder.name}/{FIGURES}"
    if not path.is_file():
        if loaded.study.published_only and not loaded.study.settings.get("cells"):
            raise StudyError([Problem(NO_FIGURES, shown)])
        return StudyFigures()
    document = read_yaml(path, shown=shown)
    problems = check_shape(document, project.root / "surveys" / "schemas" / "figures.schema.json")
    if problems:
        raise StudyError(problems)
    found, problems = study_figures(document.data, common, set(printed_figures(loaded)), document.where)
    if problems:
        raise StudyError(problems)
    return found


def printed_figures(loaded: LoadedStudy) -> dict[tuple[str, Domain], Printed]:
    """Figures of ``published.csv`` by indicator and domain, in the unit they are printed in; the last one counts."""
    path = Path(loaded.files.folder / "published.csv")
    return {
        (figure.indicator, tuple(sorted(figure.domain.items()))): Printed(figure.value, figure.where)
        for figure in read_published(path, loaded.dictionary, shown=f"{path.parent.name}/{path.name}")
    }
