"""Big and dirty tables: named by row, in bounded memory; what we export is no formula."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dojang.core.errors import DataError
from dojang.core.recipe import DataPart
from dojang.core.tables import plain_cells, safe_cell, safe_csv
from dojang.data.collect import collect
from dojang.data.sources import list_source, read_table
from tests.makers import image_bytes, make_csv, make_zip

CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
FORMULA = st.builds(
    "".join, st.tuples(st.sampled_from(["=", "+", "-", "@", "\t", "\r", "'", "''="]), CELL)
)


def said(path: Path, **values: object) -> str:
    with pytest.raises(DataError) as caught:
        list_source(DataPart(source=str(path), **values))  # type: ignore[arg-type]
    return str(caught.value)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for number in range(6):
        (tmp_path / f"{number}.png").write_bytes(image_bytes(number))
    return tmp_path


# --- Dirt -------------------------------------------------------------------------------------


def test_all_dirt_of_a_table_is_named_by_row_in_one_message(photos: Path) -> None:
    lines = [
        "path,label,split", "0.png,a,train", "1.png;b;train", "0.png,a,train", "2.png,,train",
        "", ",a,train", "gone.png,a,train", "../x.png,a,train", "3.png,a,nowhere", "4.png|b|test",
        '"5.png","b","test"',
    ]  # fmt: skip
    path = photos / "l.csv"
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("utf-8-sig"))
    told = said(path)
    assert told.startswith("8 rows of")
    for line in (
        "row 3: one cell only, with another separator in it: 1.png;b;train",
        "row 4: 0.png stands in row 2 already",
        "row 5: 2.png has no label",
        "row 7: no path",
        "row 8: there is no file gone.png",
        "row 9: ../x.png leaves the folder",
        "row 10: nowhere is not a part",
        "row 11: one cell only, with another separator in it: 4.png|b|test",
    ):
        assert line in told


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_long_rows_are_all_named(photos: Path, encoding: str) -> None:
    path = photos / "l.csv"
    path.write_bytes(
        "path,label\n0.png,가\n1.png,가,나\n2.png,가\n3.png,가,나,다\n".encode(encoding)
    )
    told = said(path)
    assert "2 rows have more cells" in told
    assert "line 3: 3 cells for 2 columns" in told
    assert "line 5: 4 cells for 2 columns" in told


def test_bytes_of_no_encoding_are_named_by_line(photos: Path) -> None:
    path = photos / "l.csv"
    path.write_bytes(b"path,label\n0.png,a\n1.png," + b"\xff\xff\n2.png,b\n")
    assert "line 3" in said(path)


@pytest.mark.parametrize("encoding", ["utf-8", "cp949", "utf-16"])
def test_characters_cut_by_blocks_are_whole(tmp_path: Path, encoding: str) -> None:
    texts = [f"{'가나다라마바사' * (n % 9 + 1)}{n}" for n in range(20_000)]
    path = tmp_path / "l.csv"
    path.write_bytes(("text,label\n" + "".join(f"{t},x\n" for t in texts)).encode(encoding))
    assert path.stat().st_size > 2**20
    assert read_table(path)["text"].tolist() == texts


def test_short_rows_and_odd_line_ends(photos: Path) -> None:
    path = photos / "l.csv"
    path.write_bytes(b"path,label,note\r0.png,a\r1.png,b,\r2.png,a,x\r3.png,b,x\r")
    listing = list_source(DataPart(source=str(path)))
    assert [entry.label for entry in listing.entries] == ["a", "b", "a", "b"]


def test_a_table_that_inflates_out_of_all_proportion_is_refused(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("train.csv", b"text,label\n" + b"a,b\n" * (40 * 2**20))
    assert "too large" in said(path)


def test_a_table_in_an_archive_never_leaves_it(tmp_path: Path) -> None:
    rows = "path,label\n../x.png,a\n/etc/passwd,a\na.png,b\n"
    files = {"labels.csv": rows.encode(), "a.png": image_bytes(1)}
    told = said(make_zip(tmp_path / "a.zip", files), kind="table")
    assert "row 2: ../x.png leaves" in told
    assert "row 3: /etc/passwd leaves" in told


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["csv", "parquet", "tsv"]))
def test_any_bytes_are_a_table_or_a_data_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, ending: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any.{ending}"
    path.write_bytes(data)
    for kind in ("auto", "text", "series", "multilabel"):
        try:
            list_source(DataPart(source=str(path), kind=kind))  # type: ignore[arg-type]
        except DataError as error:
            assert str(error)


# --- Size -------------------------------------------------------------------------------------

MEASURE = """
import resource, sys
from dojang.core.recipe import DataPart
from dojang.core.errors import DataError
from dojang.data.sources import list_source
import pandas, pyarrow, pyarrow.parquet
start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    print(len(list_source(DataPart(source=sys.argv[1])).entries))
except DataError as error:
    print(error.total, len(error.problems))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start) / 1024)
