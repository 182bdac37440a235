"""What the bot says of itself."""

from __future__ import annotations

import re

from calmdesk.playground.errors import Json, bad_request
from calmdesk.playground.menus import place_of
from calmdesk.playground.methods.delivery import find_chat
from calmdesk.playground.methods.registry import Call, ChatId, JsonObject, JsonObjects, NoParameters, Parameters, method

TEXTS = {"Name": ("name", 64), "Description": ("description", 512), "ShortDescription": ("short_description", 120)}
"""setMy… and getMy…: the parameter and its longest text."""


class CommandPlace(Parameters):
    """Where commands are shown, and in which language."""

    scope: JsonObject = None
    language_code: str = ""


class SetMyCommands(CommandPlace):
    """The commands."""

    commands: JsonObjects = None


class Language(Parameters):
    """A language, or all of them."""

    language_code: str = ""


class SetMyText(Language):
    """A name or a description."""

    name: str = ""
    description: str = ""
    short_description: str = ""


class MenuButton(Parameters):
    """The button beside the text field."""

    chat_id: ChatId = None
    menu_button: JsonObject = None


@method("getMe", NoParameters)
def get_me(call: Call, asked: NoParameters) -> Json:  # noqa: ARG001 - every method has both
    """Tell who the bot is."""
    flags = {
        "can_join_groups": True,
        "can_read_all_group_messages": call.world.reads_all_group_messages,
        "supports_inline_queries": True,
        "can_connect_to_business": True,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
    }
    return {**call.world.bot.as_json(), **flags}


@method("logOut", NoParameters)
def log_out(call: Call, asked: NoParameters) -> bool:  # noqa: ARG001 - every method has both
    """Leave this server."""
    return True


@method("close", NoParameters)
def close(call: Call, asked: NoParameters) -> bool:  # noqa: ARG001 - every method has both
    """Stop the bot on this server."""
    return True


def _place(call: Call, asked: CommandPlace) -> tuple[tuple[object, ...], str]:
    """Return the key that commands are kept under."""
    scope = asked.scope or {}
    if str(scope.get("type", "default")).startswith("chat"):
        find_chat(call.world, scope.get("chat_id"))
    if asked.language_code and not re.fullmatch(r"[a-z]{2}", asked.language_code):
        raise bad_request("LANG_CODE_INVALID")
    return place_of(asked.scope), asked.language_code


@method("setMyCommands", SetMyCommands)
def set_my_commands(call: Call, asked: SetMyCommands) -> bool:
    """Set the commands of a place."""
    commands = asked.commands or []
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"/?[a-z0-9_]{1,32}", str(command.get("command", ""))):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    kept = [{**command, "command": command["command"].lstrip("/")} for command in commands]
    call.world.menus.commands[_place(call, asked)] = kept
    call.world.record("menu", None, commands=kept, scope=asked.scope)
    return True


@method("getMyCommands", CommandPlace)
def get_my_commands(call: Call, asked: CommandPlace) -> list[Json]:
    """Return the commands of a place."""
    return call.world.menus.commands.get(_place(call, asked), [])


@method("deleteMyCommands", CommandPlace)
def delete_my_commands(call: Call, asked: CommandPlace) -> bool:
    """Take the commands of a place away."""
    call.world.menus.commands.pop(_place(call, asked), None)
    return True


def _set_text(call: Call, asked: SetMyText) -> bool:
    """Set the name or a description."""
    field, longest = TEXTS[call.method.removeprefix("setMy")]
    text = str(getattr(asked, field))
    if len(text) > longest:
        raise bad_request(f"bot {field.replace('_', ' ')} is too long")
    call.world.menus.texts[field, asked.language_code] = text
    if field == "name" and text and not asked.language_code:
        call.world.bot.first_name = text
    return True


def _get_text(call: Call, asked: Language) -> Json:
    """Return the name or a description."""
    field, _ = TEXTS[call.method.removeprefix("getMy")]
    text = call.world.menus.text(field, asked.language_code)
    return {field: text or (call.world.bot.first_name if field == "name" else "")}


for _ending in TEXTS:
    method(f"setMy{_ending}", SetMyText)(_set_text)
    method(f"getMy{_ending}", Language)(_get_text)


@method("setChatMenuButton", MenuButton)
def set_chat_menu_button(call: Call, asked: MenuButton) -> bool:
    """Set the button of one private chat, or of all."""
    chat = find_chat(call.world, asked.chat_id) if asked.chat_id else None
    call.world.menus.buttons[chat.id if chat else None] = asked.menu_button or {"type": "default"}
    return True


@method("getChatMenuButton", MenuButton)
def get_chat_menu_button(call: Call, asked: MenuButton) -> Json:
    """Return the button of one private chat, or of all."""
    return call.world.menus.button(find_chat(call.world, asked.chat_id).id if asked.chat_id else None)
