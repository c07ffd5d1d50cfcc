"""The course of treatment: only dated facts are drawn, and each leads to the page where it was read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pypdfium2

from packetgen.chart.model import Chart
from packetgen.chart.reconcile import reconcile
from packetgen.documents.model import Box
from packetgen.extraction.model import (
    DiaryMonth,
    DocumentSummary,
    Evidence,
    Extraction,
    Finding,
    HeadacheFrequency,
    Range,
    Score,
    Therapy,
    Toxin,
    Value,
)
from packetgen.packet.course import course_of, middle, span
from packetgen.packet.picture import draw_course


def finding(value: Value, page: int, as_of: str | None = None) -> Finding:
    place = Evidence("A", page, (Box(54, 100, 300, 112),), f"quote {page}", None, "test")
    return Finding(value, "present", (place,), as_of)


def chart(*findings: Finding) -> Chart:
    return reconcile(Extraction((DocumentSummary("A", "clinic_note", "2026-10-02"),), findings))


DYSTONIA = (
    finding(Score("TWSTRS", 42.0, date="2025-01-10"), 1),
    finding(Score("TWSTRS", 30.0, date="2025-04-11"), 2),
    finding(Score("TWSTRS", 26.0, date="2025-10-03"), 3),
    finding(Toxin("onabotulinumtoxinA", "given", 180.0, "2025-01-20"), 4),
    finding(Toxin("onabotulinumtoxinA", "given", 220.0, "2025-07"), 5),
    finding(Toxin("onabotulinumtoxinA", "planned", 240.0, "2025-11-01"), 6),
    finding(
        Therapy("baclofen", "muscle_relaxant", "first_line_other", "ineffective", 20, "mg", None, "2024", "2024-09"), 7
    ),
)


def test_a_month_and_a_year_are_spans() -> None:
    assert span("2024-02") == (date(2024, 2, 1), date(2024, 2, 29))
    assert span("2024") == (date(2024, 1, 1), date(2024, 12, 31))
    assert middle("2024-02-03") == date(2024, 2, 3)


def test_scores_doses_and_therapies_of_a_dystonia_are_drawn_with_their_pages(tmp_path: Path) -> None:
    course = course_of(chart(*DYSTONIA))
    assert [(series.name, [p.low for p in series.points]) for panel in course.panels for series in panel] == [
        ("TWSTRS", [42.0, 30.0, 26.0])
    ]
    assert [(s.value.date, s.value.units) for s in course.sessions] == [("2025-01-20", 180.0), ("2025-07", 220.0)]
    insert = draw_course(chart(*DYSTONIA), tmp_path)
    assert insert is not None
    text = pypdfium2.PdfDocument(insert.pdf)[0].get_textpage().get_text_range()
    for word in ("TWSTRS", "180 U", "220 U", "baclofen 20 mg · ineffective", "42", "26"):
        assert word in text
    assert "240" not in text
    assert {link.exhibit_page for link in insert.links} == {"A-1", "A-2", "A-3", "A-4", "A-5", "A-7"}
    page = pypdfium2.PdfDocument(insert.pdf)[0].get_textpage()
    for link in insert.links:
        box = link.box
        assert f"Ex. {link.exhibit_page}" in page.get_text_bounded(box.x0, 792 - box.bottom, box.x1, 792 - box.top)


def test_diary_months_and_stated_days_are_points_of_one_measure() -> None:
    course = course_of(
        chart(
            finding(DiaryMonth("2026-08", 31, 20, 11), 1),
            finding(DiaryMonth("2026-09", 30, 21, 12), 2),
            finding(HeadacheFrequency(Range(18, 22), 10.0), 3, "2026-10-02"),
            finding(HeadacheFrequency(Range(15, None)), 4, "2026-09-02"),
        )
    )
    headache, migraine = course.panels[0]
    assert [(p.on, p.low, p.high) for p in headache.points] == [
        ("2026-08", 20, 20),
        ("2026-09", 21, 21),
        ("2026-10-02", 18, 22),
    ]
    assert [p.low for p in migraine.points] == [11, 12, 10]


def test_what_a_note_tells_of_the_time_before_is_not_drawn_at_the_notes_date(tmp_path: Path) -> None:
    told = chart(
        finding(HeadacheFrequency(23.0, when="baseline"), 1, "2026-10-02"),
        finding(HeadacheFrequency(20.0, when="baseline"), 2, "2025-03"),
        finding(HeadacheFrequency(9.0), 3, "2026-10-02"),
        finding(HeadacheFrequency(11.0), 4, "2026-07-02"),
    )
    points = {(p.on, p.low) for p in course_of(told).panels[0][0].points}
    assert ("", 23.0) in points
    assert ("2026-10-02", 9.0) in points
    assert ("2026-10-02", 23.0) not in points
    insert = draw_course(told, tmp_path)
    text = pypdfium2.PdfDocument(insert.pdf)[0].get_textpage().get_text_range()
    assert "23 before treatment" in text


def test_therapies_without_any_point_have_no_empty_table(tmp_path: Path) -> None:
    told = (
        finding(
            Therapy("baclofen", "muscle_relaxant", "first_line_other", "ineffective", start="2024", stop="2025"), 1
        ),
        finding(
            Therapy("tizanidine", "muscle_relaxant", "first_line_other", "ineffective", start="2025", stop="2026"), 2
        ),
    )
    text = pypdfium2.PdfDocument(draw_course(chart(*told), tmp_path).pdf)[0].get_textpage().get_text_range()
    assert "tizanidine · ineffective" in text
    assert "Where the points were read" not in text


def test_what_has_no_date_or_is_told_once_is_no_course(tmp_path: Path) -> None:
    course = course_of(
        chart(finding(Score("HIT-6", 65.0), 1), finding(Score("MIDAS", 58.0, date="2026-01-01"), 2),
              finding(Toxin("onabotulinumtoxinA", "given", 155.0), 3))
    )  # fmt: skip
    assert (course.panels, course.sessions, course.therapies) == ((), (), ())
    assert draw_course(chart(finding(Score("MIDAS", 58.0, date="2026-01-01"), 2)), tmp_path) is None


def test_a_long_course_keeps_the_stamp_free_and_runs_over_pages(tmp_path: Path) -> None:
    days = [f"{2018 + n // 12}-{n % 12 + 1:02}-05" for n in range(90)]
    insert = draw_course(
        chart(*(finding(Score("TWSTRS", 40.0 - n / 3, date=d), n + 1) for n, d in enumerate(days))), tmp_path
    )
    assert insert is not None
    pdf = pypdfium2.PdfDocument(insert.pdf)
    assert len(pdf) > 2
    assert all(not page.get_textpage().get_text_bounded(0, 0, 700, 50).strip() for page in pdf)
    assert len(insert.links) == 90
