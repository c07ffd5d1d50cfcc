"""Toxin records: units by muscle and side, sessions past and next, and what is not believed."""

from __future__ import annotations

import pytest

from packetgen.extraction.model import Site
from packetgen.extraction.toxin_columns import flow_sheets
from packetgen.extraction.toxins import find_toxins
from packetgen.extraction.vocabulary import muscle_named, muscle_pattern, muscles

BY_SIDE = """PROCEDURE NOTE - chemodenervation
Date of procedure: 03/04/2026
Product: BOTOX 100 U x 2 vials
  MUSCLE           SITES    LEFT (U)   RIGHT (U)   MIDLINE (U)   TOTAL (U)
  Corrugator       2        5          5           -             10
  Procerus         1        -          -           5             5
  Trapezius        6        15         15          -             30
  TOTAL            9                                             45
Administered 45 U."""
SIDE_COLUMN = """INJECTION RECORD   Visit 2026-MAR-04
TOXIN Dysport
Muscle                     Side    Units   Passes
Splenius capitis           L       200     3
Sternocleidomastoid        R       150     2
Scalenus medius            R       0       -       silent, not injected
                                   -----
                                   350 U"""
PLANNED = """Dx: Spasticity R UE
Plan - Botox 140 U q12 wks, EMG guidance:
    Biceps brachii              100 U  (4 sites)
    Flexor carpi radialis        40 U  (1)
  Total 140 U right side.
PA pending."""


def values(page) -> dict[tuple[str, float], object]:
    return {(f.value.status, f.value.units): f.value for f in find_toxins(page)}


def test_a_table_with_a_column_a_side(page_text) -> None:
    given = values(page_text(BY_SIDE))[("given", 45)]
    assert given.product == "onabotulinumtoxinA"
    assert given.date == "2026-03-04"
    assert given.sites == (
        Site("corrugator", "left", 5), Site("corrugator", "right", 5), Site("procerus", "midline", 5),
        Site("trapezius", "left", 15), Site("trapezius", "right", 15),
    )  # fmt: skip


def test_a_table_with_a_side_column(page_text) -> None:
    given = values(page_text(SIDE_COLUMN))[("given", 350)]
    assert given.product == "abobotulinumtoxinA"
    assert given.sites == (Site("splenius capitis", "left", 200), Site("sternocleidomastoid", "right", 150))


DICTATED = """PROCEDURE NOTE   Date of procedure: 11/06/2025
BOTOX, two 100 unit vials, each reconstituted with 2 mL of saline. I injected 5 units into each corrugator,
5 units into the procerus in the midline, 10 units in 2 sites in the frontalis on each side, 20 units in 4 sites
in the right temporalis and 25 units in 5 sites in the left temporalis, and 15 units in 3 sites in the trapezius on
the right, 20 units in 4 sites on the left. This made a total of 115 units. 35 units were unavoidably discarded. She
asked about the masseters, and I quoted 50 units."""
RECEIVED = """PROCEDURE NOTE   Date of procedure: 07/15/2025
DRUG: BOTOX 200-unit vial. 5 units were injected into the right corrugator and 5 units into the left corrugator.
Frontalis received 10 units on the right and 15 units on the left. Occipitalis received 15 units on each side.
Upper lid orbicularis, medial and lateral, 2.5 units each, so 5 units. Zygomaticus, 1.25 units.
That gives a total of 71.25 units. Remainder of the vial, 28.75 units, was discarded."""


@pytest.mark.parametrize(("text", "units"), [(DICTATED, 115), (RECEIVED, 71.25)])
def test_a_dictated_procedure_tells_one_dose_and_its_muscles(page_text, text: str, units: float) -> None:
    found = values(page_text(text))
    assert list(found) == [("given", units)]
    assert sum(site.units for site in found[("given", units)].sites) == units


