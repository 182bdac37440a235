"""How the bot learns of updates."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from calmdesk.playground.errors import Json, bad_request
from calmdesk.playground.methods.registry import Call, NoParameters, Parameters, Words, method
from calmdesk.playground.webhook import Webhook


class GetUpdates(Parameters):
    """What to fetch and how long to wait."""

    offset: int | None = None
    limit: int = 100
    timeout: float = 0
    allowed_updates: Words = None


class SetWebhook(Parameters):
    """Where updates go."""

    url: str = ""
    ip_address: str | None = None
    max_connections: int = 40
    allowed_updates: Words = None
    drop_pending_updates: bool = False
    secret_token: str | None = None


class DeleteWebhook(Parameters):
    """Whether what waits is thrown away."""

    drop_pending_updates: bool = False


@method("getUpdates", GetUpdates)
async def get_updates(call: Call, asked: GetUpdates) -> list[Json]:
    """Fetch updates; the offset says which have arrived."""
    limit = max(1, min(asked.limit, 100)) if asked.limit else 100
    return await call.world.updates.take(asked.offset, limit, max(0.0, min(asked.timeout, 50.0)), asked.allowed_updates)


@method("setWebhook", SetWebhook)
async def set_webhook(call: Call, asked: SetWebhook) -> bool:
    """Have updates sent to an address; an empty one ends it."""
    if not asked.url:
        return await _end(call, drop=asked.drop_pending_updates)
    _check_address(asked.url)
    if asked.secret_token and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", asked.secret_token):
        raise bad_request("secret token contains unallowed characters")
    if not 1 <= asked.max_connections <= 100:
        raise bad_request("bad webhook: max_connections must be between 1 and 100")
    await _end(call, drop=asked.drop_pending_updates)
    world = call.world
    if asked.allowed_updates is not None:
        world.updates.allow(asked.allowed_updates)
    world.updates.close_polls()
    world.updates.webhook_set = True
    world.webhook = Webhook(world.updates, world.clock, asked.url, asked.secret_token, asked.max_connections, world.carry_out)
    world.webhook.start()
    return True


def _check_address(url: str) -> None:
    """Refuse addresses off this machine; Telegram's own rule (HTTPS) can't hold here."""
    host = urlsplit(url).hostname or ""
    local = host == "localhost"
    if not local:
        try:
            local = ipaddress.ip_address(host).is_loopback
        except ValueError:
            local = False
    if not local:
        raise bad_request("bad webhook: this server sends updates to addresses on this machine only")


async def _end(call: Call, *, drop: bool) -> bool:
    if call.world.webhook:
        await call.world.webhook.stop()
        call.world.webhook = None
    call.world.updates.webhook_set = False
    if drop:
        call.world.updates.clear()
    return True


@method("deleteWebhook", DeleteWebhook)
async def delete_webhook(call: Call, asked: DeleteWebhook) -> bool:
    """End the webhook."""
    return await _end(call, drop=asked.drop_pending_updates)


@method("getWebhookInfo", NoParameters)
def get_webhook_info(call: Call, asked: NoParameters) -> Json:  # noqa: ARG001 - every method has both
    """Tell where updates go and how many wait."""
    world = call.world
    shown: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(world.updates.waiting())}
    if world.webhook:
        shown |= world.webhook.as_json()
    if world.updates.allowed is not None:
        shown["allowed_updates"] = sorted(world.updates.allowed)
    return shown
