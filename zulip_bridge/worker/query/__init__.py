"""Questions to the database: SQL, Python on models, a model's rows; read only, but for what is written by hand."""

from .answering import close_query, fetch_rows, open_query, stream_query
from .catalogue import describe_tables, list_models
from .deciding import decide_write
from .naming import describe_names
from .writing import try_write

__all__ = [
    "close_query",
    "decide_write",
    "describe_names",
    "describe_tables",
    "fetch_rows",
    "list_models",
    "open_query",
    "stream_query",
    "try_write",
]
