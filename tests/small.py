"""A whole playbook on one page: two languages, one of everything. Tests break it in one place and look at what the check says."""

from __future__ import annotations

from pathlib import Path

_LANGUAGE = """
rank = {rank}
scripts = ["{script}"]
{variant}
spaced = {spaced}
gap = 8
negators = ["{negator}"]
negator_reach = 3
listing = "; "
[names]
zh-Hans = "语言{rank}"
en = "Language {rank}"
[situation]
turn = "{{turn}}"
rising = "{{before}}-{{heat}}"
falling = "{{before}}-{{heat}}"
level = "{{heat}}"
first = "{{heat}}"
join = ", "
reason = ": "
[turning]
spaced = {spaced}
[turning.words]
"{me}" = "{you}"
[clauses]
shortest = 3
longest = 40
[facts]
[address]
form = "{{name}}"
male = "Mr"
female = "Ms"
"""

_REPLY = "{% if name %}{{ name }}，{% endif %}"

SMALL: dict[str, str] = {
    "languages/zh-Hans.toml": _LANGUAGE.format(
        rank=1, script="CJK", variant='variant = "simplified"', spaced="false", negator="没", me="我", you="您"
    ),
    "languages/en.toml": _LANGUAGE.format(rank=2, script="LATIN", variant="", spaced="true", negator="not", me="my", you="your"),
    "facts.toml": 'couriers = ["顺丰", "dhl"]\n',
    "blanks.toml": '[eta]\nnames = { zh-Hans = "时间", en = "time" }\nexample = { zh-Hans = "今天六点", en = "6 pm" }\n',
    "samples.toml": "\n".join(
        f"""[{lang}]
name = "{name}"
points = ["{point}", "{point}"]
point = "{point}"
detail = "{point}"
product = "{name}"
question = "{point}?"
days = "8"
date = "8"
times = "3"
amount = "30"
courier = "DHL"
order_number = "1"
tracking_number = "1"
demand = "{point}"
shop = "{name}"
"""
        for lang, name, point in (("zh-Hans", "韩", "箱子破了"), ("en", "Chen", "the box broke"))
    ),
    "complaints/defect.toml": """
level = 4
[names]
zh-Hans = "坏了"
en = "Broken"
[cues.strong]
zh-Hans = ["坏了"]
en = ["broken"]
[[examples]]
text = "东西坏了"
[[examples]]
text = "it came broken"
[[examples]]
text = "没坏了什么"
hit = false
[checklist]
zh-Hans = ["看照片"]
en = ["Look at the photo"]
[avoid]
zh-Hans = ["别急着下结论"]
en = ["No conclusions yet"]
[[procedure]]
id = "look"
text = { zh-Hans = "看照片", en = "Look at the photo" }
next = [{ answer = { zh-Hans = "坏", en = "broken" }, go = "record" }]
[[procedure]]
id = "record"
text = { zh-Hans = "记下", en = "Write it down" }
""",
    "products/toys.toml": """
group = "children"
[names]
zh-Hans = "玩具"
en = "Toys"
[words]
zh-Hans = ["积木"]
en = ["blocks"]
[details]
zh-Hans = ["颜色"]
en = ["colour"]
[questions]
zh-Hans = ["孩子最喜欢哪一块？"]
en = ["Which one does the child like best?"]
""",
    "techniques/ask.toml": """
rank = 10
[names]
zh-Hans = "问"
en = "Ask"
[purpose]
zh-Hans = "问一句"
en = "Ask something easy"
[cues.strong]
zh-Hans = ["请问"]
[[examples]]
text = "请问是哪一块？"
[[fits]]
when = { types = ["defect"] }
score = 80
why = { zh-Hans = "先问", en = "ask first" }
""",
    "wording/vague.toml": """
unless_timed = true
[names]
zh-Hans = "空话"
en = "Vague"
[tell]
zh-Hans = "写上时间"
en = "a promise without a time"
[cues.strong]
zh-Hans = ["尽快"]
en = ["soon"]
[[examples]]
text = "我们尽快办"
[[examples]]
text = "we'll do it soon"
""",
    **{
        f"replies/zh-Hans/ask/{name}.j2": _REPLY + text
        for name, text in (("one", "哪一块坏了？"), ("two", "是收到就坏的吗？"), ("three", "拍张照给我看看？"))
    },
    **{
        f"replies/en/ask/{name}.j2": text
        for name, text in (("one", "Which part is it?"), ("two", "Was it so on arrival?"), ("three", "Could you send a photo?"))
    },
}


def write(folder: Path, changes: dict[str, str | None] | None = None) -> Path:
    """Write the small playbook to *folder*, with files changed, added or (None) left out."""
    for key, text in {**SMALL, **(changes or {})}.items():
        if text is not None:
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return folder
