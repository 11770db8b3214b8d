"""okta_system_log_info against a scripted org: what it makes of events, where it goes on, and what it waits for."""

from __future__ import annotations

import json
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _okta_log_views as views
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_log_cursor import LogCursor
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_logs import query
from ansible_collections.okta_iru.attestation.plugins.modules import okta_system_log_info
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.http_service import Answer, Service, http_service
from tests.unit.test_okta_resources import run as run_module

BAD_CURSOR = {"errorCode": "E0000031", "errorSummary": "Invalid search criteria.", "errorCauses": []}


def run(service: Service, **options: Any) -> dict[str, Any]:
    return run_module(service, okta_system_log_info, **options)


def event(number: int, **more: Any) -> dict[str, Any]:
    at = f"2026-03-16T09:{number:02d}:00.000Z"
    return {"uuid": f"u{number}", "published": at, "eventType": "pki.cert.issue", **more}


def page(*events: dict[str, Any], after: str | None = None, status: int = 200) -> Answer:
    link = {"Link": f'</api/v1/logs?after={after}&limit=1000>; rel="next"'} if after else {}
    return Answer(status, list(events), link)


def uuids(result: dict[str, Any]) -> list[str]:
    assert "events" in result, result
    return [one["uuid"] for one in result["events"]]


def test_a_bounded_query_ends_without_an_empty_page_and_a_polling_one_with_it() -> None:
    with http_service(page(event(1), after="a"), page(event(2))) as service:
        bounded = run(service, since="-1d", until="-1h")
        assert (uuids(bounded), bounded["cursor"], len(service.asked)) == (["u1", "u2"], None, 2)
    with http_service(page(event(1), after="a"), page(after="b")) as service:
        polling = run(service, since="-1d")
        assert (uuids(polling), polling["cursor"], len(service.asked)) == (
            ["u1"],
            "/api/v1/logs?after=b&limit=1000",
            2,
        )


def test_a_log_that_goes_round_in_a_circle_ends() -> None:
    around = [page(event(1), after=after) for after in "abab"]
    with http_service(*around) as service:
        assert "read before" in run(service)["msg"]
    assert len(service.asked) == 4


def test_targets_and_outcomes_are_part_of_the_filter() -> None:
    with http_service(page()) as service:
        run(service, event_types=["a.b"], targets=["00u1", "guo1"], outcomes=["DENY"], filter='severity eq "WARN"')
        assert "filter=" in service.paths()[0]
        assert run(service, targets=['x" or id pr'])["failure"]["kind"] == "InvalidInput"
    request = query(event_types=["a.b"], targets=["00u1", "guo1"], outcomes=["DENY"])
    assert request.params["filter"] == (
        '(eventType eq "a.b") and (target.id eq "00u1" or target.id eq "guo1") and (outcome.result eq "DENY")'
    )


def test_events_are_counted_reduced_and_kept_newest() -> None:
    log = [
        event(1, target=[{"id": "A"}, {"id": "B"}], outcome={"result": "SUCCESS"}),
        event(3, target=[{"id": "A"}], outcome={"result": "FAILURE"}),
        event(2, target=None, outcome={"result": "SUCCESS"}),
    ]
    with http_service(page(*log), page(*log), page(*log)) as service:
        counted = run(service, until="-1m", count_by=["target.id", "outcome.result"])
        assert counted["events"] == []
        assert counted["count"] == 3
        assert counted["counts"][0] == {"target.id": "A", "outcome.result": "FAILURE", "count": 1}
        assert {"target.id": None, "outcome.result": "SUCCESS", "count": 1} in counted["counts"]
        newest = run(service, until="-1m", newest_per="target.id", fields=["uuid", "target.id"])
        assert newest["events"] == [{"uuid": "u1", "target.id": ["A", "B"]}, {"uuid": "u3", "target.id": "A"}]
        listed = run(service, until="-1m", fields=["uuid", "nothing.there"])
        assert listed["events"][0] == {"uuid": "u1", "nothing.there": None}


