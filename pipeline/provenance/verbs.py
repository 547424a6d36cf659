"""What the targets of provenance do: explain a figure, verify and retire a study, make a key, list the software."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.verbs import Call


def explain_verb(call: Call) -> None:
    """Say where a published figure comes from."""
    from pipeline.provenance.explain import explain

    request = call.request()
    found = explain(
        request.results, request.study_folder, call.project, call.options.indicator, call.options.domain, call.language
    )
    call.answer.say(found.text())
    call.answer.result |= {"study": request.study_name, **found.as_data()}


def verify_verb(call: Call) -> None:
    """Say whether everything a study left is what it was."""
    from pipeline.provenance.verify import verified_text, verify

    request = call.request()
    found = verify(request.results, request.study_folder)
    call.answer.say(verified_text(found, call.language))
    call.answer.problems += [problem for one in found for problem in one.problems]
    call.answer.result |= {
        "study": request.study_name,
        "checked": [{"what": one.what, "state": one.state, "stands": one.stands} for one in found],
    }


def retire_verb(call: Call) -> None:
    """Delete the microdata of a study and keep the proof."""
    from pipeline.provenance.retire import retire
    from pipeline.provenance.retired import FOLDER, PROOF

    request = call.request()
    proof = retire(request, call.progress, call.options.confirm)
    call.answer.made([request.results / FOLDER / PROOF])
    call.answer.result |= {"study": request.study_name, "deleted": list(proof.files)}


def key_verb(call: Call) -> None:
    """Make a key for the private store."""
    import os

    from pipeline.private_store.keys import VARIABLE, make_key

    call.answer.made([make_key(os.environ.get(VARIABLE, ""))])


def bill_verb(call: Call) -> None:
    """Write the software bill of materials."""
    from pipeline.atomic import write_text
    from pipeline.freshness import Ingredients
    from pipeline.provenance.bill_of_materials import bill_of_materials, described_by

    code = Ingredients(call.project, "", call.project.root, call.data, call.build).code
    text = bill_of_materials(call.project.root, code)
    call.build.mkdir(parents=True, exist_ok=True)
    path = call.build / "sbom.cdx.json"
    write_text(path, text)
    call.answer.made([path])
    call.answer.result["components"] = len(described_by(text))
