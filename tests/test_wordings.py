"""The shipped wordings, all of them at once: what none of them may do."""

from __future__ import annotations

import re

import pytest

from calmdesk.adviser import Adviser
from calmdesk.conversation import Conversation
from tests.people import conversation

_USES_IT = re.compile(
    r"视频|影片|录像|再试|试一|試一|通电|插上|开机|video|film it|plug|switch(?:ed)? (?:it )?on|turn it on|thing to try|worth trying",
    re.IGNORECASE,
)
_TELLS_AGAIN = re.compile(r"(?:麻烦您|方便)[^，。]*(?:再说|再說|从头说)|tell me once more|take me through it")
_ROW = re.compile(r"[（(][A-E]\d+")


def test_no_reply_has_a_thing_used_that_hurt_or_smoked(adviser: Adviser) -> None:
    """What can be said while a matter of safety is open never asks to use, try, film or plug in the thing."""
    barred = {
        key
        for key, technique in adviser.playbook.techniques.items()
        if any("safety" in bar.when.risks and not bar.unless for bar in technique.never)
    }
    replies, _ = adviser.replies.all()
    open_to_it = [
        reply.id
        for reply in replies
        if reply.technique not in barred
        and barred.isdisjoint(reply.head.also)
        and not (reply.head.unless and "safety" in reply.head.unless.risks)
        and reply.head.complaint is not False
        and _USES_IT.search(reply.body)
    ]

    assert barred
    assert open_to_it == []


def test_nobody_is_asked_to_say_again_what_they_wrote(adviser: Adviser) -> None:
    """No wording asks for the whole story once more."""
    replies, _ = adviser.replies.all()

    assert [reply.id for reply in replies if _TELLS_AGAIN.search(reply.body)] == []


def test_agents_see_no_ids_of_the_practice(adviser: Adviser) -> None:
    """Reasons and names are in plain words: no row of the practice, no learned name of a temperament."""
    playbook = adviser.playbook
    whys = [why for technique in playbook.techniques.values() for rule in technique.fits for why in rule.why.values()]
    names = [name for label in playbook.labels["temperament"].values() for name in label.names.values()]

    assert [why for why in whys if _ROW.search(why)] == []
    assert [name for name in names if re.search(r"质|質|choleric|phlegmatic|sanguine|melancholic", name)] == []


@pytest.mark.parametrize(
    "said", ["I want my money back! The kettle is broken!", "保溫瓶漏水，我女兒的手被燙傷了！", "杯子碎了，我要退款！"]
)
@pytest.mark.parametrize(("lang", "sign"), [("zh-Hans", "情绪"), ("zh-Hant", "情緒"), ("en", "heat")])
def test_staff_read_their_own_language(adviser: Adviser, said: str, lang: str, sign: str) -> None:
    """Whatever the customer writes in, the reasons come in the language that the staff asked for; the replies stay in the customer's."""
    advice = adviser.suggest(Conversation.of(said), lang=lang)

    assert all(sign in suggestion.why for suggestion in advice.suggestions)
    assert advice.alert in {None, *(alert.tell[lang] for alert in adviser.playbook.alerts.values())}
    assert all(suggestion.template.startswith(advice.reading.lang) for suggestion in advice.suggestions)


def test_safety_lasts_for_the_whole_case(adviser: Adviser) -> None:
    """What was said once about smoke bars the same techniques later, though the later message is calm."""
    later = conversation(
        "customer: 台灯一插电就冒烟！", "agent(escalate): 先断电，主管18:00前打给您。", "customer: 好的，那灯到底怎么回事，什么原因"
    )
    _, _, situation = adviser.situation(later)

    assert "safety" in situation.labels["risks"]
    assert "safety" not in situation.labels["alerts"]
