"""The release of one edition: its part of the rows that were protected together, and of what is printed beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from estimates.disclosure.edition_rules import edition_rows
from estimates.release_view import analyses_view, release_view
from pipeline.estimate_files import TOTAL, without_unused
from pipeline.release import Release
from surveys.editions import PUBLIC, PUBLIC_TITLE, Disclosure, Edition
from surveys.study import Study


def editions_of(study: Study) -> tuple[Edition, ...]:
    """Return the editions of a study; one public edition with everything where none is declared."""
    if study.editions.declared:
        return study.editions.declared
    rules = study.publication
    everything = Disclosure(rules.minimum_cases, rules.minimum_width, rules.rounding_base)
    return (Edition("public", PUBLIC, PUBLIC_TITLE, study.languages, disclosure=everything),)


def as_published_in(edition: Edition, study: Study) -> Study:
    """Give a study the languages and the rounding of an edition, which is what every writer of a release reads."""
    base = None if edition.disclosure is None else edition.disclosure.rounding_base
    return replace(study, languages=edition.languages, publication=replace(study.publication, rounding_base=base))


def edition_release(
    edition: Edition, release: Release, every: pd.DataFrame, analyses: Mapping[str, pd.DataFrame]
) -> Release:
    """Make the release of one edition.

    Parameters
    ----------
    edition : Edition
        Detail, languages and rounding.
    release : Release
        The public one: study, validation, and whether it is signed.
    every : DataFrame
        Protected rows of all editions, internal: hidden ones still hold their numbers.
    analyses : mapping of str to DataFrame
        Comparisons, models and the like, internal.

    Returns
    -------
    Release
        Hidden rows without numbers; no row that the edition does not include.
    """
    loaded = release.loaded
    study = as_published_in(edition, loaded.study)
    rows = without_unused(every[edition_rows(every, [edition])[0]])
    held = analyses_view({name: _part(table, edition) for name, table in analyses.items()}, study, loaded.dictionary)
    view = release_view(rows, study, loaded.dictionary)
    return replace(release, loaded=replace(loaded, study=study), view=view, analyses=held)


def _part(table: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """Keep the lines of an edition; models and tests, which name no indicator, only where no indicator is left out."""
    # Verdicts are for the house, and series are of other producers.
    if table.empty or edition.whole or {"standard", "series"} & {str(column) for column in table.columns}:
        return table
    if "indicator" not in table.columns:
        return table if edition.indicators is None else table.iloc[:0]
    by = [name for name in ("between", "by") if name in table.columns]
    kept = [
        edition.holds(str(indicator), [name for name in names if name not in ("", TOTAL)])
        for indicator, *names in table[["indicator", *by]].astype(str).itertuples(index=False, name=None)
    ]
    return table[kept].reset_index(drop=True)
