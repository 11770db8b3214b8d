"""Looking up groups where Okta's search runs behind; a scripted org answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import NotFound
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, HeaderAuth
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_groups import find_groups, ids_of_groups
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import OKTA

from tests.unit.http_service import Answer, Service, http_service

NEW = {"id": "00g1a2b3c4d5e6f7g8h9", "profile": {"name": "New group"}}
OTHER = {"id": "00g2a2b3c4d5e6f7g8h9", "profile": {"name": "New group of others"}}


def org(service: Service) -> Client:
    return Client(OKTA, service.url, HeaderAuth(lambda: "SSWS x"), sleep=lambda seconds: None)


def queries(service: Service) -> list[dict[str, Any]]:
    return [{key: value[0] for key, value in parse_qs(urlsplit(path).query).items()} for path in service.paths()]


def test_a_new_group_that_search_does_not_know_yet_is_found_by_name() -> None:
    with http_service(Answer(body=[]), Answer(body=[NEW, OTHER])) as service:
        assert find_groups(org(service), ["New group"]) == ([NEW], [])
        assert queries(service) == [
            {"limit": "200", "search": 'profile.name eq "New group"'},
            {"q": "New group"},
        ]


def test_a_new_group_that_search_does_not_know_yet_is_found_by_id() -> None:
    with http_service(Answer(body=[]), Answer(body=NEW)) as service:
        assert ids_of_groups(org(service), [NEW["id"]]) == {NEW["id"]: NEW["id"]}
        assert service.paths()[1] == f"/api/v1/groups/{NEW['id']}"


def test_a_search_that_finds_more_than_was_asked_for_is_compared_exactly() -> None:
    """Okta compares without regard to case."""
    loud = {"id": OTHER["id"], "profile": {"name": "NEW GROUP"}}
    with http_service(Answer(body=[loud, NEW])) as service:
        assert ids_of_groups(org(service), ["New group"]) == {"New group": NEW["id"]}


def test_an_unknown_group_among_others_is_named() -> None:
    with http_service(Answer(body=[NEW]), Answer(body=[]), Answer(body=[NEW])) as service:
        with pytest.raises(NotFound, match=r"no group .New grup.\. Did you mean .New group."):
            ids_of_groups(org(service), ["New group", "New grup"])
        assert queries(service)[2] == {"q": "New", "limit": "10"}


def test_many_references_take_a_request_for_twenty() -> None:
    groups = [{"id": f"00g{number:017}", "profile": {"name": f"Team {number}"}} for number in range(45)]
    with http_service(*[Answer(body=groups[start : start + 20]) for start in (0, 20, 40)]) as service:
        assert len(ids_of_groups(org(service), [group["profile"]["name"] for group in groups])) == 45
        assert max(len(path) for path in service.paths()) < 2000


def test_nothing_is_asked_for_nothing() -> None:
    with http_service() as service:
        assert find_groups(org(service), []) == ([], [])
        assert service.asked == []
