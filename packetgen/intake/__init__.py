"""The watched folder: a scan that is dropped finds its case, or a person, with the reason why."""
