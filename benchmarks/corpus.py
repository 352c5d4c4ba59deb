"""Builds a seeded corpus that resembles training data, with planted leaks and the list of them.

    python -m benchmarks.corpus --mb 200 --seed 1 --out DIR

writes DIR/jsonl/shard-*.jsonl, the same records as DIR/parquet/shard-*.parquet (zstd, nested messages),
DIR/planted.jsonl (ground truth) and DIR/corpus.json (parameters and SHA-256 of every file).
The same seed on a machine with the same packages gives the same bytes.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import random
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import plants, sources
from benchmarks.plants import Kind

VERSION = 10
"""Raise it when the same seed should give other bytes: a cached corpus of another version is rebuilt."""
HOME = Path("~/.cache/leakscan-bench").expanduser()
"""Not below the repository: the peers obey its .gitignore and would read nothing."""
ROW_GROUP = 65_536
SHORT = 40
"""Strings shorter than this take a leak only if a record has no longer one."""
SHARD_MB = 33

Record = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What to build. `every` = one record in so many carries a leak."""

    mb: int = 200
    seed: int = 1
    every: int = 1000
    short: bool = False
    """Records of 1 to 2 KB only, for the dense corpus."""

    @property
    def name(self) -> str:
        """Folder name."""
        return f"{'dense' if self.every == 1 else 'main'}-{self.mb}mb-seed{self.seed}"


@dataclass(frozen=True)
class Plant:
    """Ground truth of one planted leak. `file` is the shard's stem, the same for JSONL and Parquet."""

    file: str
    record: int
    pointer: str
    kind: str
    category: str
    entity: str
    rules: tuple[str, ...]
    context: str
    encoding: tuple[str, ...]
    value: str
    accepts: tuple[str, ...]
    written: str
    """How the value stands in the decoded string at `pointer`, before base64, percent or inner JSON are undone."""


@dataclass
class Draft:
    """A record being made, and the strings in it that can take a leak: pointer → holder and key."""

    record: Record
    slots: dict[str, tuple[Any, Any]] = field(default_factory=dict)


# --- records -------------------------------------------------------------------------------------------------


