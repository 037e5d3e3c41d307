"""The studio: a local web page for runs. ``server.make_app`` puts its parts together."""
