"""The text that the rules read: numerals as digits, confused signs set right, dates in one order, places kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from packetgen.extraction.dates import dates_in
from packetgen.extraction.diary import find_diary
from packetgen.extraction.identity import find_identity
from packetgen.extraction.numerals import as_digits
from packetgen.extraction.repair import repaired


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("eighteen to twenty headache days", "18 to 20 headache days"),
        ("one hundred fifty five units", "155 units"),
        ("two hundred and ten mL", "210 mL"),
        ("nineteen sixty eight", "1968"),
        ("back in twenty twenty two", "back in 2022"),
        ("a fifty-six year old", "a 56 year old"),
        ("this one is one-sided", "this one is one-sided"),
        ("for one week", "for 1 week"),
    ],
)
def test_numerals_become_digits_and_every_other_character_keeps_its_place(said: str, read: str) -> None:
    text = as_digits(said)
    assert len(text) == len(said)
    assert " ".join(text.split()) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("D0B: O2/17/1979", "DoB: 02/17/1979"), ("Neuro1ogy Clinic", "Neurology Clinic"),
        ("chronic rnigraine", "chronic migraine "), ("per rnonth", "per month "), ("turn to the modern clinic",) * 2,
        ("2025-@5-11 and DOB @7-Mar-1994", "2025-05-11 and DOB 07-Mar-1994"), ("Q1-2024, 2@5.0 units",) * 2,
        ("Propran olol 80, no benef it", "Propranolol  80, no benefit "),
        ("20 mg b.i.d. for 4 weeks", "20 mg bid    for 4 weeks"), ("20 mg b.i.d. Then", "20 mg bid.   Then"),
        ("ICD I10, G43.709, MRN 30188",) * 2,
    ],
)  # fmt: skip
def test_confused_signs_are_set_right_where_only_one_word_can_be_meant(page_text, written: str, read: str) -> None:
    (page,) = repaired([page_text(written)])
    assert page.text.strip("\n").ljust(len(read)) == read


def test_a_document_that_writes_the_day_first_does_so_throughout(page_text) -> None:  # type: ignore[no-untyped-def]
    (page,) = repaired([page_text("Born 27/08/1983   seen 05/11/2024")])
    assert [day for _, _, day in dates_in(page.text)] == ["1983-08-27", "2024-11-05"]
    (page,) = repaired([page_text("Born 08/27/1983   seen 05/11/2024")])
    assert [day for _, _, day in dates_in(page.text)] == ["1983-08-27", "2024-05-11"]


@pytest.mark.parametrize(
    ("header", "name", "born", "mrn"),
    [
        ("PT NAME......: BYRON, ADA J\nDOB..........: 1990/05/27   MRN:"
         " CVN-0048812", "ADA J BYRON", "1990-05-27", "CVN-0048812"),
        ("Ada Byron-Lovelace    12/19/1951    acct A-550021    MR 118-20-55   "
         " 07/24/2025", "Ada Byron-Lovelace", "1951-12-19", "118-20-55"),
        ("Ada Byron, 29, DOB 14/09/1995 (14 Sept)  |  Chart FN 4410  |  19"
         " March 2025", "Ada Byron", "1995-09-14", "FN 4410"),
        ("Last name: Byron     First: Ada     DOB: 08/21/1994   Age: 31", "Ada Byron", "1994-08-21", None),
        ("patient name Ada Byron date of birth october third nineteen sixty eight\n(10/03/1968) medical record"
         " 5512907", "Ada Byron", "1968-10-03", "5512907"),
        ("Ada Byron      DoB 27-08-1983     Unit no. 660417     9 Dec 2024", "Ada Byron", "1983-08-27", "660417"),
        ("Name  ADA  K  BYRON        Today  5 / 29 / 2026\nDate of birth  8 / 23 / 1979     TBH number  20-88431",
         "ADA K BYRON", "1979-08-23", "20-88431"),
        ("Chart: 3 3 0 9 1 7        Pt: Ada Byron        D.O.B. (mm-dd-yyyy) 07-30-1991",
         "Ada Byron", "1991-07-30", "330917"),
        ("Re: BYRON, Ada\nd.o.b. 19.6.64", "Ada BYRON", "1964-06-19", None),
        ("NAME ............ BYRON, ADA R\nAGE/BIRTH ....... 47 / 02 Jul 1978\nUNIT RECORD ..... QR 0071 5523",
         "ADA R BYRON", "1978-07-02", "QR 0071 5523"),
        ("Client: Ada Byron-King | 14.VII.1978 | KPN file 2231-S | reviewed 05.XI.2025",
         "Ada Byron-King", "1978-07-14", "2231-S"),
        ("my name is Ada Byron, birthday 03/10/1995, the portal says my number is\nP-0077-3318",
         "Ada Byron", "1995-03-10", "P-0077-3318"),
        ("this is a follow up on ada byron that's b y r o n, date of\nbirth april the ninth nineteen eighty eight",
         "Ada Byron", "1988-04-09", None),
        ('who: Ada "Addie" Byron   DOB 3/8/1971   MRN 5540', "Ada Byron", "1971-03-08", "5540"),
        ("# patient_name;Ada Byron\n# dob;1996-07-04", "Ada Byron", "1996-07-04", None),
    ],
)  # fmt: skip
def test_whose_page_it_is_by_other_labels(page_text, header, name, born, mrn) -> None:  # type: ignore[no-untyped-def]
    (finding,) = find_identity(*repaired([page_text(header)]))
    assert (finding.value.name, finding.value.birth_date, finding.value.mrn) == (name, born, mrn)


def test_a_month_grid_is_counted_box_by_box_by_its_own_signs(page_text) -> None:  # type: ignore[no-untyped-def]
    sheet = """0 = no headache      h = headache, not migraine      M = migraine
