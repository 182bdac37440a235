"""`bot.toml`: the shop's settings. Secrets never stand in it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from calmdesk.shelf import explained, shipped_templates


class ConfigError(ValueError):
    """Settings that can't be used; the message names the file and every key at fault."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Shop(_Section):
    """`[shop]`."""

    name: str = "小店"


class Templates(_Section):
    """`[templates]`."""

    folders: tuple[str, ...] = ()
    """The shop's own folders; each goes before the next, all before the shipped one."""


class Policy(_Section):
    """`[policy]`: what the shop stands for. What isn't set is never promised."""

    return_days: int | None = Field(default=None, ge=1)
    price_protection_days: int | None = Field(default=None, ge=1)
    refund_arrives_days: int | None = Field(default=None, ge=1)
    ship_within_hours: int | None = Field(default=None, ge=1)
    warranty_months: int | None = Field(default=None, ge=1)
    postage_on_us: bool = False
    resend_on_loss: bool = False
    exchange_on_fault: bool = False
    partial_refund: bool = False
    next_order_discount: bool = False
    agent_authority: bool = False
    proof_papers: bool = False
    daily_report: bool = False
    counterfeit_pays: str | None = None
    large_sum: float | None = Field(default=500, gt=0)


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
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: isn't valid TOML: {error}") from error
    try:
        return Settings.model_validate({**data, "base": path.parent})
    except ValidationError as error:
        faults = "; ".join(f"{where}: {message}" for where, message in explained(error))
        raise ConfigError(f"{path}: {faults}") from error
