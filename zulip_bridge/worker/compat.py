"""The one module that knows that Zulip versions (and database drivers) differ.

It looks at what is there (``hasattr``, ``inspect.signature``, ``apps.get_model``, introspection), never at a
version number.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from django.apps import apps
from django.db import connection as default_connection
from django.db.utils import DatabaseError, InterfaceError

MODULES_WITH_RESET_QUERIES = ("zerver.lib.db_connections", "zerver.lib.db")
"""``reset_queries`` moved between 9.0-dev and 9.0."""


def zulip_version() -> tuple[str, int | None]:
    """Version string and API feature level; ``version.py`` lies beside ``manage.py``."""
    version = importlib.import_module("version")
    level = getattr(version, "API_FEATURE_LEVEL", None)
    return str(version.ZULIP_VERSION), level


def driver() -> str:
    """Name and version of the PostgreSQL driver that Django uses here."""
    from django.db.backends.postgresql.base import Database

    name = "psycopg" if Database.__name__ == "psycopg" else "psycopg2"
    return f"{name} {Database.__version__.split()[0]}"


def reset_queries() -> None:
    """Forget the statements that this thread's connection remembers (Zulip's keeps each one)."""
    default_connection.queries_log.clear()
    for name in MODULES_WITH_RESET_QUERIES:
        try:
            reset = getattr(importlib.import_module(name), "reset_queries", None)
        except ModuleNotFoundError:
            continue
        if reset is not None:
            reset()
            return


def is_read_only(wrapper: Any) -> bool:
    """Whether PostgreSQL itself says that this connection's transactions cannot write."""
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT current_setting('default_transaction_read_only')")
        return bool(cursor.fetchone()[0] == "on")


def cancel_query(wrapper: Any) -> None:
    """Ask PostgreSQL to end the query that runs on this connection; safe from another thread."""
    raw = wrapper.connection
    if raw is not None:
        raw.cancel()


def absorb_cancel(wrapper: Any) -> bool:
    """Wait out a cancel request that may arrive late, so that it does not hit the next request's query.

    Returns whether the connection is usable.
    """
    for _ in range(2):
        try:
            with wrapper.cursor() as cursor:
                cursor.execute("SELECT 1")
        except (DatabaseError, InterfaceError):
            continue
        return True
    return False


def is_query_cancelled(error: BaseException) -> bool:
    """Whether PostgreSQL ended the statement on request or for its time limit (SQLSTATE 57014)."""
    return sqlstate(error) == "57014"


def is_read_only_violation(error: BaseException) -> bool:
    """Whether PostgreSQL refused a write on a read-only connection (SQLSTATE 25006)."""
    return sqlstate(error) == "25006"


def sqlstate(error: BaseException) -> str | None:
    """SQLSTATE of a database error, through Django's wrapping, from either driver."""
    cause = error.__cause__ or error
    return getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)


def database_error(code: str, sentence: str) -> Exception:
    """The driver's exception for an SQLSTATE; without one, for a connection that is lost."""
    from django.db.backends.postgresql.base import Database

    if not code:
        return Database.OperationalError(sentence)  # type: ignore[no-any-return]
    try:
        kind = Database.errors.lookup(code)
    except KeyError:
        kind = Database.DatabaseError
    error: Exception = kind(sentence)
    error.sqlstate = code  # type: ignore[attr-defined]
    return error


def plain_cursor(raw: Any) -> Any:
    """A cursor of the driver's own, on its connection: neither Django nor Zulip wraps or remembers what it runs."""
    from django.db.backends.postgresql.base import Database

    if is_psycopg2(Database):
        return raw.cursor(cursor_factory=Database.extensions.cursor)
    return Database.Cursor(raw)


def mogrify(raw: Any, sql: str, parameters: Any) -> str:
    """The statement with its parameters in it, quoted by the driver."""
    from django.db.backends.postgresql.base import Database

    if is_psycopg2(Database):
        return str(plain_cursor(raw).mogrify(sql, parameters).decode())
    return str(Database.ClientCursor(raw).mogrify(sql, parameters))


def read_as_text(cursor: Any, type_oids: Iterable[int]) -> None:
    """From now on, values of these types come from this cursor as PostgreSQL writes them."""
    from django.db.backends.postgresql.base import Database

    if is_psycopg2(Database):
        cursor.string_types = dict.fromkeys(type_oids, Database.extensions.UNICODE)
        return
    for oid in type_oids:
        cursor.adapters.register_loader(oid, Database.types.string.TextLoader)


