"""The ``filter`` parameter of Prism: ``{"key": {"operator": value}}``, all of which must hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.iru.tenant import Record, parse_time

# Documented exceptions to "any key of the data can be used".
_NOT_FILTERABLE = ("blueprint_id", "device__family")
_DATES: dict[str, Callable[[datetime, datetime], bool]] = {
    "lt": lambda value, limit: value < limit,
    "gt": lambda value, limit: value > limit,
    "lte": lambda value, limit: value <= limit,
    "gte": lambda value, limit: value >= limit,
}


class BadFilter(ValueError):
    """A filter that cannot be applied; the text says why."""


def parse(text: str) -> dict[str, dict[str, Any]]:
    """The filter of a query. Raises BadFilter."""
    try:
        conditions = json.loads(text)
    except ValueError as error:
        raise BadFilter(f"filter is not JSON: {error}") from error
    if not isinstance(conditions, dict) or not all(isinstance(each, dict) for each in conditions.values()):
        raise BadFilter('filter must look like {"key": {"operator": value}}')
    return conditions


def matches(row: Record, conditions: dict[str, dict[str, Any]]) -> bool:
    """Whether a row fulfils all conditions. Raises BadFilter for an unknown key, operator or kind of value."""
    return all(
        _holds(_value(row, key), operator, wanted)
        for key, operators in conditions.items()
        for operator, wanted in operators.items()
    )


def _value(row: Record, key: str) -> Any:
    if key not in row or key in _NOT_FILTERABLE:
        raise BadFilter(f"Invalid filter key: {key}")
    return row[key]


def _holds(value: Any, operator: str, wanted: Any) -> bool:
    if operator == "eq":
        if not isinstance(wanted, bool):
            raise BadFilter("eq takes a boolean")
        return bool(value == wanted)
    if operator in ("in", "not_in"):
        return (value in _texts(operator, wanted)) == (operator == "in")
    if operator in ("like", "not_like"):
        found = any(text.lower() in str(value or "").lower() for text in _texts(operator, wanted))
        return found == (operator == "like")
    if operator in _DATES:
        return value is not None and _DATES[operator](_moment(value), _moment(wanted))
    if operator == "or" and isinstance(wanted, dict):
        return any(_holds(value, each, limit) for each, limit in wanted.items())
    raise BadFilter(f"Invalid filter operator: {operator}")


def _texts(operator: str, wanted: Any) -> list[str]:
    if not isinstance(wanted, list) or not all(isinstance(text, str) for text in wanted):
        raise BadFilter(f"{operator} takes an array of strings")
    return wanted


def _moment(text: Any) -> datetime:
    try:
        return parse_time(str(text))
    except ValueError as error:
        raise BadFilter(f"not a date: {text}") from error
