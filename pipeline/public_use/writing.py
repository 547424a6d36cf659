"""Public-use files of a study written into a folder: made, attacked, compared, judged, and only then left there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from estimates.disclosure.audit import ProtectionRule
from estimates.release_view import release_view
from estimates.study_design import study_design
from pipeline.attack_public_use import attack_public_use, refuse_public_leaks
from pipeline.estimate_files import read_estimates, read_every_estimate
from pipeline.microdata_files import read_microdata
from pipeline.public_use.building import BuiltFile, build_files
from pipeline.public_use.comparing import Compared, compare_files
from pipeline.public_use.derivable import told_cells
from pipeline.public_use.formats import FORMATS, write_formats
from pipeline.public_use.judging import Judged, judge, refuse_open
from pipeline.public_use.protection_report import write_protection_report
from pipeline.public_use.written_columns import missing_labels, written_columns
from pipeline.study_files import LoadedStudy
from pipeline.weight_files import read_weights
from surveys.dictionary import Label
from surveys.problems import Message, Problem, StudyError

NOT_PERMITTED = Message(
    "public_use_not_permitted",
    "no public-use file may be made of this study: {why_en} Whoever answers for the microdata decides, under "
    "`public_use:` in study.yaml, with `permitted: true`, `by:`, `date:` and `reason:`.",
    "no puede hacerse un archivo de uso público de este estudio: {why_es} Quien responde por los microdatos lo "
    "decide, en "
    "`public_use:` de study.yaml, con `permitted: true`, `by:`, `date:` y `reason:`.",
)


@dataclass(frozen=True)
class PublicUseFiles:
    """What was made.

    Parameters
    ----------
    files : tuple of BuiltFile
        The files, with what they were made from: inside the house only.
    judged : dict of str to Judged
        Protection measured, by file.
    compared : list of Compared
        Estimates beside the published ones.
    attacked : int
        Hidden cells of the release that the files bear on; none is told.
    paths : list of Path
        Files written.
    """

    files: tuple[BuiltFile, ...]
    judged: dict[str, Judged]
    compared: list[Compared]
    attacked: int
    paths: list[Path]


def write_public_use(
    folder: Path, loaded: LoadedStudy, *, ingest: Path, weight: Path, estimates: Path,
    formats: tuple[str, ...] = FORMATS,
) -> PublicUseFiles:  # fmt: skip
    """Write the public-use files of a study.

    Parameters
    ----------
    folder : Path
        An existing folder.
    loaded : LoadedStudy
        The study.
    ingest, weight, estimates : Path
        Published folders of the stages of those names.
    formats : tuple of str
        Any of ``sav``, ``dta``, ``parquet`` and ``csv``.

    Returns
    -------
    PublicUseFiles
        Data files, ``replicates_<file>.csv`` and the protection report in both languages.

    Raises
    ------
    StudyError
        The study does not permit it.
    DataError
        A limit is broken, a hidden cell is told, or a key figure lies too far from the published one: nothing is
        written then. Or the attack on the finished files learns something: the folder must not be published.
    """
    refuse_unless_permitted(loaded)
    study, dictionary, plan = loaded.study, loaded.dictionary, loaded.study.public_use
    if plan is None:
        raise ValueError("a study that permits a public-use file declares it")
    microdata = read_microdata(ingest, dictionary)
    weights = read_weights(weight, microdata)
    design = study_design(study, microdata, where=loaded.files.study.where(("design",)))
    frame = read_estimates(estimates / "estimates.csv")
    files = build_files(plan, study, dictionary, microdata, design, weights)
    rule = ProtectionRule(study.publication.minimum_cases, study.publication.minimum_width)
    # Cells that any edition hides, not only those of the public one.
    told, attacked = told_cells(files, read_every_estimate(estimates), dictionary, rule)
    compared, absent = compare_files(files, release_view(frame, study, dictionary), study, dictionary)
    judged = {built.file.name: judge(built, plan) for built in files}
    refuse_open(files, judged, told, compared, plan, study.name)
    paths: list[Path] = []
    reasons = missing_labels(dictionary)
    for built in files:
        label = marked(built.file.label, synthetic=study.synthetic)
        paths += write_formats(folder, built.file.name, label, written_columns(built), reasons, study.year, formats)
        paths.append(_write_scale(folder, built))
    made = PublicUseFiles(files, judged, compared, attacked, paths)
    paths += write_protection_report(folder, loaded, files, judged, compared, absent, attacked)
    refuse_public_leaks(attack_public_use(folder, files, plan, microdata), study.name)
    return made


def refuse_unless_permitted(loaded: LoadedStudy) -> None:
    """Stop unless the study says that its microdata may be given away.

    Raises
    ------
    StudyError
        Who decided against it and when, or that nobody has decided.
    """
    plan = loaded.study.public_use
    if plan is not None and plan.permitted:
        return
    if plan is None:
        why_en, why_es = "nobody has decided that it may be.", "nadie ha decidido que pueda hacerse."
    else:
        why_en = f"{plan.by} decided so on {plan.date} ({plan.reason.en})."
        why_es = f"así lo decidió {plan.by} el {plan.date} ({plan.reason.es})."
    where = loaded.files.study.where(("public_use",))
    raise StudyError([Problem(NOT_PERMITTED, where, {"why_en": why_en, "why_es": why_es})])


def marked(label: Label, *, synthetic: bool) -> Label:
    """Say in a title that the data are invented, where they are."""
    return Label(f"DATOS SINTÉTICOS: {label.es}", f"SYNTHETIC DATA: {label.en}") if synthetic else label


def _write_scale(folder: Path, built: BuiltFile) -> Path:
    path = folder / f"replicates_{built.file.name}.csv"
    lines = [f"replicate_{number},{scale:.17g}" for number, scale in enumerate(built.units.scale(), start=1)]
    path.write_text("\n".join(["replicate,scale", *lines]) + "\n", encoding="utf-8")
    return path
