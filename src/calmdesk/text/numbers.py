"""Numbers as customers write them: digits, Chinese numerals, English words. No I/O."""

from __future__ import annotations

import re

_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "俩": 2,
    "三": 3,
    "仨": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "几": 3,
    "半": 0.5,
}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10000}
_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "couple of": 2, "a couple of": 2, "few": 3, "a few": 3, "several": 3,
}  # fmt: skip

NUMBER = (
    rf"(?:(?<![\d.])\d+(?:,\d{{3}})*(?:\.\d+)?|[{''.join((*_DIGITS, *_UNITS))}]+"
    rf"|\b(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b)"
)
"""A regular expression, over folded text, for one number; this is what `#` stands for in a pattern."""


def pattern_with_numbers(source: str) -> re.Pattern[str]:
    """Return *source* compiled, each `#` in it standing for a number; raise re.error where it can't be."""
    return re.compile(source.replace("#", NUMBER))


_DIGIT_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_LONGEST = 100
"""Signs; what is longer is a key held down."""


def value(text: str) -> float | None:
    """Return the value of a number that NUMBER matched; "几" and "several" count as 3; None for what is no number."""
    if len(text) > _LONGEST:
        return None
    if _DIGIT_NUMBER.fullmatch(text):
        return float(text.replace(",", ""))
    if text in _WORDS:
        return _WORDS[text]
    total = section = 0.0
    digit: float | None = None
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign] if digit is None or sign == "半" else digit * 10 + _DIGITS[sign]
        elif sign == "万":
            total, section, digit = total + (section + (digit or 0) or 1) * _UNITS[sign], 0.0, None
        elif sign in _UNITS:
            section, digit = section + (1 if digit is None else digit) * _UNITS[sign], None
        else:
            return None
    return total + section + (digit or 0) if text else None
