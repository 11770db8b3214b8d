"""Compares a JSON value with a shape, key by key and type by type.

A shape is a type, a list of one shape (with a row at least), a tuple of shapes to choose from, or a dictionary: every
key is there, no other one, and each fits its shape.
"""

from __future__ import annotations

from typing import Any

MAYBE = (str, type(None))


def page_of(row: Any) -> dict[str, Any]:
    return {"count": int, "next": MAYBE, "previous": MAYBE, "results": [row]}


def misfits(value: Any, shape: Any, path: str = "$") -> list[str]:
    """Where a JSON value does not fit a shape."""
    if isinstance(shape, tuple):
        return [] if any(not misfits(value, one, path) for one in shape) else [f"{path}: {type(value).__name__}"]
    if isinstance(shape, list):
        if not isinstance(value, list) or not value:
            return [f"{path}: no list with a row to look at"]
        return [misfit for index, one in enumerate(value) for misfit in misfits(one, shape[0], f"{path}[{index}]")]
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{path}: {type(value).__name__}"]
        odd = [f"{path}.{key}" for key in value.keys() ^ shape.keys()]
        return odd + [
            one for key in value.keys() & shape.keys() for one in misfits(value[key], shape[key], f"{path}.{key}")
        ]
    return [] if type(value) is shape else [f"{path}: {type(value).__name__}"]
