"""What a release is made from: the protected rows, the study they belong to, and whether it is signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.estimate_files import breakdown_columns
from pipeline.study_files import LoadedStudy
from pipeline.table_labels import Labels


@dataclass(frozen=True)
class Release:
    """The one store that every format is written from.

    Parameters
    ----------
    loaded : LoadedStudy
        The study and its dictionary.
    view : DataFrame
        Published view of the estimates: what may not be told is not in it.
    analyses : mapping of str to DataFrame
        What may be published of comparisons, models, tests, changes and trends.
    validated : Path
        ``validation.json``; its hash ties the release to what was checked.
    final : bool
        Signed by all who validate. Otherwise every file for people says that it is a draft.
    """

    loaded: LoadedStudy
    view: pd.DataFrame
    analyses: Mapping[str, pd.DataFrame]
    validated: Path
    final: bool

    @property
    def breakdowns(self) -> list[str]:
        """Breakdown columns of the view."""
        return breakdown_columns(self.view)

    @property
    def labels(self) -> tuple[Labels, Labels]:
        """Spanish and English names."""
        return Labels(self.loaded.dictionary, "es"), Labels(self.loaded.dictionary, "en")
