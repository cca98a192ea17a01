"""What can be asked is served: each request by a function, under the name that it has on the wire."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from typing import Any

import pytest

import zulip_bridge.api
from zulip_bridge.api.calls import Request
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.worker import registry

ANSWERED_BY_THE_SESSION = {"ping"}


def requests() -> dict[str, type[Request[Any]]]:
    """All of the contract, by method."""
    for module in pkgutil.iter_modules(zulip_bridge.api.__path__, "zulip_bridge.api."):
        importlib.import_module(module.name)
    return {each.METHOD: each for each in Request.__subclasses__()}


def test_every_request_is_served_under_its_name() -> None:
    assert registry.SERVED.keys() | ANSWERED_BY_THE_SESSION == requests().keys()
    for method, (request, _) in registry.SERVED.items():
        known = requests()[method]
        assert f"zulip_bridge.api.{request}" == f"{known.__module__}.{known.__name__}"


def test_nobody_serves_what_is_not_known() -> None:
    with pytest.raises(StewardError) as caught:
        registry.find("people.invented")
    assert caught.value.kind is ErrorKind.PROTOCOL


def test_a_start_imports_no_request() -> None:
    code = "import sys, zulip_bridge.worker.registry; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    imported = {each for each in done.stdout.split() if each.startswith("zulip_bridge.api.")}
    assert imported <= {f"zulip_bridge.api.{each}" for each in ("calls", "codec", "errors")}
