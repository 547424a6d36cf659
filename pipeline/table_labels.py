"""Names for the rows and columns of published tables, in Spanish and English, from the dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from surveys.dictionary import Dictionary
from surveys.problems import Language

TOTAL = "_T"
UNCERTIFIED_MARK = "¶"
COLUMN_LABELS: dict[str, tuple[str, str]] = {
    "study": ("Estudio", "Study"),
    "indicator": ("Indicador", "Indicator"),
    "estimate": ("Estimación", "Estimate"),
    "se": ("Error estándar", "Standard error"),
    "ci_low": ("Límite inferior (95 %)", "Lower limit (95%)"),
    "ci_high": ("Límite superior (95 %)", "Upper limit (95%)"),
    "cv": ("Coeficiente de variación", "Coefficient of variation"),
    "deff": ("Efecto de diseño", "Design effect"),
    "df": ("Grados de libertad", "Degrees of freedom"),
    "n": ("Personas o familias de la base (muestra)", "Persons or families in the base (sample)"),
    "n_psu": ("UPM de la base (muestra)", "PSUs in the base (sample)"),
    "cases": ("Casos (muestra)", "Cases (sample)"),
    "population": ("Población de la base", "Population of the base"),
    "unit": ("Unidad", "Unit"),
    "status": ("Estado", "Status"),
    "reason": ("Motivo", "Reason"),
    "estimate_a": ("Primera cifra", "First figure"),
    "estimate_b": ("Segunda cifra", "Second figure"),
    "t": ("Estadístico t", "t statistic"),
    "p_value": ("Valor p", "p-value"),
    "p_adjusted": ("Valor p ajustado (Holm)", "Adjusted p-value (Holm)"),
    "minimum_detectable": ("Diferencia mínima detectable", "Smallest detectable difference"),
    "coefficient": ("Coeficiente", "Coefficient"),
    "effect": ("Efecto marginal medio", "Average marginal effect"),
    "effect_se": ("Error estándar del efecto", "Standard error of the effect"),
    "f": ("Estadístico F", "F statistic"),
    "numerator_df": ("Grados de libertad del numerador", "Numerator degrees of freedom"),
    "denominator_df": ("Grados de libertad del denominador", "Denominator degrees of freedom"),
    "chi_square": ("Ji cuadrado de Pearson", "Pearson chi-square"),
}
STATUS_LABELS: dict[str, tuple[str, str]] = {
    "reliable": ("Fiable", "Reliable"),
    "weak": ("Poco fiable: usar con cautela", "Weak: use with caution"),
    "withheld": ("No se publica: precisión insuficiente", "Withheld: not precise enough"),
    "confidential": ("No se publica: confidencial", "Withheld: confidential"),
    "empty": ("Sin personas en este grupo", "Nobody in this group"),
}
UNIT_LABELS: dict[str, tuple[str, str]] = {
    "percent": ("Porcentaje", "Percent"),
    "persons": ("Personas", "Persons"),
    "households": ("Familias", "Families"),
    "number": ("Número", "Number"),
    "years": ("Años", "Years"),
}


@dataclass(frozen=True)
class Labels:
    """Names in one language.

    Parameters
    ----------
    dictionary : Dictionary
        Of the study.
    language : {"es", "en"}
        Which language to speak.
    """

    dictionary: Dictionary
    language: Language

    def indicator(self, name: str) -> str:
        """Name an indicator; a category of a distribution is named after its code."""
        whole, _, code = name.partition(".")
        indicator = self.dictionary.indicators[whole]
        label = indicator.label.get(self.language)
        if not code:
            return label
        return f"{label}: {self.dictionary.part_label(name).get(self.language)}"

    def breakdown(self, name: str) -> str:
        """Name a breakdown."""
        breakdown = self.dictionary.breakdowns[name]
        label = breakdown.label or self.dictionary.variables[breakdown.variable].label
        return label.get(self.language)

    def breakdowns(self, names: Sequence[str]) -> str:
        """Name a set of breakdowns in one phrase."""
        if not names:
            return "Total"
        return (" y " if self.language == "es" else " and ").join(self.breakdown(name) for name in names)

    def category(self, breakdown: str, code: str) -> str:
        """Name one code of a breakdown; ``_T`` is the total."""
        if code == TOTAL:
            return "Total"
        return self._code(self.code_list(breakdown), code)

    def code_list(self, breakdown: str) -> str:
        """Name of the code list behind a breakdown."""
        return str(self.dictionary.variables[self.dictionary.breakdowns[breakdown].variable].codes)

    def column(self, name: str) -> str:
        """Name a column of the estimate table."""
        if name in self.dictionary.breakdowns:
            return self.breakdown(name)
        return self._pick(COLUMN_LABELS, name)

    def status(self, status: str) -> str:
        """Say a status in words."""
        return self._pick(STATUS_LABELS, status)

    def unit(self, unit: str) -> str:
        """Say a unit in words; a unit without a name of its own, such as a currency, is itself."""
        return self._pick(UNIT_LABELS, unit)

    def _code(self, code_list: str, code: str) -> str:
        return self.dictionary.code_lists[code_list].codes[code].label.get(self.language)

    def _pick(self, labels: dict[str, tuple[str, str]], name: str) -> str:
        spanish, english = labels.get(name, (name, name))
        return spanish if self.language == "es" else english
