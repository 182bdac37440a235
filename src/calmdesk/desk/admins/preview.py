"""A preview: what a new text would say in real cases, beside what is said now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from calmdesk.check.wordings import sample_known
from calmdesk.conversation import Conversation
from calmdesk.desk.admins.findings import wording
from calmdesk.desk.admins.scripts import template
from calmdesk.desk.admins.visit import Visit
from calmdesk.desk.advising import conversation_of
from calmdesk.desk.card import with_blanks
from calmdesk.desk.kit import plain
from calmdesk.playbook.conditions import Situation
from calmdesk.replies.replies import Replies, render
from calmdesk.shelf import Sheet, Shelf

_CASES = 3
_READ_AT_MOST = 15
"""Conversations that are read to find those cases."""
_LONGEST = 400


@dataclass(frozen=True)
class _Version:
    """One version of a wording, alone with itself."""

    key: str
    text: str

    @property
    def template(self) -> str:
        """Return the id under which its being sent was noted."""
        return template(self.key)

    @cached_property
    def _alone(self) -> Replies | None:
        if wording(self.key, self.text)[0] is None:
            return None
        return Replies(Shelf({self.key: Sheet(self.key, self.key, self.text)}))

    def in_case(self, situation: Situation) -> str | None:
        """Return what it says in a situation; None where it doesn't fit, is switched off or can't be used."""
        if self._alone is None:
            return None
        lang, technique, _ = self.template.split("/")
        reply = next(self._alone.ranked(lang, technique, situation, barred=frozenset(), seed="", seen={}), None)
        return render(reply, situation).text if reply else None

    def with_samples(self, visit: Visit) -> str | None:
        """Return what it says with the playbook's sample facts; None where this shop can't say it."""
        reply, _ = wording(self.key, self.text)
        policy = visit.kit.settings.promises
        if reply is None or not all(policy.get(key) for key in reply.uses.policy):
            return None
        return reply.render(sample_known(visit.kit.adviser.playbook, reply.lang), policy)


def preview(visit: Visit, key: str, before: str, after: str) -> str:
    """Return as HTML what two texts of a wording say in the last cases in which one fits or it was sent.

    Without such a case it is tried on samples; where the new one fits in none of them, one is made up in which it does.
    """
    old, new = _Version(key, before), _Version(key, after)
    cases = [(said, old.in_case(where), new.in_case(where)) for said, where in _cases(visit, old, new)]
    if not cases:
        samples = _both(visit, old.with_samples(visit), new.with_samples(visit))
        return f"<b>{visit.words('admin_preview_samples')}</b>\n{samples}"
    blocks = [f"<b>{visit.words('admin_preview_cases')}</b>"]
    blocks += [f"<blockquote>{plain(said, 60)}</blockquote>{_both(visit, was, becomes)}" for said, was, becomes in cases]
    made_up = new.with_samples(visit) if all(becomes is None for *_, becomes in cases) else None
    if made_up is not None:
        blocks.append(f"<b>{visit.words('admin_preview_made_up')}</b>\n{visit.words('admin_after')} {_shown(visit, made_up)}")
    return "\n".join(blocks)


def _both(visit: Visit, old: str | None, new: str | None) -> str:
    if old is not None and old == new:
        return f"{visit.words('admin_both')} {_shown(visit, old)}"
    return f"{visit.words('admin_before')} {_shown(visit, old)}\n{visit.words('admin_after')} {_shown(visit, new)}"


def _shown(visit: Visit, text: str | None) -> str:
    return f"<i>{visit.words('admin_not_here')}</i>" if text is None else with_blanks(visit.kit, text[:_LONGEST], visit.lang)


def _cases(visit: Visit, old: _Version, new: _Version) -> Iterator[tuple[str, Situation]]:
    """Yield the last cases that show something: what the customer said, and where the case stood."""
    found = 0
    for case_id in visit.books.wordings.tried_on(old.template, _READ_AT_MOST)[:_READ_AT_MOST]:
        conversation = _before_it_was_sent(visit, case_id, old.template)
        if conversation is None:
            continue
        reading, _, situation = visit.kit.adviser.situation(conversation)
        if reading.lang != old.template.split("/")[0] or (old.in_case(situation) is None and new.in_case(situation) is None):
            continue
        yield conversation.customer_turns[-1].text, situation
        found += 1
        if found == _CASES:
            return


def _before_it_was_sent(visit: Visit, case_id: int, template: str) -> Conversation | None:
    """Return a case as it stood when the wording was sent; where it wasn't, as it stands."""
    case = visit.books.cases.get(case_id)
    messages = visit.books.cases.messages(case_id)
    sent = [place for place, message in enumerate(messages) if message.template == template]
    return conversation_of(case, messages[: sent[-1]] if sent else messages, visit.books.customers.get(case.customer_id))
