"""The command line: parse, call, print. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from dojang.core.errors import EXIT_INTERRUPTED, DojangError
from dojang.core.i18n import t, use_language

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

        _say(f"dojang {dojang.__version__}")
        raise typer.Exit


RunArgument = Annotated[Path, typer.Argument(help="cli.arg.run", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="cli.opt.json")]


def train(
    source: Annotated[str, typer.Argument(help="cli.arg.source", show_default=False)],
    run: Annotated[Path | None, typer.Option("--run", help="cli.opt.run")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="cli.opt.set")] = None,
    weights: Annotated[str | None, typer.Option("--weights", help="cli.opt.weights")] = None,
    path_col: Annotated[str | None, typer.Option("--path-col", help="cli.opt.path_col")] = None,
    label_col: Annotated[str | None, typer.Option("--label-col", help="cli.opt.label_col")] = None,
    group_col: Annotated[str | None, typer.Option("--group-col", help="cli.opt.group_col")] = None,
    json: AsJson = False,
) -> int:
    """Train, evaluate on the validation part and report."""
    from dojang.app import show, stages
    from dojang.app.run import train as train_run
    from dojang.train.processes import is_main

    values = _settings(settings, weights, path_col, label_col, group_col)
    trained = train_run(source, run=run, settings=values, progress=stages.screen_of_process())
    return show.trained(trained, json) if is_main() else 0


def resume(run: RunArgument, json: AsJson = False) -> int:
    """Go on with an interrupted run."""
    from dojang.app import pipeline, show
    from dojang.app.run import Run
    from dojang.app.screen import Lines

    return show.trained(Run(pipeline.resume(run, Lines())), json)


def init(
    source: Annotated[str, typer.Argument(help="cli.arg.data", show_default=False)],
    settings: Annotated[list[str] | None, typer.Option("--set", help="cli.opt.set")] = None,
    path_col: Annotated[str | None, typer.Option("--path-col", help="cli.opt.path_col")] = None,
    label_col: Annotated[str | None, typer.Option("--label-col", help="cli.opt.label_col")] = None,
    group_col: Annotated[str | None, typer.Option("--group-col", help="cli.opt.group_col")] = None,
) -> None:
    """Print a commented recipe."""
    from dojang.app.init import commented_recipe

    values = _settings(settings, None, path_col, label_col, group_col)
    sys.stdout.write(commented_recipe(source, values))


def predict(
    run: RunArgument,
    images: Annotated[Path, typer.Argument(help="cli.arg.images", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", help="cli.opt.out")] = None,
    like: Annotated[Path | None, typer.Option("--like", help="cli.opt.like")] = None,
    json: AsJson = False,
) -> None:
    """Write predictions of new images."""
    from dojang.app import show
    from dojang.app.run import load
    from dojang.app.screen import Lines

    opened = load(run)
    if like is not None and not like.is_file():
        from dojang.core.errors import DataError

        raise DataError("data.missing", path=like)
    predictions = opened.predict_each(images, Lines())
    show.predictions(predictions, opened.record.classes, out, like, json)


def evaluate(run: RunArgument, json: AsJson = False) -> None:
    """Open the sealed test part, once."""
    from dojang.app import pipeline, show
    from dojang.app.screen import Lines

    evaluation, record, first = pipeline.evaluate(run, Lines())
    show.evaluated(evaluation, record, run, first, json)


def explain(
    run: RunArgument,
    image: Annotated[Path, typer.Argument(help="cli.arg.image", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", help="cli.opt.picture")] = None,
    json: AsJson = False,
) -> None:
    """Show where the model looked."""
    from dojang.app import show
    from dojang.app.run import load

    show.explained(load(run).explain(image), out, json)


def report(
    run: RunArgument,
    out: Annotated[Path | None, typer.Option("--out", help="cli.opt.html")] = None,
    json: AsJson = False,
) -> None:
    """Write the report."""
    from dojang.app import show
    from dojang.app.run import load

    show.path(load(run).report(out=out), "progress.report", json)


def runs(
    parent: Annotated[Path, typer.Argument(help="cli.arg.runs")] = Path("runs"),
    json: AsJson = False,
) -> None:
    """List runs."""
    from dojang.app import show
    from dojang.app.run import runs as list_runs

    show.runs(list_runs(parent), parent, json)


def models(
    pattern: Annotated[str, typer.Argument(help="cli.arg.pattern")] = "",
    json: AsJson = False,
) -> None:
    """List models."""
    from dojang.app import show
    from dojang.nn.factory import known

    show.names(known(pattern), pattern, json)


def schema() -> None:
    """Print the JSON schema of a recipe."""
    import json as json_module

    from dojang.core.recipe import json_schema

    _say(json_module.dumps(json_schema(), ensure_ascii=False, indent=2))


COMMANDS = (train, resume, init, predict, evaluate, explain, report, runs, models, schema)


def _settings(
    pairs: list[str] | None,
    weights: str | None,
    path_col: str | None,
    label_col: str | None,
    group_col: str | None,
) -> dict[str, Any]:
    """Merge ``--set`` with the options that are short for a key."""
    from dojang.core.recipe import parse_settings

    short = {
        "model.weights": weights,
        "data.path_col": path_col,
        "data.label_col": label_col,
        "data.group_col": group_col,
    }
    given = {key: value for key, value in short.items() if value is not None}
    return given | parse_settings(pairs or [])


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


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
