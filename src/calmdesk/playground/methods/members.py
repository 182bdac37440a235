"""Chats and who is in them."""

from __future__ import annotations

import secrets

from calmdesk.playground import membership
from calmdesk.playground.chats import ADMIN_RIGHTS, Chat, Group, Member, PrivateChat, User
from calmdesk.playground.errors import Json, bad_request
from calmdesk.playground.files import Upload, media_body
from calmdesk.playground.methods.delivery import find_chat, find_group
from calmdesk.playground.methods.registry import Call, ChatId, Parameters, method

PERMISSIONS = (
    *("can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos", "can_send_video_notes"),
    *("can_send_voice_notes", "can_send_polls", "can_send_other_messages", "can_add_web_page_previews", "can_invite_users"),
)


class OneChat(Parameters):
    """A chat."""

    chat_id: ChatId = None


class OneMember(OneChat):
    """A member of a chat."""

    user_id: int = 0


class Ban(OneMember):
    """A member to throw out."""

    until_date: int = 0
    revoke_messages: bool = False


class Unban(OneMember):
    """Somebody to let in again."""

    only_if_banned: bool = False


class Invite(OneChat):
    """A new invitation."""

    name: str | None = None
    expire_date: int | None = None
    member_limit: int | None = None
    creates_join_request: bool = False


class Revoke(OneChat):
    """An invitation to take back."""

    invite_link: str = ""


class Photos(Parameters):
    """Profile pictures."""

    user_id: int = 0
    offset: int = 0
    limit: int = 100


def _account(call: Call, user_id: int) -> User:
    """Return an account, or refuse."""
    if user_id == call.world.bot.id:
        return call.world.bot
    if person := call.world.people.get(user_id):
        return person.user
    raise bad_request("PARTICIPANT_ID_INVALID")


