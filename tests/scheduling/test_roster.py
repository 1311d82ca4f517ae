"""The board: painted, undone, copied, rolled out; overlap refused by the database, leaving all as it was."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

import make
from kaoqin import settle_command
from kaoqin.core.jobs import JobRun
from kaoqin.core.models import TableImport
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.scheduling import actions, queries, roster
from kaoqin.scheduling.models import RosterDay
from kaoqin.scheduling.roster_import import reshape
from kaoqin.scheduling.words import Cell, Segment, ShiftPlan


@pytest.fixture
def board(cast):
    return Board(cast)


class Board:
    """Zhao's days as He paints them, in letters: D, N, 休, or - where there is no row."""

    def __init__(self, cast):
        self.cast, self.who, self.by = cast, cast.zhao, cast.by("he")
        self.of = {"D": cast.day.pk, "N": cast.night.pk, "F": cast.free.pk, "休": None}

    def paint(self, first, letters, who=None, by=None):
        start = make.day(first)
        cells = [Cell((who or self.who).pk, start + n * make.DAY, self.of[x]) for n, x in enumerate(letters)]
        return roster.paint(cells, by=by or self.by, at=make.NOW, today=make.TODAY)

    def undo(self, change, by=None):
        roster.undo(change, by=by or self.by, at=make.NOW, today=make.TODAY)

    def seen(self, first, count, who=None):
        start, who = make.day(first), who or self.who
        rows = queries.roster([who.pk], start, start + count * make.DAY)
        found = [rows.get((who.pk, start + n * make.DAY)) for n in range(count)]
        return "".join("-" if r is None else r.shift.code if r.shift else "休" for r in found)


def test_painted_days_are_kept_and_painted_over(board):
    board.paint("11-23", "DD休")
    board.paint("11-24", "N")
    assert board.seen("11-22", 5) == "-DN休-"


def test_of_two_cells_for_one_day_the_later_holds(board):
    cells = [Cell(board.who.pk, make.day("11-23"), board.of[x]) for x in "DN"]
    roster.paint(cells, by=board.by, at=make.NOW, today=make.TODAY)
    assert board.seen("11-23", 1) == "N"


def test_undo_puts_back_what_stood_there_once_and_only_ones_own(board):
    board.paint("11-23", "DD")
    change = board.paint("11-23", "N休D")
    with pytest.raises(NotFound):
        board.undo(change, by=make.ROOT)
    board.undo(change)
    assert board.seen("11-23", 3) == "DD-"
    with pytest.raises(NotFound):
        board.undo(change)


def test_a_stroke_is_not_undone_over_what_was_planned_since(board, cast):
    first = board.paint("11-23", "DD")
    board.paint("11-25", "D")
    other = board.paint("11-24", "N", by=cast.by("he"))
    with pytest.raises(Refusal, match="之后又有「排班:1 人 1 格」改过"):
        board.undo(first)
    assert board.seen("11-23", 3) == "DND"
    board.undo(other)
    board.undo(first)
    assert board.seen("11-23", 3) == "--D"


@settings(max_examples=15)
@given(strokes=st.lists(st.tuples(st.integers(0, 5), st.text("DF休", min_size=1, max_size=4)), max_size=4))
def test_undoing_all_strokes_leaves_all_as_it_was(cast, strokes):
    board = Board(cast)
    before = board.seen("11-20", 12)
    changes = [board.paint(f"11-{21 + begin}", letters) for begin, letters in strokes]
    for change in reversed(changes):
        board.undo(change)
    assert board.seen("11-20", 12) == before


def test_overlapping_plans_are_refused_by_name_and_all_stays(board):
    late = make.shift("L", ShiftPlan("长夜", (Segment(1320, 1981),)))
    board.of["L"] = late.pk
    board.paint("11-23", "DD")
    with pytest.raises(Refusal) as refused:
        board.paint("11-22", "休LD")
    assert refused.value.code == "scheduling.plans_overlap"
    assert refused.value.sentence == "赵夜班 2026-11-23 的「L」(次日 09:01 结束)与 2026-11-24 的「D」时间重叠,未保存。"
    assert board.seen("11-22", 4) == "-DD-"
    actions.change_shift(late, ShiftPlan("长夜", (Segment(1320, 1980),)), make.SINCE, by=make.ROOT, at=make.NOW)
    board.paint("11-23", "LD")


