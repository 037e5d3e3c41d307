"""What is said of where the time of a training went."""

MESSAGES: dict[str, tuple[str, str]] = {}
