"""Which update is handled how: the library's handlers, one for each kind. The first that fits takes it."""

from __future__ import annotations

from typing import Any

from telegram import Update
from telegram.ext import (
    BaseHandler,
    BusinessConnectionHandler,
    BusinessMessagesDeletedHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
)
from telegram.ext.filters import StatusUpdate, UpdateType

from calmdesk.telegram import updates
from calmdesk.telegram.context import DeskContext, handling


def handlers() -> list[BaseHandler[Any, DeskContext, None]]:
    """Return the handlers, in order."""
    return [
        MessageHandler(StatusUpdate.MIGRATE, handling(updates.moved)),
        MessageHandler(StatusUpdate.FORUM_TOPIC_CLOSED | StatusUpdate.FORUM_TOPIC_REOPENED, handling(updates.topic_changed)),
        MessageHandler(StatusUpdate.FORUM_TOPIC_CREATED, handling(updates.topic_made)),
        MessageHandler(StatusUpdate.ALL, handling(updates.nothing)),
        MessageHandler(UpdateType.MESSAGE | UpdateType.BUSINESS_MESSAGE, handling(updates.said)),
        MessageHandler(UpdateType.EDITED_MESSAGE | UpdateType.EDITED_BUSINESS_MESSAGE, handling(updates.edited)),
        BusinessMessagesDeletedHandler(handling(updates.deleted)),
        BusinessConnectionHandler(handling(updates.connected)),
        CallbackQueryHandler(handling(updates.tapped)),
        InlineQueryHandler(handling(updates.sought)),
        ChatMemberHandler(handling(updates.reached), ChatMemberHandler.MY_CHAT_MEMBER),
        TypeHandler(Update, handling(updates.nothing)),
    ]
