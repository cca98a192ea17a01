"""Questions to the database: SQL, Python on models, a model's rows; read only."""

from .answering import close_query, fetch_rows, open_query, stream_query
from .catalogue import describe_tables, list_models

__all__ = ["close_query", "describe_tables", "fetch_rows", "list_models", "open_query", "stream_query"]
