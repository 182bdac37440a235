"""Checks every reply as the customer would get it: length, blanks, script, and what must not be said."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from jinja2 import TemplateError

from calmdesk.config import Settings
from calmdesk.playbook.playbook import Playbook
from calmdesk.playbook.schema import Wording
from calmdesk.reading.cues import Cue, CueSyntaxError, Lexicon, readable
from calmdesk.replies.replies import Replies
from calmdesk.replies.template import BLANK, POLICY_KEYS, VARIABLES, Points, Reply
from calmdesk.shelf import Problem
from calmdesk.text.fold import character_tables, fold
from calmdesk.text.language import Language, script_of

FEWEST = 3
"""Wordings that each technique has in each language."""
LONGEST = {False: 120, True: 60}
"""A reply's length: characters, or words where a language sets them apart by spaces; without the points read back."""
_SENTENCE = re.compile(r"[^。！？!?;；\n]+")
_TIMED = re.compile(r"〔|\d|今天|明天|今晚|今日|today|tonight|tomorrow")
_CLUMSY = re.compile(r"[，。！？；：,;:]{2,}|[。！？]”?[，。；]|\s[,.!?](?:\s|$)|  ")
_CODE = re.compile(r"\{[{%#].*?[%}#]\}", re.DOTALL)
_BRACKETS = re.compile(r"[\[［][^\[\]［］]*[\]］]")
_STRAY = re.compile(r"[^\s{}｛｝]{0,12}[{}｛｝]+[^\s{}｛｝]{0,12}")
_TOO_DEEP = (RecursionError, SyntaxError, MemoryError, OverflowError)
"""What Python raises where a hundred conditions stand in one another."""
_ANY_POLICY = dict.fromkeys(POLICY_KEYS, 7)


def check_wordings(playbook: Playbook, replies: Replies, settings: Settings, lang: str = "en") -> list[Problem]:
    """Return every problem of the replies, and techniques that lack them; what must not be said is explained in *lang*."""
    problems = list(_coverage(playbook, replies))
    problems += _samples(playbook)
    lexicon = _lexicon(playbook)
    seen: dict[tuple[str, str], Reply] = {}
    for reply in replies.all()[0]:
        if reply.lang not in playbook.languages or reply.lang not in playbook.samples:
            continue
        twin = seen.setdefault((reply.lang, re.sub(r"\W", "", reply.body)), reply)
        if twin is not reply:
            problems.append(Problem(reply.path, "text", f"says the same as {twin.id}; a tie between twins helps nobody", "twin", twin.id))
        problems += _reply(reply, playbook, lexicon, settings, lang)
    for key, kind in playbook.products.items():
        for lang, questions in kind.questions.items():
            problems += [
                Problem(playbook.paths[f"products.{key}"], f"questions.{lang}[{number}]", "isn't a question; end it with a question mark")
                for number, question in enumerate(questions)
                if not question.rstrip().endswith(("?", "？"))
            ]
    return problems


def check_said(path: str, body: str, playbook: Playbook, lang: str = "en") -> list[Problem]:
    """Return what must not be said in a text that can't be read as a wording, so that one hears it with what is wrong with the code.

    What policy may back isn't told: the front matter that would name it can't be relied on.
    """
    return list(_unsayable(path, body, POLICY_KEYS, playbook, _lexicon(playbook), lang))


def _lexicon(playbook: Playbook) -> Lexicon:
    cues = (
        Cue(key, strength, lang, phrase) for key, item in playbook.wording.items() for strength, lang, phrase in _readable(item, playbook)
    )
    return Lexicon(cues, playbook.languages)


def _readable(item: Wording, playbook: Playbook) -> Iterator[tuple[Any, str, str]]:
    """Yield the cues that can be looked for; what is wrong with the others is told where cues are checked."""
    for strength, lang, phrase in item.cues:
        try:
            readable(phrase)
        except CueSyntaxError:
            continue
        if lang in playbook.languages:
            yield strength, lang, phrase


def _coverage(playbook: Playbook, replies: Replies) -> Iterator[Problem]:
    everything, _ = replies.all()
    for key, technique in playbook.techniques.items():
        if technique.internal:
            continue
        for lang in playbook.languages:
            wordings = [reply for reply in everything if (reply.lang, reply.technique) == (lang, key)]
            folder = f"replies/{lang}/{key}/"
            if len(wordings) < FEWEST:
                yield Problem(
                    folder,
                    "",
                    f"has {len(wordings)} wordings; a technique needs at least {FEWEST} in each language",
                    "few",
                    f"{len(wordings)}/{FEWEST}",
                )
            if not any(not reply.conditions and not reply.uses.policy and not reply.head.unless for reply in wordings):
                yield Problem(
                    folder, "", "has no wording without conditions: for some readings this technique would have no reply", "special"
                )


def _samples(playbook: Playbook) -> Iterator[Problem]:
    for lang in playbook.languages:
        missing = VARIABLES - set(playbook.samples.get(lang, ()))
        if missing:
            yield Problem("samples.toml", lang, f"has no value for {', '.join(sorted(missing))}")


def sample_known(playbook: Playbook, lang: str) -> dict[str, Any]:
    """Return the sample facts of a language."""
    known = dict(playbook.samples[lang])
    known["points"] = Points.of(known.get("points", ()), playbook.languages[lang].listing)
    return known