SPLIT = ShiftPlan("分段", (Segment(1200, 1440), Segment(1800, 2040)))
"""20:00–24:00 and 06:00–10:00 of the next day."""
NIGHT_WITH_BREAK = ShiftPlan("夜班", (Segment(1200, 1920, 1440, 1560),))
"""20:00–08:00 with a break from 00:00 to 02:00."""


@pytest.mark.parametrize(
    ("before", "after", "fits"),
    [
        (SPLIT, Segment(0, 360), True),
        (SPLIT, Segment(0, 361), False),
        (SPLIT, Segment(600, 720), True),
        (SPLIT, Segment(599, 720), False),
        (NIGHT_WITH_BREAK, Segment(0, 120), False),
        (NIGHT_WITH_BREAK, Segment(480, 720), True),
    ],
)
def test_a_shift_may_lie_between_anothers_segments_but_not_in_a_break_as_the_engine_has_it(
    board, tmp_path, before, after, fits
):
    for code, plan in (("B", before), ("A", ShiftPlan("后", (after,)))):
        board.of[code] = make.shift(code, plan).pk
    assert engine_takes(tmp_path, before.segments, (after,)) is fits
    if fits:
        board.paint("11-23", "BA")
        assert board.seen("11-23", 2) == "BA"
    else:
        with pytest.raises(Refusal, match=r"赵夜班 .*「[AB]」.*时间重叠"):
            board.paint("11-23", "BA")
        assert board.seen("11-23", 2) == "--"


def clock(minute):
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"


def engine_takes(folder, *shifts):
    """Whether the engine finds no fault in shifts of consecutive days."""
    rows = [
        ",".join([code, str(number), *map(clock, (one.start, one.end, one.break_start, one.break_end))])
        for code, segments in zip("BA", shifts, strict=True)
        for number, one in enumerate(segments, start=1)
    ]
    tables = {
        "employees": ["employee_no,name,department,group", "1,x,x,G"],
        "groups": ["group", "G"],
        "shifts": ["shift,segment,start,end,break_start,break_end", *rows],
        "roster": ["employee_no,date,shift", "1,2026-11-23,B", "1,2026-11-24,A"],
        "punches": ["employee_no,at"],
        "calendar": ["date,kind", "2026-11-23,workday", "2026-11-24,workday"],
    }
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines))
    days = ["--from", "2026-11-23", "--to", "2026-11-24"]
    return settle_command.run([str(folder), *days, "--out", str(folder / "out")]) == 0


def test_a_changed_shift_of_two_segments_is_placed_anew_segment_by_segment(board):
    split = make.shift("S", ShiftPlan("分段", (Segment(1200, 1440),)))
    board.of["S"] = split.pk
    board.of["A"] = make.shift("A", ShiftPlan("后", (Segment(0, 360),))).pk
    board.paint("11-23", "SA")
    actions.change_shift(split, SPLIT, make.SINCE, by=make.ROOT, at=make.NOW)
    spans = RosterDay.objects.get(employee=board.who, date=make.day("11-23")).planned
    assert [f"{span.lower:%d %H:%M}-{span.upper:%d %H:%M}" for span in spans] == [
        "23 20:00-24 00:00",
        "24 06:00-24 10:00",
    ]
    late = ShiftPlan("分段", (Segment(1200, 1440), Segment(1799, 2040)))
    with pytest.raises(Refusal, match="时间重叠"):
        actions.change_shift(split, late, make.SINCE, by=make.ROOT, at=make.NOW)


