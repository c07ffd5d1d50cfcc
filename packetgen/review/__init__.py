"""The review page: a clinician looks at the evidence, page by page, and signs. Loopback only."""
