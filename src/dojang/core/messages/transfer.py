"""What is said of transfer learning."""

MESSAGES: dict[str, tuple[str, str]] = {}
