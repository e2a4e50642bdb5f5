"""The command line: one file per command, loaded only when it is called; all printing and exit codes live here.

Exit codes are in `errors.py`; anything that is not an `AftercastError` is a bug and exits 1.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import traceback

import click

from builder import __version__
from builder.cli.terminal import say, show
from builder.errors import AftercastError, StorageError, storage_error

COMMANDS = (
    "init", "build", "sessions", "explain", "check", "problems", "streams",
    "watch", "serve", "collect", "redact", "pull", "simulate", "push-url",
)  # fmt: skip
INTERRUPTED = 130
GARBAGE_THRESHOLD = 50_000  # Python's 700 looks through all modules dozens of times while they load


class LazyGroup(click.Group):
    """A group whose commands are imported when asked for, so that each one starts fast."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"builder.cli.{name.replace('-', '_')}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say which command may be meant; click looks among those it has, and here it has none before one is called."""
        try:
            return super().resolve_command(context, arguments)
        except click.UsageError as error:
            import difflib  # here: only mistakes need it

            close = difflib.get_close_matches(arguments[0].lower(), COMMANDS, n=1)
            if not close:
                raise
            raise click.UsageError(f"{error.message.rstrip('.')}; did you mean `{close[0]}`?", context) from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="aftercast")
def cli() -> None:
    """Turn the recording notifications of a live-streaming cloud into a public replay site.

    \b
    Start with:  aftercast init mysite
    then:        aftercast build --source mysite/site_src --output mysite/output
    """  # noqa: D301  click reads the backspace as "do not rewrap"


def main() -> None:
    """Run the command line and exit with DESIGN's code for what happened."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; every failure is said on stderr in one or two lines."""
    try:
        outcome = cli.main(arguments, prog_name="aftercast", standalone_mode=False)
        if sys.stdout is not None:  # it is when the shell closed it: `>&-`
            sys.stdout.flush()
    except AftercastError as error:
        complain(error.sentence, error.hint)
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        show(error.format_message())
        return 2
    except click.ClickException as error:
        usage_error(error)
        return 2
    except (KeyboardInterrupt, click.Abort):
        complain("interrupted")
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):  # click makes the second of the first
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nobody reads; the exit flush must not fail
        return 0
    except OSError as error:
        complain(storage_error(error).sentence)
        return StorageError.exit_code
    except Exception:  # noqa: BLE001  the last resort: whatever gets here is our bug, and is said to be one
        traceback.print_exc()
        complain("this is a bug in aftercast", "please report the lines above")
        return 1
    return outcome if isinstance(outcome, int) else 0


def complain(sentence: str, hint: str = "") -> None:
    say(f"aftercast: {sentence}", err=True)
    if hint:
        say(f"hint: {hint}", err=True)


def usage_error(error: click.ClickException) -> None:
    if isinstance(error, click.UsageError) and error.ctx is not None:
        show(error.ctx.get_usage())
    said = no_such_option(error) if isinstance(error, click.NoSuchOption) else error.format_message().rstrip(".")
    complain(said[:1].lower() + said[1:])


def no_such_option(error: click.NoSuchOption) -> str:
    """Return the sentence, with the one option that may be meant: to click, all that begin with `--` are alike."""
    import difflib  # here: only mistakes need it

    known = {option.lstrip("-"): option for option in error.possibilities or ()}
    close = difflib.get_close_matches(error.option_name.lstrip("-"), known, n=1)
    return f"no such option '{error.option_name}'" + (f"; did you mean `{known[close[0]]}`?" if close else "")
