"""``index.html`` itself: what the export is, as plain HTML, and the script that shows the rest.

The content security policy allows the page's own style and script by their hashes, what that script loads, and
pictures from beside the page; nothing else, and nothing from a network. Trusted types keep the script itself from
ever turning text into markup.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from html import escape
from importlib import resources
from typing import Any

from zulip_bridge.api.export_scope import BY_NAME
from zulip_bridge.text import display_text

INDEX = "index.html"
ALL_MESSAGES = "All messages, each once"


def document(manifest: dict[str, Any], recipients: Sequence[dict[str, Any]], left_out: Sequence[str]) -> bytes:
    """The whole page; ``left_out`` names files of the export that were too large for it."""
    style, script = _asset("page.css"), _asset("values.js") + _asset("page.js")
    person = manifest["person"]
    places = {
        "policy": escape(_policy(style, script)),
        "title": _plain(f"{person['full_name']} · {manifest['server']['name']}"),
        "heading": _heading(manifest),
        "summary": _summary(manifest, left_out),
        "recipients": _recipients(recipients),
        "recipients_link": '<a href="#recipients">Recipients</a>' if recipients else "",
        "subject": str(int(person["id"])),
        "style": style,
        "script": script,
    }
    page = _asset("page.html")
    for name, value in places.items():
        before, mark, after = page.partition(f"<!--{name}-->")
        # Text that was filled in is escaped, so it holds no mark of its own.
        assert mark, name
        page = before + value + after
    return page.encode("utf-8", "replace")


def _policy(style: str, script: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}' 'strict-dynamic'",
            f"style-src '{_hash(style)}'",
            "img-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types pages",
        )
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _text(value: object) -> str:
    """Untrusted text as HTML: nothing in it is obeyed, hidden characters show, directions do not leak out."""
    return f"<bdi>{escape(display_text(str(value)))}</bdi>"


def _plain(value: str) -> str:
    """The same without an element around it, for the title."""
    return escape(display_text(value))


def _breakable(value: object) -> str:
    """A name without spaces, which may be broken between its parts."""
    return _text(value).replace("_", "_<wbr>")


def _heading(manifest: dict[str, Any]) -> str:
    person, server = manifest["person"], manifest["server"]
    return (
        f'<p class="kind">Personal data held by {_text(server["name"])}</p>'
        f"<h1>{_text(person['full_name'])}</h1>"
        f"<p>{_text(person['delivery_email'])} · id {int(person['id'])}"
        f" · organization {_text(person['realm'] or 'root')}"
        f" · as of {_moment(manifest['made']['snapshot_taken'])}</p>"
    )


def _summary(manifest: dict[str, Any], left_out: Sequence[str]) -> str:
    made, server = manifest["made"], manifest["server"]
    facts = [
        ("What this is", _text(manifest["scope"].get("words") or manifest["scope"].get("preset") or "")),
        ("Taken", _moment(made["snapshot_taken"])),
        ("Made by", f"{_text(made['operator'])}, with zulip-steward {_text(made['tool_version'])}"),
        ("Server", f"{_text(server['name'])}, Zulip {_text(server['zulip_version'])}"),
        ("Messages", f"{int(manifest['messages']['written']):,}"),
        ("Files in this export", f"{len(manifest['files']):,}"),
        (
            "Check",
            "manifest.json lists every file with its SHA-256; <code>zulip-steward export verify</code> compares.",
        ),
    ]
    parts = [f"<dl>{''.join(f'<dt>{name}</dt><dd>{value}</dd>' for name, value in facts)}</dl>"]
    parts += ["<h3>Parts</h3>", _sections(manifest["sections"])]
    if left_out:
        parts += ["<h3>Not on this page</h3>", _list(f"{_text(each)} is too large for it." for each in left_out)]
    if manifest["warnings"]:
        warnings = (f"{_text(each['subject'])}: {_text(each['sentence'])}" for each in manifest["warnings"])
        parts += [f"<h3>Missing or noted ({len(manifest['warnings']):,})</h3>", _list(warnings)]
    if manifest["redactions"]:
        kept = (f"{_text(name)}: {_text(why)}" for name, why in manifest["redactions"].items())
        parts += ["<h3>Held and not handed over</h3>", _list(kept)]
    return "".join(parts)


def _title(section: str) -> str:
    """What a part is called for people; all messages together are no section that can be chosen."""
    return BY_NAME[section].title if section in BY_NAME else ALL_MESSAGES if section == "messages" else section


def _sections(sections: Iterable[dict[str, Any]]) -> str:
    rows = [
        [
            _text(_title(str(each["section"]))),
            f"{each['found']:,}",
            f"{each['written']:,}",
            _reasons(each.get("left_out") or {}),
        ]
        for each in sections
    ]
    return _table(["part", "found", "in this export", "left out"], rows, numbers=(1, 2))


def _reasons(reasons: dict[str, Any]) -> str:
    return "; ".join(f"{count:,} {_text(why)}" for why, count in reasons.items())


def _recipients(recipients: Sequence[dict[str, Any]]) -> str:
    rows = [
        [
            _text(each.get("recipient", "")),
            ", ".join(_text(host) for host in each.get("hosts", [])),
            _text(each.get("data", "")),
            _text(each.get("purpose", "")),
            _breakable(each.get("setting", "")),
        ]
        for each in recipients
    ]
    return _table(["recipient", "where", "what it receives", "what for", "setting"], rows)


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    kinds = ['class="number"' if index in numbers else "" for index in range(len(titles))]
    head = "".join(f'<th scope="col" {kind}>{title}</th>' for title, kind in zip(titles, kinds, strict=True))
    body = "".join(
        f"<tr>{''.join(f'<td {kind}>{cell}</td>' for cell, kind in zip(row, kinds, strict=True))}</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)
    except ValueError:
        return _text(text)
    return f"{moment:%Y-%m-%d %H:%M} UTC"
