"""What is said of what went wrong in training and how it goes on."""

MESSAGES: dict[str, tuple[str, str]] = {}
