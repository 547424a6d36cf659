"""Code lists of a release for SDMX, from the dictionary, each used by as many columns as share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from msgspec.structs import replace
from pysdmx.model import Annotation, Code, Codelist

from pipeline.harmonized_words import COUNTRIES
from pipeline.sdmx_annotations import indicator_annotations
from pipeline.sdmx_codes import (
    AGENCY,
    VERSION,
    ListIdentity,
    breakdown_list,
    component_id,
    list_identity,
    sdmx_codes,
    sdmx_id,
)
from pipeline.sdmx_components import FIXED_LISTS
from pipeline.sdmx_languages import both
from pipeline.table_labels import Labels
from surveys.dictionary import Label


def code_lists(
    view: pd.DataFrame, breakdowns: Sequence[str], labels: tuple[Labels, Labels], country: str
) -> dict[str, Codelist]:
    """Code lists by the component that uses them.

    Parameters
    ----------
    view : DataFrame
        Published view of the estimates.
    breakdowns : sequence of str
        Its breakdown columns.
    labels : (Labels, Labels)
        Spanish and English names.
    country : str
        ISO 3166-1 alpha-3.
    """
    spanish, english = labels
    dictionary = english.dictionary
    lists = {component: code_list(*entry) for component, entry in FIXED_LISTS.items()}
    name = Label(*(COUNTRIES[language].get(country, country) for language in ("es", "en")))
    area = Label("País (ISO 3166-1 alfa-3)", "Country (ISO 3166-1 alpha-3)")
    lists["REF_AREA"] = _own("REF_AREA", area, {country: name})
    lists["INDICATOR"] = _indicators(view, labels)
    for breakdown in breakdowns:
        codes = breakdown_list(dictionary, breakdown)
        own = sdmx_codes(dictionary, breakdown)
        texts = {
            code: Label(spanish.category(breakdown, inner), english.category(breakdown, inner))
            for inner, code in own.items()
        }
        lists[component_id(breakdown)] = code_list(list_identity(codes), codes.label, texts)
    units = {
        sdmx_id(unit).upper(): Label(spanish.unit(unit), english.unit(unit))
        for unit in dict.fromkeys(view["unit"].astype(str))
    }
    lists["UNIT_MEASURE"] = _own("UNIT_MEASURE", Label("Unidad de medida", "Unit of measure"), units)
    return _joined(lists)


def _joined(lists: Mapping[str, Codelist]) -> dict[str, Codelist]:
    """Give columns that name the same list one list, with the codes of all of them."""
    codes: dict[tuple[object, str, str], dict[str, Code]] = {}
    for one in lists.values():
        codes.setdefault((one.agency, one.id, one.version), {}).update({code.id: code for code in one.items})
    return {
        component: replace(one, items=list(codes[one.agency, one.id, one.version].values()))
        for component, one in lists.items()
    }


def _indicators(view: pd.DataFrame, labels: tuple[Labels, Labels]) -> Codelist:
    spanish, english = labels
    items = []
    for part in dict.fromkeys(view["indicator"].astype(str)):
        indicator = english.dictionary.indicators[part.partition(".")[0]]
        definition = indicator.definition
        items.append(Code(
            id=sdmx_id(part), name=both(Label(spanish.indicator(part), english.indicator(part))),
            description=None if definition is None else both(definition),
            annotations=indicator_annotations(indicator),
        ))  # fmt: skip
    name = both(Label("Indicador", "Indicator"))
    return Codelist(id="CL_INDICATOR", agency=AGENCY, version=VERSION, name=name, items=items)


def _own(component: str, name: Label, codes: Mapping[str, Label]) -> Codelist:
    return code_list(ListIdentity(AGENCY, f"CL_{component}", VERSION), name, codes)


def code_list(identity: ListIdentity, name: Label, codes: Mapping[str, Label]) -> Codelist:
    """Make a code list; one that follows an international list without being it says which."""
    follows = [] if identity.follows is None else [Annotation(id="FOLLOWS", type="FOLLOWS", text=identity.follows)]
    return Codelist(
        id=identity.id, agency=identity.agency, version=identity.version, name=both(name), is_partial=identity.partial,
        items=[Code(id=code, name=both(label)) for code, label in codes.items()], annotations=follows,
    )  # fmt: skip
