"""Toy rules over a tiny alphabet, and JSON encoders that write a value in every legal way."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from leakscan.types import Policy, Rule

POLICY = Policy(min_confidence="low", key=b"k" * 32, show_values=True)


def rule(rule_id: str, pattern: str, **more: Any) -> Rule:
    """A rule with nothing but what matching needs."""
    return Rule(
        id=rule_id,
        pack="toy",
        summary=rule_id,
        category=more.pop("category", "secret"),
        entity=rule_id.upper(),
        severity="high",
        confidence=more.pop("confidence", "medium"),
        pattern=pattern,
        remediation="none",
        references=(),
        leaks=(),
        clean=(),
        **more,
    )


RULES = [
    rule("pair", "ab"),
    rule("single", "@", edges=False),
    rule("eats-next", "b[^x]", edges=False),
    rule("eats-line", "a\\nb", edges=False),
    rule("quoted", '"[ab]{1,4}"', edges=False),
    rule("slash", "a/b"),
    rule("backslash", "a\\\\b", edges=False),
    rule("wide", "a[^\\x00-\\x7f]b", edges=False),
    rule("kelvin", "(?i:ks)[0-9]", edges=False),
    rule("assigned", "[ab]{2,6}", before="key\\s{0,3}[=:]\\s{0,3}[\"']?"),
    rule("plus", "a\\+[0-9]{2,5}"),
    rule("angle", "<a>b", edges=False),
    rule("needs-word", "[0-9]{3}", context=("ab key", "zed"), context_required=True),
    rule("needs-any", "[^ \\n]{1,5}", context=("qx",), context_required=True, confidence="low"),
    rule("field-only", "[0-9]{2}[a-z]?", context=("ab key", "zed"), context_required=True, field_only=True),
    rule("raised", "x[0-9]", context=("zed",), confidence="low"),
    rule("calm", "y[0-9]", calm=True),
    rule("generic", "[ab]{2,8}", generic=True),
    rule("spaced", "a b"),
    rule("looks", '(?<![@=/b])(?=[ab]{0,3}b)[ab]{2,4}(?![@=+/"]|-[0-9])', edges=False),
    rule("looks-far", "(?<=x)1(?!,1|\\.[0-9]|\\])(?=2?[^a]{0,6}[3-9@])", edges=False),
    rule("number", "12(?=34?)[0-9]{1,2}(?![0-9.,}:])", edges=False),
    rule(
        "needs-look", "(?<!0)(?=[a-z]{0,4}[0-9])[a-z0-9]{3,5}(?![+=/@])", context=("zed", "qx"), context_required=True
    ),
]

WORDS = [
    "a", "b", "ab", "@", "\n", "\r\n", "\t", " ", '"', "'", "\\", "/", "<", ">", "&", "x", "x1", "y2", "key=", "key: ",
    "zed", "Zed", "ab key", "ab_key", "abKey", "qx", "123", "1234", "a+12", "é", "世", "😀", "\u2028", "\x00", "\x7f",
    "\ud800", "\udc00", "\\n", "\\u0041", "%61%62", "%40", "%E4%B8%96", "&lt;", "&#64;", "&quot;", "&amp;lt;", "Ks1",
    "\u212as1", "K\u017f1", "YWJAYWIgYWJAYWIgYWJAYWIgYWI=", "a/b", "ab@ab", "\\nab", "=", ",", "{", "}", "[", "]", ":",
    "a\\b", "<a>b",
]  # fmt: skip

texts = st.lists(st.sampled_from(WORDS), max_size=8).map("".join)
"""Strings made of what the toy rules, the escapes and the views care about."""

names = st.one_of(
    st.sampled_from(["a", "b", "zed", "abKey", "ab_key", "id", "x1", "qx", "ab", "", "/", "~", "é"]), texts
)
numbers = st.sampled_from(
    ["0", "-1", "123", "1234.0", "12.5", "1e3", "NaN", "-Infinity", "123456789012345678901234567890"]
)


class Raw(str):
    """A number or literal, written as it stands."""

    __slots__ = ()


scalars = st.one_of(texts, texts, numbers.map(Raw), st.sampled_from(["true", "false", "null"]).map(Raw))
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.lists(st.tuples(names, inner), max_size=4).map(lambda items: ("object", items))
    ),
    max_leaves=6,
)
"""JSON values: a string, a Raw, a list, or ("object", [(name, value), …]) in which names may repeat."""


def encode(draw: Any, value: Any, depth: int = 0) -> str:
    """`value` as JSON source, each choice that JSON leaves open drawn: escapes, white space, nested documents."""
    space = draw(st.sampled_from(["", "", "", " ", "\t", "  "]))
    if isinstance(value, Raw):
        return space + str(value) + space
    if isinstance(value, str):
        return space + string(draw, value) + space
    if isinstance(value, tuple):
        body = ",".join(space + string(draw, name) + space + ":" + encode(draw, v, depth + 1) for name, v in value[1])
        out = "{" + body + "}"
    else:
        out = "[" + ",".join(encode(draw, v, depth + 1) for v in value) + "]"
    if 0 < depth < 3 and draw(st.integers(0, 5)) == 0:
        return string(draw, out)  # a document inside a string, as tool-call arguments are
    return out


SHORT = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def string(draw: Any, text: str) -> str:
    """A JSON string in one of the styles encoders have, or a mixture of all of them."""
    style = draw(st.sampled_from(["plain", "plain", "ascii", "php", "go", "all", "mixed"]))
    out = []
    for char in text:
        code = ord(char)
        must = char in '"\\' or code < 0x20 or 0xD800 <= code < 0xE000
        escape = (
            must
            or (style in ("ascii", "php") and code > 0x7E)
            or (style == "php" and char == "/")
            or (style == "go" and char in "<>&\u2028")
            or style == "all"
            or (style == "mixed" and draw(st.booleans()))
        )
        if not escape:
            out.append(char)
        elif char in SHORT and (style != "all" and not (style == "mixed" and draw(st.booleans()))):
            out.append(SHORT[char])
        else:
            units = char.encode("utf-16-be", "surrogatepass")
            digits = "%04x" if style != "mixed" else draw(st.sampled_from(["%04x", "%04X"]))
            out += ["\\u" + digits % int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2)]
    return '"' + "".join(out) + '"'


@st.composite
def shards(draw: Any) -> bytes:
    """A JSON Lines shard with all that goes wrong in one: BOM, CRLF, blank and broken lines, invalid UTF-8."""
    lines: list[bytes] = []
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.integers(0, 9))
        if kind == 0:
            line = draw(texts).replace("\n", " ").encode("utf-8", "surrogatepass")
        elif kind == 1:
            line = b""
        else:
            line = encode(draw, draw(trees)).encode("utf-8", "surrogatepass")
        if draw(st.integers(0, 9)) == 0 and line:
            cut = draw(st.integers(0, len(line)))
            line = line[:cut] + draw(st.sampled_from([b"", b"\xff", b"\xc3", b"\x00", b"\xed\xa0\x80"])) + line[cut:]
        if draw(st.integers(0, 9)) == 0:
            line = line[: draw(st.integers(0, len(line)))]
        lines.append(line)
    end = draw(st.sampled_from([b"\n", b"\n", b"\r\n"]))
    data = end.join(lines) + (end if draw(st.booleans()) else b"")
    return (b"\xef\xbb\xbf" if draw(st.integers(0, 9)) == 0 else b"") + data
