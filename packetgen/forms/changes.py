"""Where the fields of a blank form lie, in words, and how another form differs from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from packetgen.forms.widgets import Widget


def places(widgets: Sequence[Widget]) -> dict[str, str]:
    """Each field's kind and where its boxes lie, in words: "text 1: 45 120 300 137" (page: left top right bottom)."""
    found: dict[str, list[str]] = {}
    for widget in widgets:
        box = widget.box
        corners = " ".join(str(round(value)) for value in (box.x0, box.top, box.x1, box.bottom))
        state = f" {widget.state}" if widget.state else ""
        found.setdefault(widget.name, [widget.kind]).append(f"{widget.page}: {corners}{state}")
    return {name: f"{kind} {'; '.join(sorted(boxes))}" for name, (kind, *boxes) in found.items()}


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    """What appeared, vanished, moved or changed its kind between the places of two forms, in words."""
    for name in sorted(before.keys() - now.keys()):
        yield f"{name} vanished (it was {before[name]})"
    for name in sorted(now.keys() - before.keys()):
        yield f"{name} appeared ({now[name]})"
    for name in sorted(before.keys() & now.keys()):
        if before[name] != now[name]:
            kind = before[name].split()[0] == now[name].split()[0]
            yield f"{name} {'moved or has other choices' if kind else 'changed'}: {before[name]} is now {now[name]}"
