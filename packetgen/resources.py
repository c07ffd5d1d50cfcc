"""Where the data that ships with the program lies: in a checkout beside the package, in a wheel inside it."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
SHIPPED = PACKAGE / "shipped" if (PACKAGE / "shipped").is_dir() else PACKAGE.parent

KNOWLEDGE = PACKAGE / "knowledge"
FONTS = PACKAGE / "fonts"
PAYERS = SHIPPED / "payer_forms"
LETTERS = SHIPPED / "templates" / "letters"
FORM_MAPS = SHIPPED / "templates" / "forms"
SAMPLES = SHIPPED / "samples"
