"""Keys of simulated computers: one each, or a few shared ones in a large fleet."""

from __future__ import annotations

import asyncio

from sandbox.computers import keys
from tests.unit.sandbox_company import Company


def numbers(company: Company, count: int, bits: int = 1024) -> list[int]:
    async def make() -> list[int]:
        made = [await keys.new_key(company.world, bits) for _ in range(count)]
        assert {key.key_size for key in made} == {bits}
        return [key.private_numbers().public_numbers.n for key in made]

    return asyncio.run(make())


def test_each_enrolment_has_a_key_of_its_own() -> None:
    assert len(set(numbers(Company(fleet=1), 10))) == 10


def test_a_large_fleet_shares_eight() -> None:
    company = Company(fleet=1)
    company.settings["own_key_up_to_fleet"] = 0
    assert len(set(numbers(company, 20))) == 8


def test_a_shared_key_still_makes_certificates_that_differ() -> None:
    company = Company(fleet=3)
    company.settings["own_key_up_to_fleet"] = 0
    company.world.runtime.cache["computer_keys_2048"] = [keys._generate(2048)] * 8
    company.deliver()
    company.tick(15)
    kept = [each for computer in company.fleet for each in computer["certificates"]]
    assert len({each["sha256"] for each in kept}) == 3
    assert len({each["private_key"] for each in kept}) == 1
