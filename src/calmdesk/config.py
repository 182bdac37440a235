"""`bot.toml`: the shop's settings. Secrets never stand in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

import tomli
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from calmdesk.shelf import explained, shipped_templates


class ConfigError(ValueError):
    """Settings that can't be used; the message names the file and every key at fault."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _off(value: object) -> object:
    """Take false and 0 for "not set": people write either to switch a promise off."""
    return None if value is False or (value == 0 and not isinstance(value, bool)) else value


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, int) and not isinstance(value, bool) else value


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


Count = Annotated[Annotated[int, Field(ge=1)] | None, BeforeValidator(_off)]
"""A number of days, hours or months; false or 0 switches it off."""


class Shop(_Section):
    """`[shop]`."""

    name: str = "小店"
    names: dict[str, str] = {}
    """By language, what the shop is called where that isn't its name."""

    def called(self, lang: str) -> str:
        """Return what the shop is called in a language."""
        return self.names.get(lang, self.name)


class Templates(_Section):
    """`[templates]`."""

    folders: Annotated[tuple[str, ...], BeforeValidator(_several)] = ()
    """The shop's own folders; each goes before the next, all before the shipped one."""


class Policy(_Section):
    """`[policy]`: what the shop stands for. What isn't set is never promised."""

    return_days: Count = None
    price_protection_days: Count = None
    refund_arrives_days: Count = None
    ship_within_hours: Count = None
    warranty_months: Count = None
    postage_on_us: bool = False
    resend_on_loss: bool = False
    exchange_on_fault: bool = False
    partial_refund: bool = False
    next_order_discount: bool = False
    agent_authority: bool = False
    proof_papers: bool = False
    daily_report: bool = False
    counterfeit_pays: Annotated[str | None, BeforeValidator(_off)] = None
    large_sum: Annotated[Annotated[float, Field(gt=0)] | None, BeforeValidator(_off)] = 500


class Desk(_Section):
    """`[desk]`."""

    language: str | None = None
    """In which the agents are spoken to; without it, the customer's."""
    greet: bool = True
    """Whether a customer is told once what is stored and how to erase it."""
    acknowledge: bool = True
    """Whether the first message of a case is answered at once (A1): the only thing that is sent without a person."""
    quiet_hours: Annotated[float, Field(ge=0)] = 24
    """For so many hours after the last word a case counts as the same conversation: no acknowledgement, and a closed one is reopened."""
    flood_per_minute: Annotated[int, Field(ge=1)] = 20
    """From so many messages a minute on, a customer's are kept and shown together but no longer read one by one."""
    two_people: bool = False
    """Whether a wording that an admin wrote in the chat needs a second person's yes."""


class Staff(_Section):
    """`[staff]`: who works at the desk, and where."""

    groups: Annotated[tuple[int, ...], BeforeValidator(_one_or_many)] = ()
    """Supergroups with topics; new customers go to the one with the fewest open cases. Without any, to the agents' private chats."""
    admins: Annotated[tuple[int, ...], BeforeValidator(_one_or_many)] = ()
    """Telegram users who are admins from the start; they invite the others with /team."""


class Store(_Section):
    """`[store]`."""

    path: str = "calmdesk.db"
    keep_days: Count = 365
    """So many days after it was closed a case is erased; false or 0 keeps it."""
    keep_updates_days: Annotated[int, Field(ge=1)] = 7
    """So many days Telegram's own form of what came in, and of what went out, is kept beside the case."""


class Reading(_Section):
    """`[reading]`."""

    weights: Annotated[str, Field(min_length=1)] | None = None
    """Weights of the shop's own, made with `calmdesk train --corrections`; without any, the shipped ones."""


class Telegram(_Section):
    """`[telegram]`. The token stands in the environment: CALMDESK_TOKEN."""

    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: str | None = None
    """Where Telegram reaches this machine, such as "https://desk.example.com/telegram"."""
    listen: str = "127.0.0.1:8443"
    """Where the webhook listens; a web server with a certificate stands before it."""
    api: str = "https://api.telegram.org"
    """Another server that speaks the Bot API, such as one of your own."""

    @model_validator(mode="after")
    def _webhook_has_an_address(self) -> Self:
        if self.mode == "webhook" and not (self.webhook_url or "").startswith("https://") and "127.0.0.1" not in (self.webhook_url or ""):
            raise ValueError('mode = "webhook" needs webhook_url = "https://…", where Telegram reaches this machine')
        return self


class Settings(_Section):
    """All of `bot.toml`."""

    shop: Shop = Shop()
    templates: Templates = Templates()
    policy: Policy = Policy()
    desk: Desk = Desk()
    staff: Staff = Staff()
    store: Store = Store()
    telegram: Telegram = Telegram()
    reading: Reading = Reading()
    base: Path = Path()
    """The folder of the file, from which relative paths go."""

    @property
    def folders(self) -> list[Path]:
        """Return the playbook's folders, the shop's own first."""
        return [*(self.base / folder for folder in self.templates.folders), shipped_templates()]

    @property
    def promises(self) -> dict[str, Any]:
        """Return what policy allows: the keys that are set."""
        return {key: value for key, value in self.policy.model_dump().items() if value not in (None, False)}


def load_settings(path: Path | None = None) -> Settings:
    """Return the settings in *path*, or in `./bot.toml`, or the defaults where there is none; raise ConfigError for faulty ones."""
    if path is None:
        path = Path("bot.toml")
        if not path.is_file():
            return Settings()
    try:
        data = tomli.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomli.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: isn't valid TOML: {error}") from error
    try:
        return Settings.model_validate({**data, "base": path.parent})
    except ValidationError as error:
        faults = "; ".join(f"{where}: {message}" for where, message in explained(error))
        raise ConfigError(f"{path}: {faults}") from error
