"""The SCIM filter language, as Okta's `search` and `filter` parameters use it."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r'\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<parenthesis>[()])|(?P<word>[^\s()"]+))')
_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip
_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "co": lambda found, wanted: wanted in found,
    "sw": lambda found, wanted: found.startswith(wanted),
    "ew": lambda found, wanted: found.endswith(wanted),
}
_OPERATORS = {"eq", "ne", "pr", *_ORDERINGS, *_TEXT_TESTS}
_MAXIMUM_DEPTH = 50
# As Okta's message of an unknown operator lists them; `ne` and `ew` stand in its examples.
_EXPECTED = "eq,co,sw,pr,gt,ge,lt,le"


class SyntaxProblem(ValueError):
    """Says what is wrong with an expression."""


@dataclass(frozen=True)
class Comparison:
    """``attribute operator value``; texts compare without regard to case, the default of SCIM."""

    attribute: str
    operator: str
    value: Any = None

    def matches(self, item: dict[str, Any]) -> bool:
        """Whether any value that the attribute's path leads to passes (`ne`: whether none is equal)."""
        found = list(_values(item, self.attribute.split(".")))
        if self.operator == "pr":
            return any(value not in (None, "", []) for value in found)
        if self.operator == "ne":
            return not any(_fold(value) == _fold(self.value) for value in found)
        return any(self._passes(_fold(value), _fold(self.value)) for value in found)

    def _passes(self, found: Any, wanted: Any) -> bool:
        if self.operator == "eq":
            return bool(found == wanted)
        if not isinstance(found, type(wanted)):
            return False
        test = _TEXT_TESTS.get(self.operator) or _ORDERINGS[self.operator]
        return test(found, wanted)


@dataclass(frozen=True)
class Combination:
    """``and``, ``or`` over several parts, or ``not`` over one."""

    kind: str
    parts: tuple[Comparison | Combination, ...]

    def matches(self, item: dict[str, Any]) -> bool:
        """Whether the item passes."""
        if self.kind == "not":
            return not self.parts[0].matches(item)
        combine = all if self.kind == "and" else any
        return combine(part.matches(item) for part in self.parts)


Expression = Comparison | Combination


def parse(text: str) -> Expression:
    """The expression in ``text``. Raises SyntaxProblem."""
    parser = _Parser(list(_tokens(text)))
    expression = parser.disjunction(0)
    if parser.tokens:
        token, position = parser.tokens[0]
        raise SyntaxProblem(f"Unexpected {token!r} after a complete expression at position {position}.")
    return expression


def comparisons(expression: Expression) -> Iterator[Comparison]:
    """All comparisons of an expression, so that a resource can refuse attributes it does not support."""
    if isinstance(expression, Comparison):
        yield expression
    else:
        for part in expression.parts:
            yield from comparisons(part)


_Token = tuple[str, int]  # and where it begins, counted from 0


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens

    def disjunction(self, depth: int) -> Expression:
        return self._chain("or", lambda: self._chain("and", lambda: self._factor(depth)))

    def _chain(self, kind: str, part: Callable[[], Expression]) -> Expression:
        parts = [part()]
        while self.tokens and self.tokens[0][0].lower() == kind:
            self.tokens.pop(0)
            parts.append(part())
        return parts[0] if len(parts) == 1 else Combination(kind, tuple(parts))

    def _factor(self, depth: int) -> Expression:
        if depth > _MAXIMUM_DEPTH:
            raise SyntaxProblem("Too many nested parentheses.")
        token, position = self._next()
        if token.lower() == "not":
            return Combination("not", (self._factor(depth + 1),))
        if token == "(":  # noqa: S105 - a parenthesis
            inside = self.disjunction(depth + 1)
            if self._next()[0] != ")":
                raise SyntaxProblem(f"A closing parenthesis is missing for that at position {position}.")
            return inside
        if "[" in token:
            raise SyntaxProblem(f"Brackets are not supported, at position {position}.")
        return self._comparison(token)

    def _comparison(self, attribute: str) -> Comparison:
        name, position = self._next()
        if name.lower() not in _OPERATORS:
            raise SyntaxProblem(
                f"Unrecognized attribute operator '{name}' at position {position}. Expected: {_EXPECTED}"
            )
        if name.lower() == "pr":
            return Comparison(attribute, "pr")
        literal, position = self._next()
        try:
            return Comparison(attribute, name.lower(), json.loads(literal))
        except json.JSONDecodeError as error:
            raise SyntaxProblem(
                f"{literal!r} at position {position} is not a quoted text, number, true or false."
            ) from error

    def _next(self) -> _Token:
        if not self.tokens:
            raise SyntaxProblem("The expression ends too early.")
        return self.tokens.pop(0)


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            raise SyntaxProblem(f"A quote is not closed at position {position}.")
        token = match.group().strip()
        yield token, match.end() - len(token)
        position = match.end()


def _values(item: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(item, list):
        for each in item:
            yield from _values(each, path)
    elif not path:
        yield item
    elif isinstance(item, dict) and path[0] in item:
        yield from _values(item[path[0]], path[1:])


def _fold(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value
