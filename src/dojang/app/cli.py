"""The command line: parse, call, print. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from dojang.app.commands import COMMANDS
from dojang.app.commands.options import say
from dojang.core.errors import EXIT_INTERRUPTED, DojangError
from dojang.core.i18n import t, use_language
from dojang.train.signals import end_on_sigterm

EXIT_USER = 2
TYPER_WORDS = {
    "Usage:": "cli.word.usage",
    "Options:": "cli.word.options",
    "Arguments:": "cli.word.arguments",
    "Commands:": "cli.word.commands",
    "Show this message and exit.": "cli.word.help",
    "[required]": "cli.word.required",
    "[default: ": "cli.word.default",
}


def main() -> None:
    """Run the command line and exit with its status."""
    end_on_sigterm()
    arguments, lang = _take_language(sys.argv[1:])
    with use_language(lang):
        sys.exit(run(arguments))


def run(arguments: list[str]) -> int:
    """Run one command line in the language of the moment and return its exit status."""
    command = build_command()
    try:
        result = command.main(args=arguments, prog_name="dojang", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except DojangError as error:
        _tell(str(error))
        return error.exit_code
    except typer.Exit as ended:
        return ended.exit_code
    except (KeyboardInterrupt, typer.Abort):
        _tell(t("cli.interrupted"))
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # the reader of our output left, as `head` does
        sys.stderr.close()
        return 0
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        _tell(_usage(error))
        return EXIT_USER


def build_command() -> Any:
    """Return the commands with their help in the language of the moment.

    Help is written below as keys of the catalogue and translated here.
    """
    app = typer.Typer(
        help="cli.help",
        epilog="cli.epilog",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback(invoke_without_command=True)(about)
    for function in COMMANDS:
        app.command(function.__name__, help=f"cli.{function.__name__}")(function)
    command = typer.main.get_command(app)
    _translate(command)
    for child in command.commands.values():  # type: ignore[attr-defined]
        _translate(child)
    return command


def _translate(command: Any) -> None:
    original = command.get_help
    command.get_help = lambda context: _in_our_words(original(context))
    command.help = t(command.help)
    command.epilog = t(command.epilog) if command.epilog else None
    for parameter in command.params:
        if parameter.help and parameter.help.startswith("cli."):
            parameter.help = t(parameter.help)


def about(
    version: Annotated[bool, typer.Option("--version", help="cli.opt.version")] = False,
    lang: Annotated[str, typer.Option("--lang", help="cli.opt.lang", show_default=False)] = "",
) -> None:
    """Answer what is asked of the program itself; ``--lang`` was taken out before."""
    if version:
        import dojang

        say(f"dojang {dojang.__version__}")
        raise typer.Exit


def _take_language(arguments: list[str]) -> tuple[list[str], str | None]:
    """Take ``--lang X`` out, wherever it stands: it must be known before help can be written."""
    for i, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument.startswith("--lang="):
            return arguments[:i] + arguments[i + 1 :], argument.removeprefix("--lang=")
        if argument == "--lang" and i + 1 < len(arguments):
            return arguments[:i] + arguments[i + 2 :], arguments[i + 1]
    return arguments, None


def _in_our_words(text: str) -> str:
    """Put Typer's own words in a help page into the language of the moment."""
    for theirs, key in TYPER_WORDS.items():
        text = text.replace(theirs, t(key))
    return text


def _usage(error: Any) -> str:
    """Say a mistake in the command line in the user's language."""
    name = type(error).__name__
    command = getattr(getattr(error, "ctx", None), "command_path", "dojang")
    values = {"command": command, "detail": error.format_message()}
    if name == "NoArgsIsHelpError":
        return str(values["detail"])
    if name == "NoSuchOption":
        return t("cli.no_such_option", option=error.option_name, **values)
    if name == "MissingParameter":
        parameter = error.param.name.upper() if error.param else ""
        return t("cli.missing_argument", parameter=parameter, **values)
    return t("cli.usage", **values)


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
