"""What Zulip itself keeps of an export."""

from __future__ import annotations

from datetime import datetime

from .. import compat


def exported_archive(realm: str, since: datetime) -> tuple[int | None, str]:
    """Size and sha256 of what the command has exported since then, as Zulip keeps them from 11.0 on."""
    exports = compat.model("zerver", "RealmExport")
    if exports is None or not compat.has_field(exports, "sha256sum_hex"):
        return None, ""
    made = exports.objects.filter(realm__string_id=realm, acting_user=None, date_requested__gte=since).last()
    return (made.tarball_size_bytes, made.sha256sum_hex or "") if made is not None else (None, "")
