"""Django's own collector, watched: which rows a deletion takes along, and along which way.

:class:`~django.db.models.deletion.Collector` decides everything; this class only writes down the tree of calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import ProtectedError, RestrictedError
from django.db.models.deletion import DO_NOTHING, Collector

from zulip_bridge.api.browse import DeletionKind, DeletionNode
from zulip_bridge.api.errors import ErrorKind, StewardError

MOST_ROWS = 100_000
"""Rows that go with one at the most: whoever wants more gone wants one of Zulip's actions."""


@dataclass
class Branch:
    """Rows of one model that were reached in one way, and what was reached from them."""

    model: Any
    via: str
    kind: DeletionKind
    rows: int = 0
    branches: dict[tuple[Any, str, DeletionKind], Branch] = field(default_factory=dict)

    def branch(self, model: Any, via: str, kind: DeletionKind) -> Branch:
        """The branch of that kind; made when it is first reached."""
        return self.branches.setdefault((model, via, kind), Branch(model, via, kind))


class Watched(Collector):  # type: ignore[misc]
    """A collector that keeps the tree in ``root``, and the rows that forbid the deletion in ``protected``."""

    def __init__(self, row: Any, check: Callable[[], None]) -> None:
        super().__init__(using=DEFAULT_DB_ALIAS, origin=row)
        self.root = Branch(type(row), "", "delete")
        self.protected: set[Any] = set()
        self._check = check
        self._path = [self.root]
        self._total = 0
        self._fast_keys: dict[Any, set[Any]] = {}
        self.fast_deletes = _Noticing(self._fast)
        try:
            self.collect([row])
        except (ProtectedError, RestrictedError) as error:
            self.protected = _forbidding(error)
        self._note_left_alone(row)

    def collect(self, objs: Any, source: Any = None, *args: Any, **named: Any) -> None:
        """As Django's, one level deeper in the tree."""
        self._check()
        branch = self.root if source is None else self._branch_of(objs, named)
        self._path.append(branch)
        try:
            super().collect(objs, source, *args, **named)
        finally:
            self._path.pop()
            if source is not None and not branch.rows and not branch.branches:
                self._path[-1].branches.pop((branch.model, branch.via, branch.kind), None)

    def add(self, objs: Any, *args: Any, **named: Any) -> Any:
        """As Django's, counted."""
        new: list[Any] = super().add(objs, *args, **named)
        self._path[-1].rows += len(new)
        self._more(len(new))
        return new

    def _more(self, rows: int) -> None:
        self._total += rows
        if self._total > MOST_ROWS:
            sentence = f"More than {MOST_ROWS:,} rows would go with it; the browser does not delete so many."
            raise StewardError(ErrorKind.REFUSED, sentence)

    def add_field_update(self, field: Any, value: Any, objs: Any) -> None:
        """As Django's, counted."""
        super().add_field_update(field, value, objs)
        count = objs.count() if hasattr(objs, "query") else len(objs)
        if count:
            self._path[-1].branch(field.model, field.name, "clear").rows += count

    def _fast(self, rows: Any) -> None:
        """Rows that Django deletes without loading them."""
        parent, keys = self._path[-1], self._fast_keys.setdefault(rows.model, set())
        # The same rows may be reached in several ways: they are counted with the first.
        new = set(rows.order_by().values_list("pk", flat=True)[: MOST_ROWS + 1]) - keys
        keys |= new
        count = len(new)
        self._more(count)
        if not count:
            return
        if parent.model is rows.model and not parent.rows:
            parent.rows += count  # their own ``collect`` is under way
            return
        via = " or ".join(
            each.name
            for each in rows.model._meta.concrete_fields
            if each.is_relation and each.related_model in [parent.model, *parent.model._meta.get_parent_list()]
        )
        parent.branch(rows.model, via, "delete").rows += count

    def _branch_of(self, objs: Any, named: dict[str, Any]) -> Branch:
        model = objs.model if hasattr(objs, "model") else type(objs[0])
        via = named.get("source_attr") or ("parent" if named.get("reverse_dependency") else "")
        return self._path[-1].branch(model, str(via), "delete")

    def _note_left_alone(self, row: Any) -> None:
        """References of the row itself that Django does not follow; PostgreSQL has the last word on them."""
        for related in row._meta.get_fields(include_hidden=True):
            if not (related.auto_created and not related.concrete and (related.one_to_one or related.one_to_many)):
                continue
            key = related.field
            if key.remote_field.on_delete is DO_NOTHING:
                value = getattr(row, key.target_field.attname)
                count = key.model._base_manager.filter(**{key.name: value}).count()
                if count:
                    self.root.branch(key.model, key.name, "leave").rows += count
        for each in self.protected:
            via = _reference_to(each, self)
            self.root.branch(type(each), via, "protect").rows += 1

    def deleted(self) -> dict[str, int]:
        """Distinct rows that would be gone, by model."""
        counts = {model._meta.label: len(rows) for model, rows in self.data.items() if rows}
        for model, keys in self._fast_keys.items():
            loaded = {each.pk for each in self.data.get(model, ())}
            if keys - loaded:
                counts[model._meta.label] = len(keys | loaded)
        return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))

    def tree(self) -> list[DeletionNode]:
        """The branches from the root, the greatest first on each level."""
        return list(_flattened(self.root, 0))


class _Noticing(list):  # type: ignore[type-arg]
    """A list that tells of what is put into it."""

    def __init__(self, notice: Callable[[Any], None]) -> None:
        super().__init__()
        self._notice = notice

    def append(self, item: Any) -> None:
        super().append(item)
        self._notice(item)


def _forbidding(error: Any) -> set[Any]:
    """The rows that an error of Django's is about."""
    return set(getattr(error, "protected_objects", None) or getattr(error, "restricted_objects", None) or ())


def _flattened(branch: Branch, depth: int) -> Iterable[DeletionNode]:
    meta = branch.model._meta
    yield DeletionNode(depth, str(meta.label), str(meta.db_table), branch.via, branch.kind, branch.rows)
    rank = {"protect": 0, "leave": 1, "delete": 2, "clear": 3}
    for each in sorted(
        branch.branches.values(), key=lambda each: (rank[each.kind], -each.rows, each.model._meta.label)
    ):
        yield from _flattened(each, depth + 1)


def _reference_to(row: Any, collector: Watched) -> str:
    """Name of the protecting field: the one that refers to something that would be deleted."""
    for key in row._meta.concrete_fields:
        if key.is_relation and getattr(row, key.attname) is not None:
            targets = collector.data.get(key.related_model, ())
            if any(each.pk == getattr(row, key.attname) for each in targets):
                return str(key.name)
    return ""
