"""Runs a command of the program in a process that is watched, and may fail on purpose.

``python watched_run.py '{"words": [...], "fail": "ingest", "said": "...", "seen": "file"}'``. ``fail`` names a stage
that raises, after its work, an error which quotes ``said``, deep in a frame that holds it too; ``seen`` is a file for
what was noticed: addresses of the network that were asked for, and the limit of core files inside a stage.
"""

from __future__ import annotations

import importlib
import json
import resource
import socket
import sys
from pathlib import Path
from typing import Any

ASKED: list[str] = []


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Note and refuse everything that leads to a network; pipes and sockets of this machine are none."""
    if event == "socket.__new__" and arguments[1] in (socket.AF_INET, socket.AF_INET6):
        ASKED.append(f"{event} {arguments[1]}")
        raise PermissionError("no network")
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
        ASKED.append(event)
        raise PermissionError("no network")


def main(asked: dict[str, Any]) -> int:
    """Run the command and write down what was seen."""
    from pipeline.command import main as command
    from pipeline.stages import STAGES

    limits: list[tuple[int, int]] = []

    def wrapped(work: Any, fails: bool) -> Any:
        def run(run: Any) -> None:
            rows = [asked.get("said", "")] * 3
            limits.append(resource.getrlimit(resource.RLIMIT_CORE))
            work(run)
            if fails:
                (run.output / "half.txt").write_text(rows[0])
                try:
                    raise KeyError(rows[0])
                except KeyError as error:
                    raise ValueError(f"could not convert {rows[0]} of {rows}") from error

        return run

    for stage in [STAGES[asked["fail"]]] if asked.get("fail") else list(STAGES.values()):
        module = importlib.import_module(stage.module)
        module.run = wrapped(module.run, stage.name == asked.get("fail"))  # type: ignore[attr-defined]  # a fault point
    sys.addaudithook(watch)
    code = command(asked["words"])
    Path(asked["seen"]).write_text(json.dumps({"network": ASKED, "core": limits}))
    return code


if __name__ == "__main__":
    raise SystemExit(main(json.loads(sys.argv[1])))
