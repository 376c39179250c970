"""What the chat filter finds, what it lets pass, and what it shows instead."""

from __future__ import annotations

import re
import timeit
from random import Random
from time import process_time

import pytest

from server.chat.filter import (
    LONGEST_WORD,
    MOST_RULES,
    Action,
    ChatFilter,
    Rule,
    read_rules,
    starter_rules,
)

WORDS = ChatFilter(
    [
        *(Rule(word, "en") for word in ("bad", "shit", "hell", "ass", "cunt", "penis", "www")),
        *(Rule(word, "ru") for word in ("блин", "бля", "манда", "хуй", "сука", "ёлки", "щука")),
        Rule("1488"),
    ]
)


def masked(text: str) -> str:
    return WORDS.judge(text).masked_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("bad", "***"),
        ("BaD!", "***!"),
        ("so bad, bad day", "so ***, *** day"),
        ("bаd", "***"),  # The а is Cyrillic.
        ("Ьаd", "***"),
        ("ｂａｄ 𝐛𝐚𝐝 𝕭𝖆𝖉 ⓑⓐⓓ", "*** *** *** ***"),
        ("b4d 8ad b@d", "*** *** ***"),
        ("sh1t 5hit $hit sh!t s|-|it", "**** **** **** **** s|-|it"),
        ("a$$ @ss as5 4ss", "*** *** *** ***"),
        ("oh!bad", "oh!***"),
        ("baaad BBAADD b a a d", "***** ****** * * * *"),
        ("asss a s s", "**** * * *"),
        ("a-s-s", "*-*-*"),
        ("WwW wwww", "*** ****"),
        ("b a d", "* * *"),
        ("b.a.d, b-a-d; b_ad ba*d", "*.*.*, *-*-*; *_** ****"),
        ("b😀a😀d 👍🏽", "*😀*😀* 👍🏽"),
        ("b\u200ba\u00add", "*\u200b*\u00ad*"),
        ("b\u0336a\u0336d\u0336", "*\u0336*\u0336*\u0336"),
        ("ba\u0301d bád", "**\u0301* ***"),
        ("ass...so ass,ass", "***...so ***,***"),
        ("glass ass saw", "glass *** saw"),
        ("блин БЛИН бл1н блiн 6лин", "**** **** **** **** ****"),
        ("б л и н", "* * * *"),
        ("б  л...и - н", "*  *...* - *"),
        ("б л и н  б л и н   б л я", "* * * *  * * * *   * * *"),
        ("x b.a.d y", "x *.*.* y"),
        ("бллииин", "*******"),
        ("сука cyka СУKА $ука с.у.к.а", "**** **** **** **** *.*.*.*"),
        ("хуй xyй xyu ×уй хуи", "*** *** *** *** ***"),
        ("елки ёлки e\u0308лки", "**** **** *\u0308***"),
        ("щука шука Щyкa", "**** **** ****"),
        ("ты б л я! и б л я и", "ты * * *! и * * * и"),
        ("hell! go to hell, she'll", "****! go to ****, she'll"),
        ("1488 14-88 148888", "**** **-** ******"),
        ("ba\td\nbad", "ba\td\n***"),
    ],
)
def test_it_finds_a_word_however_it_is_written(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "Scunthorpe, Essex, class, assassin, bass, hello, shell, badge, Sinbad",
        "оскорблять команда мандарин употреблять застрахуй рубля щукарь блинчик сукаре",
        "as s, s as, b ad, ba d, the pen is here, его блинный",
        "as a sas, as-sas",
        "he'll, we'll, I'll; ba'd",
        "455 455,00 8ad0 h3ll0 (4) 5 5",
        "S c u n t h o r p e",
        "S.c.u.n.t.h.o.r.p.e",
        "о с к о р б л я т ь",
        "с-к-о-р-б-л-я",
        "labb l488 14881",
        "ww w.w x",
        "\ud800 \U0010ffff 漢字 😀😀 \x00\x01\x02",
    ],
)
def test_it_lets_ordinary_words_pass(text: str) -> None:
    verdict = WORDS.judge(text)
    assert (verdict.action, verdict.masked_text, verdict.matches) == (Action.PASS, text, ())


def test_a_rule_for_parts_of_words_is_found_inside_of_one_word_only() -> None:
    judge = ChatFilter([Rule("hit", "en", whole_word=False), Rule("хуй", "ru", whole_word=False)])
    assert judge.judge("White hits, shiit").masked_text == "W***e ***s, s****"
    assert judge.judge("w.h.i.t.e w h i t e").masked_text == "w.*.*.*.e w * * * e"
    assert judge.judge("застрахуй").masked_text == "застра***"
    for text in ("oh it", "push-it", "ah.it", "h'it", "ох уйди"):
        assert judge.judge(text).action is Action.PASS


def test_a_rule_may_have_two_letters() -> None:
    judge = ChatFilter([Rule("go", "en"), Rule("xx", "en")])
    assert judge.judge("go g.o let's go! got ago, then xxx").masked_text == (
        "** *.* let's **! got ago, then ***"
    )


