"""Fault rules: which requests go wrong, and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

_Types = dict[str, type | tuple[type, ...]]

_MATCH_TYPES: _Types = {"service": str, "method": str, "path": str, "nth": int, "times": int}
_DO_TYPES: _Types = {
    "status": int,
    "body": (str, dict, list),
    "retry_after": (int, str),
    "effect": bool,
    "close": str,
    "delay": (int, float),
    "truncate": bool,
    "next_host": str,
}


@dataclass
class FaultRule:
    """One rule: ``match`` says which requests, ``do`` what happens to them (docs/sandbox.md lists the keys)."""

    match: dict[str, Any]
    do: dict[str, Any]
    seen: int = field(default=0)

    def fires(self, service: str, method: str, path: str) -> bool:
        """Whether this request is hit. Counts every request that the service, method and path match."""
        wanted = self.match
        if wanted.get("service", service) != service or wanted.get("method", method).upper() != method:
            return False
        if not fnmatchcase(path, wanted.get("path", "*")):
            return False
        self.seen += 1
        first, times = wanted.get("nth", 1), wanted.get("times", 1)
        return self.seen >= first and (times == 0 or self.seen < first + times)

    def as_json(self) -> dict[str, Any]:
        """The rule, and how many requests it has ``seen``."""
        return {"match": self.match, "do": self.do, "seen": self.seen}


class FaultRules:
    """The rules in force. Of several rules that hit one request the oldest is applied."""

    def __init__(self) -> None:
        self._rules: list[FaultRule] = []

    def add(self, body: Any) -> int:
        """Adds one rule or a list of rules; returns how many. Raises ValueError and adds none when one is not valid."""
        rules = [_rule(item) for item in (body if isinstance(body, list) else [body])]
        self._rules.extend(rules)
        return len(rules)

    def hit(self, service: str, method: str, path: str) -> dict[str, Any] | None:
        """What to do to this request, or None. Every rule counts the request, also when an older one is applied."""
        fired = [rule for rule in self._rules if rule.fires(service, method, path)]
        return fired[0].do if fired else None

    def clear(self) -> None:
        """Removes all rules."""
        self._rules.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """The rules, oldest first."""
        return [rule.as_json() for rule in self._rules]


def _rule(item: Any) -> FaultRule:
    if not isinstance(item, dict) or not isinstance(item.get("do"), dict) or not item["do"]:
        raise ValueError('a fault rule is an object {"match": {…}, "do": {…}} and "do" must not be empty')
    unknown = sorted(set(item) - {"match", "do"})
    if unknown:
        raise ValueError(f"unknown keys in a fault rule: {', '.join(unknown)}; expected match and do")
    match = item.get("match", {})
    _check("match", match, _MATCH_TYPES)
    _check("do", item["do"], _DO_TYPES)
    if item["do"].get("close", "before") not in {"before", "after"}:
        raise ValueError(f'do.close must be "before" or "after", got {item["do"]["close"]!r}')
    if match.get("nth", 1) < 1 or match.get("times", 1) < 0:
        raise ValueError("match.nth counts from 1 and match.times is 0 (always) or more")
    return FaultRule(dict(match), dict(item["do"]))


def _check(part: str, values: Any, types: _Types) -> None:
    if not isinstance(values, dict):
        raise ValueError(f"{part} of a fault rule must be an object, got {values!r}")
    for key, value in values.items():
        if key not in types:
            raise ValueError(f"unknown key {part}.{key} in a fault rule; expected one of {', '.join(types)}")
        wrong_bool = isinstance(value, bool) and types[key] is not bool
        if wrong_bool or not isinstance(value, types[key]):
            raise ValueError(f"{part}.{key} of a fault rule has the wrong type: {value!r}")
