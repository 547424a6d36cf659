"""Everything that validation found, and what stops a release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estimates.reconciliation import Reconciled
from estimates.table_checks import TableCheck
from pipeline.second_engine import Recomputed
from surveys.problems import DataError, Message, Problem

HIDDEN = ("withheld", "confidential")
UNEXPLAINED = Message(
    "published_unexplained",
    "The printed figure of '{figure}' is {printed} ({where}) and ours is {ours}, without an explanation. "
    "Find the "
    "cause; when it is understood, write it in the column `explanation`, or give a `tolerance`.",
    "La cifra impresa de '{figure}' es {printed} ({where}) y la nuestra es {ours}, sin explicación. Busque "
    "la "
    "causa; cuando se entienda, escríbala en la columna `explanation`, o indique un `tolerance`.",
)
NOT_FOUND = Message(
    "published_not_found",
    "The printed figure of '{figure}' ({where}) has no estimate to compare with. Add its indicator and "
    "domain to "
    "`tabulation:`, or write in the column `explanation` why it is not estimated.",
    "La cifra impresa de '{figure}' ({where}) no tiene estimación con la cual compararse. Agregue su "
    "indicador y "
    "dominio a `tabulation:`, o escriba en la columna `explanation` por qué no se estima.",
)
ENGINES_DIFFER = Message(
    "engines_differ",
    "The two engines differ on {count} headline figures ({figures}); at most 1e-8 relative is accepted. "
    "Nothing may "
    "be published before the cause is found; see the validation page.",
    "Los dos motores difieren en {count} cifras principales ({figures}); se acepta a lo sumo 1e-8 "
    "relativo. Nada "
    "puede publicarse antes de hallar la causa; véase la página de validación.",
)
CHECK_FAILED = Message(
    "validation_check_failed",
    "The check '{check}' failed in {failed} of {checked} cases; it must never fail. Run the stages again, "
    "and report "
    "it if it stays.",
    "La comprobación '{check}' falló en {failed} de {checked} casos; nunca debe fallar. Ejecute de nuevo "
    "las etapas, "
    "e informe si persiste.",
)
DISCLOSED = Message(
    "victim_counts_disclosed",
    "{failed} of {checked} hidden victim counts can be worked out from what is shown, or bounded too closely. Join "
    "codes of the breakdowns that the record of `estimate` names under `coarsen`, or take a table out of "
    "`tabulation:`.",
    "{failed} de {checked} números ocultos de víctimas se deducen de lo que se muestra, o se acotan demasiado. Una "
    "códigos de los desgloses que el registro de `estimate` nombra en `coarsen`, o quite un cuadro de `tabulation:`.",
)


@dataclass(frozen=True)
class Validation:
    """Results of all checks of one study.

    Parameters
    ----------
    study : str
        Name of the study.
    reconciled : tuple of Reconciled
        Printed figures beside ours.
    recomputed : tuple of (Recomputed, bool)
        Headline figures by the second engine, and whether the row is hidden in publications.
    checks : tuple of TableCheck
        Sums and logic.
    """

    study: str
    reconciled: tuple[Reconciled, ...]
    recomputed: tuple[tuple[Recomputed, bool], ...]
    checks: tuple[TableCheck, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing stops a release."""
        return not problems_of(self)

    def summary(self) -> dict[str, Any]:
        """Count outcomes, for the methods annex."""
        return {
            "passed": self.passed,
            "reconciliation": dict(Counter(result.outcome for result in self.reconciled)),
            "second_engine": dict(Counter(result.outcome for result, _ in self.recomputed)),
            "checks": {check.name: {"checked": check.checked, "failed": check.failed} for check in self.checks},
        }

    def as_record(self) -> dict[str, Any]:
        """Give every result; numbers of hidden rows are left out."""
        return {
            "study": self.study,
            **self.summary(),
            "figures": [
                {
                    "indicator": result.published.indicator,
                    "domain": dict(result.published.domain),
                    "printed": result.published.value,
                    "where": result.published.where,
                    "outcome": result.outcome,
                    "explanation": result.published.explanation,
                    "ours": None if result.status in HIDDEN else result.ours,
                    "difference": None if result.status in HIDDEN else result.difference,
                }
                for result in self.reconciled
            ],
            "headlines": [
                {
                    "figure": result.name,
                    "outcome": result.outcome,
                    "reason": result.reason,
                    "engine": result.engine,
                    "estimate": None if hidden else result.estimate,
                    "se": None if hidden else result.se,
                    "difference": result.difference,
                }
                for result, hidden in self.recomputed
            ],
        }


def check_weights(
    weights: Mapping[str, NDArray[np.float64]],
    record: Mapping[str, Any],
) -> list[TableCheck]:
    """Check that weights add up to their own record, to 1e-9 relative, and hold no impossible number."""
    sums = {step["level"]: step["sum"] for step in record.get("steps", ())}
    failed = sum(
        not (
            np.isfinite(weight).all()
            and (weight >= 0).all()
            and abs(float(weight.sum()) - sums.get(level, np.inf)) <= 1e-9 * abs(sums.get(level, 0.0))
        )
        for level, weight in weights.items()
    )
    return [TableCheck("weights_add_up", len(weights), failed)]


def refuse(validation: Validation) -> None:
    """Stop when anything speaks against a release.

    Raises
    ------
    DataError
        All reasons at once.
    """
    problems = problems_of(validation)
    if problems:
        raise DataError(problems)


def problems_of(validation: Validation) -> list[Problem]:
    """Reasons not to release."""
    where = f"{validation.study}/published.csv"
    problems = []
    for result in validation.reconciled:
        if not result.stops:
            continue
        message = UNEXPLAINED if result.outcome == "unexplained" else NOT_FOUND
        published = result.published
        name = figure_name(published.indicator, published.domain)
        shown = "hidden" if result.status in HIDDEN or result.ours is None else f"{result.ours:.{_digits(result)}f}"
        problems.append(
            Problem(
                message,
                where,
                {"figure": name, "printed": f"{published.value:g}", "where": published.where, "ours": shown},
            )
        )
    different = [result.name for result, _ in validation.recomputed if result.outcome == "different"]
    if different:
        problems.append(
            Problem(
                ENGINES_DIFFER,
                f"{validation.study}  validate",
                {
                    "count": len(different),
                    "figures": ", ".join(different[:5]) + (", ..." if len(different) > 5 else ""),
                },
            )
        )
    problems += [
        Problem(
            DISCLOSED if check.name == "disclosure_audit" else CHECK_FAILED,
            f"{validation.study}  validate",
            {"check": check.name, "failed": check.failed, "checked": check.checked},
        )
        for check in validation.checks
        if check.failed
    ]
    return problems


def figure_name(indicator: str, domain: Mapping[str, str]) -> str:
    """Write indicator and domain in one line."""
    return indicator + "".join(f" [{name}={code}]" for name, code in domain.items())


def _digits(result: Reconciled) -> int:
    return max(result.published.digits, 0) + 3
