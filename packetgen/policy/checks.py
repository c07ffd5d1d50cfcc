"""All checks of a request that hold whatever its plan says."""

from __future__ import annotations

from packetgen.case import Case
from packetgen.chart.model import Chart
from packetgen.policy.benefit import check_benefit
from packetgen.policy.codes import check_codes
from packetgen.policy.doses import check_doses
from packetgen.policy.known_errors import check_statements
from packetgen.policy.model import Check, PolicyReference
from packetgen.policy.records import check_records
from packetgen.policy.sessions import check_sessions


def check_request(case: Case, chart: Chart, reference: PolicyReference) -> tuple[Check, ...]:
    """Codes, dose, earlier treatments, dates of documents, benefit, and statements known as wrong."""
    return (
        *check_codes(case, chart),
        *check_doses(case, chart),
        *check_sessions(case, chart),
        *check_records(chart),
        *check_benefit(case),
        *check_statements(chart, reference),
    )
