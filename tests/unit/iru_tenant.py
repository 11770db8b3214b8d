"""A model of an Iru tenant inside the process, for tests of the Iru modules: no network, every request noted."""

from __future__ import annotations

import email
import json
import plistlib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import requests
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import Secrets
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

URL = "https://example.api.kandji.io"
TOKEN = "0c1d2e3f-tOkEn-cAnArY"
HTML_404 = b"<!doctype html>\n<html><head><title>Not Found</title></head><body><h1>Not Found</h1></body></html>"

Record = dict[str, Any]
Answer = tuple[int, Any]
FLAGS = ("runs_on_mac", "runs_on_iphone", "runs_on_ipad", "runs_on_tv", "runs_on_vision")


class Tenant(BaseAdapter):
    """The tenant. ``before`` are called in turn with each write before it is handled and may raise to lose it; ``lose``
    the answers of that many writes that took effect."""

    def __init__(self) -> None:
        super().__init__()
        self.profiles: dict[str, Record] = {}
        self.blueprints: dict[str, Record] = {}
        self.devices: list[Record] = []
        self.rows: dict[str, list[Record]] = {}
        self.installed: list[Record] = []
        self.listings: dict[str, list[Record]] = {}
        self.answers: dict[str, Answer] = {}
        self.log: list[tuple[str, str, int]] = []
        self.sent: list[Record] = []
        self.before: list[Callable[[], None]] = []
        self.lose = 0
        self.adds_scope = True
        self.returns_flags = True

    def send(self, request: Any, **_options: Any) -> requests.Response:
        """Answer one request."""
        path, query = urlsplit(request.url).path, dict(parse_qsl(urlsplit(request.url).query))
        writes = request.method != "GET"
        if writes and self.before:
            self.before.pop(0)()
        fields = fields_of(request)
        if writes:
            self.sent.append(dict(fields))
        status, body = self._handle(request.method, path, query, fields)
        self.log.append((request.method, path, status))
        if writes and self.lose and status < 400:
            self.lose -= 1
            raise requests.exceptions.ReadTimeout("no answer")
        response = requests.Response()
        response.request, response.status_code = request, status
        response._content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        kind = "text/html" if isinstance(body, bytes) else "application/json"
        response.headers = CaseInsensitiveDict({"Content-Type": kind})
        if path == "/api/v1/devices":
            response.headers["X-Total-Count"] = str(len(self.devices))
        return response

    def close(self) -> None:
        """Nothing is open."""

    def writes(self) -> list[tuple[str, str]]:
        """The writes that the tenant carried out."""
        return [(method, path) for method, path, status in self.log if method != "GET" and status < 400]

    def _handle(self, method: str, path: str, query: Record, fields: Record) -> Answer:  # noqa: PLR0911, PLR0912 - a line a route
        if path in self.answers:
            return self.answers[path]
        parts = path.removeprefix("/api/v1/").split("/")
        match method, parts:
            case "GET", ["library", "custom-profiles"]:
                return 200, envelope([self._shown(one) for one in self.profiles.values()])
            case "POST", ["library", "custom-profiles"]:
                return 201, self._shown(self.add_profile(fields.pop("name"), fields.pop("file"), **fields))
            case _, ["library", "custom-profiles", profile_id]:
                return self._profile(method, profile_id, fields)
            case "GET", ["blueprints"]:
                return 200, envelope([one for one in self.blueprints.values() if _matches(one, query)])
            case "POST", ["blueprints"]:
                return self._create_blueprint(fields)
            case "PATCH", ["blueprints", blueprint_id]:
                code = {key.partition(".")[2]: fields.pop(key) for key in list(fields) if "." in key}
                self.blueprints[blueprint_id] |= fields
                self.blueprints[blueprint_id]["enrollment_code"] |= code
                return 200, self.blueprints[blueprint_id]
            case "DELETE", ["blueprints", blueprint_id]:
                del self.blueprints[blueprint_id]
                return 204, None
            case "GET", ["blueprints", blueprint_id, "list-library-items"]:
                return 200, envelope(self._items(self.blueprints[blueprint_id]))
            case "POST", ["blueprints", blueprint_id, verb]:
                return self._assignment(verb, self.blueprints[blueprint_id], fields)
            case "GET", ["library", "library-items", item_id, "status"]:
                return 200, envelope(self.rows.get(item_id, []))
            case "GET", ["library", "custom-apps" | "custom-scripts"] | ["audit", "events"]:
                return 200, envelope(self.listings.get("/".join(parts), []))
            case "GET", ["devices", device_id, "library-items"]:
                return 200, {"device_id": device_id, "library_items": self.listings.get(device_id, [])}
            case "GET", ["prism", "installed_profiles"]:
                return 200, {"offset": 0, "limit": 300, "total": None, "data": self.installed, "cursor": None}
            case "GET", ["devices"]:
                offset, limit = int(query["offset"]), int(query["limit"])
                return 200, self.devices[offset : offset + limit]
        raise AssertionError(f"the model has no {method} {path}")

    def add_profile(self, name: str, file: bytes, **fields: Any) -> Record:
        """Store a profile."""
        profile_id = str(uuid.uuid4())
        stamp = f"2026-03-16T09:12:{len(self.log) % 60:02}.{len(self.profiles):06}Z"
        profile = {"id": profile_id, "name": name, "active": True, "created_at": stamp, "updated_at": stamp}
        profile |= {flag: flag == "runs_on_mac" for flag in FLAGS} | fields
        profile["mdm_identifier"] = f"com.kandji.profile.custom.{profile_id}"
        profile["profile"] = file
        self._rewrite(profile)
        self.profiles[profile_id] = profile
        return profile

    def add_blueprint(self, name: str, kind: str = "classic", nodes: int = 1, **fields: Any) -> Record:
        """Store a Blueprint; a map with several nodes has conditional logic."""
        identifier = str(uuid.uuid4())
        self.blueprints[identifier] = {
            "id": identifier,
            "name": name,
            "type": kind,
            "description": "",
            "icon": "ss-files",
            "color": "aqua-800",
            "enrollment_code": {"code": "112233", "is_active": True},
            "computers_count": 0,
            "nodes": {f"node-{number}": [] for number in range(nodes)},
            **fields,
        }
        return self.blueprints[identifier]

    def _profile(self, method: str, profile_id: str, fields: Record) -> Answer:
        profile = self.profiles.get(profile_id)
        if profile is None:
            return 404, HTML_404
        if method == "DELETE":
            del self.profiles[profile_id]
            return 204, None
        if method == "PATCH":
            profile |= {"profile" if key == "file" else key: value for key, value in fields.items()}
            self._rewrite(profile)
        return 200, self._shown(profile)

    def _rewrite(self, profile: Record) -> None:
        content = plistlib.loads(profile["profile"] if isinstance(profile["profile"], bytes) else _bytes(profile))
        content |= {
            "PayloadIdentifier": profile["mdm_identifier"],
            "PayloadDisplayName": profile["name"],
            "PayloadUUID": str(uuid.uuid4()),
        }
        if self.adds_scope:
            content.setdefault("PayloadScope", "System")
        profile["profile"] = plistlib.dumps(content, sort_keys=True).decode()

    def _shown(self, profile: Record) -> Record:
        flags = {"runs_on_android": False, "runs_on_windows": False} if self.returns_flags else {}
        return {key: value for key, value in profile.items() if self.returns_flags or key not in FLAGS} | flags

    def _create_blueprint(self, fields: Record) -> Answer:
        if any(one["name"] == fields["name"] for one in self.blueprints.values()):
            return 400, {"name": ["Blueprint with this name already exists."]}
        nested = {key.partition(".")[2]: fields.pop(key) for key in list(fields) if key.startswith("enrollment_code.")}
        blueprint = self.add_blueprint(fields.pop("name"), fields.pop("type", "classic"), **fields)
        blueprint["enrollment_code"] |= nested
        return 201, {key: value for key, value in blueprint.items() if key != "computers_count"}

    def _items(self, blueprint: Record) -> list[Record]:
        names = {profile["id"]: profile["name"] for profile in self.profiles.values()}
        ids = dict.fromkeys(item_id for items in blueprint["nodes"].values() for item_id in items)
        return [{"id": item_id, "name": names.get(item_id, "Okta SCEP (native)")} for item_id in ids]

    def _assignment(self, verb: str, blueprint: Record, fields: Record) -> Answer:  # noqa: PLR0911 - a line a text
        node_id, item_id = fields.get("assignment_node_id"), fields["library_item_id"]
        classic = blueprint["type"] == "classic"
        if item_id.startswith("00000000"):
            return 404, {"detail": "No LibraryItem matches the given query"}
        if classic and node_id:
            return 400, "assignment_node_id cannot be provided for Classic Blueprint"
        if not node_id and len(blueprint["nodes"]) > 1:
            return 400, "Must provide assignment_node_id for Assignment Map Blueprint"
        node = blueprint["nodes"].get(node_id or "node-0")
        if node is None:
            return 400, "Assignment node not found"
        where = "on Blueprint" if classic else "in Assignment Node"
        if verb == "assign-library-item":
            if item_id in node:
                return 400, f"Library Item already exists {where}"
            if "taken" in node:
                return 400, "Assignment node can only have one of this Library Item type."
            node.append(item_id)
        elif item_id not in node:
            return 400, f"Library Item does not exist {where}"
        else:
            node.remove(item_id)
        return 200, [item["id"] for item in self._items(blueprint)]


