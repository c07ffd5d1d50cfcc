"""What changed between two packets, item by item."""

from __future__ import annotations

from packetgen.packet.snapshot import Change, Snapshot, changes

BEFORE = Snapshot(
    {"Topiramate": "dose: 100", "Score": "67"}, {"15 days": "met"}, ("One.", "Two."), {}, {"Ex. A-1": "in"}
)


def test_nothing_changed_is_nothing() -> None:
    assert changes(BEFORE, BEFORE) == ()


def test_each_change_is_told_with_before_and_now() -> None:
    now = Snapshot({"Topiramate": "dose: 75"}, {"15 days": "met"}, ("One.", "Three."), {"dose": "155"}, {})
    assert changes(BEFORE, now) == (
        Change("Facts", "Topiramate", "dose: 100", "dose: 75"),
        Change("Facts", "Score", "67", ""),
        Change("Letter", "", "Two.", ""),
        Change("Letter", "", "", "Three."),
        Change("Form", "dose", "", "155"),
        Change("Pages", "Ex. A-1", "in", ""),
    )
