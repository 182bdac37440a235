"""`bot.toml`: the shop's settings. Secrets never stand in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import tomli
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from calmdesk.shelf import explained, shipped_templates


class ConfigError(ValueError):
    """Settings that can't be used; the message names the file and every key at fault."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _off(value: object) -> object:
    """Take false and 0 for "not set": people write either to switch a promise off."""
    return None if value is False or (value == 0 and not isinstance(value, bool)) else value


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


Count = Annotated[Annotated[int, Field(ge=1)] | None, BeforeValidator(_off)]
"""A number of days, hours or months; false or 0 switches it off."""


class Shop(_Section):
    """`[shop]`."""

    name: str = "小店"


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


class Settings(_Section):
    """All of `bot.toml`."""

    shop: Shop = Shop()
    templates: Templates = Templates()
    policy: Policy = Policy()
    desk: Desk = Desk()
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
