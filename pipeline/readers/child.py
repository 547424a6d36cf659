"""The limited process that parses one source file: request in, Arrow and JSON out, nothing printed."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path

from pipeline.readers.limits import Limits, apply_to_this_process

#: Exit statuses that say why there is no result.
NO_MEMORY, NO_ROOM = 12, 13
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def main(folder: Path) -> int:
    """Read what ``request.json`` in the private folder asks for and leave the result beside it.

    Returns
    -------
    int
        0 when a result or a refusal was written.
    """
    job = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    limits = Limits(**job["limits"])
    apply_to_this_process(limits)
    # Imported under the limits, so that a library cannot have taken memory before them.
    from pipeline.readers.content import Request
    from pipeline.readers.dispatch import read
    from pipeline.readers.refusals import Refused
    from pipeline.readers.transfer import write_content

    asked = dict(job["request"])
    for name in ("columns", "optional", "blank"):
        asked[name] = None if asked[name] is None else tuple(asked[name])
    try:
        content = read(Path(job["file"]), folder, Request(**asked), limits)
        write_content(content, folder)
    except Refused as refusal:
        (folder / "refusal.json").write_text(json.dumps({"code": refusal.code, "details": refusal.details}),
                                             encoding="utf-8")
    except MemoryError:
        return NO_MEMORY
    except OSError as error:
        # Where there is no room not even the reason can be written down: the status tells it.
        if error.errno in FULL:
            return NO_ROOM
        _refuse(folder, error)
    except Exception as error:
        _refuse(folder, error)
    return 0


def _refuse(folder: Path, error: Exception) -> None:
    """Tell the kind of error and nothing more: a traceback could quote cells."""
    (folder / "refusal.json").write_text(
        json.dumps({"code": "source_unreadable", "details": {"why": type(error).__name__}}), encoding="utf-8")


if __name__ == "__main__":
    status = main(Path(sys.argv[1]))
    # Skipping the interpreter's shutdown saves time and leaves no room for a crash after the result.
    os._exit(status)
