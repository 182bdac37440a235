"""A conversation as it reaches us: turns of a customer and of agents, and what the order says. No I/O."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator


def _as_text(value: object) -> object:
    """Take a number for text: order numbers often come as numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_as_text)]


class _Given(BaseModel):
    """Input from outside: unknown keys are ignored, as the contract says."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Turn(_Given):
    """One message of a conversation."""

    role: Literal["customer", "agent"]
    text: str
    at: datetime | None = None
    techniques: tuple[str, ...] | None = None
    """What the agent did in it, where that is known; else it is recognised by its words."""
    template: str | None = None
    """Which wording it was, such as "zh-Hans/restate/points", where that is known."""


class Customer(_Given):
    """What the shop knows about the person."""

    name: Text | None = None
    gender: str | None = None


class Order(_Given):
    """What the shop knows about the order."""

    number: Text | None = None
    product: Text | None = None
    courier: Text | None = None
    tracking_number: Text | None = None
    amount: float | None = None


class Conversation(_Given):
    """Turns, the oldest first, with at least one of the customer's."""

    id: Any = None
    turns: tuple[Turn, ...]
    customer: Customer = Customer()
    order: Order = Order()
    shown: bool = False
    """Whether the customer has sent a picture or a video of what this is about."""
    closed: bool = False
    """Whether the shop had closed the case before, and it was opened again."""
    lang: str | None = None
    """The language to answer in where the customer has written no words; else the words say."""

    @model_validator(mode="before")
    @classmethod
    def _single_message(cls, data: Any) -> Any:
        """Take `{"text": …}` for a conversation of one customer turn."""
        if isinstance(data, dict):
            data = {key: value for key, value in data.items() if value is not None or key == "id"}
            if "turns" not in data and "text" in data:
                data["turns"] = [{"role": "customer", "text": data["text"]}]
        return data

    @model_validator(mode="after")
    def _has_a_customer(self) -> Self:
        if not self.customer_turns:
            raise ValueError("a conversation needs at least one turn of the customer's")
        return self

    @property
    def customer_turns(self) -> tuple[Turn, ...]:
        """The customer's messages, the oldest first."""
        return tuple(turn for turn in self.turns if turn.role == "customer")

    @property
    def wordless(self) -> bool:
        """Whether the customer has written no words at all, and sent pictures or files alone."""
        return not any(turn.text for turn in self.customer_turns)

    @property
    def answered(self) -> tuple[Turn, ...]:
        """The agents' messages before the customer's last one."""
        last = max(number for number, turn in enumerate(self.turns) if turn.role == "customer")
        return tuple(turn for turn in self.turns[:last] if turn.role == "agent")

    @classmethod
    def of(cls, text: str) -> Conversation:
        """Return the conversation that consists of one message."""
        return cls(turns=(Turn(role="customer", text=text),))

    def then(self, role: Literal["customer", "agent"], text: str, techniques: tuple[str, ...] | None = None) -> Conversation:
        """Return the conversation with one more turn."""
        return self.model_copy(update={"turns": (*self.turns, Turn(role=role, text=text, techniques=techniques))})
