"""The application that shows one case."""

from __future__ import annotations

from collections.abc import Collection

from starlette.applications import Starlette

from packetgen.review.case_routes import case_routes
from packetgen.review.guard import OWN_NAMES, Sessions
from packetgen.review.live import Review
from packetgen.review.site import make_site


def make_app(review: Review, sessions: Sessions, hosts: Collection[str] = OWN_NAMES) -> Starlette:
    """The application; every request needs a session, which /open?token= gives."""
    return make_site(case_routes(lambda _: review), sessions, review.folder, hosts)
