"""`calmdesk try`: the whole ladder in the terminal."""

from __future__ import annotations

from click.testing import CliRunner

from calmdesk.cli.main import main
from tests.conftest import ROOT


def played(*lines: str, lang: str | None = None) -> str:
    """Return what the terminal shows when a person types *lines*."""
    options = ["--lang", lang] if lang else []
    result = CliRunner().invoke(main, ["try", "--config", str(ROOT / "bot.toml"), *options], input="\n".join(lines) + "\n")
    assert result.exit_code == 0, result.exception
    return result.output


def test_a_newcomer_sees_the_reading_and_three_replies() -> None:
    """One angry message: what it is about, how heated, and three replies, numbered."""
    shown = played("快递都八天了还没到,你们管不管?")

    assert "快递物流" in shown
    assert "火气" in shown
    assert all(f"{number} " in shown for number in (1, 2, 3))
    assert "先核对" in shown


def test_a_reply_with_a_hole_asks_for_the_value_before_it_leaves() -> None:
    """Sending a reply asks for each blank; what was filled in stands in the message, the hole doesn't."""
    shown = played("快递都八天了还没到,你们管不管?", "1", "今天18:00", "")

    sent = shown.split("客服", 1)[1]
    assert "今天18:00" in sent
    assert "〔eta〕" not in shown


def test_a_language_that_nobody_speaks_is_refused() -> None:
    """`--lang` takes the languages of the playbook, and names them."""
    result = CliRunner().invoke(main, ["try", "--lang", "fr"])

    assert result.exit_code == 2
    assert "zh-Hant" in result.output


def test_insults_after_two_tries_bring_a_limit_and_not_before() -> None:
    """The ladder: two answered rounds of insults, then the limit is among the replies."""
    first = played("你们这群骗子!垃圾店!")
    third = played(
        "你们这群骗子!垃圾店!", "1", "今天", "今天", "今天", "骗子!滚!垃圾!", "1", "今天", "今天", "今天", "骂的就是你们这群骗子!垃圾!"
    )

    assert "给定限制" not in first
    assert "给定限制" in third


def test_the_next_customer_starts_afresh_and_own_words_can_be_sent() -> None:
    """/new forgets the last customer; /say answers in one's own words; /quit ends."""
    shown = played(
        "My parcel never came!", "/say Sorry, I'm looking into it right now.", "Still nothing!!", "/new", "hello", "/quit", lang="en"
    )

    assert "I'm looking into it right now." in shown
    assert "message 2" in shown
    assert "A new customer." in shown
    assert shown.rstrip().endswith("Bye.")


def test_a_number_that_isnt_offered_is_the_customers_word() -> None:
    """Only 1 to 3 send, another digit is told so; anything else is the customer's next message, hostile markup included."""
    shown = played("[bold]你们[/bold] [link=file:///etc/passwd]管不管[/link]", "7", "77", lang="zh-Hans")

    assert "写 1 到 3" in shown

    assert "[link=file:///etc/passwd]" in shown
    assert "第2条消息" in shown
