"""Patterns in small letters, for a quick look at a text in small letters: without regard to case it takes three times
as long.
"""

from __future__ import annotations

import re

CAPITAL = re.compile(r"(?<![\\?])[A-Z]")  # of a pattern, where it is no class such as \S and no name of a group
HEEDS_CASE = "(?-i:"


def in_small_letters(pattern: str) -> re.Pattern[str]:
    """The pattern for a text in small letters; where a part heeds case, it finds more than the pattern itself."""
    return re.compile(CAPITAL.sub(lambda match: match.group(0).lower(), pattern.replace(HEEDS_CASE, "(?:")))