def test_a_file_takes_the_events_and_is_changed_only_by_others(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    answers = [page(event(1), after="a"), page(event(2))]
    with http_service(*answers, *answers, page(event(3)), page(event(1))) as service:
        first = run(service, until="-1m", output_file=str(path))
        assert (first["changed"], first["events"], first["count"]) == (True, [], 2)
        assert [json.loads(line)["uuid"] for line in path.read_text().splitlines()] == ["u1", "u2"]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert run(service, until="-1m", output_file=str(path))["changed"] is False
        checked = run_module(service, okta_system_log_info, check=True, until="-1m", output_file=str(path))
        assert (checked["changed"], len(path.read_text().splitlines())) == (True, 2)
        assert "a directory" in run(service, output_file=str(tmp_path))["msg"]
        assert "cannot be written" in run(service, output_file=str(tmp_path / "none" / "x"))["msg"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["log.jsonl"]


def test_a_run_that_fails_leaves_the_file_and_the_cursor(tmp_path: Path) -> None:
    path, cursor = tmp_path / "log.jsonl", tmp_path / "log.cursor"
    path.write_text("before\n")
    with http_service(page(event(1), after="a"), Answer(body={"no": "list"})) as service:
        assert run(service, output_file=str(path), cursor_file=str(cursor))["failed"]
    assert path.read_text() == "before\n"
    assert [one.name for one in tmp_path.iterdir()] == ["log.jsonl"]


def test_a_cursor_file_goes_on_at_oktas_own_link(tmp_path: Path) -> None:
    cursor = str(tmp_path / "cursor.json")
    with http_service(
        page(event(1), after="a"), page(after="b"), page(event(2), after="c"), page(after="d")
    ) as service:
        assert uuids(run(service, cursor_file=cursor, since="-1d")) == ["u1"]
        assert uuids(run(service, cursor_file=cursor, since="-1d")) == ["u2"]
        assert service.paths()[2] == "/api/v1/logs?after=b&limit=1000"
        assert "another query" in run(service, cursor_file=cursor, q="x")["msg"]
    content = json.loads(Path(cursor).read_text())
    assert content["following"] == "/api/v1/logs?after=d&limit=1000"
    assert stat.S_IMODE(Path(cursor).stat().st_mode) == 0o600


def test_check_mode_reads_on_but_does_not_move_the_cursor(tmp_path: Path) -> None:
    cursor = tmp_path / "cursor.json"
    with http_service(page(event(1), after="a"), page(after="b")) as service:
        checked = run_module(service, okta_system_log_info, check=True, cursor_file=str(cursor))
        assert uuids(checked) == ["u1"]
    assert not cursor.exists()


def test_where_okta_no_longer_takes_the_link_the_overlap_is_read_again(tmp_path: Path) -> None:
    cursor = str(tmp_path / "cursor.json")
    late = event(4, uuid="late")
    answers = [
        page(event(1), event(5), after="a"),
        page(after="b"),
        Answer(400, BAD_CURSOR),
        page(late, event(5), event(6), after="c"),
        page(after="d"),
    ]
    with http_service(*answers) as service:
        run(service, cursor_file=cursor, since="-1d", overlap="2m")
        again = run(service, cursor_file=cursor, since="-1d", overlap="2m")
        assert uuids(again) == ["late", "u6"]
        assert "no longer takes the link" in again["warnings"][0]
        assert "since=2026-03-16T09%3A03%3A00.000Z" in service.paths()[3]


def test_a_link_that_is_refused_for_another_reason_is_told(tmp_path: Path) -> None:
    cursor = str(tmp_path / "cursor.json")
    denied = {"errorCode": "E0000006", "errorSummary": "no"}
    with http_service(page(event(1), after="a"), page(after="b"), Answer(403, denied)) as service:
        run(service, cursor_file=cursor)
        assert run(service, cursor_file=cursor)["failure"]["status"] == 403


def test_bounded_runs_overlap_and_give_nothing_twice(tmp_path: Path) -> None:
    cursor = str(tmp_path / "cursor.json")
    with http_service(page(event(1), event(3)), page(event(2, uuid="late"), event(3), event(9))) as service:
        options = {"cursor_file": cursor, "since": "-1d", "until": "-1m", "overlap": "1m"}
        assert uuids(run(service, **options)) == ["u1", "u3"]
        assert uuids(run(service, **options)) == ["late", "u9"]
        assert "since=2026-03-16T09%3A02%3A00.000Z" in service.paths()[1]


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"format": 9}', '{"format": 1, "org": "x", "query": 7, "following": null}', "\x00"],
)
def test_a_file_that_holds_no_cursor_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "cursor.json"
    path.write_text(content)
    with http_service() as service:
        assert "holds no cursor" in run(service, cursor_file=str(path))["msg"]
        assert "oldest first" in run(service, cursor_file=str(path), order="newest_first")["msg"]
        assert "such as 10m" in run(service, cursor_file=str(path), overlap="soon")["msg"]
    assert path.read_text() == content


