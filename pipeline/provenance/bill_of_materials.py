"""The software bill of materials: every locked package with its version, hashes, licence and what it needs."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

LOCK = "requirements.lock"


@dataclass(frozen=True)
class Locked:
    """One package of the lock file.

    Parameters
    ----------
    name, version : str
        As pinned.
    hashes : tuple of str
        SHA-256 of every file that an installation accepts.
    """

    name: str
    version: str
    hashes: tuple[str, ...]


def locked_packages(lock: Path) -> tuple[Locked, ...]:
    """Read the pins of a lock file, in order of name."""
    found: list[Locked] = []
    for block in re.split(r"\n(?=[A-Za-z0-9])", "\n" + lock.read_text(encoding="utf-8")):
        pin = re.match(r"\n?([A-Za-z0-9][A-Za-z0-9._-]*)==([^ ;\\\n]+)", block)
        if pin is not None:
            hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})", block)
            found.append(Locked(_normal(pin[1]), pin[2], tuple(sorted(hashes))))
    return tuple(sorted(found, key=lambda one: one.name))


def bill_of_materials(root: Path, version: str) -> str:
    """Write the bill of materials of this checkout.

    Parameters
    ----------
    root : Path
        The checkout, for its lock file.
    version : str
        Of this program: the hash of its code.

    Returns
    -------
    str
        CycloneDX 1.6 as JSON. The same lock and packages give the same bytes: it has no time stamp, and its serial
        number is made from its content.

    References
    ----------
    ECMA-424 (CycloneDX 1.6).
    """
    locked = locked_packages(root / LOCK)
    installed = {_normal(one.metadata["Name"]): one for one in distributions() if one.metadata["Name"]}
    parts = {one.name: _component(one, installed.get(one.name)) for one in locked}
    ours = Component(name="caracteriza", version=version, type=ComponentType.APPLICATION, bom_ref="caracteriza")
    bom = Bom(components=parts.values())
    bom.metadata.component = ours
    bom.register_dependency(ours, parts.values())
    for name, part in parts.items():
        bom.register_dependency(part, [parts[need] for need in _needs(installed.get(name)) if need in parts])
    content = "\n".join(f"{one.name}=={one.version} {' '.join(one.hashes)}" for one in locked)
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, f"caracteriza {version}\n{content}")
    text = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)
    return _without_time(text) + "\n"


def _component(one: Locked, installed: Distribution | None) -> Component:
    part = Component(
        name=one.name, version=one.version, type=ComponentType.LIBRARY, bom_ref=f"{one.name}=={one.version}",
        purl=PackageURL("pypi", name=one.name, version=one.version), licenses=_licences(installed),
    )  # fmt: skip
    part.external_references = [
        ExternalReference(
            type=ExternalReferenceType.DISTRIBUTION, url=XsUri(f"https://pypi.org/project/{one.name}/{one.version}/"),
            comment=f"file {number} of {len(one.hashes)} that an installation accepts",
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=value)],
        )
        for number, value in enumerate(one.hashes, start=1)
    ]  # fmt: skip
    return part


def _licences(installed: Distribution | None) -> list[License]:
    """Return what the installed package says of its licence: an expression, a short name, or its classifiers."""
    if installed is None:
        return []
    said = installed.metadata.get_all("License-Expression") or []
    short = [text.strip() for text in installed.metadata.get_all("License") or [] if 0 < len(text.strip()) <= 80]
    classed = [text.rpartition(" :: ")[2] for text in installed.metadata.get_all("Classifier") or []
               if text.startswith("License ::")]  # fmt: skip
    names = list(dict.fromkeys(said or [text for text in short if "\n" not in text] or classed))
    return [LicenseFactory().make_from_string(name) for name in sorted(names)]


def _needs(installed: Distribution | None) -> list[str]:
    """Return the packages that one needs here: what only an extra asks for is left out."""
    lines = [] if installed is None else installed.requires or []
    names = (re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line) for line in lines if "extra ==" not in line)
    return sorted({_normal(name[0]) for name in names if name is not None})


def _without_time(text: str) -> str:
    """Take the time stamp out that the library puts into every bill."""
    value = json.loads(text)
    value["metadata"].pop("timestamp", None)
    return json.dumps(value, ensure_ascii=False, indent=1)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def described_by(text: str) -> Mapping[str, str]:
    """Return version by package that a bill holds, read back from its text."""
    return {str(one["name"]): str(one["version"]) for one in json.loads(text)["components"]}
