"""Questions to the database: SQL, Python on Django's models, and a model's rows; all of them read only.

A result is had in one of two ways. :class:`OpenQuery` answers with the first rows and a number by which
:class:`FetchRows` has more of them, when somebody scrolls; the rows wait in PostgreSQL meanwhile.
:class:`StreamQuery` sends all of them as chunks, as fast as they are taken, for files.

Values are JSON's own where nothing is lost by it (numbers, booleans, text, lists), and PostgreSQL's text otherwise:
``numeric``, ``json``, ``bytea`` (``\\x…``), integers beyond 2⁵³, NaN and infinity. Times are ISO 8601, in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from .calls import Request

MASK = "[secret]"
"""Stands for a secret that is set; its value stays on the server unless it is asked for."""

DEFAULT_TIMEOUT_MS = 60_000
FIRST_ROWS = 100
LARGEST_PAGE = 5_000


@dataclass(frozen=True)
class Sql:
    """One SQL statement that returns rows.

    ``:name`` stands for a value of ``parameters``, never for a piece of SQL; PostgreSQL finds out its type.
    """

    sql: str
    parameters: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Orm:
    """Python as typed in ``manage.py shell``; the last line's value is the result.

    Names live on in the ``session``, which is any name; "" forgets them.
    """

    code: str
    session: str = ""


@dataclass(frozen=True)
class ModelRows:
    """Rows of a model (``UserProfile``, ``zerver.UserProfile`` or its table), by primary key.

    ``filters`` are Django's lookups with text values: ``realm__string_id=acme``, ``role__in=100,200``.
    ``order`` names fields, ``-field`` for descending.
    """

    model: str
    filters: list[tuple[str, str]] = field(default_factory=list)
    order: list[str] = field(default_factory=list)


Question = Sql | Orm | ModelRows


@dataclass(frozen=True)
class Column:
    """A column of a result; names are made unique (``id``, ``id_2``).

    ``type`` is PostgreSQL's name of it, or Python's for a list made by Python. ``source`` is ``table.column`` where
    the values come from one as they are. ``masked``: these are secrets, and not shown.
    """

    name: str
    type: str
    source: str = ""
    masked: bool = False


@dataclass(frozen=True)
class Cut:
    """A value that was too long for a page: which row of the page, which column, and its length in characters."""

    row: int
    column: int
    length: int


@dataclass(frozen=True)
class Rows:
    """Some rows of a result, in order. ``more``: there are others after them, ``limited`` by the caller's limit.

    Fewer rows than asked for may come although there are more.
    """

    rows: list[list[Any]]
    more: bool
    limited: bool = False
    cut: list[Cut] = field(default_factory=list)


@dataclass(frozen=True)
class OpenedQuery:
    """The beginning of a result.

    ``query`` is what :class:`FetchRows` names it by, 0 where all rows are here. Without ``columns`` there is no
    table: ``shown`` is Python's representation of the value. ``printed`` is what the code printed; ``failure`` a
    short traceback where it failed.
    """

    query: int
    columns: list[Column]
    first: Rows
    shown: str = ""
    printed: str = ""
    failure: str = ""


@dataclass(frozen=True)
class OpenQuery(Request[OpenedQuery]):
    """Ask, and get the first rows. ``limit`` bounds the rows of the whole result; None is no limit.

    ``timeout_ms`` is for each step of PostgreSQL's (the first rows, then each page), and for Python as a whole.
    ``unmask`` shows secrets.
    """

    METHOD: ClassVar[str] = "query.open"
    RESULT: ClassVar[type[OpenedQuery]] = OpenedQuery

    question: Question
    limit: int | None = None
    timeout_ms: int = DEFAULT_TIMEOUT_MS
    unmask: bool = False
    rows: int = FIRST_ROWS


@dataclass(frozen=True)
class FetchRows(Request[Rows]):
    """The next ``rows`` rows of an open result; error kind ``stale`` where it has been closed."""

    METHOD: ClassVar[str] = "query.fetch"
    RESULT: ClassVar[type[Rows]] = Rows

    query: int
    rows: int = 1_000


@dataclass(frozen=True)
class CloseQuery(Request[bool]):
    """The result is no longer wanted; answers whether it was open."""

    METHOD: ClassVar[str] = "query.close"
    RESULT: ClassVar[type[bool]] = bool

    query: int


@dataclass(frozen=True)
class ColumnsKnown:
    """First event of a stream: its columns, before PostgreSQL has made any row."""

    columns: list[Column]
    event: Literal["columns"] = "columns"


@dataclass(frozen=True)
class RowsFollow:
    """The chunks that follow, up to ``size`` bytes, are ``rows`` rows."""

    rows: int
    size: int
    event: Literal["rows"] = "rows"


QueryEvent = ColumnsKnown | RowsFollow


@dataclass(frozen=True)
class QuerySummary:
    """The end of a stream; ``more`` where the limit cut it off. The rest is as in :class:`OpenedQuery`."""

    rows: int
    more: bool
    shown: str = ""
    printed: str = ""
    failure: str = ""


@dataclass(frozen=True)
class StreamQuery(Request[QuerySummary]):
    """Ask, and receive all rows as chunks: each batch a JSON array of arrays, or lines of JSON objects."""

    METHOD: ClassVar[str] = "query.stream"
    RESULT: ClassVar[type[QuerySummary]] = QuerySummary

    question: Question
    shape: Literal["arrays", "objects"] = "arrays"
    limit: int | None = None
    timeout_ms: int = DEFAULT_TIMEOUT_MS
    unmask: bool = False


@dataclass(frozen=True)
class ModelInfo:
    """A model of the running server; ``rows`` is PostgreSQL's estimate, None where it has none."""

    app: str
    name: str
    table: str
    rows: int | None


@dataclass(frozen=True)
class ListModels(Request[list[ModelInfo]]):
    """All models with a table, by app and name; join tables included."""

    METHOD: ClassVar[str] = "models.list"
    RESULT: ClassVar[object] = list[ModelInfo]


@dataclass(frozen=True)
class TableInfo:
    """A table or view that a statement can name, with its columns and their types, in order."""

    schema: str
    name: str
    columns: dict[str, str]


@dataclass(frozen=True)
class DescribeTables(Request[list[TableInfo]]):
    """What SQL can be asked about, by name: the tables and views on the search path."""

    METHOD: ClassVar[str] = "tables.describe"
    RESULT: ClassVar[object] = list[TableInfo]
