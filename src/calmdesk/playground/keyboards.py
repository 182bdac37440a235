"""The keyboards under a message, checked as Telegram checks them."""

from __future__ import annotations

from typing import Any

from calmdesk.playground.errors import Json, bad_request

ACTIONS = (
    *("url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat"),
    *("switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay"),
)
OTHER_KEYBOARDS = ("keyboard", "remove_keyboard", "force_reply")
MAX_BUTTONS = 100
MAX_DATA = 64
MAX_COPY = 256


def checked(markup: Any, *, inline_only: bool = False) -> Json | None:
    """Return a keyboard that Telegram would take, or None where there is none."""
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"])
    if inline_only:
        raise bad_request("inline keyboard expected")
    if not any(key in markup for key in OTHER_KEYBOARDS):
        raise bad_request("can't parse reply keyboard markup JSON object")
    if "keyboard" in markup:
        return _reply(markup)
    return markup


def _inline(rows: Any) -> Json | None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('can\'t parse inline keyboard markup JSON object: Field "inline_keyboard" must be an Array of Arrays')
    if sum(len(row) for row in rows) > MAX_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    kept = [[_button(button) for button in row] for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _button(button: Any) -> Json:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad_request('can\'t parse inline keyboard button: Field "text" must be of type String')
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = [action for action in ACTIONS if button.get(action) is not None]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("can't parse inline keyboard button: only one action is allowed")
    if actions == ["callback_data"] and not (
        isinstance(button["callback_data"], str) and 1 <= len(button["callback_data"].encode()) <= MAX_DATA
    ):
        raise bad_request("BUTTON_DATA_INVALID")
    if actions == ["copy_text"] and not 1 <= len(str(button["copy_text"].get("text", ""))) <= MAX_COPY:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    if actions == ["url"] and not str(button["url"]).startswith(("http://", "https://", "tg://")):
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    return {key: value for key, value in button.items() if value is not None}


def _reply(markup: Json) -> Json:
    rows = markup["keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('can\'t parse reply keyboard markup JSON object: Field "keyboard" must be an Array of Arrays')
    kept = [[{"text": button} if isinstance(button, str) else button for button in row] for row in rows]
    if any(not button.get("text") for row in kept for button in row):
        raise bad_request("reply keyboard button text must be non-empty")
    return {**markup, "keyboard": kept}
