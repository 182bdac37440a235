"""What the bot itself says to customers, agents and admins, in each language: `data/desk.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Words:
    """The sentences by language; one that a language lacks is said in the first."""

    languages: Mapping[str, Mapping[str, str]]

    @classmethod
    def shipped(cls) -> Words:
        """Return the words that come with calmdesk."""
        return cls(_shipped())

    @property
    def first(self) -> str:
        """Return the language that goes before the others."""
        return next(iter(self.languages))

    def __call__(self, lang: str, key: str, **values: Any) -> str:
        """Return the sentence *key* in *lang*, with *values* put in."""
        sentences = self.languages.get(lang, {})
        sentence = sentences.get(key) or self.languages[self.first][key]
        return sentence.format(**values) if values else sentence

    def language_of(self, tag: str | None) -> str | None:
        """Return the language for a tag as people's apps give it: "zh-hans", "zh-TW", "en-GB"; None where there is none like it."""
        if not tag:
            return None
        tag = tag.lower().replace("_", "-")
        for lang, sentences in self.languages.items():
            if any(tag == one or tag.startswith(f"{one}-") for one in sentences["tags"].split()):
                return lang
        return None


@cache
def _shipped() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((files("calmdesk") / "data" / "desk.toml").read_text("utf-8"))