@dataclass(frozen=True)
class ResultColumn:
    """What the protocol says of a result's column; table and number are 0 where it is computed."""

    name: str
    type_oid: int
    table_oid: int
    number: int


def result_columns(cursor: Any) -> list[ResultColumn]:
    """The columns of the result that the cursor has now."""
    result = getattr(cursor, "pgresult", None)
    if result is None:
        return [
            ResultColumn(each.name, each.type_code, each.table_oid or 0, each.table_column or 0)
            for each in cursor.description or ()
        ]
    return [
        ResultColumn(each.name, each.type_code, result.ftable(index), result.ftablecol(index))
        for index, each in enumerate(cursor.description or ())
    ]


def peek(cursor: Any, wanted: Callable[[ResultColumn], bool]) -> list[Any]:
    """The values of some columns of the result that Django's cursor has; it stays before its first row."""
    raw = getattr(cursor, "cursor", cursor)
    if raw.description is None or getattr(raw, "name", None):
        return []  # no rows, or a cursor of PostgreSQL's, with which Django's iterator() reads models
    indexes = [index for index, each in enumerate(result_columns(raw)) if wanted(each)]
    rows = raw.fetchall() if indexes else []
    if rows:
        raw.scroll(0, mode="absolute")
    return [row[index] for row in rows for index in indexes]


def cancel_raw(raw: Any) -> None:
    """Ask PostgreSQL to end the query that runs on a driver's connection; safe from another thread."""
    raw.cancel()


@dataclass(frozen=True)
class DatabaseWords:
    """What PostgreSQL says of an error; ``position`` counts the characters of the statement, from 1."""

    message: str
    hint: str
    position: int | None


def database_words(error: BaseException) -> DatabaseWords:
    """PostgreSQL's own words, through Django's wrapping, from either driver."""
    cause = error.__cause__ if getattr(error, "diag", None) is None and error.__cause__ is not None else error
    diag = getattr(cause, "diag", None)
    if diag is None or diag.message_primary is None:
        return DatabaseWords((str(cause).strip() or type(cause).__name__).splitlines()[0], "", None)
    # Inside a function (an EXECUTE, here) the position is the internal one.
    position = diag.internal_position or diag.statement_position
    return DatabaseWords(
        diag.message_primary, diag.message_hint or diag.message_detail or "", int(position) if position else None
    )


def driver_errors() -> tuple[type[BaseException], ...]:
    """What the driver raises, unwrapped."""
    from django.db.backends.postgresql.base import Database

    return (Database.Error,)


def is_disconnected(raw: Any) -> bool:
    """Whether a driver's connection is gone for good."""
    return bool(raw.closed)


def is_psycopg2(database: Any) -> bool:
    """Whether this module, which Django uses, is that driver."""
    return bool(database.__name__ == "psycopg2")


def model(app: str, name: str) -> Any | None:
    """A model of the running server, or None where this version has none of that name."""
    try:
        return apps.get_model(app, name)
    except LookupError:
        return None


def has_field(model_class: Any, name: str) -> bool:
    """Whether a model has a field of that name in this version."""
    return any(field.name == name for field in model_class._meta.get_fields())


def setting(name: str, default: Any = None) -> Any:
    """A Django setting that not every version has."""
    from django.conf import settings

    return getattr(settings, name, default)


def has_secret(name: str) -> bool:
    """Whether Zulip's file of secrets has a value of that name."""
    get = find_function("zproject.config.get_secret")
    return get is not None and bool(get(name))


def config_value(section: str, key: str) -> str:
    """A value of zulip.conf; empty where there is none."""
    get = find_function("zproject.config.get_config")
    return str((get(section, key, "") if get is not None else "") or "")


def fail_realm_exports(realm: str, since: datetime) -> None:
    """Mark the organization's exports begun since then, by the command, as failed: from 10.0 there is a row of each.

    Zulip does so when its own code fails; a process that was ended leaves one that seems to go on.
    """
    exports = model("zerver", "RealmExport")
    if exports is None or not has_field(exports, "date_requested") or not hasattr(exports, "FAILED"):
        return
    begun = exports.objects.filter(realm__string_id=realm, acting_user=None, date_requested__gte=since)
    unfinished = begun.filter(status__in=[exports.REQUESTED, exports.STARTED])
    unfinished.update(status=exports.FAILED, date_failed=datetime.now(timezone.utc))


