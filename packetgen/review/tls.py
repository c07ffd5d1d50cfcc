"""The certificate of a review server that other computers reach: by which names it is known, and until when."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import IPv6Address
from pathlib import Path

from cryptography import x509

from packetgen.errors import BadCaseFile


def names_in(certificate: Path) -> tuple[str, ...]:
    """The names and addresses that a PEM certificate is for, as a Host header writes them; raises BadCaseFile."""
    try:
        cert = x509.load_pem_x509_certificate(certificate.read_bytes())
        names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound) as failure:
        why = (isinstance(failure, OSError) and failure.strerror) or "no certificate in PEM with the server's names"
        raise BadCaseFile(f"cannot be used ({why})", where=str(certificate), fix="Give another with --cert.") from None
    if cert.not_valid_after_utc < datetime.now(UTC):
        raise BadCaseFile(f"ended on {cert.not_valid_after_utc:%m/%d/%Y}", where=str(certificate), fix="Renew it.")
    addresses = names.get_values_for_type(x509.IPAddress)
    written = (f"[{a}]" if isinstance(a, IPv6Address) else str(a) for a in addresses)
    return (*(name.lower() for name in names.get_values_for_type(x509.DNSName)), *written)
