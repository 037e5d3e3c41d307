"""``python -m dojang`` is the command line."""

from dojang.app.cli import main

if __name__ == "__main__":
    main()
