"""The bot tried without Telegram: a world with people and chats, and a server that speaks the Bot API."""

from calmdesk.playground.chats import ADMIN_RIGHTS, Chat, Group, Topic
from calmdesk.playground.clock import Clock, MovableClock
from calmdesk.playground.faults import BadGateway, Dropped, LostAnswer, NeverAnswered, Slow, flood, server_error
from calmdesk.playground.limits import Limits
from calmdesk.playground.messages import Event, Message
from calmdesk.playground.people import Person, Shop
from calmdesk.playground.queries import InlineResult, Tap
from calmdesk.playground.world import TelegramWorld

__all__ = [
    "ADMIN_RIGHTS",
    "BadGateway",
    "Chat",
    "Clock",
    "Dropped",
    "Event",
    "Group",
    "InlineResult",
    "Limits",
    "LostAnswer",
    "Message",
    "MovableClock",
    "NeverAnswered",
    "Person",
    "Shop",
    "Slow",
    "Tap",
    "TelegramWorld",
    "Topic",
    "flood",
    "server_error",
]
