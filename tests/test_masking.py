"""Masking: what is shown of a value is a shape, whoever wrote the record; identity does not depend on spelling."""

from __future__ import annotations

import hmac
import stat
from pathlib import Path as FilePath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakscan import masking
from leakscan.types import LeakscanError, Rule

ESC = "\x1b"
KEY = b"k" * 32


def rule(entity: str, category: Any = "pii", name: str = "R") -> Rule:
    return Rule(name, "pack", "s", category, entity, "low", "low", "x", "r", (), (), ())


@pytest.mark.parametrize(
    ("value", "keep", "expected"),
    [
        ("ghp_Ab3" + "x" * 3, "ghp_", "ghp_Aa9aaa"),
        ("536-22-8734", "", "999-99-9999"),
        ("jane.roe@corp.example", "", "aaaa.aaa@aaaa.aaaaaaa"),
        ("Zoë Ωmega 日本", "", "Aaa Aaaaa aa"),
        ("٣٤٥", "", "999"),
        ("tab\tand\nline", "", "aaa aaa aaaa"),
        (f"{ESC}[31mred\u202e", "", "\ufffd[99aaaa\ufffd"),
        ("\ud800x", "", "\ufffda"),
        ("p🔑w", "", "a*a"),
        ("", "", ""),
        ("other", "ghp_", "aaaaa"),
        ("aaaa", "", "****"),
        ("!!", "", "**"),
        ("ghp_", "ghp_", "aaa_"),
        ("ghp_aa", "ghp_", "ghp_**"),
        ("B" * 48, "", "A" * 48),
        ("B" * 49, "", "A" * 47 + "…"),
    ],
)
def test_a_shape_shows_kinds_of_characters_and_the_allowed_prefix(value: str, keep: str, expected: str) -> None:
    assert masking.shape(value, keep) == expected


@given(st.text(min_size=1), st.text(max_size=3))
def test_a_shape_never_equals_its_value_and_can_always_be_encoded(value: str, keep: str) -> None:
    out = masking.shape(value, keep)
    out.encode()
    assert len(out) <= masking.SHAPE_LIMIT
    assert out != value or set(value) == {"*"}


@pytest.mark.parametrize(
    ("entity", "category", "value", "expected"),
    [
        ("US_SSN", "pii", "536-22-8734", "536228734"),
        ("CREDIT_CARD", "pii", "4000 0566-5566 5556", "4000056655665556"),
        ("IBAN", "pii", "de89 3704", "de893704"),
        ("PHONE_NUMBER", "pii", "+1 (415) 555.2671", "14155552671"),
        ("EMAIL_ADDRESS", "pii", "Jane.Roe+x@Corp.example", "jane.roe+x@corp.example"),
        ("IP_ADDRESS", "pii", "2001:DB8::1", "2001:db8::1"),
        ("MAC_ADDRESS", "pii", "00-1A:2b", "001a2b"),
        ("PERSON_NAME", "pii", "Straße  MÜLLER", "strasse müller"),
        ("GITHUB_TOKEN", "secret", "AbC-12", "AbC-12"),
        ("CODENAME", "confidential", "Blue Fox 2", "Blue Fox 2"),
    ],
)
def test_identity_ignores_how_pii_is_written_and_nothing_else(
    entity: str, category: str, value: str, expected: str
) -> None:
    assert masking.normalise(rule(entity, category), value) == expected


def test_a_fingerprint_depends_on_key_rule_and_normalised_value_only() -> None:
    ssn = rule("US_SSN")
    first = masking.fingerprint(KEY, ssn, "536-22-8734")
    assert first == hmac.new(KEY, b"R\x00536228734", "sha256").hexdigest()
    assert masking.fingerprint(KEY, ssn, "536 22 8734") == first
    others = [
        masking.fingerprint(b"other", ssn, "536-22-8734"),
        masking.fingerprint(KEY, rule("US_SSN", name="S"), "536-22-8734"),
        masking.fingerprint(KEY, ssn, "536-22-8735"),
        masking.fingerprint(KEY, ssn, "\ud800"),
    ]
    assert len({first, *others}) == 5


def at(text: str, value: str) -> tuple[int, int]:
    return text.index(value), text.index(value) + len(value)


def test_context_masks_every_leak_of_the_record_and_cuts_at_line_ends() -> None:
    text = "first line\ncard 4000056655665556 of jane@corp.example, thanks\nlast"
    card, mail = at(text, "4000056655665556"), at(text, "jane@corp.example")
    assert masking.context(text, [card, mail], card) == "card 9999999999999999 of aaaa@aaaa.aaaaaaa, t"
    assert masking.context(text, [mail, card], mail) == "ard 9999999999999999 of aaaa@aaaa.aaaaaaa, thanks"


def test_context_keeps_the_prefix_a_rule_allows() -> None:
    text = "key ghp_0123 end"
    span = at(text, "ghp_0123")
    assert masking.context(text, [span], span, {span: "ghp_"}) == "key ghp_9999 end"


def test_context_masks_a_leak_that_only_reaches_into_the_window() -> None:
    text = "0123456701234567012345670123456" + " " * 20 + "ab.12 x"
    span = at(text, "ab.12")
    assert masking.context(text, [span, (0, 31)], span) == "9" * 31 + " " * 20 + "aa.99 x"


