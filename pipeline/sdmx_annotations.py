"""Reference metadata of a release as SDMX annotations: what it is, how it was made, how far it compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pysdmx.model import Annotation

from pipeline.release_metadata import DRAFT, SYNTHETIC
from pipeline.sdmx_languages import both
from surveys.dictionary import Indicator, Label
from surveys.study import Study

VARIANCE = Label(
    "Errores estándar por linealización del diseño indicado; límites al 95 %. El coeficiente de variación y el efecto "
    "de diseño acompañan a cada cifra; N_UNWEIGHTED es la base sin ponderar, N_CASES los casos, N_PSU las unidades "
    "primarias.",
    "Standard errors by linearization under the design stated; limits at 95%. Coefficient of variation and design "
    "effect go with every figure; N_UNWEIGHTED is the unweighted base, N_CASES the cases, N_PSU the primary units.",
)
SUPPRESSION = Label(
    "Una cifra suprimida (Q) no tiene ningún número: por precisión insuficiente (CONF_STATUS F), por pocos casos (A) "
    "o para no revelar otra (D). REASON nombra la regla.",
    "A suppressed figure (Q) has no number at all: not precise enough (CONF_STATUS F), too few cases (A), or hidden "
    "so that another is not revealed (D). REASON names the rule.",
)
COMPARABILITY = Label(
    "Las cifras siguen las definiciones del diccionario de este estudio, descritas en cada indicador. Antes de "
    "compararlas con otra encuesta o con otro año hay que comparar periodo de referencia, población, definición y "
    "diseño.",
    "Figures follow the definitions of this study's dictionary, told at every indicator. Before they are compared "
    "with another survey or year, compare reference period, population, definition and design.",
)
EXTENDED = Label(
    "Las filas cuyo REASON dice extrapolated se extendieron de los lugares de la muestra al resto del país con una "
    "razón única; no miden los lugares fuera de la muestra.",
    "Rows whose REASON says extrapolated were extended from the places sampled to the rest of the country with one "
    "ratio; they do not measure places outside the sample.",
)


@dataclass(frozen=True)
class About:
    """What a release says of itself.

    Parameters
    ----------
    name : str
        Of the study; the identifiers are made of it.
    title : Label
        With the notice of synthetic data where they are.
    country : str
        ISO 3166-1 alpha-3.
    year : int
        Reference year; also dates the messages, so that two runs give the same bytes.
    synthetic, draft : bool
        Invented data; not yet signed by all who validate.
    notes : mapping of str to Label
        Reference metadata by kind.
    """

    name: str
    title: Label
    country: str
    year: int
    synthetic: bool = False
    draft: bool = False
    notes: Mapping[str, Label] | None = None

    @property
    def name_of_flow(self) -> Label:
        """Title, with the notices that must be read before any number."""
        marks = [text for text, holds in ((SYNTHETIC, self.synthetic), (DRAFT, self.draft)) if holds]
        return Label(*(" ".join([*(text[language] for text in marks), self.title.get(language)])
                       for language in ("es", "en")))  # fmt: skip


def about_study(study: Study, *, draft: bool) -> About:
    """Gather what a study says of its methods and of how far its figures compare.

    Parameters
    ----------
    study : Study
        The study.
    draft : bool
        Not yet signed by all who validate.
    """
    notes: dict[str, Label] = {}
    if study.reference_period is not None:
        notes["REF_PERIOD"] = study.reference_period
    if study.producer is not None:
        notes["PRODUCER"] = study.producer
    for source in study.sources.values():
        if source.obtain is not None:
            notes[f"SOURCE_{source.name.upper()}"] = source.obtain
        if source.licence is not None:
            notes[f"LICENCE_{source.name.upper()}"] = source.licence
    if study.design.notes is not None:
        notes["DESIGN"] = study.design.notes
    notes["VARIANCE"] = VARIANCE
    steps = ", ".join(step.step for step in study.weighting)
    if steps:
        notes["WEIGHTING"] = Label(f"Pasos del ponderador: {steps}.", f"Steps of the weight: {steps}.")
    standards, least = ", ".join(study.publication.standards), study.publication.minimum_cases
    notes["PUBLICATION"] = Label(
        f"Normas de publicación: {standards}. Mínimo de casos de una celda sobre víctimas: {least}. {SUPPRESSION.es}",
        f"Publication standards: {standards}. Least cases of a cell about victims: {least}. {SUPPRESSION.en}",
    )
    base = study.publication.rounding_base
    if base is not None:
        notes["ROUNDING"] = Label(
            f"Los totales sobre víctimas están redondeados a múltiplos de {base}, y sus tasas se calculan de ellos.",
            f"Totals about victims are rounded to multiples of {base}, and their rates are made of them.",
        )
    if study.extrapolation is not None:
        notes["EXTRAPOLATION"] = EXTENDED
    notes["COMPARABILITY"] = COMPARABILITY
    return About(study.name, study.title, study.country, study.year, study.synthetic, draft, notes)


def flow_annotations(about: About) -> list[Annotation]:
    """Annotations of the dataflow and of its structure."""
    notes: dict[str, Label] = {}
    if about.synthetic:
        notes["SYNTHETIC"] = Label(SYNTHETIC["es"], SYNTHETIC["en"])
    if about.draft:
        notes["PROVISIONAL"] = Label(DRAFT["es"], DRAFT["en"])
    notes |= dict(about.notes or {})
    return [Annotation(id=kind, type=kind, text=both(text)) for kind, text in notes.items()]


def indicator_annotations(indicator: Indicator) -> list[Annotation]:
    """Tell what an indicator counts and how: statistic, level and expressions of the dictionary."""
    told = {"STATISTIC": indicator.statistic, "LEVEL": indicator.level, "OF": indicator.of}
    told |= {"OVER": indicator.over or "", "UNIVERSE": indicator.universe or ""}
    return [Annotation(id=kind, type=kind, text=text) for kind, text in told.items() if text]
