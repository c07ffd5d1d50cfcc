from __future__ import annotations

import time
from pathlib import Path

import pytest

from packetgen.errors import BadDataFile
from packetgen.yamlfile import Strict, parse, read


class Inner(Strict):
    member: str
    units: int = 0


class Outer(Strict):
    inner: Inner
    things: tuple[Inner, ...] = ()


def test_numbers_that_are_identifiers_stay_text() -> None:
    assert parse("inner: {member: 0123456, units: 155}", Outer, "x.yaml").inner == Inner(member="0123456", units=155)


def test_a_plain_null_is_nothing_and_a_quoted_one_is_text() -> None:
    class Optional(Strict):
        value: str | None = "given"

    assert [parse(f"value: {text}", Optional, "x.yaml").value for text in ("null", "", "~")] == [None] * 3
    assert parse("value: 'null'", Optional, "x.yaml").value == "null"


def test_no_stays_the_word_no() -> None:
    assert parse("inner:\n  member: no", Outer, "x.yaml").inner.member == "no"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("inner:\n  member: a\n  unit: 3\n", ["x.yaml:3", "inner.unit", "unknown key", "did you mean 'units'"]),
        ("inner:\n  member: a\n  member: b\n", ["x.yaml:3", "'member' appears twice"]),
        ("inner: &a\n  member: b\n", ["x.yaml:1", "anchors"]),
        ("inner: !!python/object:os.system {}\n", ["x.yaml:1", "tags"]),
        ("inner:\n  member: 'a\n", ["x.yaml", "not valid YAML"]),
        ("inner:\n  member: a\n  units: many\n", ["x.yaml:3", "inner.units"]),
        ("inner:\n  units: 3\n", ["x.yaml:1", "inner.member", "required"]),
        ("inner: {member: a}\nthings:\n  - {member: b, unitz: 4}\n", ["x.yaml:3", "things.1.unitz", "'units'"]),
        ("[" * 20000, ["x.yaml", "nest"]),
    ],
)
def test_every_mistake_names_file_and_line(text: str, words: list[str]) -> None:
    with pytest.raises(BadDataFile) as caught:
        parse(text, Outer, "x.yaml")
    assert [word for word in words if word not in str(caught.value)] == []


@pytest.mark.parametrize(("inside", "said"), [("", "its fields are missing"), ("7", "must hold fields of its own")])
def test_a_part_that_holds_no_fields_is_told_in_plain_words(inside: str, said: str) -> None:
    class Inner(Strict):
        name: str

    class Outer(Strict):
        provider: Inner

    with pytest.raises(BadDataFile, match=f"provider: {said}"):
        parse(f"provider: {inside}\n", Outer, "a.yaml")


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(BadDataFile) as caught:
        parse("inner:\n  unit: 3\nthing: 1\n", Outer, "x.yaml")
    assert all(word in str(caught.value) for word in ("inner.unit", "inner.member", "thing"))


BOMBS = {
    "aliases": "a: &a [x, x]\n"
    + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    "depth": "inner: " + "{a: " * 5000,
    "size": "things:\n" + "  - {member: a}\n" * 80_000,
    "one long text": "inner: {member: '" + "x" * 1_100_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_at_once(bomb: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(BOMBS[bomb])
    start = time.process_time()
    with pytest.raises(BadDataFile, match=r"x\.yaml"):
        read(path, Outer)
    assert time.process_time() - start < 0.05
