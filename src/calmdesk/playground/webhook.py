"""Sending updates to the bot's address, again and again until it takes them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable

import httpx
from httpx_aiohttp import AiohttpTransport

from calmdesk.playground.clock import Clock
from calmdesk.playground.errors import Json
from calmdesk.playground.updates import Mailbox, Pending

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
_PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Without the machine's certificates, whose loading takes long: what is on this machine is reached by plain HTTP."""
RETRY_AFTER = 0.05
"""Seconds before the second try; each further one waits twice as long."""
LONGEST_RETRY = 1.0
ANSWER_WITHIN = 10.0
CarryOut = Callable[[str, Json], Awaitable[object]]
"""What carries out a method that the bot put into its answer."""


class Webhook:
    """Where updates go, and the task that brings them there: in order within a chat, side by side across chats."""

    def __init__(
        self, updates: Mailbox, clock: Clock, url: str, secret: str | None, max_connections: int, carry_out: CarryOut | None
    ) -> None:
        self.url = url
        self.max_connections = max_connections
        self.last_error: tuple[int, str] | None = None
        self._secret = secret
        self._updates = updates
        self._clock = clock
        self._carry_out = carry_out
        self._busy: dict[object, asyncio.Task[None]] = {}
        self._freed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def as_json(self) -> Json:
        """Return this part of the `WebhookInfo` object."""
        shown: Json = {"url": self.url, "max_connections": self.max_connections, "ip_address": "127.0.0.1"}
        if self.last_error:
            shown |= {"last_error_date": self.last_error[0], "last_error_message": self.last_error[1]}
        return shown

    def start(self) -> None:
        """Begin to deliver."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End all deliveries; what wasn't taken waits for the next way."""
        tasks = [task for task in (self._task, *self._busy.values()) if task and task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        async with httpx.AsyncClient(transport=AiohttpTransport(verify=_PLAIN), timeout=ANSWER_WITHIN) as client:
            while True:
                for update in self._updates.by_lane(set(self._busy)):
                    if len(self._busy) >= self.max_connections:
                        break
                    self._busy[update.lane] = asyncio.create_task(self._deliver(client, update))
                self._freed.clear()
                waits = [asyncio.create_task(self._updates.arrival()), asyncio.create_task(self._freed.wait())]
                try:
                    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for wait in waits:
                        wait.cancel()

    async def _deliver(self, client: httpx.AsyncClient, update: Pending) -> None:
        """Bring one update, as often as it takes."""
        pause = RETRY_AFTER
        try:
            while not await self._post(client, update):
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_RETRY)
                if update not in self._updates.waiting():
                    return
            self._updates.acknowledge(lambda other: other is update)
        finally:
            self._busy.pop(update.lane, None)
            self._freed.set()

    async def _post(self, client: httpx.AsyncClient, update: Pending) -> bool:
        headers = {SECRET_HEADER: self._secret} if self._secret else {}
        try:
            answer = await client.post(self.url, json=update.as_json(), headers=headers)
        except httpx.HTTPError as error:
            self._failed(f"Connection failed: {type(error).__name__}")
            return False
        if not answer.is_success:
            self._failed(f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}")
            return False
        if self._carry_out and answer.headers.get("content-type", "").startswith("application/json"):
            said = answer.json()
            if isinstance(said, dict) and "method" in said:
                await self._carry_out(str(said["method"]), said)
        return True

    def _failed(self, why: str) -> None:
        self.last_error = (int(self._clock.now()), why)
