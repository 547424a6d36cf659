"""The catalogue record of an edition: DCAT-AP 3 as JSON-LD, with its context inside so that no address is needed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipeline.editions.file_names import CATALOGUE, file_label, media_type
from pipeline.hashing import file_hash, files_below
from pipeline.release_metadata import notices
from surveys.dictionary import Label
from surveys.editions import Edition
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


def write_catalogue(
    folder: Path, edition: Edition, study: Study, description: Label, contact: str, *, final: bool
) -> Path:  # fmt: skip
    """Write ``catalogue.jsonld`` over the files of an edition.

    Parameters
    ----------
    folder : Path
        Complete but for the record, the crate and the checksums.
    edition : Edition
        Audience, title, licence and notice.
    study : Study
        Title, country, year, producer.
    description : Label
        What the edition holds.
    contact : str
        Institution to ask.
    final : bool
        Signed by all who validate.

    Returns
    -------
    Path
        The file written; equal for equal folders.

    References
    ----------
    DCAT-AP 3.0, SEMIC: a catalogue with title, description, publisher and dataset; a dataset with title and
    description; distributions with an access address, which here is the file beside the record.
    """
    publisher = {
        "@id": "#publisher", "@type": "foaf:Agent",
        "foaf:name": _texts(study.producer or Label(contact, contact)),
    }  # fmt: skip
    distributions = [
        _distribution(folder, path, edition, final=final)
        for path in files_below(folder)
        if path.relative_to(folder).as_posix() not in AROUND
    ]
    day = {"@type": "xsd:date", "@value": f"{study.year}-01-01"}
    dataset: dict[str, Any] = {
        "@id": "#dataset", "@type": "dcat:Dataset", "dct:identifier": f"{study.name}/{edition.name}",
        "dct:title": _texts(_title(edition, study)), "dct:description": _texts(description),
        "dct:publisher": {"@id": "#publisher"}, "dct:issued": day, "dct:modified": day,
        "dcat:contactPoint": {"@id": "#contact", "@type": "vcard:Organization", "vcard:fn": contact},
        "dct:language": [{"@id": LANGUAGES[language]} for language in edition.languages],
        "dct:accessRights": {"@id": RIGHTS[edition.audience], "@type": "dct:RightsStatement"},
        "dct:spatial": {"@id": f"{_EU}/country/{study.country}", "@type": "dct:Location"},
        "dcat:theme": {"@id": SOCIETY}, "dcat:keyword": _keywords(study),
        "dcat:distribution": [{"@id": one["@id"]} for one in distributions],
    }  # fmt: skip
    told = notices(study, draft=not final)
    if told:
        dataset["adms:versionNotes"] = [text for label in told.values() for text in _texts(label)]
    if edition.notice is not None:
        dataset["dct:rights"] = {"@id": "#rights"}
    catalogue = {
        "@id": "#catalogue", "@type": "dcat:Catalog", "dct:title": _texts(study.title),
        "dct:description": _texts(CATALOGUE_OF), "dct:publisher": {"@id": "#publisher"},
        "dcat:dataset": {"@id": "#dataset"}, "dcat:record": {"@id": "#record"},
    }  # fmt: skip
    record = {
        "@id": "#record", "@type": "dcat:CatalogRecord", "foaf:primaryTopic": {"@id": "#dataset"}, "dct:modified": day,
        "dct:conformsTo": {"@id": "http://data.europa.eu/r5r/", "@type": "dct:Standard"},
    }  # fmt: skip
    graph: list[Mapping[str, Any]] = [catalogue, record, dataset, publisher, *_rights(edition), *distributions]
    text = json.dumps({"@context": CONTEXT, "@graph": graph}, ensure_ascii=False, indent=1)
    (folder / CATALOGUE).write_text(text + "\n", encoding="utf-8", newline="\n")
    return folder / CATALOGUE


CATALOGUE_OF = Label("Los archivos de esta edición del estudio", "The files of this edition of the study")


def _distribution(folder: Path, path: Path, edition: Edition, *, final: bool) -> dict[str, Any]:
    name = path.relative_to(folder).as_posix()
    address = {"@id": quote(name)}
    found: dict[str, Any] = {
        "@id": f"#file-{quote(name)}", "@type": "dcat:Distribution", "dct:title": [name],
        "dct:description": _texts(file_label(name)), "dcat:accessURL": address, "dcat:downloadURL": address,
        "dcat:mediaType": {"@id": f"http://www.iana.org/assignments/media-types/{media_type(name)}"},
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(path.stat().st_size)},
        "adms:status": {"@id": STATUS[final]},
        "spdx:checksum": {
            "@type": "spdx:Checksum", "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file_hash(path)},
        },
    }  # fmt: skip
    if edition.licence is not None:
        found["dct:license"] = {"@id": edition.licence, "@type": "dct:LicenseDocument"}
    if edition.notice is not None:
        found["dct:rights"] = {"@id": "#rights"}
    return found


def _rights(edition: Edition) -> list[dict[str, Any]]:
    if edition.notice is None:
        return []
    return [{"@id": "#rights", "@type": "dct:RightsStatement", "dct:description": _texts(edition.notice)}]


def _title(edition: Edition, study: Study) -> Label:
    return Label(f"{study.title.es}: {edition.title.es}", f"{study.title.en}: {edition.title.en}")


def _keywords(study: Study) -> list[dict[str, str]]:
    words: Sequence[Label] = (
        Label("desplazamiento interno", "internal displacement"), Label("encuesta de hogares", "household survey"),
        *([Label("datos sintéticos", "synthetic data")] if study.synthetic else []),
    )  # fmt: skip
    return [text for word in words for text in _texts(word)]


def _texts(label: Label) -> list[dict[str, str]]:
    return [{"@value": label.es, "@language": "es"}, {"@value": label.en, "@language": "en"}]
