"""What the numbers of a setting mean: from the constants that Zulip's model has beside the column."""

from __future__ import annotations

from .account import user_profiles


def words_of(choices: str) -> dict[int, str]:
    """Words by number for a list of values such as ``COLOR_SCHEME_CHOICES``; empty where the model names none.

    ``COLOR_SCHEME_DARK = 2`` gives ``{2: "dark"}``; one list has constants that begin otherwise than itself.
    """
    stem = choices.removesuffix("_CHOICES")
    for prefix in (f"{stem}_", f"{stem.removeprefix('WEB_').removesuffix('_POLICY')}_"):
        found = {
            value: name.removeprefix(prefix).replace("_", " ").lower()
            for name, value in _constants().items()
            if name.startswith(prefix)
        }
        if found:
            return found
    return {}


def _constants() -> dict[str, int]:
    model = user_profiles()
    names = [name for name in dir(model) if name.isupper()]
    values = {name: getattr(model, name, None) for name in names}
    return {name: value for name, value in values.items() if type(value) is int}