def cut(rng: random.Random, pool: str, low: int, high: int) -> str:
    """A slice of the pool that starts and ends at a line."""
    size = min(int(rng.lognormvariate(0, 0.6) * (low + high) / 2.4) + low // 2, high)
    start = rng.randrange(max(1, len(pool) - size - 1))
    start = pool.find("\n", start, start + 300) + 1 or start
    end = pool.rfind("\n", start, start + size)
    return pool[start : end if end > start + low // 2 else start + size]


def prose(rng: random.Random, pools: sources.Pools) -> Draft:
    """A document, as pre-training data hold it."""
    return plain(rng, "prose", cut(rng, pools.prose, 400, 6000))


def code(rng: random.Random, pools: sources.Pools) -> Draft:
    """A piece of a source file."""
    return plain(rng, "code", cut(rng, pools.code, 400, 6000))


def foreign(rng: random.Random, pools: sources.Pools) -> Draft:
    """Text in another language and script."""
    return plain(rng, "foreign", cut(rng, pools.foreign, 200, 2500))


def maths(rng: random.Random, _pools: sources.Pools) -> Draft:
    """Word problems, LaTeX, long decimals."""
    steps = [maths_step(rng) for _ in range(rng.randrange(4, 18))]
    return plain(rng, "maths", "\n".join(["Solve step by step.", *steps, f"#### {rng.randrange(1, 5000)}"]))


def maths_step(rng: random.Random) -> str:
    """One line of a solution."""
    a, b, c = (rng.randrange(2, 980) for _ in range(3))
    return rng.choice(
        [
            f"She sold {a} clips in April and {b} in May, so {a}+{b} = <<{a}+{b}={a + b}>>{a + b} in all.",
            rf"$$\int_0^{{{a}}} \frac{{x^{{{b % 9 + 2}}}}}{{\sqrt{{{c} + x}}}}\,dx \approx {a * b / c:.12f}$$",
            rf"Let $f(x) = {a}x^3 - {b}x + {c}$; then $f'(2) = {12 * a - b}$ and $\alpha_{{{c % 9}}} \le {a / b:.8f}$.",
            f"The primes below {a} sum to {a * b * c}, {a}! has {a // 5 + a // 25} zeros; pi = 3.14159265358979323846.",
        ]
    )


def logs(rng: random.Random, _pools: sources.Pools) -> Draft:
    """What a service writes."""
    return plain(rng, "logs", "\n".join(log_line(rng) for _ in range(rng.randrange(6, 30))))


def log_line(rng: random.Random) -> str:
    """One line, with the ids, hashes and private addresses that look like leaks and are none."""
    level = rng.choice(["INFO", "INFO", "DEBUG", "WARN", "ERROR"])
    day = f"2025-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
    stamp = f"{day}T{rng.randrange(24):02d}:{rng.randrange(60):02d}:04.{rng.randrange(1000):03d}Z"
    version = f"v{rng.randrange(9)}.{rng.randrange(40)}.{rng.randrange(9)}"
    address = f"10.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(256)}"
    tail = rng.choice(
        [
            f"request_id={made_uuid(rng)} status={rng.choice([200, 204, 404, 500])} dur={rng.randrange(1, 900)}ms",
            f"pulled image sha256:{rng.randbytes(32).hex()} from registry.internal:5000/app:{version}",
            f"connect {address}:{rng.randrange(1024, 65535)} offset={rng.randrange(10**12)}",
            f"commit {rng.randbytes(20).hex()} merged after {rng.randrange(1, 90)} checks",
        ]
    )
    return f"{stamp} {level} worker[{rng.randrange(100, 9999)}] {rng.choice(plants.STEMS)}: {tail}"


def made_uuid(rng: random.Random) -> str:
    """A random UUID from the seed."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def plain(rng: random.Random, source: str, text: str) -> Draft:
    """A record with one `text` field."""
    record = {
        "id": made_uuid(rng),
        "source": source,
        "created": rng.randrange(1_600_000_000, 1_760_000_000),
        "text": text,
    }
    return Draft(record, {"/text": (record, "text")})


def chat(rng: random.Random, pools: sources.Pools) -> Draft:
    """A conversation of two to six turns; now and then an inline image."""
    messages: list[Record] = []
    for turn in range(rng.randrange(1, 4)):
        pool = rng.choice([pools.prose, pools.code])
        ask = cut(rng, pools.prose if turn else pool, 60, 500)
        messages.append({"role": "user", "content": ask + (image(rng) if rng.random() < 0.003 else "")})
        messages.append({"role": "assistant", "content": cut(rng, pool, 300, 2500)})
    return conversation(rng, "chat", messages)


def image(rng: random.Random) -> str:
    """A data URI, as multimodal chats carry."""
    data = b"\x89PNG\r\n\x1a\n" + rng.randbytes(rng.randrange(1500, 12_000))
    return f"\n![plot](data:image/png;base64,{base64.b64encode(data).decode()})"


def conversation(rng: random.Random, source: str, messages: list[Record]) -> Draft:
    """A record with `messages`; every content can take a leak, but a tool's answer: it would no longer be JSON."""
    record = {
        "id": made_uuid(rng),
        "source": source,
        "created": rng.randrange(1_600_000_000, 1_760_000_000),
        "messages": messages,
    }
    return Draft(
        record, {f"/messages/{i}/content": (m, "content") for i, m in enumerate(messages) if m["role"] != "tool"}
    )


def tools(rng: random.Random, pools: sources.Pools) -> Draft:
    """A call of a tool, its arguments a JSON string, and the answer, JSON too."""
    return tool_draft(rng, pools, {})


def tool_draft(rng: random.Random, pools: sources.Pools, extra: Record) -> Draft:
    """The same, with `extra` among the arguments."""
    name = rng.choice(["http_request", "run_sql", "write_file", "search_orders", "send_message"])
    arguments = {
        "path": f"/srv/{rng.choice(plants.STEMS)}/{rng.randrange(999)}.py",
        "limit": rng.randrange(100),
        "body": cut(rng, pools.code, 150, 900),
        **extra,
    }
    rows = [
        {"id": made_uuid(rng), "sku": f"{rng.randrange(10**8):08d}", "qty": rng.randrange(9)}
        for _ in range(rng.randrange(1, 8))
    ]
    call = {
        "id": f"call_{plants.chars(rng, plants.ALNUM, 24)}",
        "type": "function",
        "function": {"name": name, "arguments": json.dumps(arguments, ensure_ascii=rng.random() < 0.5)},
    }
    return conversation(
        rng,
        "tools",
        [
            {"role": "user", "content": cut(rng, pools.prose, 60, 300)},
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "content": json.dumps({"ok": True, "rows": rows})},
            {"role": "assistant", "content": cut(rng, pools.prose, 100, 700)},
        ],
    )


MAKERS: tuple[tuple[Callable[[random.Random, sources.Pools], Draft], int], ...] = (
    (prose, 20), (code, 20), (chat, 25), (tools, 17), (foreign, 9), (maths, 5), (logs, 4),
)  # fmt: skip


# --- planting ------------------------------------------------------------------------------------------------

ARGUMENTS = "/messages/1/tool_calls/0/function/arguments"


@dataclass(frozen=True)
class Context:
    """A way for a leak to stand in a text: what is written, around what, and how the value is encoded."""

    name: str
    write: Callable[[random.Random, Kind, str], str]
    encode: Callable[[str], str] = str
    encoding: tuple[str, ...] = ()


def keyed(rng: random.Random, kind: Kind, value: str, form: str) -> str:
    """`value` in `form`, which has places for a key and a value."""
    names = {"secret": ("api_key", "auth_token", "credential"), "pii": ("contact", "customer_ref", "details")}
    return form.format(key=kind.keyed or rng.choice(names[kind.category]), value=value)


def sentence(rng: random.Random, kind: Kind, value: str) -> str:
    """In running text; a value that needs its key gets one."""
    if kind.keyed:
        return keyed(rng, kind, value, "the new {key} is: {key}={value} until Friday.")
    return rng.choice(
        ["You can use {} until Friday.", "He wrote that ({}) is the one, and left.", "Mine is {}, please keep it."]
    ).format(value)


def forms(*choices: str) -> Callable[[random.Random, Kind, str], str]:
    """A context writer that picks one of the forms."""
    return lambda rng, kind, value: keyed(rng, kind, value, rng.choice(choices))


def bare_or_keyed(bare: str, with_key: str) -> Callable[[random.Random, Kind, str], str]:
    """`bare` for a value that speaks for itself, `with_key` for the others."""
    return lambda rng, kind, value: keyed(rng, kind, value, with_key if kind.keyed else bare)


def b64(text: str) -> str:
    """Standard base64."""
    return base64.b64encode(text.encode()).decode()


def percent(text: str) -> str:
    """Everything but unreserved characters escaped."""
    return quote(text, safe="")


CONTEXTS = (
    Context("sentence", sentence),
    Context("newline", bare_or_keyed("as follows:\n{value}\nthat is all", "as follows:\n{key}={value}\nthat is all")),
    Context("glued-cjk", bare_or_keyed("これです「{value}」を使う", "設定「{key}={value}」を使う")),
    Context(
        "code",
        forms(
            'client = connect({key}="{value}", timeout=30)',
            "const {key} = '{value}';",
            '{key} = "{value}"  # rotate in May',
        ),
    ),
    Context(
        "allow-marker", forms('{key} = "{value}"  # gitleaks:allow', 'let {key} = "{value}"; // kingfisher:ignore')
    ),
    Context("written-newline", bare_or_keyed('print("ready:\\n{value}\\n")', 'print("ready:\\n{key}={value}\\n")')),
    Context("key-value", forms("export {key}={value}\n", "2025-03-04 12:00:01 INFO {key}={value} user=svc\n")),
    Context("tool-call", lambda _rng, _kind, value: value, encoding=("json",)),
    Context("base64", forms("data:\n  {key}: {value}\n"), b64, ("base64",)),
    Context("percent", forms("https://auth.quartzlabs.io/cb?{key}={value}&state=ok"), percent, ("percent",)),
)
WHOLE_LINES = {"base64", "tool-call", "newline", "code"}
"""Contexts in which a value of several lines makes sense."""

MARKED = {"github-pat", "stripe-live", "password", "email"}
"""Few, since Kingfisher lets a marker silence the next line too: in a dense corpus that is the next record's leak."""


def suits(kind: Kind, context: Context) -> bool:
    """Whether people would write this kind this way, and whether anyone could then find it."""
    if context.name == "allow-marker":
        return kind.name in MARKED
    if kind.name == "pem-key":
        return context.name in WHOLE_LINES
    if kind.keyed:
        return context.name != "base64"
    return True


def payload(kind: Kind, context: Context, value: str) -> str:
    """What is encoded: short PII goes into base64 within a line of text, since eleven characters alone are noise."""
    if context.name == "base64" and kind.category == "pii":
        return f"name: J. Petrov\ncontact: {value}\nnote: do not call before ten\n"
    return value


def pairs() -> list[tuple[Kind, Context]]:
    """Every kind in every context that suits it."""
    return [(kind, context) for kind in plants.KINDS for context in CONTEXTS if suits(kind, context)]


def deck(rng: random.Random) -> Iterator[tuple[Kind, Context]]:
    """All pairs in random order, then again: even a small corpus covers them evenly."""
    while True:
        cards = pairs()
        rng.shuffle(cards)
        yield from cards


def planted(
    rng: random.Random, pools: sources.Pools, kind: Kind, context: Context, draft: Draft
) -> tuple[Record, dict[str, Any]]:
    """The record with a leak in it, and the ground truth but for file and record number."""
    value = kind.make(rng)
    if context.name == "tool-call":
        draft, pointer, written = in_arguments(rng, pools, kind, value)
    else:
        pointer, written = in_text(rng, kind, context, value, draft)
    truth = {
        "pointer": pointer,
        "kind": kind.name,
        "category": kind.category,
        "entity": kind.entity,
        "rules": kind.rules,
        "context": context.name,
        "encoding": context.encoding,
        "value": value,
        "accepts": kind.accepts(value),
        "written": written,
    }
    return draft.record, truth


def in_arguments(rng: random.Random, pools: sources.Pools, kind: Kind, value: str) -> tuple[Draft, str, str]:
    """A tool call that carries the leak in its arguments; JSON within JSON."""
    key = kind.keyed or rng.choice(["Authorization", "auth_token", "recipient", "note"])
    draft = tool_draft(rng, pools, {"headers": {key: value}})
    return draft, ARGUMENTS, json.dumps(value)[1:-1]


def in_text(rng: random.Random, kind: Kind, context: Context, value: str, draft: Draft) -> tuple[str, str]:
    """Writes the leak into one of the draft's strings, at a line or between words."""
    roomy = [pointer for pointer, (holder, key) in draft.slots.items() if len(holder[key]) > SHORT]
    pointer = rng.choice(roomy or list(draft.slots))
    holder, key = draft.slots[pointer]
    text, written = holder[key], context.encode(payload(kind, context, value))
    at = text.find("\n" if context.name == "key-value" else " ", rng.randrange(len(text) + 1)) + 1 or len(text)
    glue = "\n" if context.name in {"key-value", "base64", "code"} else " "
    holder[key] = text[:at] + glue + context.write(rng, kind, written) + glue + text[at:]
    return pointer, written


# --- shards --------------------------------------------------------------------------------------------------


def orjson_style(record: Record) -> bytes:
    """Compact UTF-8."""
    return orjson.dumps(record)


def python_style(record: Record) -> bytes:
    """The standard library's default: spaces, everything beyond ASCII escaped."""
    return json.dumps(record).encode()


def python_utf8_style(record: Record) -> bytes:
    """ensure_ascii=False, as `datasets` is usually asked to."""
    return json.dumps(record, ensure_ascii=False).encode()


def pandas_style(record: Record) -> bytes:
    """What `DataFrame.to_json` writes: ASCII, and every slash escaped."""
    return json.dumps(record, separators=(",", ":")).replace("/", "\\/").encode()


STYLES = (orjson_style, python_style, python_utf8_style, pandas_style)

FUNCTION = pa.struct([("name", pa.string()), ("arguments", pa.string())])
CALL = pa.struct([("id", pa.string()), ("type", pa.string()), ("function", FUNCTION)])
MESSAGE = pa.struct([("role", pa.string()), ("content", pa.string()), ("tool_calls", pa.list_(CALL))])
SCHEMA = pa.schema([
    ("id", pa.string()), ("source", pa.string()), ("created", pa.int64()), ("text", pa.string()),
    ("messages", pa.list_(MESSAGE)),
])  # fmt: skip


def records(plan: Plan, pools: sources.Pools) -> Iterator[tuple[Record, dict[str, Any] | None]]:
    """Records without end; one in `plan.every` with its ground truth."""
    rng = random.Random(plan.seed)
    hands = deck(rng)
    makers, weights = zip(*MAKERS, strict=True)
    while True:
        draft = short(rng, pools) if plan.short else rng.choices(makers, weights)[0](rng, pools)
        if rng.randrange(plan.every) == 0:
            kind, context = next(hands)
            yield planted(rng, pools, kind, context, draft)
        else:
            yield draft.record, None


def short(rng: random.Random, pools: sources.Pools) -> Draft:
    """A record of about 1 to 2 KB."""
    if rng.random() < 0.5:
        return plain(rng, "prose", cut(rng, pools.prose, 700, 1300))
    turns = [("user", cut(rng, pools.prose, 100, 300)), ("assistant", cut(rng, pools.code, 500, 1000))]
    return conversation(rng, "chat", [{"role": role, "content": content} for role, content in turns])


def build(plan: Plan, out: Path) -> Path:
    """The corpus at `out`, built unless it is there already, of this plan and this version."""
    stamp = {"version": VERSION, **asdict(plan)}
    manifest = out / "corpus.json"
    if manifest.is_file() and json.loads(manifest.read_bytes())["plan"] == stamp:
        return out
    shutil.rmtree(out, ignore_errors=True)
    for folder in ("jsonl", "parquet"):
        (out / folder).mkdir(parents=True)
    pools = sources.gather()
    truth = write_shards(plan, pools, out)
    (out / "planted.jsonl").write_bytes(b"".join(orjson.dumps(asdict(plant)) + b"\n" for plant in truth))
    files = {str(p.relative_to(out)): digest(p) for p in sorted(out.glob("*/shard-*"))}
    manifest.write_text(
        json.dumps({"plan": stamp, "pools": pools.digest, "plants": len(truth), "files": files}, indent=1)
    )
    return out


def digest(path: Path) -> dict[str, Any]:
    """Size and SHA-256 of a file."""
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def write_shards(plan: Plan, pools: sources.Pools, out: Path) -> list[Plant]:
    """All shards of the plan, and what was planted."""
    count = max(len(STYLES), round(plan.mb / SHARD_MB))
    stream = records(plan, pools)
    truth: list[Plant] = []
    for number in range(count):
        truth += write_shard(
            stream, f"shard-{number:05d}", STYLES[number % len(STYLES)], plan.mb * 1_000_000 // count, out
        )
    return truth


def write_shard(
    stream: Iterator[tuple[Record, dict[str, Any] | None]],
    stem: str,
    style: Callable[[Record], bytes],
    size: int,
    out: Path,
) -> list[Plant]:
    """One shard of `size` bytes of JSONL, and its Parquet twin."""
    lines: list[bytes] = []
    rows: list[Record] = []
    truth: list[Plant] = []
    written = 0
    while written < size:
        record, plant = next(stream)
        if plant:
            truth.append(Plant(file=stem, record=len(rows), **plant))
        lines.append(style(record) + b"\n")
        written += len(lines[-1])
        rows.append(record)
    (out / "jsonl" / f"{stem}.jsonl").write_bytes(b"".join(lines))
    pq.write_table(
        pa.Table.from_pylist(rows, SCHEMA),
        out / "parquet" / f"{stem}.parquet",
        compression="zstd",
        row_group_size=ROW_GROUP,
    )
    return truth


def main_plan(mb: int = 200, seed: int = 1) -> Plan:
    """About one leak in a thousand records."""
    return Plan(mb=mb, seed=seed)


def dense_plan(mb: int = 30, seed: int = 1) -> Plan:
    """A leak in every record."""
    return Plan(mb=mb, seed=seed, every=1, short=True)


def cached(plan: Plan) -> Path:
    """The corpus of this plan in the cache."""
    return build(plan, HOME / "corpus" / plan.name)


def main() -> None:
    """Builds one corpus from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dense", action="store_true", help="a leak in every record, records of 1 to 2 KB")
    parser.add_argument("--out", type=Path, help="default: ~/.cache/leakscan-bench/corpus/NAME")
    given = parser.parse_args()
    plan = (dense_plan if given.dense else main_plan)(given.mb, given.seed)
    print(build(plan, given.out) if given.out else cached(plan))


if __name__ == "__main__":
    main()
