"""Chart + Assessment -> the payer's form, filled, visible and proofed."""
