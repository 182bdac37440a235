"""What can be seen and reached: contrast, buttons that break at words, menus beside what they are about, nothing covered, nothing cut."""

from __future__ import annotations

import struct
import time
import wave
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from calmdesk.desk.words import Words
from tests.browser.driver import NARROW, Browser, newcomer
from tests.browser.test_places import TYPE, elsewhere

SAYS = Words.shipped()
CONTRAST = """
const rgb = (text) => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  canvas.fillStyle = text;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const solid = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const found = getComputedStyle(at).backgroundColor;
    const [red, green, blue, alpha] = rgb(found);
    if (alpha === 255) return [red, green, blue];
  }
  return [255, 255, 255];
};
const light = (color) => color.slice(0, 3).map((part) => part / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
return [...document.querySelectorAll(arguments[0])].filter((one) => one.checkVisibility()).map((one) => {
  const [a, b] = [light(rgb(getComputedStyle(one).color)), light(solid(one))].sort((x, y) => y - x);
  return [one.className || one.tagName, one.textContent.slice(0, 20), (a + 0.05) / (b + 0.05)];
});
"""
QUIET = ".meta time, .topic time, .topic-last, .who small, .chip.strong, .badge, .tagline, .topic-line b, .text, .text code, .offer span, .author"
BOX = "const box = arguments[0].getBoundingClientRect(); return [box.left, box.top, box.right, box.bottom]"
FITS = """
const pen = document.createElement('canvas').getContext('2d');
return [...document.querySelectorAll('.composer textarea')].filter((one) => one.checkVisibility()).map((one) => {
  const style = getComputedStyle(one, '::placeholder');
  pen.font = `${style.fontWeight} ${style.fontSize} ${getComputedStyle(one).fontFamily}`;
  const padding = parseFloat(getComputedStyle(one).paddingLeft) + parseFloat(getComputedStyle(one).paddingRight);
  return [one.placeholder, pen.measureText(one.placeholder).width, one.clientWidth - padding];
});
"""
AT_END = "const log = document.querySelector('#desk .log'); return log.scrollHeight - log.scrollTop - log.clientHeight < 5"


def box(page: Browser, element: Any) -> list[float]:
    """Return where an element is: left, top, right, bottom."""
    return list(page.driver.execute_script(BOX, element))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_written_small_can_be_read(page: Browser, scheme: str) -> None:
    """Times, previews, subtitles and buttons stand out from what is behind them by 4.5 to 1 at least, light and dark."""
    page.prefers(scheme)
    newcomer(page, f"严女士{scheme}")
    page.writes("customer", "三天没发货，骗子！")
    page.card_shows("严女士")
    page.writes("colleague", "快递八天没到，气死我了")
    page.until(lambda: page.all("#colleague code"))
    time.sleep(0.3)
    found = page.driver.execute_script(CONTRAST, QUIET)
    page.prefers("light")
    assert len(found) > 10
    assert [one for one in found if one[2] < 4.5] == []


def test_what_can_be_copied_looks_calm(page: Browser) -> None:
    """A reply that can be copied is no error: its colour isn't red."""
    page.writes("colleague", "快递八天没到，气死我了")
    code = page.until(lambda: page.find("#colleague code"))
    red, green, blue = (int(part) for part in code.value_of_css_property("color").split("(")[1].rstrip(")").split(",")[:3])
    assert red <= max(green, blue)


def test_buttons_break_at_words(page: Browser) -> None:
    """On a narrow page a label is never cut within a word, and no row is wider than the page."""
    page.size(*NARROW)
    newcomer(page, "Mr Cole")
    page.writes("customer", "My parcel is late, you liars")
    page.click("[data-tab=desk]")
    page.card_shows("Mr Cole")
    narrowest = """
    const key = document.querySelector('#desk .key');
    key.querySelector('span').textContent = 'Supervisor';
    key.parentElement.style.width = '200px';
    const lines = new Set();
    const range = document.createRange();
    const text = key.querySelector('span').firstChild;
    for (let place = 0; place < text.length; place += 1) {
      range.setStart(text, place);
      range.setEnd(text, place + 1);
      lines.add(Math.round(range.getBoundingClientRect().top));
    }
    return lines.size;
    """
    assert page.driver.execute_script(narrowest) == 1
    assert page.driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")


def test_a_blank_can_be_filled_in_at_once(page: Browser) -> None:
    """After a tap on a suggestion with a blank the field is ready, says what for, and the line that says so covers no message."""
    newcomer(page, "金女士")
    page.writes("customer", "充电宝冒烟了，我要投诉")
    page.card_shows("〔")
    page.taps("desk", SAYS("zh-Hans", "button_send", number=1))
    field = page.find("#desk textarea")
    page.until(lambda: page.keys("desk", SAYS("zh-Hans", "button_give_up")) and page.driver.switch_to.active_element == field)
    assert field.get_attribute("placeholder") == "回答机器人的问题…"
    for shown in page.all("#desk .toast"):
        last = page.all("#desk article")[-1]
        assert box(page, shown)[3] <= box(page, last)[1]
    page.taps("desk", SAYS("zh-Hans", "button_give_up"))
    page.until(lambda: "发给顾客" in str(field.get_attribute("placeholder")))


