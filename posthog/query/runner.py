"""Runs a query of any kind: validate, look in the cache, compute, and answer in PostHog's shape.

A room that can answer a kind registers a runner for it (`@register("TrendsQuery")`) and names it in its AppConfig.ready().
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel

from posthog.common.time import utc_now
from posthog.hogql import ast
from posthog.hogql.context import Context
from posthog.hogql.query import HogQLResult, execute
from posthog.query import cache
from posthog.query.errors import as_answers
from posthog.query.schema import parse_query
from posthog.rest.errors import InvalidInput
from posthog.tenancy.models import Project

Q = TypeVar("Q", bound=BaseModel)
R = TypeVar("R", bound="type[QueryRunner[Any]]")

COMPUTE_ALWAYS = frozenset({"force_blocking", "force_async"})
CACHE_ONLY = "force_cache"


class QueryRunner(ABC, Generic[Q]):
    """Answers one query of one project. `now` is fixed, so that every part of the answer speaks of the same moment."""

    kind: ClassVar[str]

    def __init__(self, project: Project, query: Q, *, now: datetime | None = None, check: Callable[[], None] | None = None) -> None:
        self.project = project
        self.query = query
        self.now = now or utc_now()
        modifiers = getattr(query, "modifiers", None) or {}
        self.context = Context(team_id=project.pk, timezone=project.timezone, modifiers=modifiers)
        self.statements: list[str] = []
        self.check = check

    @abstractmethod
    def run(self) -> dict[str, Any]:
        """The answer's own fields; `results` at least."""

    def fresh_seconds(self) -> int:
        """How long an answer may be given again; 0 keeps it out of the cache."""
        return 0

    def execute(self, node: ast.SelectQuery | ast.SelectSetQuery) -> HogQLResult:
        """Run one statement; every statement of a query stands in the answer's `hogql`. Stops here if the query was cancelled."""
        if self.check:
            self.check()
        result = execute(node, self.context, tag=f"{self.kind} project={self.project.pk}")
        self.statements.append(result.sql)
        return result


_runners: dict[str, type[QueryRunner[Any]]] = {}


def register(kind: str) -> Callable[[R], R]:
    """Class decorator: queries with this `kind` are answered by the class. Done when the room is imported at start."""

    def add(runner: R) -> R:
        runner.kind = kind
        _runners[kind] = runner
        return runner

    return add


def runner_for(project: Project, query: BaseModel, **options: Any) -> QueryRunner[Any]:
    kind = str(getattr(query, "kind", ""))
    if kind not in _runners:
        raise InvalidInput(f"query.kind: {kind} cannot be run by itself", attr="kind")
    return _runners[kind](project, query, **options)


def run(
    project: Project, query: Mapping[str, Any], refresh: str = "blocking", *, check: Callable[[], None] | None = None
) -> dict[str, Any]:
    """The answer to a query as the endpoint gives it.

    `refresh` is PostHog's: "blocking" may answer from the cache, "force_blocking" never does, "force_cache" never computes. The "async"
    modes compute at once too. `check` is called before every statement and may raise to stop. Raises InvalidInput for every fault of
    the query's author, rest.errors.Unavailable when the store does not answer.
    """
    runner = runner_for(project, parse_query(query), check=check)
    mode = str(refresh)
    key = cache.key_of(project, runner.query)
    seconds = runner.fresh_seconds()
    found = cache.read(key) if seconds and mode not in COMPUTE_ALWAYS else None
    if found and (mode == CACHE_ONLY or not found.is_stale(runner.now, seconds)):
        return {**found.answer, **_cache_fields(key, found.computed_at, seconds, is_cached=True), "timezone": project.timezone}
    if mode == CACHE_ONLY:
        return {"results": None, **_cache_fields(key, None, seconds, is_cached=False), "timezone": project.timezone}
    answer = _compute(runner)
    if seconds:
        cache.write(key, answer, runner.now)
    return {**answer, **_cache_fields(key, runner.now, seconds, is_cached=False), "timezone": project.timezone}


def _compute(runner: QueryRunner[Any]) -> dict[str, Any]:
    began = time.perf_counter()
    with as_answers():
        answer = runner.run()
    answer.setdefault("hogql", ";\n".join(runner.statements))
    answer.setdefault("error", None)
    answer["timings"] = [{"k": "./run", "t": round(time.perf_counter() - began, 6)}]
    answer["modifiers"] = getattr(runner.query, "modifiers", None) or {}
    return answer


def _cache_fields(key: str, computed_at: datetime | None, seconds: int, *, is_cached: bool) -> dict[str, Any]:
    target = computed_at + timedelta(seconds=seconds) if computed_at else None
    return {
        "cache_key": key,
        "cache_target_age": _iso(target),
        "calculation_trigger": None,
        "is_cached": is_cached,
        "last_refresh": _iso(computed_at),
        "next_allowed_client_refresh": _iso(target),
        "query_metadata": None,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