"""


def measured(path: Path) -> tuple[str, float]:
    """Return what a child process says of a table, and by how many MB it grew."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True
    )
    told, grown = done.stdout.splitlines()
    return told, float(grown)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_quarter_of_a_million_rows_take_little(tmp_path: Path, ending: str) -> None:
    """Five million rows may take 1 GB: so many may take a twentieth, and what is read ahead."""
    count = 250_000
    frame = pd.DataFrame({"text": [f"review number {n}" for n in range(count)], "label": "good"})
    path = tmp_path / f"big.{ending}"
    frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path)
    told, grown = measured(path)
    assert told == str(count)
    assert grown < 50 + 70


def test_a_quarter_of_a_million_bad_rows_are_counted_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("w") as file:
        file.write("path,label\n")
        file.writelines(f"none/{n}.png,a\n" for n in range(250_000))
    told, grown = measured(path)
    assert told == "250000 1000"
    assert grown < 50 + 70


# --- Export -----------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(st.one_of(CELL, FORMULA))
@example("-1.5")
@example("'-1.5")
@example("''=x")
@example("-1e5x")
def test_what_is_written_is_no_formula_and_is_read_back(cell: str) -> None:
    written = safe_cell(cell)
    if written[:1] in tuple("=+-@\t\r\n"):
        float(written)  # a number
    assert plain_cells([written]) == [cell]
    assert plain_cells(pd.Series([written, "x"], dtype="str")).tolist() == [cell, "x"]


def test_numbers_stay_numbers() -> None:
    frame = pd.DataFrame({"=id": ["-1.5", "+3", "-x", "a", None], "p": [-1.5, 2, 3, 4, 5]})
    lines = safe_csv(frame).splitlines()
    assert lines == ["'=id,p", "-1.5,-1.5", "+3,2.0", "'-x,3.0", "a,4.0", ",5.0"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(CELL, FORMULA).filter(lambda c: c.strip() != ""), min_size=1, max_size=5))
def test_a_table_written_is_a_table_read(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "round.csv"
    frame = pd.DataFrame({"id": cells, "x": "1"})
    path.write_bytes(safe_csv(frame).encode())
    assert read_table(path)["id"].tolist() == cells


def test_an_exported_list_of_odd_files_finds_them_again(tmp_path: Path) -> None:
    names = ["=1+1.png", "-a.png", "@b.png", "'=c.png", "'d.png"]
    for n, name in enumerate(names):
        (tmp_path / name).write_bytes(image_bytes(n))
    frame = pd.DataFrame({"path": names, "label": list("ababa")})
    (tmp_path / "safe.csv").write_text(safe_csv(frame))
    make_csv(tmp_path / "plain.csv", zip(names, "ababa", strict=True))
    for table in ("safe.csv", "plain.csv"):
        manifest = collect(DataPart(source=str(tmp_path / table)), 0)
        assert sorted(manifest.samples["id"]) == sorted(names)
    assert pd.read_csv(io.StringIO(safe_csv(frame)))["path"][0] == "'=1+1.png"
