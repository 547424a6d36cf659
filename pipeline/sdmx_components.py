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
STATUS_ATTRIBUTES = (
    "UNIT_MEASURE", "UNIT_MULT", "DECIMALS", "OBS_STATUS", "CONF_STATUS", "EDITION", "PUB_STATUS", "REASON",
)  # fmt: skip
PROVISIONAL, ESTIMATED, NORMAL, MISSING = "P", "E", "A", "O"
OBS_STATUS = MappingProxyType({"weak": "U", "withheld": "Q", "confidential": "Q", "empty": "M"})
FREE, PRIMARY, SECONDARY = "F", "A", "D"
COUNTED = frozenset({"persons", "households", "families", "moves", "events", "dwellings"})

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
    # A value times ten to the power of its multiplier is in its unit: 0.0112 with 2 is 1.12 percent.
    "UNIT_MULT": (
        ListIdentity(AGENCY, "CL_UNIT_MULT", VERSION, follows="SDMX:CL_UNIT_MULT"),
        Label("Multiplicador de la unidad, como potencia de diez", "Unit multiplier, as a power of ten"),
        MappingProxyType({"0": Label("Unidades", "Units"), "2": Label("Centenas", "Hundreds")}),
    ),
    "DECIMALS": (
        ListIdentity("SDMX", "CL_DECIMALS", "1.0", partial=True), Label("Decimales", "Decimals"),
        MappingProxyType({str(count): Label(*words) for count, words in enumerate((
            ("Cero", "Zero"), ("Uno", "One"), ("Dos", "Two"), ("Tres", "Three")))}),
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
    "UNIT_MULT": Label("Multiplicador de la unidad", "Unit multiplier"),
    "DECIMALS": Label("Decimales que se muestran", "Decimals shown"),
    "OBS_STATUS": Label("Estado de la observación", "Observation status"),
    "CONF_STATUS": Label("Estado de confidencialidad", "Confidentiality status"),
    "EDITION": Label("Edición", "Edition"),
    "PUB_STATUS": Label("Estado de publicación", "Publication status"),
    "REASON": Label("Motivo del estado de publicación", "Reason of the publication status"),
})  # fmt: skip


def scale(unit: str, *, fraction: bool = True) -> tuple[str, str]:
    """Multiplier and decimals of a value in a unit: percentages are stored as fractions, or out of one hundred."""
    if unit == "percent":
        return ("2", "3") if fraction else ("0", "1")
    return "0", "0" if unit in COUNTED else "2"


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
