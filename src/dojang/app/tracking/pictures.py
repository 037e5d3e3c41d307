"""The pictures of a part, made from what the run folder keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dojang.analysis.sheets import Tile, case_sheet, confusion_sheet, contact_sheet
from dojang.app.tracking.base import CasePicture, Picture
from dojang.core.i18n import t
from dojang.core.store import RunFolder, open_run_folder, read_json
from dojang.core.types import Evaluation


def pictures_of(
    folder: RunFolder, evaluation: Evaluation
) -> tuple[list[Picture], list[CasePicture]]:
    """Draw the confusion matrix, the cases of the gallery by kind, and with the validation part
    the contact sheet; return them and the single cases."""
    part = evaluation.part
    cases = _cases(folder, part)
    pictures = [_confusion(folder, evaluation)]
    for kind in dict.fromkeys(case.kind for case in cases):
        tiles = [_tile(case) for case in cases if case.kind == kind]
        png = case_sheet(tiles)
        pictures.append(Picture(f"{part}/{kind}", t(f"report.mistakes.{kind}"), png))
    if part == "valid" and (rows := _contacts(folder)):
        pictures.append(Picture("train/contact", t("report.data.contact"), contact_sheet(rows)))
    return pictures, cases


def _confusion(folder: RunFolder, evaluation: Evaluation) -> Picture:
    classes = open_run_folder(folder.path)[1].classes
    title = t("track.picture.confusion", part=evaluation.part, n=evaluation.n)
    words = t("track.picture.true"), t("track.picture.answer")
    png = confusion_sheet(evaluation.confusion, classes, title, *words)
    return Picture(f"{evaluation.part}/confusion", title, png)


def _cases(folder: RunFolder, part: str) -> list[CasePicture]:
    lines = read_json(folder.gallery(part)) if folder.gallery(part).is_file() else []
    return [case for line in lines if (case := _case(folder.path, line))]


def _case(run: Path, line: dict[str, Any]) -> CasePicture | None:
    """Read a case; None where its picture is gone, as in a run that was tidied up."""
    image, target = run / line["image"], line["target"] or "?"
    overlay = run / line["overlay"] if line.get("overlay") else None
    if not image.is_file():
        return None
    confidence = float(line["confidence"])
    caption = t(
        "track.picture.case",
        target=target, predicted=line["predicted"], confidence=f"{100 * confidence:.0f}",
    )  # fmt: skip
    shown = overlay if overlay and overlay.is_file() else None
    return CasePicture(
        line["kind"], line["id"], target, line["predicted"], confidence, caption, image, shown
    )


def _tile(case: CasePicture) -> Tile:
    pictures = (case.image, case.overlay) if case.overlay else (case.image,)
    target = t("track.picture.case.true", target=case.target)
    said = {"predicted": case.predicted, "confidence": f"{100 * case.confidence:.0f}"}
    return Tile(pictures, (target, t("track.picture.case.answer", **said), case.id))


def _contacts(folder: RunFolder) -> list[tuple[str, list[Path]]]:
    path = folder.path / "gallery" / "contact.json"
    rows: dict[str, list[Path]] = {}
    for line in read_json(path) if path.is_file() else []:
        if (file := folder.path / line["file"]).is_file():
            rows.setdefault(line["label"], []).append(file)
    return list(rows.items())
