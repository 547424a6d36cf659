"""Structure of a release for SDMX: code lists, concepts, data structure and dataflow, in SDMX-ML 3.0, 2.1 and JSON."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from pysdmx.io.json.sdmxjson2.writer.v2_0.structure import write as write_json
from pysdmx.io.xml.sdmx21.writer.structure import write as write_21
from pysdmx.io.xml.sdmx30.writer.structure import write as write_30
from pysdmx.model import (
    Annotation,
    Codelist,
    Component,
    Components,
    Concept,
    ConceptScheme,
    Dataflow,
    DataStructureDefinition,
    DataType,
    ItemReference,
    Organisation,
    Role,
)
from pysdmx.model.message import Header

from pipeline.sdmx_annotations import About, flow_annotations
from pipeline.sdmx_codes import AGENCY, VERSION, component_id, sdmx_id
from pipeline.sdmx_components import CONCEPTS, MEASURES, NUMBER_ATTRIBUTES, STATUS_ATTRIBUTES
from pipeline.sdmx_languages import both, in_json, in_xml
from pipeline.sdmx_lists import code_lists
from pipeline.table_labels import Labels
from surveys.dictionary import Label

COUNTS = frozenset({"N_UNWEIGHTED", "N_CASES", "N_PSU"})
REQUIRED = frozenset({"OBS_STATUS", "CONF_STATUS", "EDITION", "PUB_STATUS"})


@dataclass(frozen=True)
class Structure:
    """All that describes the data of a release.

    Parameters
    ----------
    lists : mapping of str to Codelist
        By the component that uses them.
    concepts : ConceptScheme
        One concept for each component.
    definition : DataStructureDefinition
        Dimensions, measures and attributes.
    flow : Dataflow
        With the reference metadata.
    test : bool
        The message is no real data.
    year : int
        Dates the messages.
    """

    lists: Mapping[str, Codelist]
    concepts: ConceptScheme
    definition: DataStructureDefinition
    flow: Dataflow
    test: bool
    year: int

    def header(self) -> Header:
        """Header of one message; the writers change theirs, so each gets its own."""
        return Header(
            id=f"{self.flow.id}_{self.year}", test=self.test,
            prepared=datetime.datetime(self.year, 1, 1, tzinfo=datetime.UTC), sender=Organisation(id=AGENCY),
        )  # fmt: skip


def structure_of(
    view: pd.DataFrame, breakdowns: Sequence[str], labels: tuple[Labels, Labels], about: About, *, single_measure: bool
) -> Structure:
    """Describe a published view.

    Parameters
    ----------
    view : DataFrame
        Published view of the estimates.
    breakdowns : sequence of str
        Its breakdown columns.
    labels : (Labels, Labels)
        Spanish and English names.
    about : About
        What the release says of itself.
    single_measure : bool
        As SDMX 2.1 wants it: the limits of the interval are attributes, and structure and dataflow have names of
        their own (``..._21``), so that an importer may hold both.
    """
    spanish, english = labels
    lists = code_lists(view, breakdowns, labels, about.country)
    dimensions = ["FREQ", "REF_AREA", "INDICATOR", *(component_id(name) for name in breakdowns), "TIME_PERIOD"]
    roles = dict.fromkeys(dimensions, Role.DIMENSION) | dict.fromkeys(MEASURES, Role.MEASURE)
    if single_measure:
        roles |= {name: Role.ATTRIBUTE for name in MEASURES if name != "OBS_VALUE"}
    roles |= dict.fromkeys([*NUMBER_ATTRIBUTES, *STATUS_ATTRIBUTES], Role.ATTRIBUTE)
    names = dict(CONCEPTS)
    names |= {component_id(name): Label(spanish.breakdown(name), english.breakdown(name)) for name in breakdowns}
    for identifier, column in {**MEASURES, **NUMBER_ATTRIBUTES}.items():
        names[identifier] = Label(spanish.column(column), english.column(column))
    return describe_flow(about, roles, names, lists, suffix="_21" if single_measure else "")


def describe_flow(
    about: About, roles: Mapping[str, Role], names: Mapping[str, Label], lists: Mapping[str, Codelist], *, suffix: str
) -> Structure:
    """Put concepts, data structure and dataflow together.

    Parameters
    ----------
    about : About
        Its name makes the identifiers.
    roles : mapping of str to Role
        Components in the order of the columns.
    names : mapping of str to Label
        Of every component.
    lists : mapping of str to Codelist
        By the component that uses them.
    suffix : str
        Of the identifiers of structure and dataflow.
    """
    name, title = sdmx_id(about.name).upper(), both(about.name_of_flow)
    concepts = ConceptScheme(
        id=f"CS_{name}", agency=AGENCY, version=VERSION, name=title,
        items=[Concept(id=identifier, name=both(names[identifier])) for identifier in roles],
    )  # fmt: skip
    definition = DataStructureDefinition(
        id=f"DSD_{name}{suffix}", agency=AGENCY, version=VERSION, name=title,
        components=Components([_component(identifier, role, lists, concepts.id) for identifier, role in roles.items()]),
    )  # fmt: skip
    told: Sequence[Annotation] = flow_annotations(about)
    flow = Dataflow(
        id=f"DF_{name}{suffix}", agency=AGENCY, version=VERSION, name=title, structure=definition, annotations=told
    )
    return Structure(lists, concepts, definition, flow, about.synthetic, about.year)


def structure_30(structure: Structure) -> bytes:
    """SDMX-ML 3.0 structure message."""
    return in_xml(str(write_30(_artefacts(structure), header=structure.header())))


def structure_21(structure: Structure) -> bytes:
    """SDMX-ML 2.1 structure message; one measure only."""
    return in_xml(str(write_21(_artefacts(structure), header=structure.header())))


def structure_json(structure: Structure) -> bytes:
    """SDMX-JSON 2.0 structure message."""
    return in_json(str(write_json(_artefacts(structure), header=structure.header())))


def _artefacts(structure: Structure) -> list[Codelist | ConceptScheme | DataStructureDefinition | Dataflow]:
    lists = {(one.agency, one.id, one.version): one for one in structure.lists.values()}
    return [*lists.values(), structure.concepts, structure.definition, structure.flow]


def _component(identifier: str, role: Role, lists: Mapping[str, Codelist], scheme: str) -> Component:
    concept = ItemReference(sdmx_type="Concept", agency=AGENCY, id=scheme, version=VERSION, item_id=identifier)
    return Component(
        id=identifier,
        required=role is Role.DIMENSION or identifier in REQUIRED,
        role=role,
        concept=concept,
        local_dtype=_type(identifier),
        local_codes=lists.get(identifier),
        attachment_level="O" if role is Role.ATTRIBUTE else None,
    )


def _type(identifier: str) -> DataType:
    if identifier == "TIME_PERIOD":
        return DataType.PERIOD
    if identifier in COUNTS:
        return DataType.INTEGER
    return DataType.DOUBLE if identifier in MEASURES or identifier in NUMBER_ATTRIBUTES else DataType.STRING