def test_a_menu_opens_beside_its_message(page: Browser) -> None:
    """By the keyboard too, and where nothing hovers, as on a telephone and in this browser."""
    newcomer(page, "喻先生")
    page.writes("customer", "在吗")
    page.card_shows("喻先生")
    page.find("#desk .log").send_keys(Keys.ARROW_UP)
    page.driver.switch_to.active_element.send_keys(Keys.ARROW_UP)
    message = page.driver.switch_to.active_element
    message.send_keys(Keys.ENTER)
    menu = page.until(lambda: page.find(".menu"))
    left, top, right, bottom = box(page, message)
    at = box(page, menu)
    assert left - 20 <= at[0] <= right + 20
    assert top - 300 <= at[1] <= bottom + 20


def test_the_list_of_stories_is_walked_through_and_closed(page: Browser) -> None:
    """The arrows go from story to story, and a button closes the list."""
    page.click("#stories-button")
    page.until(lambda: page.driver.switch_to.active_element == page.find(".story"))
    page.driver.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    assert page.driver.switch_to.active_element == page.all(".story")[1]
    page.click("#stories .sheet-head .round")
    page.until(lambda: not page.find("#stories").is_displayed())


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_nothing_is_cut_on_a_narrow_page(page: Browser, language: str) -> None:
    """What the fields say fits, the choices at the top can be read, and nothing sticks out."""
    page.find(f"#language option[value={language}]").click()
    page.size(*NARROW)
    for tab in ("customer", "desk", "colleague"):
        page.click(f"[data-tab={tab}]")
        assert [one for one in page.driver.execute_script(FITS) if one[1] > one[2]] == []
        assert page.driver.execute_script("return document.querySelector('.top').scrollWidth <= innerWidth")
    for select in page.all(".top select"):
        wide, shown = page.driver.execute_script(
            "const one = arguments[0]; const before = one.offsetWidth; one.style.maxWidth = 'none'; one.style.flex = 'none';"
            "const wide = one.offsetWidth; one.removeAttribute('style'); return [wide, before]",
            select,
        )
        assert shown >= wide


def test_an_open_topic_stays_at_its_end(page: Browser) -> None:
    """However the page is narrowed or widened, and through another tab and back."""
    newcomer(page, "苏先生")
    for number in range(3, 9):
        page.writes("customer", f"等了{number}天了，{'怎么还不来' * 9}")
        page.shows("desk", f"等了{number}天了")
    page.until(lambda: page.driver.execute_script(AT_END))
    page.size(*NARROW)
    page.click("[data-tab=desk]")
    page.until(lambda: page.driver.execute_script(AT_END))
    page.click("[data-tab=customer]")
    page.click("[data-tab=desk]")
    page.until(lambda: page.driver.execute_script(AT_END))
    page.size(800, 700)
    page.until(lambda: page.driver.execute_script(AT_END))


AT_THE_EDGE = """
const log = document.querySelector('#desk .log'), key = arguments[0];
log.scrollTop += key.getBoundingClientRect().bottom - log.getBoundingClientRect().bottom + 6;
"""


def test_what_the_bot_asks_after_a_tap_is_in_sight(page: Browser) -> None:
    """On a narrow page the card's lower end is out of sight when a reply is sent; the question for its blank, and the field, are not."""
    page.size(*NARROW)
    newcomer(page, "薛女士")
    page.writes("customer", "快递8天了，显示签收，我根本没收到！问你们客服三次就会说亲请耐心等待")
    page.click("[data-tab=desk]")
    page.card_shows("薛女士")
    place = next(number for number, text in page.replies().items() if "〔" in text)
    key = next(one for one in page.all("#desk .key") if one.text == SAYS("zh-Hans", "button_send", number=place))
    page.driver.execute_script(AT_THE_EDGE, key)
    assert not page.driver.execute_script(AT_END)
    key.click()
    page.until(lambda: page.keys("desk", SAYS("zh-Hans", "button_give_up")))
    question = page.all("#desk article")[-1]
    page.until(lambda: box(page, question)[3] <= box(page, page.find("#desk .composer"))[1])
    assert box(page, question)[1] > box(page, page.find("#desk .log"))[1]
    assert page.find("#desk textarea").is_displayed()


