"""The way in for updates, the same for both ways they come: what isn't an update is left out, what no file could hold is mended."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from calmdesk.store.store import Store

_LOG = logging.getLogger(__name__)
_LARGEST = 2**63 - 1
"""The largest number that the database can hold."""


class Intake:
    """Keeps updates in the inbox, committed, before anybody is told that they arrived; then says so to who handles them."""

    def __init__(self, store: Store, arrived: Callable[[], None]) -> None:
        self._store = store
        self._arrived = arrived

    async def keep(self, batch: list[Any]) -> int | None:
        """Keep a batch and return the highest number in it; None where there was no update in it."""
        updates = [update for one in batch if (update := _update(one)) is not None]
        if not updates:
            return None
        await self._store.write(lambda books: books.inbox.keep(updates))
        self._arrived()
        last: int = max(update["update_id"] for update in updates)
        return last


def _update(one: Any) -> dict[str, Any] | None:
    """Return an update as the inbox can keep it; None where it isn't one."""
    number = one.get("update_id") if isinstance(one, dict) else None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= _LARGEST:
        _LOG.warning("Left out something that isn't an update: %.200r", one)
        return None
    update: dict[str, Any] = one
    text = json.dumps(update, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a character, which has no form in a file
        update = json.loads(text.encode("utf-8", "replace"))
    return update
