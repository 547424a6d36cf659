"""The checkout that everything is read from: data dictionary, studies, templates and code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("surveys", "weights", "estimates", "pipeline")


@dataclass(frozen=True)
class Project:
    """A checkout of this project.

    Parameters
    ----------
    root : Path
        Folder that holds ``data_dictionary.yaml``.
    """

    root: Path

    @classmethod
    def here(cls) -> Project:
        """Return the checkout this code runs from."""
        return cls(Path(__file__).resolve().parent.parent)

    @property
    def dictionary(self) -> Path:
        """The common data dictionary."""
        return self.root / "data_dictionary.yaml"

    @property
    def studies(self) -> Path:
        """Folder of the studies that come with the project."""
        return self.root / "surveys" / "studies"

    @property
    def templates(self) -> Path:
        """Folder of the report's words and layout."""
        return self.root / "report_templates"

    @property
    def schemas(self) -> Path:
        """Folder of the JSON Schemas of everything that users write."""
        return self.root / "surveys" / "schemas"
