"""What is said of the layer language and the table of a model."""

MESSAGES: dict[str, tuple[str, str]] = {}