def test_sides_of_a_dictated_procedure_are_those_it_names(page_text) -> None:
    sites = values(page_text(DICTATED))[("given", 115)].sites
    assert {Site("temporalis", "right", 20), Site("temporalis", "left", 25), Site("trapezius", "right", 15)} <= set(
        sites
    )
    assert {Site("trapezius", "left", 20), Site("procerus", "midline", 5), Site("frontalis", "left", 10)} <= set(sites)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("PLAN  BOTOX 50 units, orbicularis both sides. Auth request today.", ("requested", 50)),
        ("PLAN\nOnabotulinumtoxinA 155 units every 12 weeks. Dr. Buie's office will request.", ("requested", 155)),
        (
            "Partial approval\nAsked for:   onabotulinumtoxinA (Botox) J0585, 195 units, every 12 weeks",
            ("requested", 195),
        ),
        ("SERVICE         64615 / J0585 (BOTOX) 155 UNITS X 4\nDETERMINATION   NON-CERTIFIED", ("requested", 155)),
        ("We will ask for renewal, Botox 155 units every 12 weeks.", ("requested", 155)),
        (
            "She and I agreed to ask for Botox 155 units per PREEMPT every 12 weeks; prior auth started.",
            ("requested", 155),
        ),
        ("PLAN\nNon-formulary consult for Botox 155 units q12 weeks entered.", ("requested", 155)),
        ("PLAN\nBotox 100 U again, no PA needed until March.", ("planned", 100)),
        (
            "DRUG XEOMIN 100 UNIT VIAL\nQ3. Date of the last treatment and units given?\n 12/17/2024 - 260 units",
            ("given", 260),
        ),
        (
            "DRUG XEOMIN 100 UNIT VIAL\nQ4. Number of units requested, and interval?\n 280 units, every 12 weeks",
            ("requested", 280),
        ),
        ("Notice of denial\n| Service | J0585 Botox 240 U, 64616 |", ("requested", 240)),
    ],
)
def test_a_dose_is_given_planned_or_requested_as_the_note_says(page_text, text: str, told: tuple[str, float]) -> None:
    assert list(values(page_text(text))) == [told]


@pytest.mark.parametrize(
    "text",
    [
        "Onabotulinumtoxina 100 units had been reconstituted in 2 mL of saline.",
        "Using Botox diluted 100 units in 4 mL, the needle was placed.",
        "Botox was given. The remaining 95 units were discarded.",
        "Dysport 1,500 units every 12 weeks may be approved if requested on a new form.",
        "Botox. DoB 27-08-1983 Unit no. 660417",
        "J0586 names abobotulinumtoxinA, per 5 units.",
        "Botox for migraine since 2023.\nHome medications\n  cholecalciferol 2000 units, Oral, Daily",
        "Xeomin helps. Medicines: insulin glargine 20 units at bedtime",
    ],
)
def test_units_of_a_vial_a_rate_or_an_offer_are_no_dose(page_text, text: str) -> None:
    assert find_toxins(page_text(text)) == []


def test_the_line_of_the_procedure_names_the_muscle_or_the_bladder(page_text) -> None:
    page = page_text("PROCEDURE: Botox, right medial rectus, 67345\n5 units in 0.1 mL was injected slowly.")
    assert values(page)[("given", 5)].sites == (Site("medial rectus", "right", 5),)
    page = page_text(
        "OPERATION Cystoscopy, intradetrusor injection (52287)\nBotox. Total given 200 units; none wasted."
    )
    assert values(page)[("given", 200)].sites == (Site("detrusor", None, 200),)
    page = page_text("PROCEDURE: Botox, bilateral medial recti\nFirst Botox 02/28/2025, 2.5 u each side (5 u).")
    assert {site.side for site in values(page)[("given", 5)].sites} <= {"left", "right"}


def test_a_table_of_units_below_one_of_grades_is_read(page_text) -> None:
    page = page_text(
        "DOS: 14-Apr-2025\nPRE-INJECTION MODIFIED ASHWORTH (LEFT)\n   elbow flexors    [3]\n   wrist flexors    [2]\n"
        "\n"
        "MUSCLE (LEFT)        GUIDANCE     SITES     UNITS\n Biceps brachii      US           2         200\n"
        " Brachialis          US           2         100\n                                  TOTAL     300\n"
        "PRODUCT: [DYSPORT 500 U x 1]   WASTE: [200 U]"
    )
    assert [site.units for site in values(page)[("given", 300)].sites] == [200, 100]


def test_a_planned_treatment_whose_authorization_is_pending_is_requested(page_text) -> None:
    requested = values(page_text(PLANNED))[("requested", 140)]
    assert requested.interval_weeks == 12
    assert requested.sites == (Site("biceps brachii", "right", 100), Site("flexor carpi radialis", "right", 40))


def test_a_table_that_does_not_add_up_is_left_to_a_person(page_text) -> None:
    wrong = BY_SIDE.replace("   45\nAdministered 45 U.", "   95\nDone.")
    assert not any(f.value.sites for f in find_toxins(page_text(wrong)))