def test_context_masks_other_occurrences_that_are_no_finding() -> None:
    text = "ssn 536228734 (again: 536228734)"
    span = at(text, "536228734")
    assert masking.context(text, [span], span) == "ssn 999999999 (again: 999999999)"
    far = "536228734" + " " * 22 + "x 536228734"
    assert "53" not in masking.context(far, [(0, 9)], (0, 9))


def test_context_masks_what_leaks_elsewhere_in_the_record() -> None:
    text = "by jane@corp.example 536228734"
    span = at(text, "jane@corp.example")
    assert masking.context(text, [span], span, values=["536228734"]) == "by aaaa@aaaa.aaaaaaa 999999999"


def test_a_hostile_record_cannot_rewrite_the_terminal() -> None:
    text = f"{ESC}]0;owned\x07 \u202ek\u2066ey\x00 0123 \ud800{ESC}[2J\u200b"
    span = at(text, "0123")
    assert (
        masking.context(text, [span], span) == "\ufffd]0;owned\ufffd \ufffdk\ufffdey\ufffd 9999 \ufffd\ufffd[2J\ufffd"
    )


@given(
    st.lists(st.text("01234567", min_size=3, max_size=40), min_size=1, max_size=20, unique=True),
    st.lists(st.text("xyz .\n\x1b\u202eé", max_size=30), min_size=21, max_size=21),
    st.data(),
)
def test_no_context_holds_a_value_of_the_record(values: list[str], gaps: list[str], data: st.DataObject) -> None:
    text, spans = gaps[-1], []
    for value, gap in zip(values, gaps, strict=False):
        spans.append((len(text), len(text) + len(value)))
        text += value + "," + gap
    text += data.draw(st.sampled_from(values))
    veil = masking.Veil(text, spans)
    for span in spans:
        shown = veil.context(span)
        assert shown == masking.context(text, spans, span)
        assert not any(char in shown for char in "01234567\n\x1b\u202e")


def test_an_index_of_many_values_masks_what_looking_for_each_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [f"{n:03d}" * (1 + n % 7) for n in range(0, 400, 11) if "9" not in str(n)]
    text = "; ".join(values + values[::-1])
    spans = [at(text, value) for value in values]
    many = masking.Veil(text, spans)
    monkeypatch.setattr(masking.Veil, "_FEW", 1000)
    few = masking.Veil(text, spans)
    assert [many.context(span) for span in spans] == [few.context(span) for span in spans]


@pytest.mark.parametrize(
    ("path", "masked", "expected"),
    [
        ((), {}, ""),
        (("messages", 0, "content"), {}, "/messages/0/content"),
        (("a/b", "m~n", "", "ü"), {}, "/a~1b/m~0n//ü"),
        (("x", "536-22-8734", 1), {"536-22-8734": "999-99-9999"}, "/x/999-99-9999/1"),
        (("\ud800",), {}, "/\ufffd"),
    ],
)
def test_a_pointer_is_rfc_6901_and_masks_names_that_leak(
    path: tuple[str | int, ...], masked: dict[str, str], expected: str
) -> None:
    assert masking.pointer(path, masked) == expected


# -- the key -----------------------------------------------------------------------------------------------------


def test_the_environment_key_wins_and_its_id_is_public(tmp_path: FilePath) -> None:
    key, key_id = masking.key({"LEAKSCAN_KEY": "correct horse", "LEAKSCAN_KEY_FILE": "/missing"}, tmp_path)
    assert (len(key), len(key_id)) == (32, 8)
    assert key.hex()[:8] != key_id
    assert list(tmp_path.iterdir()) == []


def test_a_key_file_and_the_same_text_in_the_environment_are_one_key(tmp_path: FilePath) -> None:
    file = tmp_path / "k"
    file.write_text("correct horse\n")
    assert masking.key({"LEAKSCAN_KEY_FILE": str(file)}) == masking.key({"LEAKSCAN_KEY": "correct horse"})


def test_the_first_use_makes_a_private_key_and_the_second_finds_it(tmp_path: FilePath) -> None:
    first = masking.key({"HOME": str(tmp_path)})
    file = tmp_path / ".config/leakscan/key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert masking.key({"HOME": str(tmp_path)}) == first
    assert [item.name for item in file.parent.iterdir()] == ["key"]
    assert masking.key({"XDG_CONFIG_HOME": str(tmp_path / "xdg"), "HOME": str(tmp_path)}) != first


def test_an_unwritable_home_gives_a_warning_and_a_key_for_this_run(tmp_path: FilePath) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.warns(masking.EphemeralKeyWarning, match="LEAKSCAN_KEY"):
        key, _ = masking.key({"HOME": str(blocked)})
    assert len(key) == 32


@pytest.mark.parametrize(("content", "reason"), [(None, "cannot be read"), (" \n", "is empty")])
def test_a_named_key_file_that_gives_no_key_is_an_error(tmp_path: FilePath, content: str | None, reason: str) -> None:
    file = tmp_path / "k"
    if content is not None:
        file.write_text(content)
    with pytest.raises(LeakscanError, match=reason):
        masking.key({"LEAKSCAN_KEY_FILE": str(file)})
