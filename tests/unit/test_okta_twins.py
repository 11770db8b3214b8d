"""Two runs that create an object of the same name, in every order of their requests: one object stays."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_twins import Twins, create_alone
from hypothesis import example, given, settings
from hypothesis import strategies as st

POST = Request("POST", "/things")
# So often in a row one run gets its turn while the other waits: less than a run waits for the other.
_MOST_IN_A_ROW = 5


class Turns:
    """Lets runs, each in a thread, do one step at a time, in an order that is given."""

    def __init__(self, choices: list[bool]) -> None:
        self._choices: Iterator[bool] = itertools.chain(choices, itertools.cycle([True, False]))
        self._condition = threading.Condition()
        self._waiting: set[int] = set()
        self._live = {0, 1}
        self._turn: int | None = None
        self._row: list[int] = []

    def step(self, run: int, act: Callable[[], Any]) -> Any:
        """Waits for the turn of a run and does one request of it."""
        with self._condition:
            self._waiting.add(run)
            self._choose()
            self._condition.wait_for(lambda: self._turn == run, timeout=30)
            assert self._turn == run
            self._waiting.discard(run)
            try:
                return act()
            finally:
                self._turn = None
                self._choose()

    def end(self, run: int) -> None:
        """A run has ended."""
        with self._condition:
            self._live.discard(run)
            self._choose()

    def _choose(self) -> None:
        if self._turn is None and self._live and self._waiting >= self._live:
            turn = int(next(self._choices)) if len(self._live) == 2 else next(iter(self._live))
            if len(self._live) == 2 and self._row[-_MOST_IN_A_ROW:] == [turn] * _MOST_IN_A_ROW:
                turn = 1 - turn
            self._row.append(turn)
            self._turn = turn
            self._condition.notify_all()


class Things:
    """What is there: objects with an id and a time in seconds."""

    def __init__(self, ids: list[str], *, same_second: bool) -> None:
        self.all: dict[str, dict[str, Any]] = {}
        self._ids = iter(ids)
        self._seconds = itertools.repeat(0) if same_second else itertools.count()

    def create(self) -> dict[str, Any]:
        thing = {"id": next(self._ids), "created": f"{next(self._seconds):03}"}
        self.all[thing["id"]] = thing
        return dict(thing)


class Run:
    """One run: a client whose first POST is answered or not, and the twins as it sees them."""

    check = False

    def __init__(self, number: int, things: Things, turns: Turns, *, answered: bool) -> None:
        self._number, self._things, self._turns, self._answered = number, things, turns, answered

    def write(self, request: Request, *, read_back: Callable[[], Any], **_how: Any) -> Any:
        created = self._step(self._things.create)
        if self._answered:
            return created
        self._answered = True
        return read_back() or self._step(self._things.create)

    def rest(self, seconds: float) -> None:
        del seconds
        self._step(lambda: None)

    def create(self) -> str:
        twins = Twins(
            listed=lambda: self._step(lambda: [dict(one) for one in self._things.all.values()]),
            created="created",
            is_untouched=lambda _one: True,
            remove=lambda one: self._step(lambda: self._things.all.pop(one["id"], None)),
        )
        try:
            left, _is_own = create_alone(self, POST, {}, twins)  # type: ignore[arg-type]
            return str(left["id"])
        finally:
            self._turns.end(self._number)

    def _step(self, act: Callable[[], Any]) -> Any:
        return self._turns.step(self._number, act)


def both(choices: list[bool], ids: list[str], answered: tuple[bool, bool], *, same_second: bool) -> tuple[set, set]:
    """The ids that two runs end with, and those of what is there then."""
    things, turns = Things(ids, same_second=same_second), Turns(choices)
    runs = [Run(number, things, turns, answered=answered[number]) for number in (0, 1)]
    with ThreadPoolExecutor(2) as pool:
        results = [each.result(timeout=60) for each in [pool.submit(run.create) for run in runs]]
    return set(results), set(things.all)


IDS = st.permutations(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.booleans(), max_size=40), IDS, st.booleans())
@example([False, False, True, True], ["b", "a", *"cdefghij"], True)  # the first has ended before the second begins
@example([False, True, False, True], ["b", "a", *"cdefghij"], True)
def test_two_runs_that_are_answered_end_with_the_same_one(choices, ids, same_second) -> None:
    results, there = both(choices, ids, (True, True), same_second=same_second)
    assert (len(there), results) == (1, there)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.booleans(), max_size=40), IDS, st.booleans(), st.sampled_from([(True, False), (False, False)]))
def test_two_runs_without_an_answer_leave_one(choices, ids, same_second, answered) -> None:
    results, there = both(choices, ids, answered, same_second=same_second)
    assert len(there) == 1
    assert there <= results
