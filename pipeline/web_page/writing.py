"""The format `web`: an explorer of the release in each language of the study."""

from __future__ import annotations

from pathlib import Path

from pipeline.release import Release
from pipeline.release_metadata import languages_of
from pipeline.report_labels import Labels
from pipeline.report_words import load_words
from pipeline.web_page.figures import page_data
from pipeline.web_page.rendering import render_page
from pipeline.web_page.texts import OURS, page_texts

TEMPLATES = Path(__file__).resolve().parents[2] / "report_templates"
SPOKEN = "web_"


def write_web(folder: Path, release: Release) -> None:
    """Write ``explorer_<language>.html`` for each language of the study.

    One file a language and not one for both: the page says its language to a screen reader, what can be read without
    script is all there, and a mailed file is half as large. The two link to one another and keep the view chosen.

    Parameters
    ----------
    folder : Path
        Where to write, after every other format: the page links the files that are there.
    release : Release
        Nothing is written from anything else.
    """
    study = release.loaded.study
    for language in languages_of(study):
        words = load_words(TEMPLATES, language)
        labels = Labels(release.loaded.dictionary, words)
        page = page_texts(release, labels, TEMPLATES, folder)
        data = {
            "study": study.name, "language": language, "synthetic": study.synthetic, "draft": not release.final,
            "confidence": page.confidence,
            "words": {key.removeprefix(SPOKEN): str(text) for key, text in words.phrases.items()
                      if key.startswith(SPOKEN) and not key.startswith(("web_file", "web_topic", "web_nav"))},
            **page_data(release, labels),
        }  # fmt: skip
        (folder / OURS.format(language=language)).write_text(render_page(page, data, TEMPLATES), encoding="utf-8")
