"""The protection report: what was done to the public files, the risk that remains and the information lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.public_use.building import BuiltFile
from pipeline.public_use.comparing import Compared
from pipeline.public_use.judging import Judged
from pipeline.public_use.protection_words import WORDS
from pipeline.study_files import LoadedStudy
from surveys.public_use import PublicUse

MEASURES = ("smallest", "different", "individual", "household", "whole", "weight_strata", "unit_psus", "unit_strata")


def write_protection_report(
    folder: Path, loaded: LoadedStudy, files: tuple[BuiltFile, ...], judged: dict[str, Judged],
    compared: Sequence[Compared], absent: Sequence[str], attacked: int,
) -> list[Path]:  # fmt: skip
    """Write ``protection_<language>.md``, ``public_use_protection.csv`` and ``public_use_comparison.csv``.

    Parameters
    ----------
    folder : Path
        Where to write.
    loaded : LoadedStudy
        The study.
    files : tuple of BuiltFile
        The public files.
    judged : dict of str to Judged
        Measured protection, by file.
    compared : sequence of Compared
        Estimates beside the published ones.
    absent : sequence of str
        Key figures that no file gives.
    attacked : int
        Hidden cells that the files bear on.

    Returns
    -------
    list of Path
        Nothing in them tells a value of a row or a hidden count.
    """
    plan = loaded.study.public_use
    if plan is None:
        raise ValueError("the study declares no public-use file")
    rows = list(_measured(files, judged, plan))
    protection = folder / "public_use_protection.csv"
    pd.DataFrame(rows, columns=["file", "measure", "variable", "found", "limit"]).to_csv(
        protection, index=False, lineterminator="\n")  # fmt: skip
    comparison = folder / "public_use_comparison.csv"
    lines = [(row.indicator, row.domain, row.file, row.published, row.published_se, row.found, row.found_se, row.far,
              row.errors, row.key, row.within(plan.limits)) for row in compared]  # fmt: skip
    pd.DataFrame(lines, columns=["indicator", "domain", "file", "published", "published_se", "public_file",
                                 "public_file_se", "distance_in_se", "ratio_of_se", "key_figure", "within"]).to_csv(
        comparison, index=False, lineterminator="\n", float_format="%.10g")  # fmt: skip
    pages = []
    for language in ("es", "en"):
        page = folder / f"protection_{language}.md"
        text = "\n\n".join(_page(loaded, files, judged, compared, absent, attacked, plan, language))
        page.write_text(text + "\n", encoding="utf-8")
        pages.append(page)
    return [protection, comparison, *pages]


def _measured(
    files: tuple[BuiltFile, ...], judged: dict[str, Judged], plan: PublicUse
) -> Iterator[tuple[str, str, str, str, str]]:
    limits = plan.limits
    wanted = {"smallest": limits.k, "different": limits.l, "individual": limits.individual, "household":
              limits.household, "whole": limits.whole, "weight_strata": limits.strata, "unit_psus": limits.psus,
              "unit_strata": 2}  # fmt: skip
    for built in files:
        found = judged[built.file.name]
        for measure in MEASURES:
            yield built.file.name, measure, "", _number(getattr(found, measure)), _number(wanted[measure])
        yield built.file.name, "certain", "", str(found.linked.certain), ""
        yield built.file.name, "right", "", _number(found.linked.right), ""
        yield built.file.name, "fewest", "", str(found.linked.fewest), ""
        for name, number in found.hidden.items():
            yield built.file.name, "hidden", name, str(number), ""
        change = 100 * np.abs(built.weight / built.true_weight - 1).mean()
        yield built.file.name, "weight_change", "", _number(float(change)), ""
        if built.file.of is not None:
            yield built.file.name, "families", "", str(int((built.family > 0).sum())), ""


def _page(
    loaded: LoadedStudy, files: tuple[BuiltFile, ...], judged: dict[str, Judged], compared: Sequence[Compared],
    absent: Sequence[str], attacked: int, plan: PublicUse, language: str,
) -> Iterator[str]:  # fmt: skip
    words, study, limits = WORDS[language], loaded.study, plan.limits
    yield f"# {words['title']}"
    yield study.title.get(language)
    if study.synthetic:
        yield words["synthetic"]
    yield words["decided"].format(by=plan.by, date=plan.date, reason=plan.reason.get(language).rstrip("."))
    yield f"## {words['what']}"
    yield words["what_text"]
    yield _table([words[name] for name in ("file", "holds", "rows", "variables", "replicates")], [
        [f"`{built.file.name}`", built.file.label.get(language), f"{built.number.size:,}", str(len(built.columns)),
         str(built.units.units)] for built in files])  # fmt: skip
    yield f"### {words['changed']}"
    yield "\n".join(_changed(files, language)) or words["changed_none"]
    yield f"## {words['risk']}"
    yield words["risk_text"]
    rows = list(_measured(files, judged, plan))
    measured = [row for row in rows if row[1] in MEASURES]
    yield _table([words[name] for name in ("file", "measure", "found", "limit")], [
        [f"`{row[0]}`", words[row[1]], row[3], row[4]] for row in measured])  # fmt: skip
    yield words["trial"]
    yield _table([words[name] for name in ("file", "measure", "found")], [
        [f"`{row[0]}`", words[row[1]], row[3]]
        for row in rows if row[1] in ("certain", "right", "fewest")])  # fmt: skip
    yield f"## {words['loss']}"
    yield words["loss_text"]
    sizes = {built.file.name: built.number.size for built in files}
    yield _table([words[name] for name in ("file", "variable", "hidden", "share")], [
        [f"`{row[0]}`", f"`{row[2]}`", row[3], f"{100 * int(row[3]) / max(sizes[row[0]], 1):.1f}"]
        for row in rows if row[1] == "hidden" and row[3] != "0"])  # fmt: skip
    yield _table([words[name] for name in ("file", "measure", "found")], [
        [f"`{row[0]}`", words[row[1]], row[3]] for row in rows if row[1] in ("weight_change", "families")])  # fmt: skip
    yield f"## {words['compared']}"
    yield words["compared_text"].format(
        within=sum(row.within(limits) for row in compared), all=len(compared), far=limits.far, low=limits.errors[0],
        high=limits.errors[1])  # fmt: skip
    yield _table([words[name] for name in ("figure", "published", "se", "public", "public_se", "distance", "ratio")], [
        [f"{loaded.dictionary.indicators[row.indicator.partition('.')[0]].label.get(language)} {row.domain}".strip(),
         *(f"{number:,.5g}" if abs(number) < 1 else f"{number:,.0f}" for number in (
             row.published, row.published_se, row.found, row.found_se)), f"{row.far:.2f}", f"{row.errors:.2f}"]
        for row in compared if row.key])  # fmt: skip
    if absent:
        yield words["absent"].format(names=", ".join(absent))
    yield f"## {words['cells']}"
    yield words["cells_text"].format(attacked=attacked)
    yield f"## {words['use']}"
    yield words["use_text"].format(df=", ".join(f"{built.units.degrees_of_freedom} (`{built.file.name}`)"
                                                for built in files))  # fmt: skip
    yield f"## {words['limits']}"
    yield words["limits_text"]


def _changed(files: tuple[BuiltFile, ...], language: str) -> Iterator[str]:
    words = WORDS[language]
    for built in files:
        for item in built.file.variables:
            if not item.changed:
                continue
            column = built.of(item.name)[0]
            joined = [f"{part.label.get(language)} = {', '.join(part.of)}" for part in item.codes]
            bands = [text.get(language) for _, _, text in column.codes] if item.bands else []
            ends = [f"{sign} {value:g}" for sign, value in (("≥", item.bottom), ("≤", item.top)) if value is not None]
            detail = "; ".join([f"`{item.source}`", *joined, *bands, *ends])
            yield "- " + words["changed_row"].format(name=item.name, file=f"`{built.file.name}`", detail=detail)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.4g}"
