"""What comes to the page over the line."""

from __future__ import annotations

from calmdesk.playground.page.stories import shipped_stories
from tests.botapi import new_bot
from tests.browser.stand import bare_page


async def test_everything_comes_first_and_then_what_happens() -> None:
    """A page that is opened late knows all that is there; from then on it is told at once, in order."""
    async with bare_page() as stand:
        customer = stand.stage.newcomer("林小姐", "zh-hans")
        await customer.says("在吗")
        async with stand.listening() as events:
            everything = await anext(events)
            assert [message["text"] for message in everything["messages"]] == ["在吗"]
            assert {person["name"]: person["role"] for person in everything["people"]} == {
                "王经理": "admin",
                "小王": "agent",
                "林小姐": None,
            }
            assert len(everything["stories"]) == len(shipped_stories())

            second = await customer.says("人呢？")
            said = await anext(events)
            await customer.edits(second, "人呢！")
            edited = await anext(events)
            await customer.deletes(second)
            gone = await anext(events)
            topic = await stand.boss.opens_topic(stand.stage.group, "🔴 林小姐")
            created, opened = await anext(events), await anext(events)
            await stand.boss.says("我来", to=topic)
            answered = await anext(events)

    assert (said["message"]["text"], edited["message"]["text"], edited["message"]["edited"]) == ("人呢？", "人呢！", True)
    assert gone == {"kind": "deleted", "chat": customer.id, "id": second.id, "topic": None}
    assert created["message"]["service"] == {"kind": "forum_topic_created", "name": "🔴 林小姐"}
    assert (opened["kind"], opened["topic"]["name"]) == ("topic", "🔴 林小姐")
    assert (answered["message"]["topic"], answered["message"]["from"]["name"]) == (topic.id, "王经理")


async def test_only_what_somebody_changed_is_shown_as_edited() -> None:
    """The bot's upkeep in the group isn't, where a card quotes a customer; what it changed of its own words to a customer is."""
    async with bare_page() as stand:
        customer = stand.stage.newcomer("林小姐", "zh-hans")
        said = await customer.says("八天了")
        await customer.edits(said, "八天了！")
        async with new_bot(stand.world) as bot:
            for chat in (customer.id, stand.stage.group.id):
                sent = await bot.send_message(chat, "八天了")
                await bot.edit_message_text("八天了。", chat, sent.message_id)
        shown = {(one["chat"], one["text"]): one["edited"] for one in stand.stage.as_json()["messages"]}

    assert shown[customer.id, "八天了！"]
    assert shown[customer.id, "八天了。"]
    assert not shown[stand.stage.group.id, "八天了。"]


async def test_all_that_a_message_can_hold_is_shown() -> None:
    """Markings, buttons of each kind, a question, a quotation, an album, a forwarded message, voice, place and contact."""
    async with bare_page() as stand:
        customer = stand.stage.newcomer("林小姐", "zh-hans")
        said = await customer.says("坏了")
        async with new_bot(stand.world) as bot:
            rows = [
                [
                    {"text": "问", "callback_data": "1"},
                    {"text": "看", "url": "https://t.me/c/1/2"},
                    {"text": "抄", "copy_text": {"text": "x"}},
                ]
            ]
            markup = {"inline_keyboard": rows}
            await bot.send_message(customer.id, "<b>您好</b>", parse_mode="HTML", reply_markup=markup, reply_to_message_id=said.id)  # type: ignore[arg-type]
            asks = {"force_reply": True, "input_field_placeholder": "订单号"}
            await bot.send_message(customer.id, "订单号？", reply_markup=asks)  # type: ignore[arg-type]
            await bot.set_message_reaction(customer.id, said.id, "👍")
        await customer.sends_album([b"one", b"two"], "两张")
        await customer.sends_voice(seconds=4)
        await customer.sends_location(31.2, 121.5)
        await customer.sends_contact("+8613800000000", "妈妈")
        await customer.forwards(said)
        shown = [message for message in stand.stage.as_json()["messages"] if message["chat"] == customer.id]

    first, marked, asking, one, two, voice, place, contact, forwarded = shown
    assert first["reactions"] == ["👍"]
    assert marked["entities"] == [{"type": "bold", "offset": 0, "length": 2}]
    assert marked["reply"]["text"] == "坏了"
    assert [(button["kind"], button["value"]) for button in marked["buttons"][0]] == [
        ("ask", None),
        ("url", "https://t.me/c/1/2"),
        ("copy", "x"),
    ]
    assert asking["asks"] == {"placeholder": "订单号", "selective": False}
    assert one["album"] == two["album"] is not None
    assert (voice["media"]["kind"], voice["media"]["duration"]) == ("voice", 4)
    assert place["media"]["latitude"] == 31.2
    assert contact["media"]["phone_number"] == "+8613800000000"
    assert forwarded["origin"] == "林小姐"
