"""What became of the units drawn, and the response rates that follow from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from surveys.problems import Message, Problem, StudyError

Disposition = Literal[
    "complete", "partial", "refusal", "no_contact", "other", "unknown", "unknown_other", "not_eligible"
]
DISPOSITIONS: tuple[str, ...] = get_args(Disposition)
# codes of the list `interview_result` of the common dictionary; an area out of reach leaves open whether somebody
# lives there (AAPOR 3.17)
USUAL: Mapping[str, str] = {
    "1": "complete", "2": "partial", "3": "refusal", "4": "no_contact", "5": "unknown", "6": "not_eligible",
}  # fmt: skip
DISPOSITION_UNKNOWN = Message(
    "disposition_unknown",
    "`dispositions` says '{kind}' for code '{code}'; one of these was expected: {known}. Correct it.",
    "`dispositions` dice '{kind}' para el código '{code}'; se esperaba uno de estos: {known}. Corríjalo.",
)
RESULT_WITHOUT_DISPOSITION = Message(
    "result_without_disposition",
    "{count} {count|unit has|units have} no usable result of the interview in '{variable}' (codes without a "
    "disposition: {codes}; blank: {blank}). Every unit drawn needs one. State the codes in `dispositions:`, or "
    "correct the source.",
    "{count} {count|unidad no tiene|unidades no tienen} en '{variable}' un resultado de entrevista utilizable "
    "(códigos sin disposición: {codes}; en blanco: {blank}). Toda unidad seleccionada necesita uno. Indique los "
    "códigos en `dispositions:`, o corrija el origen.",
)


def dispositions(
    results: NDArray[Any], meaning: Mapping[str, str] | None, *, variable: str, where: str
) -> NDArray[np.int8]:
    """Turn codes of the result of the interview into dispositions.

    Parameters
    ----------
    results : (n,) object
        Codes; None where blank.
    meaning : mapping of str to str, optional
        Code to disposition; that of the common list ``interview_result`` unless stated.
    variable, where : str
        For messages.

    Returns
    -------
    (n,) int8
        Place in `DISPOSITIONS`.

    Raises
    ------
    StudyError
        A disposition that does not exist, or units without one.
    """
    stated = {str(code): str(kind) for code, kind in (meaning or USUAL).items()}
    problems = [
        Problem(DISPOSITION_UNKNOWN, where, {"kind": kind, "code": code, "known": ", ".join(DISPOSITIONS)})
        for code, kind in stated.items()
        if kind not in DISPOSITIONS
    ]
    if problems:
        raise StudyError(problems)
    place = {code: DISPOSITIONS.index(kind) for code, kind in stated.items()}
    found = np.array([place.get(str(result), -1) if result is not None else -2 for result in results], dtype=np.int8)
    if (found < 0).any():
        codes = sorted({str(result) for result, at in zip(results, found, strict=True) if at == -1})
        details = {"count": int((found < 0).sum()), "variable": variable, "codes": ", ".join(codes) or "0",
                   "blank": int((found == -2).sum())}  # fmt: skip
        raise StudyError([Problem(RESULT_WITHOUT_DISPOSITION, where, details)])
    return found


def among(kinds: NDArray[np.int8], names: Sequence[str]) -> NDArray[np.bool_]:
    """Tell which units have one of the dispositions: (n,) bool."""
    return np.asarray(np.isin(kinds, [DISPOSITIONS.index(name) for name in names]))


def response_rates(kinds: NDArray[np.int8], weight: NDArray[np.float64] | None = None) -> dict[str, float | None]:
    r"""Compute the response rates of AAPOR.

    Parameters
    ----------
    kinds : (n,) int8
        Places in `DISPOSITIONS`.
    weight : (n,) float, optional
        Counts units unless given.

    Returns
    -------
    dict
        ``eligible_share`` (:math:`e`) and ``rr1`` to ``rr6`` as shares; None where nothing divides.

    Notes
    -----
    With I complete, P partial, R refusal, NC no contact, O other, U of unknown eligibility and N not eligible,

    .. math:: RR1 = \frac{I}{I+P+R+NC+O+U}, \quad RR3 = \frac{I}{I+P+R+NC+O+eU}, \quad
              RR5 = \frac{I}{I+P+R+NC+O};

    RR2, RR4 and RR6 count partial interviews as responses. :math:`e` is the share of eligible units among those
    whose eligibility is known (proportional allocation).

    References
    ----------
    AAPOR (2023), Standard Definitions, 10th edition, "Response rates".
    """
    total = np.bincount(kinds, weights=weight, minlength=len(DISPOSITIONS)).astype(np.float64)
    size = dict(zip(DISPOSITIONS, total.tolist(), strict=True))
    complete, both = size["complete"], size["complete"] + size["partial"]
    known = both + size["refusal"] + size["no_contact"] + size["other"]
    unknown = size["unknown"] + size["unknown_other"]
    share = _ratio(known, known + size["not_eligible"])
    estimated = None if share is None else known + share * unknown
    rates: dict[str, float | None] = {"eligible_share": share}
    for number, base in ((1, known + unknown), (3, estimated), (5, known)):
        rates[f"rr{number}"] = _ratio(complete, base)
        rates[f"rr{number + 1}"] = _ratio(both, base)
    return dict(sorted(rates.items()))


def _ratio(part: float, whole: float | None) -> float | None:
    return part / whole if whole else None
