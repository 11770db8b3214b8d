"""A whole sandbox company in this process, for tests of its computers: real SCEP over HTTP on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from cryptography import x509

from sandbox import computers, pki
from sandbox.iru import profiles, scope
from sandbox.server import Options, new_world
from sandbox.web import service_app
from tests.unit.sandbox_iru import mobileconfig

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Company:
    """A world whose SCEP service runs while the clock ticks."""

    def __init__(self, fleet: int = 3, windows: int = 0) -> None:
        self.world = new_world(Options(fleet=fleet, windows=windows))
        self.iru: dict[str, Any] = self.world.data["iru"]
        self.okta: dict[str, Any] = self.world.data["okta"]
        self.settings: dict[str, Any] = self.world.data["computers"]["settings"]
        self.fleet: list[dict[str, Any]] = list(self.world.data["computers"]["fleet"].values())
        self._address = ""

    def deliver(self, **settings: Any) -> dict[str, Any]:
        """Puts a SCEP profile on every Blueprint; ``settings`` replace the right ones, None leaves one out."""
        right = {
            "URL": "{scep_url}", "Challenge": "{scep_challenge}", "Keysize": 2048, "Key Type": "RSA", "Key Usage": 1,
            "Subject": [[["CN", "$SERIAL_NUMBER"]]],
        }  # fmt: skip
        wanted = {key: value for key, value in (right | settings).items() if value is not None}
        payload = {"PayloadType": "com.apple.security.scep", "PayloadContent": wanted}
        profile = profiles.create(self.world, "Okta SCEP", mobileconfig(payload))
        for blueprint in self.iru["blueprints"].values():
            blueprint["nodes"][0]["items"].append(profile["id"])
        scope.refresh_item(self.world, profile["id"])
        return profile

    def withdraw(self, profile: dict[str, Any]) -> None:
        for blueprint in self.iru["blueprints"].values():
            blueprint["nodes"][0]["items"].remove(profile["id"])
        scope.refresh_item(self.world, profile["id"])

    def repush(self, profile: dict[str, Any]) -> None:
        profiles.update(self.world, profile, {})
        scope.profile_updated(self.world, profile)

    def tick(self, minutes: float, scep: list[web.RouteDef] | None = None) -> dict[str, int]:
        """Lets time pass; the SCEP service is the world's own, or these routes."""

        async def run() -> dict[str, int]:
            runner = web.AppRunner(service_app(self.world, "scep", scep or pki.routes(self.world), []))
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            address = f"http://127.0.0.1:{runner.addresses[0][1]}"
            self.world.runtime.origins = {"okta": address, "scep_http": address}
            self._name_the_service(address)
            try:
                return await computers.tick(self.world, minutes)
            finally:
                await runner.cleanup()

        return asyncio.run(run())

    def _name_the_service(self, address: str) -> None:
        """Puts the address and secret of the running service into profiles, as an operator would have done."""
        ready = pki.ready_fields(self.world)
        for profile in self.iru["custom_profiles"].values():
            if self._address:
                profile["profile"] = profile["profile"].replace(self._address, address)
            for name in ("scep_url", "scep_challenge"):
                profile["profile"] = profile["profile"].replace("{" + name + "}", ready[name])
        self._address = address

    def row(self, profile: dict[str, Any], computer: dict[str, Any]) -> dict[str, Any]:
        row: dict[str, Any] = self.iru["statuses"][profile["id"]][computer["device_id"]]
        return row

    def management(self) -> dict[str, str]:
        """Serial number → management status at Okta of the computers that Okta knows."""
        return {
            device["profile"]["serialNumber"]: link["managementStatus"]
            for device in self.okta["devices"].values()
            for link in device["users"]
        }


def certificates(computer: dict[str, Any]) -> list[x509.Certificate]:
    return [x509.load_pem_x509_certificate(each["certificate"].encode()) for each in computer["certificates"]]