def test_what_is_in_sight_is_read(page: Browser, address: str) -> None:
    """A card that is taller than the page is read when it is looked at; one that comes below, out of sight, is not."""
    page.size(*NARROW)
    newcomer(page, "邹女士")
    page.writes("customer", "快递8天了，显示签收，我根本没收到！问你们客服三次就会说亲请耐心等待")
    page.until(lambda: page.find("[data-tab=desk] .badge"))
    number = int(str(page.find('#customer .person[aria-pressed="true"]').get_attribute("data-person")))
    page.click("[data-tab=desk]")
    page.card_shows("邹女士")
    page.until(lambda: not page.all("#desk .topic[aria-current] .badge"))
    assert not page.driver.execute_script(AT_END)
    for number_of_days in (8, 9, 10):
        text = f"第{number_of_days}天了，还是没有人给我一个准信，"
        elsewhere(address, "say", by=number, text=text * 12)
        page.card_shows(text)
    page.driver.execute_script("document.querySelector('#desk .log').scrollTop = 0")
    elsewhere(address, "say", by=number, text="最后问一次")
    page.until(lambda: page.all("#desk .topic[aria-current] .badge"))


def test_a_line_over_the_page_goes_soon(page: Browser) -> None:
    """It stays as long as it takes to read, and makes room for the next one."""
    twice = """
    import(new URL('static/js/popups.js', location)).then(({ toast }) => {
      toast('已安排发送');
      toast('已通知主管');
      arguments[0]();
    });
    """
    page.driver.execute_async_script(twice)
    assert [one.get_property("textContent") for one in page.all(".toast")] == ["已通知主管"]
    page.until(lambda: not page.all(".toast"), 2.5)


def test_an_empty_desk_with_topics_asks_to_pick_one(page: Browser) -> None:
    """Where there are topics and none is open, since the open one was deleted, the desk doesn't wait for customers."""
    newcomer(page, "潘女士")
    page.writes("customer", "在吗")
    page.card_shows("潘女士")
    gone = """
    const done = arguments[0];
    import(new URL('static/js/state.js', location)).then(({ takeNow, world }) => {
      const topic = Number(document.querySelector('.topic[aria-current]').dataset.topic);
      takeNow({ kind: 'topic', topic: { ...world.topics.get(topic), deleted: true } });
      done();
    });
    """
    page.driver.execute_async_script(gone)
    assert page.until(lambda: page.find("#desk .empty p")).text == "挑一个话题来看"


def test_what_a_button_is_for_is_said_in_the_pages_language(page: Browser) -> None:
    """The button that leads to the newest message among them; the time of big emoji stands below them."""
    assert page.find("#desk .newest").get_attribute("title") == "到最新一条"
    page.find("#language option[value=en]").click()
    page.until(lambda: page.find("#desk .newest").get_attribute("title") == "To the newest")
    assert page.find("#desk .newest").get_attribute("aria-label") == "To the newest"
    newcomer(page, "Ms Dale")
    page.driver.execute_script(TYPE, "#customer", "😡😡😡")
    page.presses("customer", Keys.ENTER)
    jumbo = page.until(lambda: page.find("#customer .jumbo"))
    assert box(page, page.find("#customer article.own .meta"))[1] >= box(page, jumbo)[3] - 8


def test_an_agent_learns_of_inline_search(page: Browser) -> None:
    """The paper clip of the staff offers it, and puts the bot's name into the field; a customer's doesn't."""
    newcomer(page, "奚先生")
    page.writes("customer", "包裹丢了")
    page.card_shows("奚先生")
    page.click("#customer .round[aria-haspopup]")
    assert "calmdesk_bot" not in page.until(lambda: page.find(".menu")).text
    page.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    page.click("#desk .line .round[aria-haspopup]")
    page.click(".menu button:last-child")
    page.until(lambda: page.find("#desk .offers").is_displayed())
    assert page.find("#desk textarea").get_attribute("value") == "@calmdesk_bot "


def test_a_voice_message_plays(page: Browser, tmp_path: Path) -> None:
    """A sound that a customer sends is heard at the desk: its button begins to play it and then pauses it."""
    newcomer(page, "范女士")
    sound = tmp_path / "voice.wav"
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(struct.pack("<16000h", *[0] * 16000))
    page.click("#customer .round[aria-haspopup]")
    page.driver.execute_script("document.querySelector('#customer input[type=file]').click = () => {}")
    page.click(".menu button:nth-child(3)")
    page.find("#customer input[type=file]").send_keys(str(sound))
    page.until(lambda: page.driver.execute_script("return document.querySelector('dialog audio').duration > 1"))
    page.click("#send-file")
    page.until(lambda: "0:02" in page.find("#desk .sound").text)
    page.click("#desk .sound .disc")
    page.until(
        lambda: page.driver.execute_script("const one = document.querySelector('#desk audio'); return !one.paused && one.currentTime > 0")
    )
    assert page.find("#desk .sound .disc").get_attribute("aria-label") == "暂停"
