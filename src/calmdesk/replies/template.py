"""One wording: front matter, a closed set of Jinja, and what it needs to know. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from calmdesk.playbook.conditions import Conditions
from calmdesk.replies.slips import ReplySyntaxError, first_slip
from calmdesk.text.language import Words

ALWAYS_KNOWN = frozenset({"shop"})
VARIABLES = frozenset(
    {
        "name",
        "points",
        "point",
        "detail",
        "product",
        "question",
        "days",
        "date",
        "times",
        "amount",
        "courier",
        "order_number",
        "tracking_number",
        "demand",
        "shop",
    }
)
"""What a wording may name; docs/playbook.md says what each holds."""
BY_DEMAND, BY_TYPE = "demand by id", "point by type"
"""What a wording made for certain demands or types takes its `demand` and `point` from; not to be named in a text."""
POLICY_KEYS = frozenset(
    {
        "return_days",
        "price_protection_days",
        "refund_arrives_days",
        "ship_within_hours",
        "warranty_months",
        "postage_on_us",
        "resend_on_loss",
        "exchange_on_fault",
        "partial_refund",
        "next_order_discount",
        "agent_authority",
        "proof_papers",
        "daily_report",
        "counterfeit_pays",
        "large_sum",
    }
)
"""The keys of `[policy]` in bot.toml."""

BLANK = re.compile(r"〔([^〔〕]*)〕")
"""What the agent must fill in before a reply can leave."""

# Whatever is not here can neither loop, call, compute nor reach into an object: nothing a template says can run away (the sandbox alone
# lets `'a' * 10**9` through, even while it compiles).
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Filter, nodes.If, nodes.Compare,
    nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Test,
)  # fmt: skip
_TESTS = frozenset({"defined", "none"})


class ReplyHead(Conditions):
    """The front matter of a wording: further techniques, and when it fits."""

    also: Words = ()
    """Techniques that the text performs beside its folder's."""
    unless: Conditions | None = None


@dataclass(frozen=True, slots=True)
class Uses:
    """The variables that a text names."""

    required: frozenset[str]
    optional: frozenset[str]
    policy: frozenset[str]


@dataclass(frozen=True)
class Reply:
    """One wording of `templates/replies/<lang>/<technique>/`."""

    id: str
    """Such as "zh-Hans/restate/points"."""
    lang: str
    technique: str
    """The lead technique: the folder's name."""
    head: ReplyHead
    body: str
    uses: Uses
    path: str

    @property
    def techniques(self) -> tuple[str, ...]:
        """The lead technique, then the further ones."""
        return (self.technique, *self.head.also)

    @cached_property
    def conditions(self) -> frozenset[str]:
        """What makes it specific: the keys of its front matter and the facts it can't do without."""
        return self.head.given() | {f"knows {name}" for name in self.uses.required | frozenset(self.head.knows)} - {"knows"}

    @cached_property
    def _compiled(self) -> Template:
        return environment().from_string(self.body)

    def _own(self, name: str, wanted: Sequence[str], found: Mapping[str, str] | None) -> dict[str, str]:
        """Return the value that this wording's own condition is about, where there is one."""
        own = _first_of(wanted, found) if found else None
        return {name: own} if own else {}

    def render(self, known: Mapping[str, Any], policy: Mapping[str, Any]) -> str:
        """Return the text; raise `jinja2.UndefinedError` where something it names isn't known."""
        unknown = dict.fromkeys(self.uses.optional - known.keys(), None)
        known = {
            **known,
            **self._own("demand", self.head.demands, known.get(BY_DEMAND)),
            **self._own("point", self.head.types, known.get(BY_TYPE)),
        }
        return tidy(self._compiled.render({**unknown, **known, "policy": policy}))


def _first_of(wanted: Sequence[str], found: Mapping[str, str]) -> str | None:
    return next((found[key] for key in wanted if key in found), None)


def tidy(text: str) -> str:
    """Return *text* with the line breaks of the file's layout gone: single ones stay, blanks at the ends don't."""
    return re.sub(r"\n{2,}", "\n", "\n".join(line.strip() for line in text.strip().splitlines()))


def numbered(points: Sequence[str]) -> str:
    """Return *points* as a numbered list, one a line."""
    return "\n" + "\n".join(f"{number}. {trim(point)}" for number, point in enumerate(points, 1)) + "\n"


def trim(text: str) -> str:
    """Return *text* without punctuation at its end."""
    return str(text).rstrip(" ,.!?;:，。！？；：、~～…")


class Points(tuple[str, ...]):
    """The points of a message, and how their language joins them in one line."""

    joint = "; "

    @classmethod
    def of(cls, points: Sequence[str], joint: str) -> Points:
        """Return *points* to be joined with *joint*."""
        made = cls(points)
        made.joint = joint
        return made


def joined(points: Points) -> str:
    """Return *points* in one line."""
    return points.joint.join(map(trim, points))


