"""Answers to taps and inline searches, and the files behind an id."""

from __future__ import annotations

from calmdesk.playground.entities import message_text
from calmdesk.playground.errors import Json, bad_request
from calmdesk.playground.files import DOWNLOAD_LIMIT
from calmdesk.playground.keyboards import checked
from calmdesk.playground.methods.registry import Call, JsonObject, JsonObjects, Parameters, method
from calmdesk.playground.queries import Tap

MAX_ANSWER = 200
MAX_RESULTS = 50


class AnswerCallbackQuery(Parameters):
    """What a person sees after a tap."""

    callback_query_id: str = ""
    text: str = ""
    show_alert: bool = False
    url: str | None = None
    cache_time: int = 0


class AnswerInlineQuery(Parameters):
    """What is offered to a person who types the bot's name."""

    inline_query_id: str = ""
    results: JsonObjects = None
    cache_time: int = 300
    is_personal: bool = False
    next_offset: str = ""
    button: JsonObject = None


class GetFile(Parameters):
    """A file."""

    file_id: str = ""


@method("answerCallbackQuery", AnswerCallbackQuery)
def answer_callback_query(call: Call, asked: AnswerCallbackQuery) -> bool:
    """Answer a tap, once and in time."""
    if len(asked.text) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    user = call.world.queries.answer_tap(asked.callback_query_id, Tap(asked.text, asked.show_alert, asked.url))
    call.world.record("answered", None, by=user, text=asked.text, show_alert=asked.show_alert)
    return True


@method("answerInlineQuery", AnswerInlineQuery)
def answer_inline_query(call: Call, asked: AnswerInlineQuery) -> bool:
    """Offer results to a search."""
    results = asked.results or []
    if len(results) > MAX_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    numbers = [str(result.get("id", "")) for result in results]
    if any(not 1 <= len(number.encode()) <= 64 for number in numbers):
        raise bad_request("RESULT_ID_INVALID")
    if len(set(numbers)) < len(numbers):
        raise bad_request("RESULT_ID_DUPLICATE")
    for result in results:
        _check_result(result)
    answer = {**asked.model_dump(exclude={"results", "inline_query_id"}), "results": results}
    call.world.queries.answer_inline(asked.inline_query_id, answer)
    return True


def _check_result(result: Json) -> None:
    checked(result.get("reply_markup"), inline_only=True)
    if result.get("type") == "article" and not result.get("title"):
        raise bad_request("ARTICLE_TITLE_EMPTY")
    content = result.get("input_message_content")
    if result.get("type") == "article" and not content:
        raise bad_request("SEND_MESSAGE_TYPE_INVALID")
    if content and "message_text" in content:
        message_text(content["message_text"], content.get("parse_mode"), content.get("entities"))


@method("getFile", GetFile)
def get_file(call: Call, asked: GetFile) -> Json:
    """Say where a file can be fetched."""
    stored = call.world.files.find(asked.file_id)
    if len(stored.content) > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {**stored.as_json(), "file_path": stored.path}
