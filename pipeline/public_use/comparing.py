"""Estimates from the public files beside the published ones, computed as a user would: weights and replicates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimates.extrapolation import sampled_places
from estimates.public_use.replicate_weights import replicate_standard_error
from estimates.table import WHOLE
from pipeline.estimate_files import breakdown_columns
from pipeline.public_use.building import BuiltFile
from pipeline.public_use.public_rows import file_of, public_measures
from surveys.dictionary import Dictionary
from surveys.public_use import PublicLimits
from surveys.study import Study


@dataclass(frozen=True)
class Compared:
    """One published row and what the public file gives for it.

    Parameters
    ----------
    indicator, domain, file : str
        Row, its domain as ``name=code`` and the file used.
    published, published_se, found, found_se : float
        Both estimates with their standard errors, for the places sampled.
    key : bool
        One of the key figures of the report.
    """

    indicator: str
    domain: str
    file: str
    published: float
    published_se: float
    found: float
    found_se: float
    key: bool

    @property
    def far(self) -> float:
        """Distance in published standard errors; infinite where the published one is 0 and they differ."""
        gap = abs(self.found - self.published)
        if self.published_se > 0:
            return gap / self.published_se
        return 0.0 if gap <= 1e-3 * abs(self.published) else float("inf")

    @property
    def errors(self) -> float:
        """Ratio of the standard errors; 1 where both are 0."""
        if self.published_se > 0:
            return self.found_se / self.published_se
        return 1.0 if self.found_se == 0 else float("inf")

    def within(self, limits: PublicLimits) -> bool:
        """Whether both are as near as the study declares."""
        return self.far <= limits.far and limits.errors[0] <= self.errors <= limits.errors[1]


def compare_files(
    files: tuple[BuiltFile, ...], view: pd.DataFrame, study: Study, dictionary: Dictionary
) -> tuple[list[Compared], list[str]]:
    """Compute what the public files can give of a release.

    Parameters
    ----------
    files : tuple of BuiltFile
        The public files.
    view : DataFrame
        Published view of the estimates: hidden rows have no number and are not compared.
    study, dictionary : Study, Dictionary
        Key figures and indicators.

    Returns
    -------
    compared : list of Compared
        In the order of the release.
    absent : list of str
        Key figures that no public file can give.
    """
    names = breakdown_columns(view)
    sampled = sampled_places(view, study.extrapolation, dictionary)
    keys = {(item.indicator, _domain(item.domain, names)) for item in study.report.key_figures}
    found = list(_compared(files, sampled, names, keys, dictionary))
    held = {(row.indicator, row.domain) for row in found}
    parts = {(name.partition(".")[0], domain) for name, domain in held}
    absent = [" ".join(filter(None, key)) for key in sorted(keys) if key not in held and key not in parts]
    return found, absent


def _compared(
    files: tuple[BuiltFile, ...], frame: pd.DataFrame, names: list[str], keys: set[tuple[str, str]],
    dictionary: Dictionary,
) -> Iterator[Compared]:  # fmt: skip
    told = frame[frame["estimate"].notna() & frame["se"].notna()]
    whole = told["indicator"].astype(str).str.partition(".")[0]
    together: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for place, (indicator_name, codes) in enumerate(zip(whole, told[names].to_numpy(dtype=str), strict=True)):
        by = tuple(name for name, code in zip(names, codes, strict=True) if code != WHOLE)
        together.setdefault((str(indicator_name), by), []).append(place)
    for (indicator_name, by), rows in together.items():
        indicator = dictionary.indicators[indicator_name]
        built = file_of(indicator, by, files, dictionary)
        if built is None:
            continue
        measures, codings = public_measures(built, indicator, by, dictionary)
        by_name = {measure.name: measure for measure in measures}
        scale = built.units.scale()
        for place in rows:
            row = told.iloc[place]
            measure = by_name[str(row["indicator"])]
            used = measure.base()
            for coding in codings:
                used &= coding.codes == coding.labels.index(str(row[coding.name]))
            value = np.where(used, measure.numerator, 0.0)
            other = used if measure.denominator is None else np.where(used, measure.denominator, 0.0)
            base = None if measure.kind == "total" else np.asarray(other, dtype=np.float64)
            estimate, error = replicate_standard_error(value, base, built.weight, built.replicates, scale)
            domain = _domain({name: str(row[name]) for name in by}, names)
            key = (str(row["indicator"]), domain) in keys or (indicator_name, domain) in keys
            yield Compared(str(row["indicator"]), domain, built.file.name, float(row["estimate"]), float(row["se"]),
                           estimate, error, key)  # fmt: skip


def _domain(codes: Mapping[str, str], names: list[str]) -> str:
    return " ".join(f"{name}={codes[name]}" for name in names if name in codes)
