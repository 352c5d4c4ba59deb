"""Writes sample shards with planted leaks: what `make demo` scans.

    python scripts/make_samples.py DIR

Everything in them is made up here, from a fixed seed, when the script runs: no file of the repository holds a token
that a push protection would stop. The same script gives the same bytes.
"""

from __future__ import annotations

import json
import random
import string
import sys
import zlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

SEED = 7
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
TALK = (
    "Can you look at why the nightly job fails?",
    "Sure. The loader reads each shard twice, which is slow but not wrong.",
    "Please rewrite this function so that it handles empty input.",
    "Here is a version that returns early and keeps the types.",
    "What does the error message on line 40 mean?",
    "It means the file was opened in text mode; use binary mode instead.",
    "Résumé the discussion in two sentences, s'il te plaît.",
    "这个函数有什么问题?",
)


def base62(number: int, size: int) -> str:
    out = ""
    while number:
        number, digit = divmod(number, 62)
        out = BASE62[digit] + out
    return out.rjust(size, "0")


def github_token(draw: random.Random) -> str:
    body = "".join(draw.choices(BASE62, k=30))
    return "ghp" + "_" + body + base62(zlib.crc32(body.encode()), 6)


def aws_key(draw: random.Random) -> str:
    return "AK" + "IA" + "".join(draw.choices(string.ascii_uppercase + "234567", k=16))


def card(draw: random.Random) -> str:
    body = "4" + "".join(draw.choices(string.digits, k=14))
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(body))
    return body + str(-total % 10)


def ssn(draw: random.Random) -> str:
    return f"{draw.randrange(100, 660):03d}-{draw.randrange(10, 99)}-{draw.randrange(1000, 9999)}"


def iban(draw: random.Random) -> str:
    body = "37040044" + "".join(draw.choices(string.digits, k=10))
    return f"DE{98 - int(body + '131400') % 97:02d}{body}"


def chat(draw: random.Random) -> list[dict[str, Any]]:
    records = [
        {"id": n, "messages": [{"role": role, "content": draw.choice(TALK)} for role in ("user", "assistant")]}
        for n in range(500)
    ]
    for n, text in (
        (12, f"it works with GITHUB_TOKEN={github_token(draw)} in my shell"),
        (80, f"the bucket needs\nAWS_ACCESS_KEY_ID={aws_key(draw)}\nand a region"),
        (211, f"my card {card(draw)} was charged twice"),
        (342, "STRICTLY CONFIDENTIAL: the rubric for project raters, do not share"),
        (343, "you can reach me at maria.oliveira@northwind-annotators.com any time"),
    ):
        records[n]["messages"][0]["content"] = text
    return records


def tool_calls(draw: random.Random) -> list[dict[str, Any]]:
    calls = [{"id": n, "tool": "run", "arguments": json.dumps({"cmd": draw.choice(TALK)})} for n in range(200)]
    inner = {"cmd": "git push", "env": {"TOKEN": github_token(draw)}, "note": 'say "done"\n'}
    calls[57]["arguments"] = json.dumps(inner)
    calls[90]["arguments"] = json.dumps({"cmd": "pay", "iban": iban(draw)})
    return calls


def contractors(draw: random.Random) -> pa.Table:
    names = ("Ana Ruiz", "Bao Tran", "Chidi Okafor", "Dana Weiss")
    rows = []
    for n in range(120):
        name = draw.choice(names)
        rows.append(
            {
                "row": n,
                "worker": {"name": name, "ssn": ssn(draw) if n % 40 == 7 else None},
                "tax": {"ssn": int(ssn(draw).replace("-", "")) if n == 99 else None},
                "notes": [draw.choice(TALK), "paid by wire to " + iban(draw) if n == 64 else "ok"],
            }
        )
    return pa.Table.from_pylist(rows)


def lines(records: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def main(folder: Path) -> None:
    draw = random.Random(SEED)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "chat-00000.jsonl").write_bytes(lines(chat(draw)))
    packed = zstandard.ZstdCompressor(write_content_size=True).compress(lines(tool_calls(draw)))
    (folder / "tool-calls-00000.jsonl.zst").write_bytes(packed)
    pq.write_table(contractors(draw), folder / "contractors-00000.parquet", compression="zstd", row_group_size=50)
    (folder / "chat-00001.jsonl").write_text(
        "version https://git-lfs.github.com/spec/v1\n"
        "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
