"""Chart + a payer's policy -> Assessment. Writes nothing."""