def test_earlier_and_next_sessions_keep_their_own_dates(page_text) -> None:
    page = page_text("Product: BOTOX\nPrevious: 05.12.2024 (155 U), 12.09.2024 (150 U)\nNext: 22.05.2025, 175 U.")
    found = {(f.value.status, f.value.units, f.value.date) for f in find_toxins(page)}
    assert found == {("given", 155, "2024-12-05"), ("given", 150, "2024-09-12"), ("planned", 175, "2025-05-22")}


@pytest.mark.parametrize(
    "text",
    [
        "Botox and Dysport were compared. Administered 155 U.",
        "May go up to 400 U of Botox if needed.",
        "She declined 20 U of Botox to the crow's feet.",
        "Administered 155 U.",
    ],
)
def test_units_without_a_sure_product_or_session_are_not_a_treatment(page_text, text: str) -> None:
    assert find_toxins(page_text(text)) == []


def test_every_way_of_writing_a_muscle_names_one() -> None:
    for muscle in muscles().muscles:
        assert muscle_named(muscle.name) == muscle.name


def test_a_list_with_its_sides_in_front(page_text) -> None:
    page = page_text(
        "Injected abobotulinumtoxinA 500 units under EMG guidance:\nleft splenius capitis 200 units\n"
        "right sternomastoid 150 units\nleft levator scapulae 150 units\nComplications: none."
    )
    given = values(page)[("given", 500)]
    assert [(site.side, site.units) for site in given.sites] == [("left", 200), ("right", 150), ("left", 150)]


@pytest.mark.parametrize("row", ["occip R 5u x4", "temp bilat 20 units", "front 5, corrug 5", "lats 5 U"])
def test_a_muscle_written_short_is_named_whatever_follows_it(page_text, row: str) -> None:  # type: ignore[no-untyped-def]
    assert find_toxins(page_text(f"Injection log. Botox 100 U\n\n{row}\n{row}")) is not None
    names = [muscle_named(match.group(0)) for match in muscle_pattern().finditer(row)]
    assert all(name in {muscle.name for muscle in muscles().muscles} for name in names)


def test_a_flow_sheet_has_a_treatment_a_column(page_text) -> None:  # type: ignore[no-untyped-def]
    sheet = (
        "Date              12.02.2025     14.05.2025\nProduct           Botox          Dysport\n"
        "R SCM             40             120\nL splenius cap.   90             250\n"
        "R trap (upper)    -              50\n"
        "TOTAL (U)         130            {total}\nDiscarded (U)     70             80\n"
    )
    given = [(f.value.product, f.value.units, f.value.date) for f in flow_sheets(page_text(sheet.format(total=420)))]
    assert given == [("onabotulinumtoxinA", 130, "2025-02-12"), ("abobotulinumtoxinA", 420, "2025-05-14")]
    (first,) = flow_sheets(page_text(sheet.format(total=500)))
    assert first.value.product == "onabotulinumtoxinA"  # the other column does not add up
    assert [(s.muscle, s.side, s.units) for s in first.value.sites] == [
        ("sternocleidomastoid", "right", 40),
        ("splenius capitis", "left", 90),
    ]


@pytest.mark.parametrize(
    "heads",
    [
        "Date              12.02.2025     14.05.2025 (planned)\n",
        "Status            given          NEXT\nDate              12.02.2025     14.05.2025\n",
        "Date              12.02.2025     14.05.2025\nStatus            done           due\n",
    ],
)
def test_a_column_of_a_flow_sheet_that_is_still_to_come_was_not_given(page_text, heads: str) -> None:  # type: ignore[no-untyped-def]
    sheet = (
        f"{heads}Product           Botox          Botox\n"
        "R SCM             40             50\nL splenius cap.   90             90\n"
        "TOTAL (U)         130            140\n"
    )
    told = [(f.value.status, f.value.units, f.value.date, f.assertion) for f in flow_sheets(page_text(sheet))]
    assert told == [("given", 130, "2025-02-12", "present"), ("planned", 140, None, "planned")]


def test_a_plan_above_the_injection_of_today_makes_it_no_plan(page_text) -> None:
    text = (
        "Dysport began in 2022. Plan approved a change to Daxxify. No Botox or Xeomin ever.\n\n"
        "INJECTION TODAY.  Daxxify 100-unit vials x 2. EMG.\n  - Left sternocleidomastoid: 30 units\n"
        "  - Right splenius capitis: 60 units\nTotal 90 units."
    )
    (given,) = [f.value for f in find_toxins(page_text(text)) if f.value.sites]
    assert (given.product, given.status, given.units) == ("daxibotulinumtoxinA", "given", 90)
