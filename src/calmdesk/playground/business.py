"""A shop's own account, connected to the bot: the bot sees its chats and may answer in them."""

from __future__ import annotations

from dataclasses import dataclass, field

from calmdesk.playground.chats import BusinessChat, User
from calmdesk.playground.errors import Json, bad_request
from calmdesk.playground.numbers import Numbers

REPLY_WINDOW = 24 * 3600
ALL_RIGHTS = ("can_reply", "can_read_messages", "can_delete_sent_messages", "can_delete_all_messages")


@dataclass(kw_only=True, eq=False)
class Connection:
    """The tie between a shop's account and the bot."""

    id: str
    owner: User
    date: int
    rights: set[str] = field(default_factory=lambda: set(ALL_RIGHTS))
    is_enabled: bool = True
    chats: dict[int, BusinessChat] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin the count that the messages of all the shop's chats share."""
        self._ids = Numbers(1)

    def chat_with(self, customer: User) -> BusinessChat:
        """Return the shop's chat with a customer."""
        if customer.id not in self.chats:
            self.chats[customer.id] = BusinessChat(customer, self._ids)
        return self.chats[customer.id]

    def as_json(self) -> Json:
        """Return the `BusinessConnection` object."""
        return {
            "id": self.id,
            "user": self.owner.as_json(),
            "user_chat_id": self.owner.id,
            "date": self.date,
            "is_enabled": self.is_enabled,
            "rights": dict.fromkeys(sorted(self.rights), True),
        }

    def open_for_reply(self, customer_id: int, now: float) -> BusinessChat:
        """Return the chat that the bot may write in, or refuse as Telegram does."""
        if not self.is_enabled:
            raise bad_request("BUSINESS_CONNECTION_INVALID")
        if "can_reply" not in self.rights:
            raise bad_request("BUSINESS_CONNECTION_NOT_ALLOWED")
        chat = self.chats.get(customer_id)
        if chat is None:
            raise bad_request("chat not found")
        if chat.last_from_customer is None or now - chat.last_from_customer > REPLY_WINDOW:
            raise bad_request("BUSINESS_PEER_USAGE_MISSING")
        return chat

    def require(self, right: str) -> None:
        """Refuse what the shop hasn't allowed."""
        if not self.is_enabled:
            raise bad_request("BUSINESS_CONNECTION_INVALID")
        if right not in self.rights:
            raise bad_request("BUSINESS_CONNECTION_NOT_ALLOWED")
