"""A shop's own chats."""

from __future__ import annotations

from typing import Any

from tests.playground.desk import Desk, keyboard, refused


async def test_a_business_chat_can_be_answered_for_a_day(desk: Desk) -> None:
    """The bot answers in the shop's name, within 24 hours, with the rights that it has."""
    bot, lin = desk.bot, desk.lin
    shop = desk.world.business("山货铺")
    where: dict[str, Any] = {"chat_id": lin.id, "business_connection_id": shop.id}
    with refused("chat not found"):
        await bot.send_message(**where, text="x")
    await shop.says("欢迎", to=lin)
    with refused("BUSINESS_PEER_USAGE_MISSING"):
        await bot.send_message(**where, text="x")
    asked = await lin.says("在吗", via=shop)
    sent = await bot.send_message(**where, text="在", reply_markup=keyboard("a"))
    assert (sent.from_user and sent.from_user.first_name, sent.sender_business_bot and sent.sender_business_bot.id) == ("山货铺", bot.id)
    await bot.edit_message_text("在的", lin.id, sent.message_id, business_connection_id=shop.id)
    assert shop.chat_with(lin).texts == ["欢迎", "在吗", "在的"]
    assert await bot.read_business_message(shop.id, lin.id, asked.id)
    assert await bot.delete_business_messages(shop.id, [sent.message_id])
    desk.clock.advance(24 * 3600 + 1)
    with refused("BUSINESS_PEER_USAGE_MISSING"):
        await bot.send_message(**where, text="x")
    await lin.says("?", via=shop)
    await shop.allows("can_read_messages")
    with refused("BUSINESS_CONNECTION_NOT_ALLOWED"):
        await bot.send_message(**where, text="x")
    await shop.disconnects()
    await lin.says("没人看见", via=shop)
    with refused("BUSINESS_CONNECTION_INVALID"):
        await bot.send_message(**where, text="x")
    assert (await bot.get_business_connection(shop.id)).is_enabled is False
    updates = await desk.updates()
    assert [update.business_message.text for update in updates if update.business_message] == ["?"]
