"""``/integrations/apple/ade``: the tokens by which Apple tells Iru of new devices. The devices are in ade_devices.py.

Keys, statuses and the refusal of a wrong UUID are published, values are constructed. A token file is not opened.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from sandbox.iru import ade_devices
from sandbox.iru.answers import Refused, fields_of, invalid, not_found, offset_page
from sandbox.iru.tenant import Record, derived_uuid, iso_time, now, parse_time, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

_TOKEN_LIFETIME = timedelta(days=365)
_AGE = timedelta(days=120)
_ORG = {
    "org_name": "Attest Example",
    "org_email": "it@attest.example",
    "org_phone": "+1 555 0100",
    "org_address": "1 Sample Street, Springfield",
    "org_type": "org",
}


def seed(world: World) -> None:
    """Adds one integration, by which all Apple devices of the fleet came, and one Mac that still waits in its box."""
    begun = world.clock.now() - _AGE
    blueprint_id = next(iter(tenant(world)["blueprints"]))
    integration = _new(world, derived_uuid(world, "ade"), "Attest", begun)
    defaults = {"blueprint_id": blueprint_id, "defaults": {"email": "it@attest.example", "phone": "5550100"}}
    integration |= defaults | {"last_device_sync": now(world), "status_received_at": iso_time(begun)}
    tenant(world)["ade"] = {"integrations": {integration["id"]: integration}, "devices": {}}
    ade_devices.seed(world, integration, begun)


def _new(world: World, integration_id: str, server_name: str, begun: datetime) -> Record:
    return {
        "id": integration_id,
        "server_name": server_name,
        "server_uuid": derived_uuid(world, "server", integration_id),
        "begun": iso_time(begun),
        "last_device_sync": None,
        "status_received_at": None,
    }


def _public(world: World, integration: Record) -> Record:
    blueprint = tenant(world)["blueprints"].get(integration["blueprint_id"])
    expiry = parse_time(integration["begun"]) + _TOKEN_LIFETIME
    families = Counter(
        device["device_family"]
        for device in tenant(world)["ade"]["devices"].values()
        if device["integration_id"] == integration["id"]
    )
    return {
        "id": integration["id"],
        "blueprint": {key: blueprint[key] for key in ade_devices.BLUEPRINT_KEYS} if blueprint else None,
        "access_token_expiry": _seconds(expiry),
        "server_name": integration["server_name"],
        "server_uuid": integration["server_uuid"],
        "admin_id": tenant(world)["admin"]["email"],
        **_ORG,
        "stoken_file_name": f"{integration['server_name']}_Token_{_seconds(expiry)[:-1].replace(':', '-')}_smime.p7m",
        "last_device_sync": integration["last_device_sync"],
        "defaults": integration["defaults"],
        "days_left": (expiry - world.clock.now()).days,
        "status": "SUCCESS",
        "status_reason": None,
        "status_received_at": integration["status_received_at"],
        "device_counts": {**families, "total": sum(families.values())},
    }


def _seconds(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def list_integrations(request: web.Request) -> web.Response:
    """``GET /integrations/apple/ade``."""
    world = request.app[WORLD]
    rows = [_public(world, each) for each in tenant(world)["ade"]["integrations"].values()]
    return json_response(offset_page(request, rows))


async def create_integration(request: web.Request) -> web.Response:
    """``POST /integrations/apple/ade/``: published with 200."""
    world = request.app[WORLD]
    changes = _defaults(world, await fields_of(request), with_file=True)
    integration_id = world.new_uuid()
    integration = _new(world, integration_id, f"Server {integration_id[:4]}", world.clock.now()) | changes
    tenant(world)["ade"]["integrations"][integration_id] = integration
    return json_response(_public(world, integration))


async def get_integration(request: web.Request) -> web.Response:
    """``GET /integrations/apple/ade/{id}``."""
    return json_response(_public(request.app[WORLD], _found(request)))


async def update_integration(request: web.Request) -> web.Response:
    """``PATCH /integrations/apple/ade/{id}``: the defaults, all three of which are required (documented)."""
    world, integration = request.app[WORLD], _found(request)
    integration |= _defaults(world, await fields_of(request), with_file=False)
    return json_response(_public(world, integration))


async def renew_integration(request: web.Request) -> web.Response:
    """``POST /integrations/apple/ade/{id}/renew``: another token of the same server."""
    world, integration = request.app[WORLD], _found(request)
    integration |= _defaults(world, await fields_of(request), with_file=True) | {"begun": now(world)}
    return json_response(_public(world, integration))


async def delete_integration(request: web.Request) -> web.Response:
    """``DELETE /integrations/apple/ade/{id}``: documented to take its devices along, but not those enrolled."""
    state, integration_id = tenant(request.app[WORLD])["ade"], _found(request)["id"]
    del state["integrations"][integration_id]
    state["devices"] = {key: each for key, each in state["devices"].items() if each["integration_id"] != integration_id}
    return web.Response(status=204)


async def list_devices_of(request: web.Request) -> web.Response:
    """``GET /integrations/apple/ade/{id}/devices``."""
    return ade_devices.page_of_integration(request, _found(request))


async def get_public_key(request: web.Request) -> web.Response:
    """``GET /integrations/apple/ade/public_key/``: what Apple encrypts a token for."""
    cache = request.app[WORLD].runtime.cache
    if "iru_ade_key" not in cache:
        cache["iru_ade_key"] = _certificate()
    return web.Response(body=cache["iru_ade_key"], content_type="application/x-x509-ca-cert")


def _certificate() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Attest sandbox, enrollment tokens")])
    begin = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(begin).not_valid_after(begin + _TOKEN_LIFETIME)
    return dated.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _found(request: web.Request) -> Record:
    integrations: dict[str, Record] = tenant(request.app[WORLD])["ade"]["integrations"]
    if request.match_info["ade_token_id"] not in integrations:
        raise Refused(not_found())
    return integrations[request.match_info["ade_token_id"]]


def _defaults(world: World, fields: dict[str, Any], *, with_file: bool) -> Record:
    for name in ("blueprint_id", "phone", "email", *(("file",) if with_file else ())):
        if not fields.get(name):
            raise Refused(invalid(world, name, "This field is required."))
    if fields["blueprint_id"] not in tenant(world)["blueprints"]:
        raise Refused(invalid(world, "blueprint_id", "Invalid value."))
    defaults = {"email": str(fields["email"]), "phone": str(fields["phone"])}
    return {"blueprint_id": str(fields["blueprint_id"]), "defaults": defaults}