def test_the_first_letter_of_a_line_counts_though_the_last_is_the_same() -> None:
    judge = ChatFilter([Rule("that", "en", whole_word=False)])
    assert judge.judge("that").masked_text == "****"
    assert judge.judge("that at the hat").masked_text == "**** at the hat"


def test_a_match_tells_where_it_stands_in_the_text() -> None:
    matches = WORDS.judge("oh, b\u200b.a.d and bááád").matches
    assert [(each.rule.word, each.start, each.end) for each in matches] == [
        ("bad", 4, 10),
        ("bad", 15, 20),
    ]


def test_the_strictest_of_several_rules_decides() -> None:
    flag, mask, hold = (
        Rule("one", "en", "flag"),
        Rule("two", "en", "mask"),
        Rule("six", "en", "hold"),
    )
    judge = ChatFilter([flag, mask, hold])
    assert judge.judge("one").action is Action.FLAG
    assert judge.judge("one").masked_text == "one"
    assert judge.judge("two one").action is Action.MASK
    assert judge.judge("two one").masked_text == "*** one"
    verdict = judge.judge("one two six")
    assert verdict.action is Action.HOLD
    assert verdict.masked_text == "one *** ***"
    assert [each.rule for each in verdict.matches] == [flag, mask, hold]


def test_of_rules_that_begin_at_one_letter_the_strictest_is_told_and_then_the_longest() -> None:
    short, long = Rule("bad", "en", "mask", False), Rule("badger", "en", "mask", False)
    assert [each.rule for each in ChatFilter([short, long]).judge("badgers").matches] == [long]
    strict = Rule("bad", "en", "hold", False)
    assert [each.rule for each in ChatFilter([strict, long]).judge("badgers").matches] == [strict]


def test_a_language_reads_digits_its_own_way() -> None:
    assert ChatFilter([Rule("лез", "ru")]).judge("ле3").matches
    assert ChatFilter([Rule("lez", "en")]).judge("le3").action is Action.PASS
    assert ChatFilter([Rule("lee", "en")]).judge("le3").matches
    assert ChatFilter([Rule("lee", "any")]).judge("le3").matches


def test_a_dry_run_tells_of_the_lines_that_would_be_caught() -> None:
    lines = ["hello", "so bad", "", "б л и н", "good"]
    assert [
        (index, verdict.action, verdict.masked_text) for index, verdict in WORDS.dry_run(lines)
    ] == [(1, Action.MASK, "so ***"), (3, Action.MASK, "* * * *")]


def test_a_filter_without_rules_lets_everything_pass() -> None:
    assert ChatFilter([]).judge("bad").action is Action.PASS


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (Rule(""), "there is no word"),
        (Rule(None), "there is no word"),  # type: ignore[arg-type]
        (Rule("a"), "a single letter"),
        (Rule("x" * (LONGEST_WORD + 1)), f"at most {LONGEST_WORD} letters"),
        (Rule("x" * 1_000_000), f"at most {LONGEST_WORD} letters"),
        (Rule("two words"), "' ' is no letter"),
        (Rule("b.a.d"), r"'\.' is no letter"),
        (Rule("bád\u0301"), "is no letter"),
        (Rule("bad😀"), "is no letter"),
        (Rule("҂҂"), "is no letter"),
        (Rule("плохо", "en"), "'п' is no letter of the language"),
        (Rule("bad", "ru"), "'b' is no letter of the language"),
        (Rule("漢字"), "is no letter"),
        (Rule("bad", "de"), "language 'de' is none of en, ru, any"),
        (Rule("bad", []), "language"),  # type: ignore[arg-type]
        (Rule("bad", "en", "ban"), "action 'ban' is none of flag, mask, hold"),
        (Rule("bad", "en", "pass"), "action 'pass'"),
        (Rule("bad", "en", "mask", 1), "whole_word"),  # type: ignore[arg-type]
    ],
)
def test_a_rule_that_is_not_sound_is_refused_by_its_number(rule: Rule, told: str) -> None:
    with pytest.raises(ValueError, match=f"rule 2, .*{told}") as refusal:
        ChatFilter([Rule("good"), rule])
    assert len(str(refusal.value)) < 200


