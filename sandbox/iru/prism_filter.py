"""The ``filter`` parameter of Prism: ``{"key": {"operator": value}}``, all of which must hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sandbox.iru.tenant import parse_time

Conditions = dict[str, dict[str, Any]]

# Documented exceptions to "any key of the data can be used" (there as blueprint__id).
_NOT_FILTERABLE = ("blueprint_id", "device__family")
_TEXTS = ("in", "not_in", "like", "not_like")
_BOOLEANS = ("eq", "is_null")  # is_null: kandji-inc/support, prism_export_example.py
_DATES: dict[str, Callable[[datetime, datetime], bool]] = {
    "lt": lambda value, limit: value < limit,
    "gt": lambda value, limit: value > limit,
    "lte": lambda value, limit: value <= limit,
    "gte": lambda value, limit: value >= limit,
}


class BadFilter(ValueError):
    """A filter that cannot be applied; the text says why."""


def parse(text: str) -> Conditions:
    """The filter of a query, none of an empty text. Raises BadFilter for an unknown operator or kind of value."""
    try:
        conditions = json.loads(text) if text else {}
    except ValueError as error:
        raise BadFilter(f"filter is not JSON: {error}") from error
    if not isinstance(conditions, dict) or not all(isinstance(each, dict) for each in conditions.values()):
        raise BadFilter('filter must look like {"key": {"operator": value}}')
    for key, operators in conditions.items():
        if {"in", "not_in"} <= set(operators):
            raise BadFilter(f"in and not_in cannot be combined: {key}")
        for operator, wanted in operators.items():
            _check(operator, wanted)
    return conditions


def _check(operator: str, wanted: Any) -> None:
    if operator in _BOOLEANS:
        if not isinstance(wanted, bool):
            raise BadFilter(f"{operator} takes a boolean")
    elif operator in _TEXTS:
        if not isinstance(wanted, list) or not all(isinstance(text, str) for text in wanted):
            raise BadFilter(f"{operator} takes an array of strings")
    elif operator in _DATES:
        _moment(wanted)
    elif operator == "or" and isinstance(wanted, dict) and set(wanted) <= set(_DATES):
        for limit in wanted.values():
            _moment(limit)
    else:
        raise BadFilter(f"Invalid filter operator: {operator}")


def matches(row: Mapping[str, Any], conditions: Conditions) -> bool:
    """Whether a row fulfils all conditions. Raises BadFilter for an unknown key."""
    return all(
        _holds(_value(row, key), operator, wanted)
        for key, operators in conditions.items()
        for operator, wanted in operators.items()
    )


def _value(row: Mapping[str, Any], key: str) -> Any:
    if key not in row or key in _NOT_FILTERABLE:
        raise BadFilter(f"Invalid filter key: {key}")
    return row[key]


def _holds(value: Any, operator: str, wanted: Any) -> bool:
    if operator == "eq":
        return bool(value == wanted)
    if operator == "is_null":
        return (value is None) is wanted
    if operator in ("in", "not_in"):
        return any(each in wanted for each in _each(value)) == (operator == "in")
    if operator in ("like", "not_like"):
        found = any(text.lower() in str(each or "").lower() for text in wanted for each in _each(value))
        return found == (operator == "like")
    if operator in _DATES:
        return value is not None and _DATES[operator](_moment(value), _moment(wanted))
    return any(_holds(value, each, limit) for each, limit in wanted.items())


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _moment(text: Any) -> datetime:
    try:
        return parse_time(str(text))
    except ValueError as error:
        raise BadFilter(f"not a date: {text}") from error