def named_groups() -> Any:
    """Query set of the groups that have a name: a model of its own from 9.0, all groups before."""
    named = model("zerver", "NamedUserGroup")
    if named is None:
        named = model("zerver", "UserGroup")
    assert named is not None
    return named.objects


def message_flags(mask: int) -> list[str]:
    """Names of the flags in ``UserMessage.flags``, without those that only Zulip itself uses."""
    rows = model("zerver", "UserMessage")
    assert rows is not None
    return [str(name) for name in rows.flags_list_for_flags(mask)]


def avatar_base(person_id: int, avatar_version: int, realm_id: int) -> tuple[str, bool]:
    """Key of an avatar without its ending, and whether its version is part of it (from 9.0)."""
    try:
        hashes = importlib.import_module("zerver.lib.avatar_hash")
    except ModuleNotFoundError:
        # The rule that 9.0 and later have, for a version that keeps it elsewhere.
        key = f"{person_id}:{avatar_version}:{setting('AVATAR_SALT')}"
        return f"{realm_id}/{hashlib.sha256(key.encode()).hexdigest()[:40]}", True
    if hasattr(hashes, "user_avatar_base_path_from_ids"):
        return str(hashes.user_avatar_base_path_from_ids(person_id, avatar_version, realm_id)), True
    return str(hashes.user_avatar_path_from_ids(person_id, realm_id)), False


def emoji_path(realm_id: int, file_name: str) -> str:
    """Key of a custom emoji's picture."""
    emoji = model("zerver", "RealmEmoji")
    assert emoji is not None
    return str(emoji.PATH_ID_TEMPLATE.format(realm_id=realm_id, emoji_file_name=file_name))


def bucket(name: str) -> Any:
    """A bucket of the storage that Zulip is set up for, with Zulip's credentials."""
    return importlib.import_module("zerver.lib.upload.s3").get_bucket(name)


ON_BEHALF_OF_NOBODY: dict[str, Any] = {"acting_user": None, "notify": True}
"""What actions are told, as far as their version takes it: there is no account that acts (the audit log then names
none), and clients shall hear of it."""


class MissingAction(Exception):
    """This version of Zulip has no function for it, or one that takes other arguments; the text is a sentence."""


@dataclass(frozen=True)
class Call:
    """A function of Zulip's, found and given its arguments; ``name`` is where it is."""

    name: str
    run: Callable[[], Any]


def call(places: str | Sequence[str], *arguments: Any, **named: Any) -> Call:
    """The first function there is at ``places``, with ``arguments`` and those of ``named`` that it knows.

    Raises :class:`MissingAction` where there is none, or where it wants something else.
    """
    places = [places] if isinstance(places, str) else places
    for place in places:
        function = find_function(place)
        if function is not None:
            return Call(place, _bound(place, function, arguments, named))
    name = places[0].rpartition(".")[2]
    raise MissingAction(f"This version of Zulip has no action for it ({name}).")


def find_function(place: str) -> Callable[..., Any] | None:
    """What is at a dotted name, or None; its module is imported now."""
    module, _, name = place.rpartition(".")
    try:
        found: Callable[..., Any] | None = getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError:
        return None
    return found


def _bound(
    place: str, function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
) -> Callable[[], Any]:
    signature = inspect.signature(function)
    known = {name: value for name, value in named.items() if name in signature.parameters}
    try:
        bound = signature.bind(*arguments, **known)
    except TypeError as error:
        name = place.rpartition(".")[2]
        raise MissingAction(f"The action {name} of this version of Zulip wants other arguments: {error}.") from error
    return lambda: function(*bound.args, **bound.kwargs)


def uses(place: str, name: str) -> bool:
    """Whether the function there refers to ``name``, or has it as a text, in its own code: how its version differs in
    what it also does.
    """
    function = find_function(place)
    code = getattr(inspect.unwrap(function), "__code__", None) if function is not None else None
    return code is not None and (name in code.co_names or name in code.co_consts)


def takes(place: str, parameter: str) -> bool:
    """Whether the function there has a parameter of that name."""
    function = find_function(place)
    return function is not None and accepts(function, parameter)


def accepts(function: Callable[..., Any], parameter: str) -> bool:
    """Whether a function has a parameter of that name."""
    return parameter in inspect.signature(function).parameters


def words_of_zulip(error: BaseException) -> str | None:
    """What Zulip says to a client of a mistake (JsonableError, ValidationError); None for any other error."""
    if type(error).__name__ == "ValidationError":
        return " ".join(str(message) for message in getattr(error, "messages", []))
    message = getattr(error, "msg", None)
    return message if isinstance(message, str) and hasattr(error, "http_status_code") else None


