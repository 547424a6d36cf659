"""The columns of the SDMX tables: measures, attributes, and the codes that every study uses, in both languages."""

from __future__ import annotations

from types import MappingProxyType

from pipeline.sdmx_codes import AGENCY, VERSION, ListIdentity
from pipeline.table_labels import STATUS_LABELS
from surveys.dictionary import Label

MEASURES = MappingProxyType({"OBS_VALUE": "estimate", "LOWER_BOUND": "ci_low", "UPPER_BOUND": "ci_high"})
NUMBER_ATTRIBUTES = MappingProxyType({
    "STD_ERR": "se",
    "CV": "cv",
    "DEFF": "deff",
    "DEG_FREEDOM": "df",
    "N_UNWEIGHTED": "n",
    "N_CASES": "cases",
    "N_PSU": "n_psu",
    "POPULATION": "population",
})  # fmt: skip
STATUS_ATTRIBUTES = ("UNIT_MEASURE", "OBS_STATUS", "CONF_STATUS", "EDITION", "PUB_STATUS", "REASON")
PROVISIONAL, ESTIMATED, NORMAL, MISSING = "P", "E", "A", "O"
OBS_STATUS = MappingProxyType({"weak": "U", "withheld": "Q", "confidential": "Q", "empty": "M"})
FREE, PRIMARY, SECONDARY = "F", "A", "D"

# Identity and codes in use of the lists that every study needs; the first three are international.
FIXED_LISTS: MappingProxyType[str, tuple[ListIdentity, Label, MappingProxyType[str, Label]]] = MappingProxyType({
    "FREQ": (
        ListIdentity("SDMX", "CL_FREQ", "2.1", partial=True), Label("Frecuencia", "Frequency"),
        MappingProxyType({"A": Label("Anual", "Annual")}),
    ),
    "OBS_STATUS": (
        ListIdentity("SDMX", "CL_OBS_STATUS", "2.3", partial=True),
        Label("Estado de la observación", "Observation status"),
        MappingProxyType({
            NORMAL: Label("Valor normal", "Normal value"),
            ESTIMATED: Label("Valor estimado", "Estimated value"),
            MISSING: Label("Valor ausente", "Missing value"),
            "M": Label("Valor ausente; el dato no puede existir", "Missing value; data cannot exist"),
            PROVISIONAL: Label("Valor provisional", "Provisional value"),
            "Q": Label("Valor ausente; suprimido", "Missing value; suppressed"),
            "U": Label("Fiabilidad baja", "Low reliability"),
        }),
    ),
    "CONF_STATUS": (
        ListIdentity("SDMX", "CL_CONF_STATUS", "1.3", partial=True),
        Label("Estado de confidencialidad", "Confidentiality status"),
        MappingProxyType({
            PRIMARY: Label("Confidencialidad primaria por conteos pequeños",
                           "Primary confidentiality due to small counts"),
            SECONDARY: Label("Confidencialidad secundaria fijada por el remitente",
                             "Secondary confidentiality set by the sender, not for publication"),
            FREE: Label("Libre", "Free (free for publication)"),
        }),
    ),
    "EDITION": (
        ListIdentity(AGENCY, "CL_EDITION", VERSION), Label("Edición", "Edition"),
        MappingProxyType({
            "FINAL": Label("Definitiva", "Final"),
            "DRAFT": Label("Borrador provisional, sin firmar", "Provisional draft, not signed"),
            "SYNTHETIC": Label("Datos sintéticos", "Synthetic data"),
            "SYNTHETIC_DRAFT": Label("Datos sintéticos, borrador sin firmar", "Synthetic data, draft not signed"),
        }),
    ),
    "PUB_STATUS": (
        ListIdentity(AGENCY, "CL_PUB_STATUS", VERSION), Label("Estado de publicación", "Publication status"),
        MappingProxyType({status: Label(*texts) for status, texts in STATUS_LABELS.items()}),
    ),
})  # fmt: skip

CONCEPTS = MappingProxyType({
    "FREQ": Label("Frecuencia", "Frequency"),
    "REF_AREA": Label("Área de referencia", "Reference area"),
    "INDICATOR": Label("Indicador", "Indicator"),
    "TIME_PERIOD": Label("Periodo", "Time period"),
    "UNIT_MEASURE": Label("Unidad de medida", "Unit of measure"),
    "OBS_STATUS": Label("Estado de la observación", "Observation status"),
    "CONF_STATUS": Label("Estado de confidencialidad", "Confidentiality status"),
    "EDITION": Label("Edición", "Edition"),
    "PUB_STATUS": Label("Estado de publicación", "Publication status"),
    "REASON": Label("Motivo del estado de publicación", "Reason of the publication status"),
})  # fmt: skip


def observation_status(status: str, reason: str, *, draft: bool) -> str:
    """Code of ``CL_OBS_STATUS`` of a row.

    Low reliability is told before all else, because a reader acts on it; a figure that rests on an assumption is
    estimated; every other figure of a draft is provisional.
    """
    if status in OBS_STATUS:
        return OBS_STATUS[status]
    if draft:
        return PROVISIONAL
    return ESTIMATED if "extrapolated" in reason.split(";") else NORMAL


def edition(*, synthetic: bool, draft: bool) -> str:
    """Code of ``CL_EDITION``, which every row carries into the importer's tables."""
    return "_".join(["SYNTHETIC"] * synthetic + ["DRAFT"] * draft) or "FINAL"


def confidentiality(status: str, reason: str) -> str:
    """Code of ``CL_CONF_STATUS`` of a row: free, too few cases, or hidden to keep another one hidden."""
    if status != "confidential":
        return FREE
    return SECONDARY if "disclosure:complementary" in reason.split(";") else PRIMARY
