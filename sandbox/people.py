"""The people who work at the sandbox's company: Okta users and owners of the computers in Iru."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.world import World

_FIRST_NAMES = [
    "Ada",
    "Amina",
    "Björn",
    "Carla",
    "Chen",
    "Dara",
    "Elif",
    "Emeka",
    "Farah",
    "Gita",
    "Hana",
    "Ines",
    "Jonas",
    "Kofi",
    "Lena",
    "Malik",
    "Nadia",
    "Olga",
    "Priya",
    "Quentin",
    "Rosa",
    "Samir",
    "Tove",
    "Uma",
    "Víctor",
    "Wanjiru",
    "Xavi",
    "Yuki",
    "Zoë",
]
_LAST_NAMES = [
    "Abe",
    "Bauer",
    "Costa",
    "Diallo",
    "Eriksen",
    "Fernández",
    "García",
    "Haddad",
    "Ito",
    "Jensen",
    "Kaya",
    "Lindqvist",
    "Moreau",
    "Nakamura",
    "Okafor",
    "Patel",
    "Quist",
    "Rossi",
    "Schmidt",
    "Tanaka",
    "Usman",
    "Vega",
    "Weber",
    "Xu",
    "Yildiz",
    "Zhang",
]
_DOMAIN = "attest.example"


def people(world: World, count: int) -> list[dict[str, str]]:
    """``count`` people with distinct logins, chosen by the world's seed."""
    return [_person(world, number) for number in range(1, count + 1)]


def _person(world: World, number: int) -> dict[str, str]:
    first, last = world.choice(_FIRST_NAMES), world.choice(_LAST_NAMES)
    # Namesakes are common in a large fleet, so the number keeps logins apart whatever the names are.
    return {"login": f"person{number:06d}@{_DOMAIN}", "first_name": first, "last_name": last}
