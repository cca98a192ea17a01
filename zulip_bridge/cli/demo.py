"""``demo reset|stop|path|url``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, TypeVar

import click

from .ending import refused
from .narration import narrate, status
from .options import Choice, unused_target_options
from .output import path_text, print_line

F = TypeVar("F", bound=Callable[..., Any])
size_option = click.option(
    "--size", type=click.Choice(["small", "large"]), help="Which demo.  [default: --demo-size, else small]"
)


@click.group()
@unused_target_options
def demo(choice: Choice) -> None:
    """Look after the demo install; --demo opens it."""


@demo.command()
@size_option
@unused_target_options
def reset(size: str | None, choice: Choice) -> None:
    """Remove the demo and make it anew."""
    with _package() as package:
        package.reset(_size(size, choice), status.say)
    narrate("The demo is new.")


@demo.command()
@size_option
@unused_target_options
def stop(size: str | None, choice: Choice) -> None:
    """Stop the demo's PostgreSQL; its data stay."""
    with _package() as package:
        package.stop(_size(size, choice))
    narrate("The demo's PostgreSQL is stopped.")


@demo.command()
@size_option
@unused_target_options
def path(size: str | None, choice: Choice) -> None:
    """Print the install's directory, for --install; the demo is made and started if need be."""
    with _package() as package:
        print_line(path_text(package.ensure(_size(size, choice), status.say).path))


@demo.command()
@size_option
@unused_target_options
def url(size: str | None, choice: Choice) -> None:
    """Print a connection string for psql; the demo is made and started if need be."""
    with _package() as package:
        print_line(package.ensure(_size(size, choice), status.say).url)


def _size(size: str | None, choice: Choice) -> Any:
    return size or choice.demo_size or "small"


@contextmanager
def _package() -> Iterator[ModuleType]:
    """The demo's package; its errors, and its absence, are sentences."""
    try:
        from zulip_bridge import demo as package
    except ImportError:
        refused("The demo needs its extra packages: python3 -m pip install 'zulip-steward[demo]'.")
    try:
        yield package
    except package.DemoError as error:
        refused(str(error))
    finally:
        status.clear()
