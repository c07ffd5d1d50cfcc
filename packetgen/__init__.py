"""packetgen: prior-authorization packets for botulinum toxin, built from the chart and cited to it."""

__version__ = "0.1.0"