def somebody_with_all_rights(realm: Any) -> Any:
    """An account that is in no table, for functions that ask who acts before they do it; it is written nowhere."""
    accounts = model("zerver", "UserProfile")
    assert accounts is not None
    return accounts(realm=realm, role=accounts.ROLE_REALM_OWNER)


def check_full_name(account: Any, full_name: str) -> Call:
    """Zulip's rules for names: until 9.0 they did not depend on the realm."""
    return call("zerver.lib.users.check_full_name", full_name, user_profile=account, realm=account.realm)


def check_bot_name(account: Any, full_name: str, is_activation: bool) -> Call:
    """Zulip's rule that no two active accounts bear a bot's name; the keyword is from 9.0."""
    place = "zerver.lib.users.check_bot_name_available"
    return call(place, account.realm_id, full_name, is_activation=is_activation)


def check_profile_value(account: Any, field_id: int, value: Any) -> Call:
    """Zulip's rules for profile values; from 10.0 they ask who acts."""
    place = "zerver.lib.users.validate_user_custom_profile_data"
    data = [{"id": field_id, "value": value}]
    return call(place, account.realm_id, data, acting_user=somebody_with_all_rights(account.realm))


def remove_profile_value(account: Any, field_id: int) -> Call:
    """Remove a profile value; from 10.0 it asks who acts."""
    place = "zerver.actions.custom_profile_fields.check_remove_custom_profile_field_value"
    return call(place, account, field_id, acting_user=somebody_with_all_rights(account.realm))


INVITES = ("zerver.lib.invites", "zerver.actions.invites")
"""Moved in 9.0."""


def open_invitations(account: Any) -> Call:
    """The links that the account sent and that still work."""
    return call([f"{module}.get_valid_invite_confirmations_generated_by_user" for module in INVITES], account)


def revoke_invitations(account: Any) -> Call:
    """Make them invalid."""
    return call([f"{module}.revoke_invites_generated_by_user" for module in INVITES], account)


RESET_ACTION = "zerver.actions.users.do_send_password_reset_email"
"""From 10.0."""


def send_password_reset(account: Any) -> Call:
    """Send the mail with the link. Before 10.0 it is what ``manage.py send_password_reset_email`` does."""
    if find_function(RESET_ACTION) is not None:
        return call(RESET_ACTION, account.delivery_email, account.realm, account)
    url = call("zerver.forms.generate_password_reset_url", account, _password_token_generator())
    send = find_function("zerver.lib.send_email.send_email")
    senders = find_function("zerver.lib.send_email.FromAddress")
    if send is None or senders is None:
        raise MissingAction("This version of Zulip has no way to send a password reset mail.")
    return Call("zerver.lib.send_email.send_email", lambda: _send_reset(account, url.run(), send, senders))


def _password_token_generator() -> Any:
    from django.contrib.auth.tokens import default_token_generator

    return default_token_generator


def _send_reset(account: Any, url: str, send: Any, senders: Any) -> None:
    context = {
        "email": account.delivery_email,
        "reset_url": url,
        "realm_uri": account.realm.uri,
        "realm_name": account.realm.name,
        "active_account_in_realm": True,
    }
    send(
        "zerver/emails/password_reset",
        to_user_ids=[account.id],
        from_address=senders.tokenized_no_reply_address(),
        from_name=senders.security_email_from_name(user_profile=account),
        context=context,
    )


def password_login(account: Any) -> str | None:
    """Why the account cannot log in with a password of Zulip's own, as a sentence; None where it can."""
    allowed = find_function("zproject.backends.email_auth_enabled")
    if allowed is not None and not allowed(account.realm):
        return "The organization does not allow logging in with a password."
    in_ldap = find_function("zproject.backends.email_belongs_to_ldap")
    if in_ldap is not None and in_ldap(account.realm, account.delivery_email):
        return "The password of this address is kept in LDAP, not in Zulip."
    return None


def uses_push_bouncer() -> bool:
    """Whether mobile notifications go through Zulip's push service, which keeps a list of devices of its own.

    What ``uses_notification_bouncer`` looks at: importing its module for the answer costs some 70 MiB.
    """
    asked = setting("ZULIP_SERVICE_PUSH_NOTIFICATIONS")
    return bool(setting("PUSH_NOTIFICATION_BOUNCER_URL")) if asked is None else asked is True
