"""Coming, going, blocking: how people and the bot stand to a chat."""

from __future__ import annotations

from collections.abc import Iterable

from calmdesk.playground.chats import Group, Member, PrivateChat, User
from calmdesk.playground.errors import Json
from calmdesk.playground.world import TelegramWorld


def change(
    world: TelegramWorld,
    group: Group,
    user: User,
    actor: User,
    status: str,
    *,
    rights: Iterable[str] = (),
    until: int = 0,
    link: Json | None = None,
) -> None:
    """Give an account another standing in a group, with the messages and updates that come with it."""
    before = group.member(user)
    after = Member(user=user, status=status, rights=frozenset(rights), until=until)
    group.members[user.id] = after
    world.record("member", group, user=user, status=status)
    _tell(world, group, actor, before, after, link)
    if after.is_in and not before.is_in:
        world.service(group, actor, {"new_chat_members": [user.as_json()]})
    elif before.is_in and not after.is_in and user is not world.bot:
        world.service(group, actor, {"left_chat_member": user.as_json()})


def _tell(world: TelegramWorld, group: Group, actor: User, before: Member, after: Member, link: Json | None) -> None:
    """Tell the bot of its own standing always, of others' when it is an administrator."""
    mine = after.user is world.bot
    if not mine and not group.member(world.bot).is_admin:
        return
    shown = {
        "chat": group.as_json(),
        "from": actor.as_json(),
        "date": world.today(),
        "old_chat_member": before.as_json(),
        "new_chat_member": after.as_json(),
        **({"invite_link": link} if link else {}),
    }
    world.updates.push("my_chat_member" if mine else "chat_member", shown, group.id)


def block(world: TelegramWorld, chat: PrivateChat, *, blocked: bool) -> None:
    """Let a person block the bot, or take it back."""
    chat.blocked = blocked
    standing = {False: Member(user=world.bot), True: Member(user=world.bot, status="kicked")}
    world.record("member", chat, user=world.bot, status=standing[blocked].status)
    shown = {
        "chat": chat.as_json(),
        "from": chat.user.as_json(),
        "date": world.today(),
        "old_chat_member": standing[not blocked].as_json(),
        "new_chat_member": standing[blocked].as_json(),
    }
    world.updates.push("my_chat_member", shown, chat.id)


def upgrade(world: TelegramWorld, group: Group, actor: User, *, is_forum: bool = True) -> Group:
    """Make a small group a supergroup: it has another id from now on, and the old one is refused."""
    bigger = Group(-1_000_000_000_000 - next(world.group_ids), group.title, is_forum=is_forum)
    bigger.members = dict(group.members)
    world.groups[bigger.id] = bigger
    world.service(group, actor, {"migrate_to_chat_id": bigger.id})
    group.migrated_to = bigger
    world.service(bigger, actor, {"migrate_from_chat_id": group.id})
    return bigger