def test_days_change_places_in_one_stroke_without_overlap(board):
    board.paint("11-23", "N休")
    board.paint("11-23", "休D")
    assert board.seen("11-23", 2) == "休D"


def test_unknown_people_and_shifts_are_refused(board):
    told = {"by": board.by, "at": make.NOW, "today": make.TODAY}
    with pytest.raises(NotAllowed):
        roster.paint([Cell(10**9, make.TODAY, None)], **told)
    with pytest.raises(NotFound):
        roster.paint([Cell(board.who.pk, make.TODAY, 10**9)], **told)


def test_a_shift_is_not_painted_before_its_first_version(board):
    new = make.shift("NEW", since=make.day("11-24"))
    board.of["X"] = new.pk
    with pytest.raises(Refusal, match="才生效"):
        board.paint("11-23", "X")
    board.paint("11-24", "X")


def test_copied_days_fall_on_as_many_days_and_empty_ones_copy_nothing(board):
    board.paint("11-23", "DN")
    board.paint("12-02", "D")
    first, last, to = make.day("11-23"), make.day("11-25"), make.day("11-30")
    roster.copy_days([board.who.pk], first, last, to, by=board.by, at=make.NOW, today=make.TODAY)
    assert board.seen("11-30", 3) == "DND"


@pytest.mark.parametrize(("first", "last"), [("11-24", "11-23"), ("08-01", "11-02")])
def test_a_range_to_copy_is_refused_when_backwards_or_too_long(board, first, last):
    with pytest.raises(Refusal, match="日期范围"):
        roster.copy_days([1], make.day(first), make.day(last), make.TODAY, by=board.by, at=make.NOW, today=make.TODAY)


def rotation(cast, *days):
    return actions.keep_pattern(
        "P", "轮班", [{"D": cast.day, "N": cast.night, "休": None}[d] for d in days], by=make.ROOT, at=make.NOW
    )


def roll(board, pattern, positions, first="11-23", last="11-30"):
    told = {"by": board.by, "at": make.NOW, "today": make.TODAY}
    return roster.roll_out(pattern, positions, make.day(first), make.day(last), **told)


def test_a_rotation_is_rolled_out_from_where_each_stands(board, cast):
    pattern = rotation(cast, *"DN休休")
    change = roll(board, pattern, {cast.zhao.pk: 0, cast.lin.pk: 3})
    assert (board.seen("11-23", 9), board.seen("11-23", 8, cast.lin)) == ("DN休休DN休休-", "休DN休休DN休")
    board.undo(change)
    assert board.seen("11-23", 8) == "-" * 8


def test_a_rotation_that_overlaps_itself_is_refused_whole(board, cast):
    long = make.shift("L", ShiftPlan("长夜", (Segment(1320, 1981),)))
    pattern = actions.keep_pattern("Q", "错", [cast.day, long], by=make.ROOT, at=make.NOW)
    with pytest.raises(Refusal, match="时间重叠"):
        roll(board, pattern, {cast.zhao.pk: 0})
    assert board.seen("11-23", 8) == "-" * 8


def test_a_rotation_has_a_shift_and_a_range_of_at_most_401_days(board, cast):
    with pytest.raises(Refusal, match="至少要有一个班次"):
        rotation(cast, "休")
    with pytest.raises(Refusal, match="400"):
        roll(board, rotation(cast, "D"), {cast.zhao.pk: 0}, "11-23", "2027-12-29")


def test_the_page_staggers_people_down_the_list(enter, cast, board):
    pattern = rotation(cast, *"DN休休")
    told = {"pattern": pattern.pk, "first": "2026-11-23", "last": "2026-11-26", "start": "1", "step": "1"}
    answer = enter("he").post("/roster/roll-out/", {**told, "numbers": "12 00012"})
    assert answer["Location"] == "/roster/?month=2026-11"
    assert (board.seen("11-23", 4), board.seen("11-23", 4, cast.lin)) == ("DN休休", "休DN休")


def json_post(browser, address, body):
    return browser.post(address, body, content_type="application/json")


