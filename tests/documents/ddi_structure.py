"""What DDI-Codebook 2.5 allows inside each element that we write, in order, from the standard's own description."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

NAMESPACE = "{ddi:codebook:2_5}"
# Children in order. A sign says how often: nothing any number, ! exactly one, ? at most one, + at least one.
CHILDREN: dict[str, str] = {
    "codeBook": "docDscr stdyDscr+ fileDscr dataDscr otherMat",
    "docDscr": "citation? guide docStatus docSrc controlledVocabUsed notes",
    "citation": "titlStmt! rspStmt? prodStmt? distStmt? serStmt verStmt biblCit holdings notes",
    "titlStmt": "titl+ subTitl altTitl parTitl IDNo",
    "rspStmt": "AuthEnty othId",
    "prodStmt": "producer copyright prodDate prodPlac software fundAg grantNo",
    "verStmt": "version verResp notes",
    "stdyDscr": "citation+ studyAuthorization stdyInfo studyDevelopment method dataAccs othrStdyMat notes",
    "stdyInfo": "studyBudget subject abstract sumDscr qualityStatement notes exPostEvaluation",
    "subject": "keyword topcClas",
    "sumDscr": "timePrd collDate nation geogCover geogUnit geoBndBox? boundPoly anlyUnit universe dataKind",
    "method": "dataColl notes anlyInfo stdyClas dataProcessing codingInstructions",
    "dataColl": "timeMeth dataCollector collectorTraining frequenc sampProc sampleFrame targetSampleSize deviat "
    "collMode resInstru instrumentDevelopment sources? collSitu actMin ConOps weight cleanOps",
    "anlyInfo": "respRate EstSmpErr dataAppr",
    "dataAccs": "setAvail useStmt notes",
    "setAvail": "accsPlac origArch avlStatus collSize complete fileQnty notes",
    "useStmt": "confDec specPerm restrctn contact citReq deposReq conditions disclaimer",
    "fileDscr": "fileTxt+ locMap? notes",
    "fileTxt": "fileName fileCitation? dataFingerprint fileCont fileStrc? dimensns? fileType format filePlac dataChck "
    "ProcStat dataMsng software verStmt",
    "dimensns": "caseQnty varQnty logRecL recPrCas recNumTot",
    "dataDscr": "varGrp nCubeGrp var nCube notes",
    "var": "location labl imputation security embargo respUnit anlysUnit qstn valrng invalrng undocCod universe "
    "TotlResp sumStat txt stdCatgry catgryGrp catgry codInstr verStmt concept derivation? varFormat? geoMap catLevel "
    "notes",
    "qstn": "preQTxt qstnLit postQTxt forward backward ivuInstr",
    "valrng": "item range key notes",
    "invalrng": "item range key notes",
    "catgry": "catValu? labl txt catStat mrow?",
    "derivation": "drvdesc drvcmd",
}
ATTRIBUTES: dict[str, dict[str, tuple[str, ...] | None]] = {
    "codeBook": {"version": None, "ID": None},
    "prodDate": {"date": None}, "collDate": {"date": None}, "version": {"date": None}, "nation": {"abbr": None},
    "producer": {"role": None}, "fileDscr": {"ID": None}, "location": {"fileid": None},
    "var": {"ID": None, "name": None, "files": None, "wgt-var": None, "wgt": ("wgt", "not-wgt"),
            "intrvl": ("contin", "discrete")},
    "range": {"min": None, "max": None}, "item": {"VALUE": None},
    "sumStat": {"type": ("mean", "medn", "mode", "vald", "invd", "min", "max", "stdev", "other")},
    "catgry": {"missing": ("Y", "N")}, "catStat": {"type": ("freq", "percent", "crosstab", "other")},
    "varFormat": {"type": ("numeric", "character")},
}  # fmt: skip
REFERENCES = {"var": ("files", "wgt-var"), "location": ("fileid",)}


@dataclass(frozen=True)
class Fault:
    """Where a document is not as the standard says."""

    element: str
    what: str


def faults(root: etree._Element) -> Iterator[Fault]:
    """Find what is out of place: elements, their order and number, attributes, their values, and references."""
    numbers = [element.get("ID") for element in root.iter() if element.get("ID")]
    if len(numbers) != len(set(numbers)):
        yield Fault("codeBook", "an ID is used twice")
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if not element.tag.startswith(NAMESPACE):
            yield Fault(str(element.tag), "outside the namespace")
            continue
        name = element.tag.removeprefix(NAMESPACE)
        yield from _children(name, [str(child.tag).removeprefix(NAMESPACE) for child in element])
        allowed = ATTRIBUTES.get(name, {})
        for key, value in element.attrib.items():
            if str(key).startswith("{"):
                continue
            values = allowed.get(str(key), ())
            if values == () or (values is not None and value not in values):
                yield Fault(name, f"attribute {key}={value}")
        for key in REFERENCES.get(name, ()):
            if element.get(key) is not None and element.get(key) not in numbers:
                yield Fault(name, f"{key} leads nowhere")


def _children(name: str, found: list[str]) -> Iterator[Fault]:
    if name not in CHILDREN:
        if found:
            yield Fault(name, f"has children {sorted(set(found))}")
        return
    order = [(item.rstrip("!?+"), item[-1] if item[-1] in "!?+" else "") for item in CHILDREN[name].split()]
    places = {child: place for place, (child, _) in enumerate(order)}
    unknown = [child for child in found if child not in places]
    if unknown:
        yield Fault(name, f"unknown children {unknown}")
        return
    at = [places[child] for child in found]
    if at != sorted(at):
        yield Fault(name, "children out of order")
    for child, sign in order:
        times = found.count(child)
        if (sign in "!+" and sign and times == 0) or (sign and sign in "!?" and times > 1):
            yield Fault(name, f"{child} {times} times")
