"""``demo reset|stop|path|url``."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import click

from .output import narrate, print_line

size_option = click.option("--size", type=click.Choice(["small", "large"]), default="small", show_default=True)


@click.group()
def demo() -> None:
    """Look after the demo install; --demo opens it."""


@demo.command()
@size_option
def reset(size: Any) -> None:
    """Remove the demo and make it anew."""
    package = _package()
    try:
        package.reset(size, narrate)
    except package.DemoError as error:
        raise _failed(str(error)) from error


@demo.command()
@size_option
def stop(size: Any) -> None:
    """Stop the demo's PostgreSQL; its data stay."""
    package = _package()
    try:
        package.stop(size)
    except package.DemoError as error:
        raise _failed(str(error)) from error


@demo.command()
@size_option
def path(size: Any) -> None:
    """Print the install's directory, for --install."""
    print_line(str(_located(size).path))


@demo.command()
@size_option
def url(size: Any) -> None:
    """Print a connection string for psql."""
    print_line(str(_located(size).url))


def _located(size: str) -> Any:
    """The demo, made and started if need be: what is printed can be used at once."""
    package = _package()
    try:
        return package.ensure(size, narrate)
    except package.DemoError as error:
        raise _failed(str(error)) from error


def _package() -> ModuleType:
    try:
        from zulip_bridge import demo as package
    except ImportError as error:
        raise _failed("The demo needs its extra packages: python3 -m pip install 'zulip-steward[demo]'.") from error
    return package


def _failed(sentence: str) -> click.exceptions.Exit:
    narrate(sentence)
    return click.exceptions.Exit(1)
