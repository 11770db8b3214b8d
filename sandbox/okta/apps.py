"""Apps, and which sign-in policy each of them uses: /api/v1/apps."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from aiohttp import web

from sandbox.clock import object_time
from sandbox.okta import rate_limits
from sandbox.okta.access import needs
from sandbox.okta.answers import OktaError, base_url, id_page, invalid, limit_of, not_found, with_links
from sandbox.okta.audit import audit
from sandbox.okta.scim import Expression, comparisons, parse
from sandbox.web import WORLD, json_response
from sandbox.world import World

ADMIN_CONSOLE = "saasure"
"""The `name` of the app "Okta Admin Console"."""
_DEFAULT_PAGE, _MAXIMUM_PAGE = 20, 200
_FILTERABLE = {"id", "status", "name", "credentials.signing.kid", "settings.slo.enabled"}
_LOGO = "https://ok14static.oktacdn.com/assets/img/logos/{name}.png"


@needs("okta.apps.read", rate_limits.APPS)
async def list_apps(request: web.Request) -> web.Response:
    """GET /api/v1/apps: `q` is a prefix of name or label, `filter` is SCIM."""
    apps = list(request.app[WORLD].data["okta"]["apps"].values())
    limit = limit_of(request, _DEFAULT_PAGE, _MAXIMUM_PAGE)
    q, text = request.query.get("q"), request.query.get("filter")
    if q:
        apps = [app for app in apps if any(app[key].casefold().startswith(q.casefold()) for key in ("name", "label"))]
    if text:
        expression = _filter(text)
        apps = [app for app in apps if expression.matches(app)]
    if request.query.get("expand"):
        # Okta takes user/{id} only, with a filter that names the user.
        raise invalid("RequestParams", "Expand query is malformed.")
    page, after = id_page(request, apps, limit)
    return with_links(request, json_response([shown_app(request, app) for app in page]), limit=limit, after=after)


def _filter(text: str) -> Expression:
    try:
        expression = parse(text)
    except ValueError as error:
        raise OktaError("E0000031", causes=[str(error)]) from error
    for comparison in comparisons(expression):
        if comparison.attribute not in _FILTERABLE:
            raise OktaError("E0000031", causes=[f"Invalid property: {comparison.attribute}"])
    return expression


@needs("okta.apps.read", rate_limits.APP)
async def get_app(request: web.Request) -> web.Response:
    """GET /api/v1/apps/{id}."""
    return json_response(shown_app(request, app_of(request)))


@needs("okta.apps.manage", rate_limits.APP)
async def assign_policy(request: web.Request) -> web.Response:
    """PUT /api/v1/apps/{id}/policies/{policyId}: 204; refused to and from the Admin Console's policy (recorded)."""
    world, app, policy_id = request.app[WORLD], app_of(request), request.match_info["policy"]
    okta = world.data["okta"]
    policy = okta["policies"].get(policy_id)
    if policy is None:
        raise not_found(policy_id, "Policy")
    console = next(each for each in okta["apps"].values() if each["name"] == ADMIN_CONSOLE)
    if console["access_policy"] in {app["access_policy"], policy_id}:
        owner = console["label"]
        raise invalid("Policy", f'This policy belongs to "{owner}", and re-assignment of this policy is not allowed')
    if policy["resource_type"] != "APP":
        raise invalid("Policy", "re-assignment of this policy is not allowed: it is not for apps")
    app.update(access_policy=policy_id, lastUpdated=object_time(world.clock.now()))
    message = "Update app sign-in policy"
    audit(world, "application.policy.sign_on.update", message, "AppInstance", (app["id"], app["label"]))
    return web.Response(status=204)


