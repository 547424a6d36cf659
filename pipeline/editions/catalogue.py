"""The catalogue record of an edition: DCAT-AP 3 as JSON-LD, with its context inside so that no address is needed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipeline.editions.file_names import CATALOGUE, file_label, media_type
from pipeline.hashing import file_hash, files_below
from pipeline.release_metadata import notices
from surveys.dictionary import Label
from surveys.editions import PUBLIC, Audience, Edition
from surveys.study import Study

_EU = "http://publications.europa.eu/resource/authority"
LANGUAGES = {"es": f"{_EU}/language/SPA", "en": f"{_EU}/language/ENG"}
RIGHTS = {
    "public": f"{_EU}/access-right/PUBLIC", "institutions": f"{_EU}/access-right/RESTRICTED",
    "working_group": f"{_EU}/access-right/NON_PUBLIC",
}  # fmt: skip
STATUS = {True: f"{_EU}/distribution-status/COMPLETED", False: f"{_EU}/distribution-status/DEVELOP"}
SOCIETY = f"{_EU}/data-theme/SOCI"
CONTEXT: dict[str, Any] = {
    "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#", "spdx": "http://spdx.org/rdf/terms#",
    "adms": "http://www.w3.org/ns/adms#", "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcatap": "http://data.europa.eu/r5r/",
}  # fmt: skip
#: Not described: what holds the hash of the record cannot be in it.
AROUND = (CATALOGUE, "ro-crate-metadata.json", "SHA256SUMS")


@dataclass(frozen=True)
class Record:
    """What a catalogue record says of a folder of files.

    Parameters
    ----------
    identifier : str
        Of the dataset.
    title, description : Label
        Of the dataset.
    of : Label
        Title of the catalogue that it belongs to.
    publisher : Label
        Who publishes it.
    contact : str
        Institution to ask.
    year : int
        Dates the record: the first of January.
    countries : tuple of str
        ISO 3166-1 alpha-3.
    notes : tuple of Label
        What must be read before any number.
    synthetic, final : bool
        Invented data; signed by all who validate.
    audience : str
        Decides the access right.
    languages : tuple of str
        Of the documents.
    notice : Label or None
        Legal notice.
    licence : str or None
        Address of the licence.
    """

    identifier: str
    title: Label
    description: Label
    of: Label
    publisher: Label
    contact: str
    year: int
    countries: tuple[str, ...]
    notes: tuple[Label, ...] = ()
    synthetic: bool = False
    final: bool = False
    audience: Audience = PUBLIC
    languages: tuple[str, ...] = ("es", "en")
    notice: Label | None = None
    licence: str | None = None


def edition_record(edition: Edition, study: Study, description: Label, contact: str, *, final: bool) -> Record:
    """Say what the catalogue record of an edition says."""
    title = Label(f"{study.title.es}: {edition.title.es}", f"{study.title.en}: {edition.title.en}")
    asked = contact or study.name
    return Record(
        f"{study.name}/{edition.name}", title, description, study.title, study.producer or Label(asked, asked), asked,
        study.year, (study.country,), tuple(notices(study, draft=not final).values()), study.synthetic, final,
        edition.audience, edition.languages, edition.notice, edition.licence,
    )  # fmt: skip


def write_catalogue(folder: Path, record: Record) -> Path:
    """Write ``catalogue.jsonld`` over the files of a folder.

    Parameters
    ----------
    folder : Path
        Complete but for the record, the crate and the checksums.
    record : Record
        What it says.

    Returns
    -------
    Path
        The file written; equal for equal folders.

    References
    ----------
    DCAT-AP 3.0, SEMIC: a catalogue with title, description, publisher and dataset; a dataset with title and
    description; distributions with an access address, which here is the file beside the record.
    """
    distributions = [
        _distribution(folder, path, record)
        for path in files_below(folder)
        if path.relative_to(folder).as_posix() not in AROUND
    ]
    day = {"@type": "xsd:date", "@value": f"{record.year}-01-01"}
    dataset: dict[str, Any] = {
        "@id": "#dataset", "@type": "dcat:Dataset", "dct:identifier": record.identifier,
        "dct:title": _texts(record.title), "dct:description": _texts(record.description),
        "dct:publisher": {"@id": "#publisher"}, "dct:issued": day, "dct:modified": day,
        "dcat:contactPoint": {"@id": "#contact", "@type": "vcard:Organization", "vcard:fn": record.contact},
        "dct:language": [{"@id": LANGUAGES[language]} for language in record.languages],
        "dct:accessRights": {"@id": RIGHTS[record.audience], "@type": "dct:RightsStatement"},
        "dct:spatial": [{"@id": f"{_EU}/country/{country}", "@type": "dct:Location"} for country in record.countries],
        "dcat:theme": {"@id": SOCIETY}, "dcat:keyword": _keywords(record),
        "dcat:distribution": [{"@id": one["@id"]} for one in distributions],
    }  # fmt: skip
    if record.notes:
        dataset["adms:versionNotes"] = [text for label in record.notes for text in _texts(label)]
    if record.notice is not None:
        dataset["dct:rights"] = {"@id": "#rights"}
    catalogue = {
        "@id": "#catalogue", "@type": "dcat:Catalog", "dct:title": _texts(record.of),
        "dct:description": _texts(CATALOGUE_OF), "dct:publisher": {"@id": "#publisher"},
        "dcat:dataset": {"@id": "#dataset"}, "dcat:record": {"@id": "#record"},
    }  # fmt: skip
    entry = {
        "@id": "#record", "@type": "dcat:CatalogRecord", "foaf:primaryTopic": {"@id": "#dataset"}, "dct:modified": day,
        "dct:conformsTo": {"@id": "http://data.europa.eu/r5r/", "@type": "dct:Standard"},
    }  # fmt: skip
    publisher = {"@id": "#publisher", "@type": "foaf:Agent", "foaf:name": _texts(record.publisher)}
    graph: list[Mapping[str, Any]] = [catalogue, entry, dataset, publisher, *_rights(record), *distributions]
    text = json.dumps({"@context": CONTEXT, "@graph": graph}, ensure_ascii=False, indent=1)
    (folder / CATALOGUE).write_text(text + "\n", encoding="utf-8", newline="\n")
    return folder / CATALOGUE


CATALOGUE_OF = Label("Los archivos de esta edición del estudio", "The files of this edition of the study")


def _distribution(folder: Path, path: Path, record: Record) -> dict[str, Any]:
    name = path.relative_to(folder).as_posix()
    address = {"@id": quote(name)}
    found: dict[str, Any] = {
        "@id": f"#file-{quote(name)}", "@type": "dcat:Distribution", "dct:title": [name],
        "dct:description": _texts(file_label(name)), "dcat:accessURL": address, "dcat:downloadURL": address,
        "dcat:mediaType": {"@id": f"http://www.iana.org/assignments/media-types/{media_type(name)}"},
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(path.stat().st_size)},
        "adms:status": {"@id": STATUS[record.final]},
        "spdx:checksum": {
            "@type": "spdx:Checksum", "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file_hash(path)},
        },
    }  # fmt: skip
    if record.licence is not None:
        found["dct:license"] = {"@id": record.licence, "@type": "dct:LicenseDocument"}
    if record.notice is not None:
        found["dct:rights"] = {"@id": "#rights"}
    return found


def _rights(record: Record) -> list[dict[str, Any]]:
    if record.notice is None:
        return []
    return [{"@id": "#rights", "@type": "dct:RightsStatement", "dct:description": _texts(record.notice)}]


def _keywords(record: Record) -> list[dict[str, str]]:
    words: Sequence[Label] = (
        Label("desplazamiento interno", "internal displacement"), Label("encuesta de hogares", "household survey"),
        *([Label("datos sintéticos", "synthetic data")] if record.synthetic else []),
    )  # fmt: skip
    return [text for word in words for text in _texts(word)]


def _texts(label: Label) -> list[dict[str, str]]:
    return [{"@value": label.es, "@language": "es"}, {"@value": label.en, "@language": "en"}]