def _reply(reply: Reply, playbook: Playbook, lexicon: Lexicon, settings: Settings, lang: str) -> Iterator[Problem]:
    yield from _unsayable(reply.path, reply.body, frozenset(reply.head.policy) | reply.uses.policy, playbook, lexicon, lang)
    language = playbook.languages[reply.lang]
    known = sample_known(playbook, reply.lang)
    least = {key: value for key, value in known.items() if key in reply.uses.required | {"shop"}}
    policy = {**_ANY_POLICY, **settings.promises}
    try:
        full, bare = reply.render(known, policy), reply.render(least, {key: policy[key] for key in reply.uses.policy})
    except TemplateError as error:
        yield Problem(reply.path, "text", f"can't be rendered with sample facts: {error}", "code", str(error))
        return
    except _TOO_DEEP as error:
        yield Problem(reply.path, "text", f"can't be used: {error or type(error).__name__}", "deep")
        return
    yield from _blanks(reply, playbook)
    length = _length(reply.render({**known, "points": Points.of((), "")}, policy), language)
    if length > LONGEST[language.spaced]:
        unit = "words" if language.spaced else "characters"
        yield Problem(
            reply.path,
            "text",
            f"is {length} {unit} long without the points; at most {LONGEST[language.spaced]}",
            "long",
            f"{length}/{LONGEST[language.spaced]}",
        )
    for text in {full, bare}:
        if "None" in text or "{{" in text or "{%" in text:
            yield Problem(reply.path, "text", f"shows a raw variable where a fact isn't known: {text!r}", "raw")
        if clumsy := _CLUMSY.search(text):
            yield Problem(reply.path, "text", f"doubled or stray punctuation {clumsy[0]!r} in {text!r}", "clumsy", clumsy[0])
    if not bare:
        yield Problem(reply.path, "text", "is empty where only the required facts are known", "empty")
    yield from _script(reply, language)


def _blanks(reply: Reply, playbook: Playbook) -> Iterator[Problem]:
    if reply.body.count("〔") != reply.body.count("〕") or len(BLANK.findall(reply.body)) != reply.body.count("〔"):
        yield Problem(reply.path, "text", "a blank isn't closed; write 〔eta〕", "unclosed")
    for blank in BLANK.findall(reply.body):
        if blank not in playbook.blanks:
            there_are = ", ".join(sorted(playbook.blanks))
            yield Problem(reply.path, "text", f"unknown blank 〔{blank}〕; there are {there_are}", "unknown", f"〔{blank}〕 ({there_are})")
    for stray in _STRAY.findall(_CODE.sub("", reply.body)):
        yield Problem(reply.path, "text", f"the customer would see {stray}; a fact is {{{{ points }}}}", "stray", stray)
    asides = {aside.casefold() for language in playbook.languages.values() for aside in language.asides}
    for brackets in _BRACKETS.findall(_CODE.sub("", reply.body)):
        if brackets[1:-1].strip().casefold() in asides:
            continue
        yield Problem(
            reply.path, "text", f"the customer would see {brackets}; a fact is {{{{ points }}}}, a blank 〔eta〕", "brackets", brackets
        )


def _length(text: str, language: Language) -> int:
    text = BLANK.sub("〇", text)
    return len(text.split()) if language.spaced else len(re.sub(r"\s", "", text))


def _script(reply: Reply, language: Language) -> Iterator[Problem]:
    """Find letters of the other writing, which a customer of this language would stumble over."""
    if not language.variant:
        return
    for variant, letters in character_tables().variants.items():
        if variant != language.variant and (strange := sorted(set(reply.body) & letters)):
            yield Problem(reply.path, "text", f"has {variant} characters: {''.join(strange)}", "letters", "".join(strange))
    if not any(script_of(character) in language.scripts for character in reply.body):
        yield Problem(reply.path, "text", f"isn't written in {language.names.get('en', reply.lang)}", "foreign", reply.lang)


def _unsayable(path: str, body: str, allowed: Collection[str], playbook: Playbook, lexicon: Lexicon, lang: str) -> Iterator[Problem]:
    for sentence in _SENTENCE.findall(_CODE.sub("", body)):
        timed = _TIMED.search(sentence)
        for label, words in _slips(sentence, lexicon):
            rule = playbook.wording[label]
            if (rule.unless_timed and timed) or (rule.policy and rule.policy in allowed):
                continue
            resting = ("policy", f"{words}: {rule.policy}") if rule.policy else ("", "")
            yield Problem(path, "text", f"{words!r}: {_told(rule.tell, lang)}", *resting)


def _slips(sentence: str, lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    """Yield each wording that *sentence* has, with its words; a negator in the words of one doesn't turn off another."""
    left = sentence
    while True:
        folded = fold(left)
        hits = [hit for hit in lexicon.find(folded) if not hit.negated and hit.cue.strength == "strong"]
        if not hits:
            return
        reached: dict[str, int] = {}
        for hit in hits:
            if hit.start >= reached.get(hit.cue.label, 0):
                reached[hit.cue.label] = hit.end
                start, end = folded.span(hit.start, hit.end)
                yield hit.cue.label, sentence[start:end]
        for hit in hits:
            start, end = folded.span(hit.start, hit.end)
            left = left[:start] + "□" * (end - start) + left[end:]


def _told(tell: Mapping[str, str], lang: str) -> str:
    return tell.get(lang) or tell.get("en") or next(iter(tell.values()), "")
