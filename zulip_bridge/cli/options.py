"""Which server is meant: options that may stand before the command or behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from zulip_bridge.launch.targets import Target

CHOICES = ("install", "ssh", "docker", "demo", "demo_size", "read_only", "debug")
F = TypeVar("F", bound=Callable[..., Any])

SHOWN_DEFAULT = "/home/zulip/deployments/current"
"""``launch.targets.DEFAULT_INSTALL`` for the help, which does not wait for the launcher to be imported."""


@dataclass(frozen=True)
class Choice:
    """What was said about the server so far; ``None`` where nothing was."""

    install: Path | None = None
    ssh: str | None = None
    docker: str | None = None
    demo: bool = False
    demo_size: str | None = None
    read_only: bool = False
    debug: bool = False

    def over(self, earlier: Choice) -> Choice:
        """This choice, with what was said before it where it says nothing."""
        return replace(
            self,
            install=self.install or earlier.install,
            ssh=self.ssh or earlier.ssh,
            docker=self.docker or earlier.docker,
            demo=self.demo or earlier.demo,
            demo_size=self.demo_size or earlier.demo_size,
            read_only=self.read_only or earlier.read_only,
            debug=self.debug or earlier.debug,
        )

    @property
    def named(self) -> bool:
        """Whether a server was named at all."""
        return self.demo or any(each is not None for each in (self.demo_size, self.install, self.ssh, self.docker))

    @property
    def target(self) -> Target:
        """The target that is meant; a usage error where two are."""
        from zulip_bridge.launch.targets import DEFAULT_INSTALL, DemoTarget, DockerTarget, InstallTarget, SshTarget

        wants_demo = self.demo or self.demo_size is not None
        for pair, both in {
            "--install and --demo": wants_demo and self.install is not None,
            "--ssh and --demo": wants_demo and self.ssh is not None,
            "--docker and --demo": wants_demo and self.docker is not None,
            "--ssh and --docker": self.ssh is not None and self.docker is not None,
        }.items():
            if both:
                raise click.UsageError(f"{pair} name two servers; give one of them.")
        if wants_demo:
            return DemoTarget("large" if self.demo_size == "large" else "small")
        there = PurePosixPath(self.install or DEFAULT_INSTALL)
        if self.ssh is not None:
            return SshTarget(self.ssh, there)
        if self.docker is not None:
            return DockerTarget(self.docker, there)
        return InstallTarget((self.install or DEFAULT_INSTALL).absolute())


def _options(hidden: bool) -> list[Callable[[Any], Any]]:
    return [
        click.option(
            "--install",
            metavar="PATH",
            hidden=hidden,
            type=click.Path(path_type=Path),
            help=f"The Zulip deployment: the directory with manage.py.  [default: {SHOWN_DEFAULT}]",
        ),
        click.option(
            "--ssh",
            metavar="HOST",
            hidden=hidden,
            help="On another machine: what ssh would be given. --install PATH is a path there.",
        ),
        click.option("--docker", metavar="NAME", hidden=hidden, help="In a container, by its name."),
        click.option("--demo", is_flag=True, hidden=hidden, help="A made-up organization on a database of its own."),
        click.option(
            "--demo-size",
            type=click.Choice(["small", "large"]),
            hidden=hidden,
            help="Which demo; implies --demo.  [default: small]",
        ),
        click.option(
            "--read-only", is_flag=True, hidden=hidden, help="Refuse, in the worker, whatever would change something."
        ),
        click.option("--debug", is_flag=True, hidden=hidden, help="After an error, also print what led to it."),
    ]


def target_options(command: F) -> F:
    """Add the options to a command; it receives one :class:`Choice` named ``choice``."""
    return _with_options(command, hidden=False)


def unused_target_options(command: F) -> F:
    """The same for a command that opens no server: the options are taken there too, but not advertised."""
    return _with_options(command, hidden=True)


def _with_options(command: F, *, hidden: bool) -> F:
    @click.pass_context
    def gathered(context: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        own = Choice(**{name: kwargs.pop(name) for name in CHOICES})
        earlier = context.find_object(Choice)
        choice = own.over(earlier) if earlier else own
        context.obj = choice
        return context.invoke(command, *args, choice=choice, **kwargs)

    gathered.__name__ = getattr(command, "__name__", "command")
    gathered.__doc__ = command.__doc__
    gathered.__click_params__ = list(getattr(command, "__click_params__", []))  # type: ignore[attr-defined]
    decorated: Any = gathered
    for option in reversed(_options(hidden)):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]