def test_the_cursor_of_another_org_or_another_host_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cursor.json"
    with http_service() as service:
        content = {"format": 1, "org": "https://other.okta.com", "query": {}, "following": None}
        path.write_text(json.dumps({**content, "read_until": None, "recent": {}}))
        assert "another org" in run(service, cursor_file=str(path))["msg"]
        elsewhere = {"org": service.url, "following": "https://evil.example/api/v1/logs?after=1"}
        path.write_text(json.dumps({**content, **elsewhere, "read_until": None, "recent": {}}))
        assert "another host" in run(service, cursor_file=str(path))["msg"]
    assert service.asked == []


def test_waiting_tells_who_is_missing_and_ends_when_all_were_named() -> None:
    about = {"debugContext": {"debugData": {"certificateSubject": "CN=C02A"}}}
    other = {"target": [{"displayName": "CN=c02ab,O=x"}]}
    with http_service(
        page(event(1, **about), after="a"), page(after="b"), page(event(2, **other), after="c")
    ) as service:
        service.answers += [page(after="d")]
        wait = {"mentions": ["C02A", "C02AB"], "interval": 0.01, "timeout": 5}
        result = run(service, wait_for=wait)
        assert (uuids(result), result["complete"], result["not_mentioned"]) == (["u1", "u2"], True, [])


def test_waiting_that_is_not_required_warns_and_returns_what_there_is() -> None:
    wait = {"mentions": ["C02A"], "interval": 0.01, "timeout": 0.02, "required": False}
    with http_service(page(event(1), after="a"), *[page(after="a")] * 9) as service:
        result = run(service, wait_for=wait)
        assert (uuids(result), result["complete"], result["not_mentioned"]) == (["u1"], False, ["C02A"])
        assert "no event yet about C02A" in result["warnings"][0]
        failed = run(service, wait_for={**wait, "required": True})
        assert failed["failure"]["not_mentioned"] == ["C02A"]


@given(st.lists(st.text(alphabet="ab1-", min_size=1, max_size=4), max_size=5), st.text(alphabet="ab1- .,", max_size=20))
def test_a_text_is_mentioned_where_it_stands_as_a_word(texts: list[str], said: str) -> None:
    mentions = views.Mentions(texts)
    mentions.take({"target": [{"displayName": said}]})
    for text in texts:
        bare = [said.casefold().find(text, start) for start in range(len(said))]
        around = [
            (said[at - 1 : at] if at else "", said[at + len(text) : at + len(text) + 1]) for at in bare if at >= 0
        ]
        named = any(not before.isalnum() and not after.isalnum() for before, after in around)
        assert (text not in mentions.missing) is named


@given(st.lists(st.integers(0, 30), unique=True), st.integers(0, 20))
def test_a_cursor_remembers_what_can_be_read_again_and_no_more(minutes: list[int], overlap: int) -> None:
    cursor = LogCursor("o", {}, timedelta(minutes=overlap))
    for minute in minutes:
        assert cursor.is_new(event(minute))
        cursor.note([event(minute)])
    newest = max(minutes, default=0)
    for minute in minutes:
        assert cursor.is_new(event(minute)) is (minute < newest - overlap)
