"""`calmdesk try`: a conversation in the terminal, with the reading and the replies that the agent would see."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.resources import files

import tomli
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from calmdesk.adviser import Advice, Adviser, Suggestion
from calmdesk.conversation import Conversation, Turn
from calmdesk.playbook.playbook import LABELLED
from calmdesk.replies.filling import filled
from calmdesk.replies.template import BLANK

_HEAT = "▁▃▅▆█"
_HEAT_STYLES = ("green", "yellow", "dark_orange", "red", "bold red")
_DIMENSION_STYLES = {"types": "black on yellow", "risks": "white on red", "intensity": "bold red", "signals": "magenta"}
_COMMANDS = {
    "new": ("/new", "/新"),
    "say": ("/say", "/说", "/說"),
    "quit": ("/quit", "/q", "/exit", "/退", "/退出"),
    "help": ("/help", "/?", "/帮助", "/幫助"),
}


class Trial:
    """One person plays both sides; nothing is kept."""

    def __init__(
        self, adviser: Adviser, lang: str | None = None, console: Console | None = None, ask: Callable[[str], str] | None = None
    ) -> None:
        self.adviser = adviser
        self.lang = lang
        self.console = console or Console(highlight=False)
        self.ask = ask or self.console.input
        """Asks with a prompt and returns the line; raises EOFError at the end."""
        self.words = tomli.loads((files("calmdesk") / "data" / "trial.toml").read_text("utf-8"))
        self.turns: tuple[Turn, ...] = ()
        self.advice: Advice | None = None

    def run(self) -> None:
        """Go on until the person leaves."""
        for words in [self._words()] if self.lang else self.words.values():
            self.console.print(Panel(f"{words['welcome']}\n[dim]{words['opening']}[/dim]", border_style="cyan"))
        while True:
            words = self._words()
            try:
                line = self.ask(f"[bold cyan]{words['customer'] if not self.advice else words['send']}[/] › ").strip()
            except (EOFError, KeyboardInterrupt):
                self.console.print(f"\n{words['bye']}")
                return
            if line in _COMMANDS["quit"]:
                self.console.print(words["bye"])
                return
            self._take(line)

    def _language(self) -> str:
        """Return the language in which the person is spoken to."""
        return self.lang or (self.advice.reading.lang if self.advice else next(iter(self.words)))

    def _words(self) -> dict[str, str]:
        first: dict[str, str] = next(iter(self.words.values()))
        found: dict[str, str] = self.words.get(self._language(), first)
        return found

    def _take(self, line: str) -> None:
        words = self._words()
        command, _, rest = line.partition(" ")
        number = unicodedata.normalize("NFKC", line)  # a Chinese keyboard types １
        if not line:
            return
        if command in _COMMANDS["new"]:
            self.turns, self.advice = (), None
            self.console.rule(words["new"])
        elif command in _COMMANDS["say"] and self.advice:
            self._send(Turn(role="agent", text=rest))
        elif command in _COMMANDS["help"]:
            self.console.print(words["welcome"])
        elif self.advice and self.advice.suggestions and number.isdecimal() and len(number) == 1:
            if not 1 <= int(number) <= len(self.advice.suggestions):
                self.console.print(f"[red]{words['which'].format(count=len(self.advice.suggestions))}[/]")
                return
            chosen = self.advice.suggestions[int(number) - 1]
            text = self._filled(chosen)
            if text is not None:
                self._send(Turn(role="agent", text=text, techniques=chosen.techniques, template=chosen.template))
        else:
            self.turns += (Turn(role="customer", text=line),)
            self.advice = self.adviser.suggest(Conversation(turns=self.turns), lang=self.lang)
            self.show()

    def _filled(self, chosen: Suggestion) -> str | None:
        """Ask for what the agent alone can know; a reply with a hole never leaves."""
        lang, values = self._language(), dict[str, str]()
        for blank in chosen.blanks:
            about = self.adviser.playbook.blanks[blank]
            example = about.at(lang, datetime.now().astimezone())
            prompt = f"   {about.names.get(lang, blank)} [dim]({self._words()['example']} {escape(example)})[/] › "
            try:
                value = self.ask(prompt).strip()
            except (EOFError, KeyboardInterrupt):
                value = _COMMANDS["quit"][0]
            if value.startswith("/"):  # a command isn't a value: nothing is sent
                self.console.print(f"\n[dim]{self._words()['unsent']}[/]")
                return None
            values[blank] = value or example
        return filled(chosen.text, values, self.adviser.playbook.joins)

    def _send(self, turn: Turn) -> None:
        self.turns += (turn,)
        words = self._words()
        self.console.print(
            Panel(Text(turn.text), title=words["agent"], title_align="left", border_style="green", width=min(76, self.console.width))
        )
        self.console.print(f"[dim]{words['sent']}[/]")

    def show(self) -> None:
        """Print what the agent would see."""
        advice = self.advice
        if advice is None:
            return
        words = self._words()
        self.console.print(Panel(marked(self.turns[-1].text, advice), title=words["customer"], title_align="left", border_style="cyan"))
        self.console.print(self._reading(advice))
        if advice.escalate and advice.alert:
            self.console.print(Panel(escape(advice.alert), title=words["alert"], border_style="red", style="red"))
        for number, suggestion in enumerate(advice.suggestions, 1):
            self.console.print(self._suggestion(number, suggestion))
        for key, lines, style in (("checklist", advice.checklist, "blue"), ("avoid", advice.avoid, "yellow")):
            if lines:
                self.console.print(f"[{style}]{words[key]}[/]: " + escape(" · ".join(lines)))

    def _reading(self, advice: Advice) -> Table:
        words, reading = self._words(), advice.reading
        unnamed = words["nothing" if reading.nature == "none" else "unnamed"]
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", no_wrap=True)
        table.add_column()
        rows = [
            (words["about"], " + ".join(self._name("types", key) for key in reading.types) or unnamed),
            (words["nature"], self._name("nature", reading.nature)),
            (words["heat"], heat_curve(reading.heat)),
            (words["manner"], self._manner(advice)),
            (words["needs"], self._names("needs", reading.needs)),
            (words["risks"], f"[red]{self._names('risks', reading.risks)}[/]" if reading.risks else ""),
            (words["level"], str(reading.level) if reading.types else ""),
            (words["points"], "\n".join(f"{number}. {escape(point)}" for number, point in enumerate(reading.points, 1))),
            (words["facts"], self._facts(advice)),
        ]
        for name, value in rows:
            if value:
                table.add_row(name, value)
        return table

    def _manner(self, advice: Advice) -> str:
        reading = advice.reading
        temperament = self._name("temperament", reading.temperament)
        return "、".join([temperament, *(self._name("traits", key) for key in reading.traits)])

    def _facts(self, advice: Advice) -> str:
        facts = advice.reading.facts
        values = [
            facts.product,
            facts.said.get("days"),
            facts.said.get("times"),
            facts.said.get("amount"),
            facts.courier,
            facts.order_number,
            facts.customer_name,
        ]
        return escape(" · ".join(value for value in values if value))

    def _names(self, dimension: str, keys: Sequence[str]) -> str:
        return "、".join(self._name(dimension, key) for key in keys)

    def _name(self, dimension: str, key: str) -> str:
        playbook = self.adviser.playbook
        found = (
            playbook.complaints.get(key) if dimension == "types" else playbook.labels[dimension].get(key) if dimension in LABELLED else None
        )
        lang = self._language()
        return escape(found.names.get(lang, key)) if found else key

    def _suggestion(self, number: int, suggestion: Suggestion) -> Panel:
        lang = self._language()
        names = " + ".join(self.adviser.playbook.techniques[key].names.get(lang, key) for key in suggestion.techniques)
        text = Text()
        place = 0
        for match in BLANK.finditer(suggestion.text):
            text.append(suggestion.text[place : match.start()])
            blank = self.adviser.playbook.blanks.get(match[1])
            text.append(f"〔{blank.names.get(lang, match[1]) if blank else match[1]}〕", style="reverse")
            place = match.end()
        text.append(suggestion.text[place:])
        text.append(f"\n{suggestion.why}", style="dim italic")
        return Panel(text, title=f"[b]{number}[/b] {escape(names)}", title_align="left", border_style="green")


def heat_curve(heat: Sequence[int]) -> str:
    """Return the heat of each message as a bar, with its number."""
    return " ".join(f"[{_HEAT_STYLES[step]}]{_HEAT[step]}{step}[/]" for step in heat)


def marked(message: str, advice: Advice) -> Text:
    """Return the message with the words behind the reading marked; what is complained of wins over how."""
    text = Text(message)
    for prefix in ("signals", "intensity", "types", "risks"):
        for piece in advice.reading.evidence:
            if piece.label.startswith(f"{prefix}."):
                text.stylize(_DIMENSION_STYLES[prefix], piece.start, piece.end)
    return text