_FILTERS = {"numbered": numbered, "trim": trim, "joined": joined}
_environment: ImmutableSandboxedEnvironment | None = None


def environment() -> ImmutableSandboxedEnvironment:
    """Return the one environment in which wordings run: strict, sandboxed, three filters, no globals, plain text."""
    global _environment  # noqa: PLW0603 - made once; holds no state of ours
    if _environment is None:
        _environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
        _environment.filters = dict(_FILTERS)
        _environment.tests = {key: test for key, test in _environment.tests.items() if key in _TESTS}
        _environment.globals = {}
    return _environment


def uses_of(body: str) -> Uses:
    """Return what *body* names; raise ReplySyntaxError for anything but text, variables, the three filters and `if`."""
    try:
        tree = _parsed(body)
    except (TemplateSyntaxError, ReplySyntaxError) as error:
        message = error.message or "the code can't be read"
        raise first_slip(body, _parsed) or ReplySyntaxError(message, line=getattr(error, "lineno", 0)) from error
    except RecursionError as error:
        raise ReplySyntaxError("brackets or conditions stand too deep in one another", "deep") from error
    required: set[str] = set()
    tested: set[str] = set()
    policy: set[str] = set()
    _collect(tree, frozenset(), required, tested, policy)
    return Uses(frozenset(required), frozenset(tested - required), frozenset(policy))


def _parsed(body: str) -> nodes.Template:
    """Return the tree of a text; raise for whatever isn't Jinja, or isn't allowed."""
    tree = environment().parse(body)
    for node in (tree, *tree.find_all(nodes.Node)):
        _reject_foreign(node)
    return tree


def _reject_foreign(node: nodes.Node) -> None:
    line = node.lineno
    if not isinstance(node, _ALLOWED):
        told = f"{type(node).__name__.lower()} isn't allowed; a reply has text, {{{{ variables }}}} and {{% if %}} only"
        raise ReplySyntaxError(told, "expression", line=line)
    if isinstance(node, nodes.Filter) and (node.name not in _FILTERS or node.args or node.kwargs):
        there_are = f"there are {', '.join(sorted(_FILTERS))}, without arguments"
        raise ReplySyntaxError(f"unknown filter {node.name!r}; {there_are}", "filter", node.name, line)
    if isinstance(node, nodes.Test) and (node.name not in _TESTS or node.args or node.kwargs):
        raise ReplySyntaxError(f"unknown test {node.name!r}; there are {', '.join(sorted(_TESTS))}", "expression", line=line)
    if isinstance(node, nodes.Const) and not isinstance(node.value, (str, int, bool, type(None))):
        raise ReplySyntaxError("only texts and whole numbers may stand here", "expression", line=line)
    if isinstance(node, nodes.Getattr):
        if not isinstance(node.node, nodes.Name) or node.node.name != "policy":
            told = "only `policy` has parts; write {{ policy.return_days }} or a plain variable"
            raise ReplySyntaxError(told, "expression", line=line)
        if node.attr not in POLICY_KEYS:
            there_are = f"there are {', '.join(sorted(POLICY_KEYS))}"
            raise ReplySyntaxError(f"unknown policy key {node.attr!r}; {there_are}", "fact", f"policy.{node.attr}", line)
    if isinstance(node, nodes.Name) and node.name not in VARIABLES | {"policy"}:
        raise ReplySyntaxError(f"unknown variable {node.name!r}; there are {', '.join(sorted(VARIABLES))}", "fact", node.name, line)


def _collect(node: nodes.Node, guarded: frozenset[str], required: set[str], tested: set[str], policy: set[str]) -> None:
    """Walk the text: a name is required unless an `if` around it asks for it first."""
    if isinstance(node, nodes.If):
        asked = {name.name for name in node.test.find_all(nodes.Name)}
        if isinstance(node.test, nodes.Name):
            asked.add(node.test.name)
        parts = {part.attr for part in node.test.find_all(nodes.Getattr)}
        if isinstance(node.test, nodes.Getattr):
            parts.add(node.test.attr)
        inside = guarded | asked | {f"policy.{part}" for part in parts}
        tested |= asked - {"policy"}
        for child in node.body:
            _collect(child, inside, required, tested, policy)
        for child in (*node.elif_, *node.else_):
            _collect(child, guarded, required, tested, policy)
        return
    if isinstance(node, nodes.Getattr):
        if f"policy.{node.attr}" not in guarded:
            policy.add(node.attr)
        return
    if isinstance(node, nodes.Name) and node.name not in guarded and node.name not in ALWAYS_KNOWN:
        required.add(node.name)
    for child in node.iter_child_nodes():
        _collect(child, guarded, required, tested, policy)


def blanks_of(text: str) -> tuple[str, ...]:
    """Return the ids of the blanks in *text*, in order, each once."""
    return tuple(dict.fromkeys(BLANK.findall(text)))