@method("getChat", OneChat)
def get_chat(call: Call, asked: OneChat) -> Json:
    """Tell all about a chat."""
    chat = find_chat(call.world, asked.chat_id)
    gifts = dict.fromkeys(("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), True)
    shown: Json = {**chat.as_json(), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
    if chat.pinned and (pinned := chat.find(chat.pinned[-1])):
        shown["pinned_message"] = pinned.as_json(with_reply=False)
    if isinstance(chat, Group):
        shown["permissions"] = dict.fromkeys(PERMISSIONS, True)
        if chat.is_forum:
            shown["has_visible_history"] = True
    elif isinstance(chat, PrivateChat) and chat.user.username:
        shown["active_usernames"] = [chat.user.username]
    return shown


@method("getChatMember", OneMember)
def get_chat_member(call: Call, asked: OneMember) -> Json:
    """Tell how an account stands to a chat."""
    chat = find_chat(call.world, asked.chat_id)
    user = _account(call, asked.user_id)
    if isinstance(chat, Group):
        return chat.member(user).as_json()
    return Member(user=user).as_json()


@method("getChatAdministrators", OneChat)
def get_chat_administrators(call: Call, asked: OneChat) -> list[Json]:
    """Name those who run a group; other bots aren't named."""
    chat = find_chat(call.world, asked.chat_id)
    if not isinstance(chat, Group):
        raise bad_request("there are no administrators in the private chat")
    return [member.as_json() for member in chat.members.values() if member.is_admin]


@method("getChatMemberCount", OneChat)
def get_chat_member_count(call: Call, asked: OneChat) -> int:
    """Count those in a chat."""
    chat = find_chat(call.world, asked.chat_id)
    return sum(member.is_in for member in chat.members.values()) if isinstance(chat, Group) else 2


@method("leaveChat", OneChat)
def leave_chat(call: Call, asked: OneChat) -> bool:
    """Let the bot go out of a group."""
    chat = find_chat(call.world, asked.chat_id)
    if not isinstance(chat, Group):
        raise bad_request("chat member status can't be changed in private chats")
    membership.change(call.world, chat, call.world.bot, call.world.bot, "left")
    return True


def _governed(call: Call, asked: OneMember) -> tuple[Group, User]:
    """Return a group and a member whom the bot may throw out."""
    chat: Chat = find_chat(call.world, asked.chat_id)
    if not isinstance(chat, Group):
        raise bad_request("method is available for supergroup and channel chats only")
    if not chat.member(call.world.bot).may("can_restrict_members"):
        raise bad_request("not enough rights to restrict/unrestrict chat member")
    user = _account(call, asked.user_id)
    standing = chat.member(user)
    if standing.status == "creator":
        raise bad_request("can't remove chat owner")
    if standing.status == "administrator":
        raise bad_request("user is an administrator of the chat")
    return chat, user


@method("banChatMember", Ban)
def ban_chat_member(call: Call, asked: Ban) -> bool:
    """Throw somebody out for good, or until a time."""
    group, user = _governed(call, asked)
    membership.change(call.world, group, user, call.world.bot, "kicked", until=asked.until_date)
    return True


@method("unbanChatMember", Unban)
def unban_chat_member(call: Call, asked: Unban) -> bool:
    """Let somebody in again; a member is thrown out by it, unless only the banned are meant."""
    group, user = _governed(call, asked)
    if group.member(user).status == "kicked" or not asked.only_if_banned:
        membership.change(call.world, group, user, call.world.bot, "left")
    return True


def _inviting(call: Call, chat_id: ChatId) -> Group:
    group = find_group(call.world, chat_id)
    if not group.member(call.world.bot).may("can_invite_users"):
        raise bad_request("not enough rights to manage chat invite link")
    return group


def _new_link(call: Call, group: Group, **fields: object) -> Json:
    address = f"https://t.me/+{secrets.token_urlsafe(12)}"
    link: Json = {"invite_link": address, "creator": call.world.bot.as_json(), "is_primary": False, "is_revoked": False}
    group.links[address] = link | {name: value for name, value in fields.items() if value is not None}
    return group.links[address]


@method("createChatInviteLink", Invite)
def create_chat_invite_link(call: Call, asked: Invite) -> Json:
    """Make an invitation."""
    if asked.member_limit is not None and asked.creates_join_request:
        raise bad_request("member limit can't be specified for links requiring administrator approval")
    group = _inviting(call, asked.chat_id)
    settings = asked.model_dump(exclude={"chat_id"})
    return dict(_new_link(call, group, **settings))


@method("exportChatInviteLink", OneChat)
def export_chat_invite_link(call: Call, asked: OneChat) -> str:
    """Make a new main invitation and return its address."""
    group = _inviting(call, asked.chat_id)
    return str(_new_link(call, group, creates_join_request=False, is_primary=True)["invite_link"])


@method("revokeChatInviteLink", Revoke)
def revoke_chat_invite_link(call: Call, asked: Revoke) -> Json:
    """Take an invitation back."""
    group = _inviting(call, asked.chat_id)
    if asked.invite_link not in group.links:
        raise bad_request("INVITE_HASH_EXPIRED")
    group.links[asked.invite_link]["is_revoked"] = True
    return dict(group.links[asked.invite_link])


@method("getUserProfilePhotos", Photos)
def get_user_profile_photos(call: Call, asked: Photos) -> Json:
    """Return somebody's profile pictures."""
    person = call.world.people.get(asked.user_id)
    if person is None and asked.user_id != call.world.bot.id:
        raise bad_request("user not found")
    contents = person.photos if person else []
    sizes = [media_body(call.world.files.keep("photo", Upload(content)), {})["photo"] for content in contents]
    return {"total_count": len(sizes), "photos": sizes[asked.offset : asked.offset + asked.limit]}


class Promote(OneMember):
    """New rights for a member, each named by itself; none takes all away."""

    can_manage_chat: bool = False
    can_delete_messages: bool = False
    can_manage_video_chats: bool = False
    can_restrict_members: bool = False
    can_promote_members: bool = False
    can_change_info: bool = False
    can_invite_users: bool = False
    can_post_stories: bool = False
    can_edit_stories: bool = False
    can_delete_stories: bool = False
    can_pin_messages: bool = False
    can_manage_topics: bool = False
    can_send_welcome_messages: bool = False


@method("promoteChatMember", Promote)
def promote_chat_member(call: Call, asked: Promote) -> bool:
    """Make a member an administrator, or an administrator a member."""
    group = find_group(call.world, asked.chat_id)
    mine = group.member(call.world.bot)
    wanted = {right for right in ADMIN_RIGHTS if getattr(asked, right)}
    if not mine.may("can_promote_members") or any(not mine.may(right) for right in wanted):
        raise bad_request("not enough rights")
    user = _account(call, asked.user_id)
    if group.member(user).status == "creator":
        raise bad_request("can't remove chat owner")
    if not group.member(user).is_in:
        raise bad_request("USER_NOT_PARTICIPANT")
    membership.change(call.world, group, user, call.world.bot, "administrator" if wanted else "member", rights=wanted)
    return True


class Titled(OneChat):
    """A new title."""

    title: str = ""


@method("setChatTitle", Titled)
def set_chat_title(call: Call, asked: Titled) -> bool:
    """Rename a group."""
    group = find_group(call.world, asked.chat_id)
    if not group.member(call.world.bot).may("can_change_info"):
        raise bad_request("not enough rights to change chat title")
    if not 1 <= len(asked.title.strip()) <= 128:
        raise bad_request("CHAT_TITLE_EMPTY" if not asked.title.strip() else "chat title is too long")
    group.title = asked.title.strip()
    call.world.service(group, call.world.bot, {"new_chat_title": group.title})
    return True
