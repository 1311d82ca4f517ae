"""A person's month as a PDF: what was confirmed, or what was closed. The font is every PDF reader's own for Chinese."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext
from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
TITLE = ParagraphStyle("title", fontName=FONT, fontSize=15, leading=20, alignment=TA_LEFT, wordWrap="CJK")
TEXT = ParagraphStyle("text", fontName=FONT, fontSize=9, leading=13, wordWrap="CJK")
SMALL = ParagraphStyle(
    "small", fontName=FONT, fontSize=7.5, leading=10, textColor=colors.HexColor("#555555"), wordWrap="CJK"
)
_LINES = TableStyle(
    [
        ("FONT", (0, 0), (-1, -1), FONT, 8),
        ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#c8d0da")),
        ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#eef3fb")),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
)


def month_pdf(
    title: str,
    heads: Sequence[str],
    sums: Sequence[tuple[str, str]],
    days: Sequence[Mapping[str, Any]],
    foot: Sequence[str],
) -> bytes:
    """A page or two of A4: who and when, the sums, a line a day, and who confirmed it with which digest."""
    out = io.BytesIO()
    page = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=16 * mm, rightMargin=16 * mm, topMargin=14 * mm, bottomMargin=14 * mm, title=title
    )
    story: list[Any] = [
        Paragraph(_safe(title), TITLE),
        *(Paragraph(_safe(one), TEXT) for one in heads),
        Spacer(1, 4 * mm),
    ]
    story += [_sums_table(sums), Spacer(1, 4 * mm), _days_table(days), Spacer(1, 5 * mm)]
    page.build(story + [Paragraph(_safe(one), SMALL) for one in foot])
    return out.getvalue()


def _safe(text: str) -> str:
    """A text as a paragraph takes it, which reads tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _sums_table(sums: Sequence[tuple[str, str]]) -> Table:
    """Label and value, three pairs a line."""
    padded = [*sums, *[("", "")] * (-len(sums) % 3)]
    lines = [[cell for pair in padded[n : n + 3] for cell in pair] for n in range(0, len(padded), 3)]
    table = Table(lines, colWidths=[26 * mm, 33 * mm] * 3)
    table.setStyle(TableStyle(_LINES.getCommands()[:2]))
    return table


def _days_table(days: Sequence[Mapping[str, Any]]) -> Table:
    header = [
        gettext("日期"),
        gettext("班次"),
        gettext("首次打卡"),
        gettext("末次打卡"),
        gettext("工作时长"),
        gettext("结果"),
    ]
    rows = [
        [day["date"], day["shift"], day["in"], day["out"], day["worked"], Paragraph(_safe(day["said"]), TEXT)]
        for day in days
    ]
    table = Table([header, *rows], colWidths=[24 * mm, 20 * mm, 22 * mm, 22 * mm, 26 * mm, 63 * mm], repeatRows=1)
    table.setStyle(_LINES)
    return table