def fields_of(request: Any) -> Record:
    """The fields of a body: multipart, form or JSON; ``true`` and ``false`` as booleans."""
    kind, body = request.headers.get("Content-Type", ""), request.body or b""
    body = body.encode() if isinstance(body, str) else body
    if "json" in kind:
        return dict(json.loads(body))
    fields: Record = {}
    if "multipart" in kind:
        message = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
        for part in message.walk():
            if not part.is_multipart():
                name = part.get_param("name", header="content-disposition")
                content = part.get_payload(decode=True)
                fields[str(name)] = content if part.get_filename() else content.decode()
    else:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return {key: {"true": True, "false": False}.get(value, value) for key, value in fields.items()}


def envelope(results: list[Record]) -> Record:
    """A listing on one page."""
    return {"count": len(results), "next": None, "previous": None, "results": results}


def _matches(blueprint: Record, query: Record) -> bool:
    named = query.get("name", "").lower() in blueprint["name"].lower()
    return named and query.get("id", blueprint["id"]) == blueprint["id"]


def _bytes(profile: Record) -> bytes:
    return str(profile["profile"]).encode()


@contextmanager
def serving(tenant: Tenant) -> Iterator[None]:
    """Every request of this process goes to the tenant; nothing is waited for."""
    with (
        mock.patch.object(requests.Session, "get_adapter", lambda _self, url: tenant),
        mock.patch.object(_http, "_backoff", lambda attempt: 0.0),
    ):
        yield


def run_in(tenant: Tenant, module: ModuleType, *, check: bool = False, diff: bool = False, **options: Any) -> Record:
    """The result of a module with these options, through its own specification and the common runner."""
    spec = module.SPEC
    validation = ArgumentSpecValidator(spec.options, **spec.rules()).validate({"url": URL, "token": TOKEN, **options})
    assert not validation.error_messages, validation.error_messages
    task = Task(validation.validated_parameters, check, diff, Secrets(validation._no_log_values))
    written = len(tenant.writes())
    with serving(tenant):
        result: Record = execute(module.run, task)
    assert TOKEN not in json.dumps(result, default=str)
    if "writes" in result and not check:
        assert [(one["method"], one["path"]) for one in result["writes"]] == tenant.writes()[written:]
    return result
