"""The filters: their own translation of input and errors, their documentation, and one run of the real ansible-playbook
over the documented examples."""

from __future__ import annotations

import inspect
import json
import os
import plistlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.okta_iru.attestation.plugins.filter.payloads import FilterModule as PayloadFilters
from ansible_collections.okta_iru.attestation.plugins.filter.profile import FilterModule as ProfileFilters
from ansible_collections.okta_iru.attestation.plugins.module_utils import _profile

from tests.unit.profile_samples import ROOT_PEM
from tests.unit.profile_strategies import CANARY

ROOT = Path(__file__).resolve().parents[2]
FILTERS = {**ProfileFilters().filters(), **PayloadFilters().filters()}
URL = "https://example.okta.com/pki/AB/scep/rac1"


def sidecar(name: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / f"plugins/filter/{name}.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("value", [URL, {"url": URL}, {"url": "overridden", "subject": "CN=x"}])
def test_options_come_as_keywords_or_as_a_dictionary(value):
    payload = FILTERS["scep_payload"](
        value, url=URL, challenge=CANARY, key_size="2048", key_usage="1", allow_all_apps_access="yes",
        subject="CN=$SERIAL_NUMBER", ca_fingerprint=None,
    )  # fmt: skip
    assert payload == _profile.scep_payload(URL, CANARY)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"subjekt": "CN=a"}, ["no option subjekt", "did you mean subject?"]),
        ({"zzz": 1}, ["no option zzz", "key_size"]),
        ({"key_size": "big"}, ["key_size is 'big'"]),
        ({"allow_all_apps_access": "perhaps"}, ["allow_all_apps_access must be true or false"]),
        ({"challenge": f"{CANARY} "}, ["challenge", "white space"]),
        ({"challenge": None}, ["challenge", "secret key"]),
        ({"url": None}, ["url"]),
    ],
)
def test_errors_are_for_a_person_and_hold_no_secret(options, words):
    with pytest.raises(AnsibleFilterError) as caught:
        FILTERS["scep_payload"]({"url": URL, "challenge": CANARY, **options})
    message = str(caught.value)
    assert all(word in message for word in ["okta_iru.attestation.scep_payload", *words]), message
    assert CANARY not in message
    assert caught.value.__context__ is None, "a chained error would carry the arguments in its frames"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("mobileconfig", ([],)),
        ("mobileconfig", ([{"PayloadType": "a"}],)),
        ("scep_subject", (5,)),
        ("scep_subject", ("CN",)),
        ("profile_lint", (5,)),
        ("profile_lint", ([{}],)),
    ],
)
def test_other_filters_refuse_with_their_name(name, arguments):
    with pytest.raises(AnsibleFilterError, match=f"okta_iru.attestation.{name}: "):
        FILTERS[name](*arguments)


def test_the_lint_takes_text_dictionaries_and_payloads():
    payload = FILTERS["scep_payload"]("example.okta.com/x", challenge="a_b")
    text = FILTERS["mobileconfig"]([payload], "com.example.a", "x")
    for value in (text, text.encode(), plistlib.loads(text.encode()), [payload]):
        (finding,) = FILTERS["profile_lint"](value)
        assert (finding["severity"], finding["code"]) == ("error", "url-scheme")
        codes = [one["code"] for one in FILTERS["profile_lint"](value, windows="true", ignore="url-scheme")]
        assert codes == ["challenge-windows"]


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_the_documentation_names_the_options_and_defaults_of_the_code(name):
    signature = inspect.signature(inspect.unwrap(FILTERS[name]))
    parameters = {key: item for key, item in signature.parameters.items() if key != "value"}
    options = {key: item for key, item in sidecar(name)["DOCUMENTATION"]["options"].items() if key != "_input"}
    assert list(options) == list(parameters)
    for key, option in options.items():
        default = parameters[key].default
        if not option.get("required") and default not in (inspect.Parameter.empty, ()):
            assert option.get("default") == (list(default) if isinstance(default, tuple) else default), key


def test_every_filter_has_its_documentation_and_no_other():
    documented = {path.stem for path in (ROOT / "plugins/filter").glob("*.yml")}
    assert documented == {*FILTERS, "attestation_stages", "teardown_plan"}


def test_the_documented_examples_run_and_nothing_shows_the_secret(tmp_path):
    examples = [task for name in FILTERS for task in yaml.safe_load(sidecar(name)["EXAMPLES"])]
    probes = [
        {
            "ansible.builtin.copy": {"content": "{{ profile }}", "dest": str(tmp_path / "built"), "mode": "0600"},
            "no_log": True,
        },
        {
            "ansible.builtin.debug": {
                "msg": "{{ scep_url | okta_iru.attestation.scep_payload(challenge=scep_challenge, subjekt='x') }}"
            },
            "ignore_errors": True,
        },
        {"ansible.builtin.debug": {"msg": "findings {{ profile | okta_iru.attestation.profile_lint | length }}"}},
        {
            "ansible.builtin.copy": {
                "content": "{{ [binary] | okta_iru.attestation.mobileconfig('com.example.b', 'B') }}",
                "dest": str(tmp_path / "binary"),
                "mode": "0600",
            }
        },
    ]
    play = [{"hosts": "localhost", "gather_facts": False, "tasks": [*examples, *probes]}]
    (tmp_path / "play.yml").write_text(
        json.dumps(play)[:-2] + ', "vars": {"binary": {"PayloadType": "com.example.b", "data": !!binary AAEC}}}]'
    )
    variables = {
        "scep_url": URL,
        "scep_challenge": CANARY,
        "windows_challenge": f"Windows{CANARY.replace('_', '-')}",
        "windows_document": str(tmp_path / "windows.xml"),
    }
    (tmp_path / "vars.json").write_text(json.dumps(variables))
    (tmp_path / "okta-root.pem").write_bytes(ROOT_PEM)
    good = _profile.mobileconfig([_profile.scep_payload(URL, CANARY)], identifier="com.example.a", name="x")
    (tmp_path / "attestation.mobileconfig").write_bytes(good)
    command = [
        Path(sys.executable).with_name("ansible-playbook"),
        "-i", "localhost,", "-c", "local", "-vvv", "-e", f"@{tmp_path / 'vars.json'}", tmp_path / "play.yml",
    ]  # fmt: skip
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "ANSIBLE_LOCAL_TEMP": str(tmp_path / "tmp"), "ANSIBLE_NOCOLOR": "1",
             "ANSIBLE_PYTHON_INTERPRETER": sys.executable},
    )  # fmt: skip
    output = run.stdout + run.stderr
    assert run.returncode == 0, output
    assert CANARY not in output
    assert "did you mean subject?" in output
    assert "findings 0" in output
    expected = _profile.mobileconfig(
        [_profile.scep_payload(URL, CANARY)], identifier="com.example.okta.attestation", name="Okta attestation"
    )
    assert (tmp_path / "built").read_bytes() == expected
    assert b"AAEC" in (tmp_path / "binary").read_bytes()
    assert variables["windows_challenge"] not in output
    assert variables["windows_challenge"] in (tmp_path / "windows.xml").read_text()
