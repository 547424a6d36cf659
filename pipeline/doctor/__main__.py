"""``python -m pipeline.doctor``: as ``python -m pipeline doctor``, on a bare Python of 3.9 or later."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipeline.answers.answer import Answer
from pipeline.answers.spoken import language_of
from pipeline.doctor.look import looked_at, tell


def main() -> int:
    """Look, tell, and return 1 where something is missing."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name, standard in (("--language", ""), ("--data", "data"), ("--build", "build")):
        parser.add_argument(name, default=standard)
    for name in ("--json", "--online"):
        parser.add_argument(name, action="store_true")
    options, _ = parser.parse_known_args()
    answer = Answer("doctor", language_of(options.language))
    root = Path(__file__).resolve().parents[2]
    tell(looked_at(root, Path(options.build).resolve(), Path(options.data).resolve(), online=options.online), answer)
    code = 1 if answer.problems else 0
    print(answer.as_json(code) if options.json else answer.text())
    return code


if __name__ == "__main__":
    sys.exit(main())