def test_the_board_paints_copies_and_undoes_by_json(enter, cast, board):
    he, zhao = enter("he"), cast.zhao.pk
    change = json_post(
        he, "/roster/paint/", {"cells": [[zhao, "2026-11-23", cast.night.pk], [zhao, "2026-11-24", None]]}
    ).json()
    copied = {"people": [zhao], "first": "2026-11-23", "last": "2026-11-24", "to": "2026-11-25"}
    assert json_post(he, "/roster/copy/", copied).status_code == 200
    assert board.seen("11-23", 4) == "N休N休"
    assert he.post(f"/roster/undo/{change['change']}/").status_code == 200
    assert board.seen("11-23", 4) == "--N休"
    for body in ("{", {"cells": [[1]]}, {"cells": [[zhao, "11-23", None]]}, []):
        assert json_post(he, "/roster/paint/", body).status_code == 409


def test_the_board_shows_people_and_their_month(enter, cast, board):
    board.paint("11-23", "N")
    text = enter("he").get("/roster/?month=2026-11").content.decode()
    assert "赵夜班" in text


def export(browser):
    book = openpyxl.load_workbook(io.BytesIO(browser.get("/roster/export/?month=2026-12").content))
    return [[cell.value or "" for cell in row] for row in book.active.iter_rows()]


def bring(browser, data, name="roster.xlsx"):
    browser.post("/imports/roster/", {"file": SimpleUploadedFile(name, data)})
    kept = TableImport.objects.latest("pk")
    browser.post(f"/imports/file/{kept.pk}/take/")
    return kept, make.work_off(JobRun.objects.latest("pk"))


def test_an_exported_month_comes_back_as_it_went(enter, cast, board):
    he = enter("he")
    board.paint("12-01", "DN休休N")
    before = export(he)
    data = he.get("/roster/export/?month=2026-12").content
    RosterDay.objects.all().delete()
    _, run = bring(he, data)
    assert run.state == "done", run.told
    assert export(he) == before
    assert board.seen("12-01", 6) == "DN休休N-"


def test_a_list_of_days_comes_in(enter, cast, board):
    rows = "工号,日期,班次\n12,2026-12-01,N\n12,2026/12/2,休\n12,2026年12月3日,\n00012,20261204,D\n"
    _, run = bring(enter("he"), rows.encode(), "x.csv")
    assert run.result["said"] == "已排 2 人 4 天。"
    assert (board.seen("12-01", 3), board.seen("12-04", 1, cast.lin)) == ("N休休", "D")


def test_wrong_rows_are_named_and_nothing_comes_in(enter, cast, board):
    rows = "工号,日期,班次\n12,2026-12-01,N\n0012,2026-12-01,N\n12,2026-13-01,N\n12,2026-12-02,ZZ\n12,2025-12-31,N\n"
    he = enter("he")
    kept, run = bring(he, rows.encode(), "x.csv")
    text = he.get(f"/imports/file/{kept.pk}/").content.decode()
    assert all(said in text for said in ("没有这个工号", "应为日期", "没有班次 ZZ", "才生效"))
    assert (run.state, board.seen("12-01", 2)) == ("failed", "--")


def test_overlapping_rows_fail_whole_with_the_reason(enter, cast, board):
    make.shift("L", ShiftPlan("长夜", (Segment(1320, 1981),)))
    rows = "工号,日期,班次\n12,2026-12-01,L\n12,2026-12-02,D\n"
    _, run = bring(enter("he"), rows.encode(), "x.csv")
    assert run.state == "failed"
    assert "时间重叠" in run.told
    assert board.seen("12-01", 2) == "--"


def test_a_month_sheet_is_read_below_its_title():
    rows = [
        ["十二月排班", "", "", ""],
        ["姓名", "工号", "2026-12-01", "2026/12/2"],
        ["赵", "012", "N", ""],
        ["", "", "D", "D"],
    ]
    assert reshape(rows) == [["工号", "日期", "班次"], ["012", "2026-12-01", "N"]]
