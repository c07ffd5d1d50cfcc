"""Scores with their parts, and what does not add up."""

from __future__ import annotations

from packetgen.extraction.scores import find_scores

MIDAS = """MIDAS questionnaire
 1  Missed work or school            4
 2  Work productivity reduced        10
 3  Missed household work            6
 4  Household productivity reduced   8
 5  Missed family events             3
        MIDAS SCORE  31     Grade IV (severe)
 A  Headache days                    40
 B  Average pain                     7
 Date: 12/17/2025
"""
HIT6 = """HIT-6 Headache Impact Test
                                Never Rarely Some- Very  Always
                                 (6)   (8)   (10)  (11)   (13)
 how often is the pain severe?                      X
 limit your daily activities?                       X
 wish you could lie down?                                  X
 too tired to work?                           X
 fed up or irritated?                               X
 limit your concentration?                    X
        Total Score:   66     (range 36-78)
        Date: 12/17/2025
"""
ASHWORTH = """MODIFIED ASHWORTH SCALE (Right)     03/2025     7/2025     Today
  Elbow flexors                     3           2          1+
  Wrist flexors                     2           -          1
Return in 12 weeks."""


def score(page, instrument: str) -> list:
    return [f.value for f in find_scores(page) if f.value.instrument == instrument]


def test_midas_item_by_item(page_text) -> None:
    (found,) = score(page_text(MIDAS), "MIDAS")
    assert (found.value, found.grade, found.date) == (31, "IV", "2025-12-17")
    assert dict(found.subscores) == {"q1": 4, "q2": 10, "q3": 6, "q4": 8, "q5": 3, "A": 40, "B": 7}


def test_hit6_by_its_ticks(page_text) -> None:
    (found,) = score(page_text(HIT6), "HIT-6")
    assert (found.value, found.date) == (66, "2025-12-17")
    assert [value for _, value in found.subscores] == [11, 11, 13, 10, 11, 10]


def test_parts_that_do_not_add_up_are_left_out(page_text) -> None:
    assert all(not found.subscores for found in score(page_text(MIDAS.replace("  31  ", "  35  ")), "MIDAS"))
    assert all(not found.subscores for found in score(page_text(HIT6.replace("66", "60")), "HIT-6"))
    wrong = score(page_text("TWSTRS today 40 (S 15 / D 9 / P 7)."), "TWSTRS")
    assert all(not found.subscores for found in wrong)


def test_twstrs_in_words_and_in_short(page_text) -> None:
    for text in ("TWSTRS today 31 (S 15 / D 9 / P 7).", "TWSTRS severity 15, disability 9, pain 7, total 31."):
        assert {"severity": 15, "disability": 9, "pain": 7} in [
            dict(found.subscores) for found in score(page_text(text), "TWSTRS")
        ]


def test_ashworth_by_joint_and_date(page_text) -> None:
    found = {s.date: dict(s.subscores) for s in score(page_text(ASHWORTH), "MAS")}
    assert found == {
        "2025-03": {"elbow flexors (right)": "3", "wrist flexors (right)": "2"},
        None: {"elbow flexors (right)": "1+", "wrist flexors (right)": "1"},
    }


def test_the_disability_assessment_scale(page_text) -> None:
    (found,) = score(page_text("DAS: hygiene 3, dressing 2, limb position 2, pain 1"), "Disability Assessment Scale")
    assert dict(found.subscores) == {"hygiene": 3, "dressing": 2, "limb position": 2, "pain": 1}


def test_the_birth_date_above_a_table_of_tone_is_not_its_date(page_text) -> None:
    page = page_text(
        "Patient: Delgado, Rosa  DOB: 04/19/1958\n\nExam\nMODIFIED ASHWORTH SCALE, right arm, 10/12/2026\n"
        "Elbow flexors                 3\nWrist flexors                 3\nFinger flexors                3\n"
    )
    assert [value.date for value in score(page, "MAS")] == [None]  # it is the document's