* = I took my rescue medicine that day
FEBRUARY 2025
|  Sun     |  Mon     |  Tue     |  Wed     |  Thu     |  Fri     |  Sat     |
|          |          |          |          |          |          |  1  M8*  |
|  2  h3   |  3  0    |  4  0    |  5  h2   |  6  M9*  |  7  0    |  8       |
My goal is 10 or fewer headache days."""
    (finding,) = find_diary([page_text(sheet)])
    v = finding.value
    assert (v.month, v.days_recorded, v.headache_days, v.migraine_days) == ("2025-02", 7, 4, 2)
    assert (v.days_4h_or_more, v.acute_medication_days) == (2, 2)


def test_rows_without_a_year_have_the_pages_and_clock_times_cross_midnight(page_text) -> None:  # type: ignore[no-untyped-def]
    log = """Attack log 2024 (day/month)
Day / date   Start     Stop       What it was   Treatment taken
Mon 30/12     --        --        no headache
Tue 31/12    21:30     03:15+1    MIGRAINE      sumatriptan 50
Wed 01/01    08:00     11:59      headache      none
Thu 02/01     --        --        no headache
Fri 03/01    14:00     16:30      headache      none"""
    found = {f.value.month: f.value for f in find_diary(repaired([page_text(log)]))}
    assert (found["2024-12"].headache_days, found["2024-12"].days_4h_or_more) == (1, 1)
    assert (found["2025-01"].headache_days, found["2025-01"].days_4h_or_more) == (2, 0)
    assert found["2024-12"].acute_medication_days == 1


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("April  2,  1966", "1966-04-02"), ("14Apr2026", "2026-04-14"), ("Jan-02-1990", "1990-01-02"),
        ("14.VII.1978", "1978-07-14"), ("1953Aug19", "1953-08-19"),
        ("19.6.64", "1964-06-19"), ("March the 3rd, 2026", "2026-03-03"), ("in 3  March 2024", "2024-03"),
    ],
)  # fmt: skip
def test_dates_as_scans_and_clinics_write_them(written: str, day: str) -> None:
    assert [found for _, _, found in dates_in(written)] == [day]


def test_an_export_row_that_a_fax_ran_together_makes_its_month_uncertain(page_text) -> None:  # type: ignore[no-untyped-def]
    rows = "".join(f"2025-05-0{day};1;5;7.5;yes;sumatriptan\n" for day in range(1, 7))
    head = "date;headache;intensity;hours;migraine;rescue_taken\n"

    def read(text: str):  # type: ignore[no-untyped-def]
        page = page_text(head + text)
        return find_diary([replace(page, page=replace(page.page, source="ocr"))])[0]

    colon = read(rows + "2025-05-07:1:3;1.5;no;\n")
    assert colon.assertion == "present"
    assert colon.value.days_recorded == 7
    assert read(rows + "2025-05-07;1;3;no\n").assertion == "possible"


def test_the_heading_of_a_diary_is_the_line_that_names_most_of_its_columns(page_text) -> None:  # type: ignore[no-untyped-def]
    rows = "".join(f"06/0{day}    08:00     13:00     headache      none\n" for day in range(1, 7))
    sheet = (
        "Log 2024\nOne line per day, entered on the day it   STARTED.   +1 stopped the next day.\n"
        f"Date     Start     Stop      What it was   Treatment taken\n{rows}06/07 and 06/09:   lost, nothing written\n"
    )
    (month,) = find_diary([page_text(sheet)])
    assert (month.value.days_recorded, month.value.headache_days, month.value.days_4h_or_more) == (6, 6, 6)


def test_a_relatives_birth_date_is_not_the_patients(page_text) -> None:  # type: ignore[no-untyped-def]
    (found,) = find_identity(page_text("Our patient: Ada Byron, chart 81-3327\n(wife: Ida Byron, b. 02/14/1983)"))
    assert found.value.birth_date is None
    (found,) = find_identity(page_text("Pt: Ada Byron   MR=ALS-00931   born the 11th of December, 1981"))
    assert (found.value.birth_date, found.value.mrn) == ("1981-12-11", "ALS-00931")
