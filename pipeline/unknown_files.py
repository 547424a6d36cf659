"""Files that somebody put among the results of a stage: set aside before the folder is made anew, never removed."""

from __future__ import annotations

from pathlib import Path

from pipeline.manifest import NAME, Manifest


def set_unknown_aside(folder: Path, manifest: Manifest | None, aside: Path) -> list[Path]:
    """Move what a stage did not make out of its folder.

    Parameters
    ----------
    folder : Path
        Published folder of a stage that is about to be replaced.
    manifest : Manifest or None
        What the stage made; without one nothing can be told apart, and nothing is moved.
    aside : Path
        Folder that takes the files, under the names they had; made when there is something to take.

    Returns
    -------
    list of Path
        Where the files are now. A file of that name that is there already stays; the new one gets a number.
    """
    if manifest is None or not folder.is_dir() or folder.is_symlink():
        return []
    moved = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if (path.is_dir() and not path.is_symlink()) or name == NAME or name in manifest.outputs:
            continue
        place = _free(aside / name)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.rename(place)
        moved.append(place)
    return moved


def _free(place: Path) -> Path:
    number, free = 1, place
    while free.exists() or free.is_symlink():
        number += 1
        free = place.with_name(f"{place.stem}.{number}{place.suffix}")
    return free