def test_too_many_rules_are_refused() -> None:
    with pytest.raises(ValueError, match=f"at most {MOST_RULES}"):
        ChatFilter([Rule("bad")] * (MOST_RULES + 1))
    assert ChatFilter([Rule("bad")] * MOST_RULES).judge("bad").matches


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "only .*rule"),
        ("[[rule]", "line 1"),
        ("rule = 1", "no list of tables"),
        ("rule = [1]", "table 1"),
        ("words = []", "only .*rule"),
        ('[[rule]]\nwords = ["bad"]', "table 1: its keys"),
        (
            '[[rule]]\nwords="bad"\nlanguage="en"\naction="mask"\nwhole_word=true',
            "words is no list",
        ),
        ('[[rule]]\nwords=["bäd!"]\nlanguage="en"\naction="mask"\nwhole_word=true', "rule 1"),
    ],
)
def test_a_broken_list_is_refused_at_a_stated_place(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_rules(text)


def test_a_rule_comes_back_from_its_columns() -> None:
    rule = Rule("bad", "en", Action.HOLD, False)
    columns = rule.as_columns()
    assert Rule(**columns) == rule
    assert type(columns["action"]) is str


def test_the_first_list_catches_the_usual_and_spares_ordinary_talk() -> None:
    judge = ChatFilter(starter_rules())
    for text in ("what the fuck", "f u c k", "motherfucking", "5hit", "б л я", "пиздец", "cyкa"):
        assert judge.judge(text).action is Action.MASK, text
    assert judge.judge("сам дурак").action is Action.FLAG
    assert judge.judge("k.y.s").action is Action.HOLD
    ordinary = """
        Привет всем! Кто пойдёт за грибами? Я за хлебом, потом хлебать чай. Подстрахуй меня.
        Оскорблять нельзя, команда, не употреблять. Закусука? Барсука видел, и суккулент, и хериц.
        Художник рисует, дурман, дурашливый, идиоматический, тварьё. Три рубля, корабля, сабля.
        Не психуй, колебаться, ребёнок, себе, тебе, небо. Мудрый. Жопорез. Дебилизатор.
        Hello all! Scunthorpe, Penistone, cocktails, assassins, class, pass, Dickens, shiitake,
        bass, grass, arsenal, hoarse, sparse, kyste, moronic acid? idiotic? The pen is in the can't.
        It's 4:55, I have 455 coins, 8 apples and 5417 wins. gg wp, lol, brb, see you @ the castle!
        """
    for line in ordinary.strip().splitlines():
        assert judge.judge(line).action is Action.PASS, judge.judge(line)


def random_words(random: Random, letters: str, count: int) -> list[str]:
    return ["".join(random.choices(letters, k=random.randint(4, 9))) for _ in range(count)]


def test_no_line_takes_much_longer_than_a_plain_one() -> None:
    """And one ten times as long takes about ten times as long, whatever it is made of."""
    random = Random(4)
    russian = random_words(random, "абвгдежзиклмнопрст", 250)
    english = random_words(random, "abcdefghijklmnoprst", 250)
    judge = ChatFilter(
        [
            *(Rule(word, "ru", whole_word=index % 2 == 0) for index, word in enumerate(russian)),
            *(Rule(word, "en", whole_word=index % 2 == 0) for index, word in enumerate(english)),
        ]
    )

    def seconds(text: str) -> float:
        judge.judge(text)
        # The processor's time: the tests' machine has others to serve.
        return min(timeit.repeat(lambda: judge.judge(text), timer=process_time, number=1, repeat=7))

    plain = "Привет всем, кто пойдёт сегодня в лес за грибами? I will come too at 18:30. "
    hostile = [
        " ",
        "a",
        "a ",
        "a.",
        "ab",
        "a b.",
        "a!",
        "a" + "-" * 30,
        "a\u200b",
        "a" + "\u0336" * 20,
        "4$5!3@",
        "ю",
        "😀",
        "漢",
        "".join(word[:-1] for word in english + russian),
        " ".join(word[:-1] for word in english + russian),
        ".".join("".join(english)),
        " ".join(english + russian),
        "".join(english + russian),
        "".join(chr(random.randrange(32, 0xD7FF)) for _ in range(500)),
    ]
    usual = seconds((plain * 10)[:500])
    for text in hostile:
        line = (text * 500)[:500]
        assert seconds(line) < 8 * usual, text[:40]
        assert seconds((text * 5000)[:5000]) < 40 * max(usual, seconds(line)), text[:40]


def test_a_masked_line_differs_from_the_text_in_stars_alone() -> None:
    """Made of parts of words, signs, marks and pictures at random."""
    random = Random(5)
    parts = [
        "b",
        "a",
        "d",
        "bad",
        "б",
        "л",
        "я",
        "бля",
        " ",
        ".",
        "-",
        "'",
        "!",
        "\u200b",
        "\u0301",
    ]
    parts += ["😀", "4", "8", "$", "ю", "æ", "Ь", "aaa", "ﬁ", "½", "\n", "hell", "1488"]
    found = 0
    for _ in range(3000):
        text = "".join(random.choices(parts, k=random.randint(1, 12)))
        verdict = WORDS.judge(text)
        assert len(verdict.masked_text) == len(text)
        for place, (was, now) in enumerate(zip(text, verdict.masked_text, strict=True)):
            if was != now:
                assert now == "*"
                assert any(each.start <= place < each.end for each in verdict.matches)
        for match in verdict.matches:
            assert re.search(r"\w|[$!]", text[match.start]), text
            assert verdict.masked_text[match.start] == verdict.masked_text[match.end - 1] == "*"
        found += bool(verdict.matches)
    assert found > 300
