"""Which server is meant: options that may stand before the command or behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from zulip_bridge.launch.targets import DEFAULT_INSTALL, DemoTarget, InstallTarget, Target

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Choice:
    """What was said about the server so far; ``None`` where nothing was."""

    install: Path | None = None
    demo: bool = False
    demo_size: str | None = None
    read_only: bool = False
    debug: bool = False

    def over(self, earlier: Choice) -> Choice:
        """This choice, with what was said before it where it says nothing."""
        return replace(
            self,
            install=self.install or earlier.install,
            demo=self.demo or earlier.demo,
            demo_size=self.demo_size or earlier.demo_size,
            read_only=self.read_only or earlier.read_only,
            debug=self.debug or earlier.debug,
        )

    @property
    def target(self) -> Target:
        """The target that is meant; a usage error where two are."""
        wants_demo = self.demo or self.demo_size is not None
        if wants_demo and self.install is not None:
            raise click.UsageError("--install and --demo name two servers; give one of them.")
        if wants_demo:
            return DemoTarget("large" if self.demo_size == "large" else "small")
        return InstallTarget((self.install or DEFAULT_INSTALL).absolute())


def target_options(command: F) -> F:
    """Add the options to a command; it receives one :class:`Choice` named ``choice``."""

    @click.pass_context
    def gathered(context: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        own = Choice(**{name: kwargs.pop(name) for name in ("install", "demo", "demo_size", "read_only", "debug")})
        earlier = context.find_object(Choice)
        choice = own.over(earlier) if earlier else own
        context.obj = choice
        return context.invoke(command, *args, choice=choice, **kwargs)

    gathered.__name__ = getattr(command, "__name__", "command")
    gathered.__doc__ = command.__doc__
    gathered.__click_params__ = list(getattr(command, "__click_params__", []))  # type: ignore[attr-defined]
    decorated: Any = gathered
    for option in reversed(OPTIONS):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


OPTIONS = [
    click.option(
        "--install",
        metavar="PATH",
        type=click.Path(path_type=Path),
        help=f"The Zulip deployment: the directory with manage.py.  [default: {DEFAULT_INSTALL}]",
    ),
    click.option("--demo", is_flag=True, help="A made-up organization on a database of its own."),
    click.option("--demo-size", type=click.Choice(["small", "large"]), help="Which demo; implies --demo."),
    click.option("--read-only", is_flag=True, help="Refuse, in the worker, whatever would change something."),
    click.option("--debug", is_flag=True, help="After an error, also print what the shell said."),
]