def new_app(world: World, name: str, label: str, access_policy: str, sign_on_mode: str = "SAML_2_0") -> dict[str, Any]:
    """Adds an app, with what every recorded app has (okta/okta-sdk-python, test_applications_it)."""
    now, app_id = object_time(world.clock.now()), world.new_okta_id("0oa")
    is_built_in = sign_on_mode == "OPENID_CONNECT"
    links = {"admin": True} if name == ADMIN_CONSOLE else {} if is_built_in else {"login": True}
    app: dict[str, Any] = {
        "id": app_id,
        "orn": f"orn:okta:idp:{world.data['okta']['org']['id']}:apps:{name}:{app_id}",
        "name": name,
        "label": label,
        "status": "ACTIVE",
        "lastUpdated": now,
        "created": now,
        "accessibility": {"selfService": False, "errorRedirectUrl": None, "loginRedirectUrl": None},
        "visibility": {
            **({} if is_built_in else {"autoLaunch": False}),
            "autoSubmitToolbar": False,
            "hide": {"iOS": False, "web": False},
            "appLinks": links,
        },
        "features": [],
        "signOnMode": sign_on_mode,
        "credentials": {
            "userNameTemplate": {"template": "${source.login}", "type": "BUILT_IN"},
            "signing": {} if sign_on_mode == "BOOKMARK" else {"kid": _key_id(world, "okta" if is_built_in else app_id)},
        },
        "universalLogout": None,
        "settings": {
            "app": {},
            "notifications": {"vpn": {"network": {"connection": "DISABLED"}, "message": None, "helpUrl": None}},
            "manualProvisioning": False,
            "implicitAssignment": False,
            **({} if is_built_in else {"notes": {"admin": None, "enduser": None}}),
            **({"signOn": _saml_settings()} if sign_on_mode == "SAML_2_0" else {}),
        },
        "access_policy": access_policy,
    }
    world.data["okta"]["apps"][app["id"]] = app
    return app


def _key_id(world: World, owner: str) -> str:
    """The name of the key that an app signs with; Okta's own apps share one (recorded)."""
    digest = hashlib.sha256(f"{world.data['sandbox']['seed']}:kid:{owner}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _saml_settings() -> dict[str, Any]:
    """What an app of Okta's catalogue has that speaks SAML (recorded of Zoom)."""
    overrides = ("ssoAcsUrlOverride", "audienceOverride", "recipientOverride", "destinationOverride")
    unset = dict.fromkeys(("defaultRelayState", *overrides))
    return {**unset, "attributeStatements": [], "configuredAttributeStatements": []}


def apps_of_policy(world: World, policy_id: str) -> list[dict[str, Any]]:
    """The apps that use a policy."""
    return [app for app in world.data["okta"]["apps"].values() if app["access_policy"] == policy_id]


def shown_app(request: web.Request, app: dict[str, Any]) -> dict[str, Any]:
    """An app as the API shows it; its policy is in ``_links.accessPolicy`` only."""
    base, name = base_url(request), app["name"]
    url = f"{base}/api/v1/apps/{app['id']}"
    saml_links = {
        "help": {"href": f"{base}/app/{name}/{app['id']}/setup/help/SAML_2_0/external-doc", "type": "text/html"},
        "metadata": {"href": f"{url}/sso/saml/metadata", "type": "application/xml"},
    }
    links = {
        **(saml_links if app["signOnMode"] == "SAML_2_0" else {}),
        "uploadLogo": {"href": f"{url}/logo", "hints": {"allow": ["POST"]}},
        "appLinks": [
            {"name": link, "href": f"{base}/home/{name}/{app['id']}/2", "type": "text/html"}
            for link in app["visibility"]["appLinks"]
        ],
        "profileEnrollment": {"href": f"{base}/api/v1/policies/{_profile_enrollment(request)}"},
        "policies": {"href": f"{url}/policies", "hints": {"allow": ["PUT"]}},
        "groups": {"href": f"{url}/groups"},
        "logo": [{"name": "medium", "href": _LOGO.format(name=name), "type": "image/png"}],
        "accessPolicy": {"href": f"{base}/api/v1/policies/{app['access_policy']}"},
        "users": {"href": f"{url}/users"},
        **_transition(url, app["status"]),
    }
    return {**{key: value for key, value in app.items() if key != "access_policy"}, "_links": links}


def _profile_enrollment(request: web.Request) -> str:
    """The id of the default user profile policy, of a kind that is not served here."""
    return request.app[WORLD].derived_okta_id("rst", "default profile enrollment policy")


def _transition(url: str, status: str) -> dict[str, Any]:
    name = "deactivate" if status == "ACTIVE" else "activate"
    return {name: {"href": f"{url}/lifecycle/{name}"}}


def app_of(request: web.Request) -> dict[str, Any]:
    """The app that the path names. Raises OktaError E0000007."""
    app_id = request.match_info["app"]
    found: dict[str, Any] | None = request.app[WORLD].data["okta"]["apps"].get(app_id)
    if found is None:
        raise not_found(app_id, "AppInstance")
    return found
