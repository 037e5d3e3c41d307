"""What is said of the rate finder, the batch-size finder and what was measured of the machine."""

MESSAGES: dict[str, tuple[str, str]] = {}
