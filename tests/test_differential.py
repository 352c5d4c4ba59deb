"""The fast engine returns what the reference scanner returns: the test that licenses every optimisation."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path as FilePath
from typing import Any

import lz4.frame
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leakscan import engine, reference, scanning
from leakscan.__main__ import main
from leakscan.detect import Detector
from leakscan.engine import Engine
from leakscan.formats import columns, json, jsonl, parquet, text
from leakscan.formats import csv as csv_format
from leakscan.types import Block, Finding, Policy, Rule, Shard, Slice, Tally
from tests import shipped
from tests.toys import POLICY, RULES, encode, shards, texts, trees


def relaxed(examples: int) -> Callable[[Any], Any]:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    return settings(max_examples=examples, deadline=None, suppress_health_check=checks)


SIZES = st.sampled_from([1, 2, 7, 64, 1 << 20])
Reader = Callable[..., Iterator[Block]]


def fast(
    detector: Detector, data: bytes, policy: Policy, reader: Reader = jsonl.blocks, name: str = "jsonl"
) -> list[Finding]:
    tally = Tally(format=name)
    part = Slice(Shard("u", "u", len(data)), 0, 0, None, name)
    found: list[Finding] = []
    for block in reader(io.BytesIO(data), part, policy, tally):
        found += detector.findings(block, "u", tally)[0]
    assert [gap for gap in tally.gaps if gap.kind != "coverage.malformed"] == []
    return found


def slow(rules: list[Rule], data: bytes) -> list[Finding]:
    return reference.scan(rules, POLICY, reference.jsonl(data), "u", "jsonl")


def loose(found: Iterable[Finding]) -> list[Finding]:
    """In one order, and without what the reference does not know of: lines and bytes, headers and footers."""
    out = []
    for finding in found:
        at = replace(finding.location, format="", row_group=None, line=None, byte_start=None, byte_end=None)
        if at.record is not None:
            out.append(replace(finding, location=at))
    return sorted(out, key=lambda f: (f.location.record or 0, f.location.pointer, f.location.start, repr(f)))


TOY = Detector(RULES, POLICY, Engine(RULES))
BOOKS = {"toy": TOY, "shipped": shipped.detector()}


@pytest.fixture(params=["as it is", "vectorised"])
def engine_path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small buffers as they are scanned, and as if they were large ones."""
    if request.param == "vectorised":
        monkeypatch.setattr(engine, "_SMALL", 0)


# -- JSON --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("engine_path")
@relaxed(400)
@given(shards(), SIZES)
def test_fast_equals_reference_on_json_lines_with_toy_rules(data: bytes, block_size: int) -> None:
    assert fast(TOY, data, replace(POLICY, block_size=block_size)) == slow(RULES, data)


@pytest.mark.usefixtures("engine_path")
@relaxed(80)
@given(shipped.lines(), SIZES)
def test_fast_equals_reference_on_json_lines_with_shipped_rules(lines: list[str], block_size: int) -> None:
    data = "\n".join(lines).encode("utf-8", "surrogatepass")
    assert fast(shipped.detector(), data, replace(POLICY, block_size=block_size)) == slow(shipped.some(), data)


@pytest.mark.parametrize(
    "data",
    [
        b'{"ab.key": "123"}',
        b'{"ab__key": "123"}',
        b'{"my_abKey": "123"}',
        b'{"myAbKey": {"x": ["123"]}}',
        b'{"ABKey": "123"}',
        '{"ab\u212aey": "123"}'.encode(),
        b'{"ab\\u005fkey": "123"}',
        b'{"a": "{\\"ab-key\\": \\"{\\\\\\"q\\\\\\": 123}\\"}"}',
        b'{"a": "{\\"ab\\\\u002dkey\\": \\"123\\"}"}',
    ],
)
def test_a_field_name_is_a_context_word_in_both_or_in_neither(data: bytes) -> None:
    assert fast(TOY, data, POLICY) == slow(RULES, data)


@relaxed(80)
@given(st.data(), SIZES, st.sampled_from([",", " ,\n", ",\r\n "]))
def test_fast_equals_reference_on_json_arrays(data: st.DataObject, block_size: int, between: str) -> None:
    book = data.draw(st.sampled_from(["toy", "shipped"]))
    lines = (
        data.draw(shipped.lines())
        if book == "shipped"
        else [encode(data.draw, data.draw(trees)) for _ in range(data.draw(st.integers(1, 4)))]
    )
    records = [line.encode("utf-8", "surrogatepass") for line in lines]
    source = b"[" + between.encode().join(records) + b"]"
    detector = BOOKS[book]
    found = fast(detector, source, replace(POLICY, block_size=block_size), json.blocks, "json")
    assert loose(found) == loose(slow(list(detector.rules), b"\n".join(records)))


# -- CSV ---------------------------------------------------------------------------------------------------------


@relaxed(80)
@given(st.data(), SIZES, st.sampled_from([",", "\t", ";"]), st.sampled_from(["\n", "\r\n"]))
def test_fast_equals_reference_on_csv(data: st.DataObject, block_size: int, delimiter: str, newline: str) -> None:
    book = data.draw(st.sampled_from(["toy", "shipped"]))
    cells = clean(texts) if book == "toy" else shipped.texts(surrogates=False)
    rows = data.draw(st.lists(st.tuples(cells, cells, cells), max_size=5))
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=delimiter, lineterminator=newline, quoting=data.draw(st.sampled_from([0, 1])))
    writer.writerows([("abKey", "phone number", "text"), *rows])
    raw = sink.getvalue().encode()
    used = csv_format._delimiter(raw, complete=True)  # whatever it takes for the delimiter, cells must come out
    detector = BOOKS[book]
    found = fast(detector, raw, replace(POLICY, block_size=block_size), csv_format.blocks, "csv")
    want = reference.scan(detector.rules, POLICY, reference.cells(sink.getvalue(), used), "u", "csv")
    assert loose(found) == loose(want)


def clean(strings: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Without lone surrogates, which UTF-8 does not hold."""
    return strings.map(lambda value: value.encode("utf-8", "replace").decode())


# -- text --------------------------------------------------------------------------------------------------------


@relaxed(80)
@given(st.data(), st.sampled_from([4, 5, 7, 64, 1 << 20]))
def test_fast_equals_reference_on_text(data: st.DataObject, block_size: int) -> None:
    book = data.draw(st.sampled_from(["toy", "shipped"]))
    parts = clean(texts) if book == "toy" else shipped.texts(surrogates=False)
    value = "".join(data.draw(st.lists(parts, max_size=4))).replace("\0", "x")  # which may look like UTF-16
    detector = BOOKS[book]
    found = fast(detector, value.encode(), replace(POLICY, block_size=block_size), text.blocks, "text")
    want = reference.scan(detector.rules, POLICY, reference.text(value), "u", "text")
    assert loose(found) == loose(want)


@relaxed(150)
@given(st.data(), st.sampled_from([4, 16, 100]), st.sampled_from([200, 300]))
def test_windows_of_a_long_text_give_what_the_text_gives(data: st.DataObject, block_size: int, margin: int) -> None:
    """Margins as narrow as the toy rules and a context allow: what is found must not depend on where a window ends."""
    plain = clean(texts).map(lambda value: value.translate(str.maketrans("", "", "{[%&=\0")) + " \n")
    value = "".join(data.draw(st.lists(plain, max_size=40)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(text, "MARGIN", margin)
        found = fast(TOY, value.encode(), replace(POLICY, block_size=block_size), text.blocks, "text")
    assert loose(found) == loose(reference.scan(RULES, POLICY, reference.text(value), "u", "text"))


# -- tables ------------------------------------------------------------------------------------------------------


def kinds(depth: int) -> st.SearchStrategy[pa.DataType]:
    flat = st.sampled_from(
        [
            pa.string(),
            pa.string(),
            pa.large_string(),
            pa.binary(),
            pa.dictionary(pa.int32(), pa.string()),
            pa.int64(),
            pa.decimal128(18, 0),
            pa.float64(),
            pa.date32(),
        ]
    )
    if not depth:
        return flat
    inner = kinds(depth - 1)
    plain = inner.filter(lambda kind: not pa.types.is_dictionary(kind))
    names = st.sampled_from(["abKey", "text", "zed"])
    return st.one_of(
        flat,
        inner.map(pa.list_),
        plain.map(lambda kind: pa.map_(pa.string(), kind)),
        st.lists(st.tuples(names, plain), min_size=1, max_size=2, unique_by=lambda item: item[0]).map(pa.struct),
    )


def of_kind(kind: pa.DataType, strings: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    if pa.types.is_dictionary(kind):
        made: st.SearchStrategy[Any] = st.sampled_from(["ab", "a@b", "zed 123", "x"])
    elif pa.types.is_list(kind):
        made = st.lists(of_kind(kind.value_type, strings), max_size=3)
    elif pa.types.is_map(kind):
        names = st.one_of(strings, st.sampled_from(["abKey", "zed", "a"]))
        made = st.lists(st.tuples(names, of_kind(kind.item_type, strings)), max_size=3)
    elif pa.types.is_struct(kind):
        made = st.fixed_dictionaries({field.name: of_kind(field.type, strings) for field in kind})
    elif pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        made = st.sampled_from([0, 123, 536228734, -4000056655665556, 4000056655665556])
    elif pa.types.is_floating(kind):
        made = st.sampled_from([0.5, 536228734.0, 4000056655665556.0, 1e300, float("nan")])
    elif pa.types.is_date(kind):
        made = st.dates()
    elif pa.types.is_binary(kind):
        made = st.one_of(strings.map(str.encode), st.sampled_from([b"\xffab@", b"a\x00b"]))
    else:
        made = strings
    return st.one_of(made, made, made, st.none())


@st.composite
def tables(draw: Any, strings: st.SearchStrategy[str]) -> pa.Table:
    size = draw(st.integers(1, 6))
    made = {}
    for name in draw(
        st.lists(st.sampled_from(["text", "abKey", "phone_number", "a/b@"]), min_size=1, max_size=2, unique=True)
    ):
        kind = draw(kinds(2))
        values = draw(st.lists(of_kind(kind, strings), min_size=size, max_size=size))
        made[name] = pa.array(values, kind)
    return pa.table(made)


def walked(table: pa.Table, policy: Policy, detector: Detector) -> list[Finding]:
    tally, out, first = Tally(), [], 0
    for batch in table.to_batches():
        for number, name in enumerate(batch.schema.names):
            for block in columns.column_blocks(batch.column(number), name, first, policy.block_size):
                out += detector.findings(block, "u", tally)[0]
        first += batch.num_rows
    return out


@relaxed(100)
@given(st.data(), st.sampled_from([1, 2, 7, 1 << 20]))
def test_fast_equals_reference_on_tables(data: st.DataObject, block_size: int) -> None:
    book = data.draw(st.sampled_from(["toy", "toy", "toy", "shipped"]))
    strings = clean(texts) if book == "toy" else shipped.texts(surrogates=False)
    table = data.draw(tables(strings))
    low = data.draw(st.integers(0, table.num_rows - 1))
    table = table.slice(low, data.draw(st.integers(1, table.num_rows - low)))
    detector, policy = BOOKS[book], replace(POLICY, block_size=block_size)
    want = loose(reference.scan(detector.rules, POLICY, reference.rows(table), "u", ""))
    assert loose(walked(table, policy, detector)) == want
    sink = io.BytesIO()
    options = {"row_group_size": data.draw(st.integers(1, 4)), "use_dictionary": data.draw(st.booleans())}
    pq.write_table(table, sink, compression="zstd", store_schema=data.draw(st.booleans()), **options)
    read = pq.read_table(io.BytesIO(sink.getvalue()))
    want = loose(reference.scan(detector.rules, POLICY, reference.rows(read), "u", ""))
    assert loose(fast(detector, sink.getvalue(), policy, parquet.blocks, "parquet")) == want


# -- compressed, cut, and in parallel ----------------------------------------------------------------------------

COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "zst": zstandard.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lz4": lz4.frame.compress,
}


@relaxed(15)
@given(shards(), st.lists(st.integers(0, 200), max_size=2))
def test_a_compressed_shard_gives_what_it_holds(tmp_path: FilePath, data: bytes, cuts: list[int]) -> None:
    (tmp_path / "a.jsonl").write_bytes(data)
    want = scanned(tmp_path / "a.jsonl")
    bounds = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for ending, compress in COMPRESSED.items():
        pieces = [compress(data[low:high]) for low, high in pairwise(bounds)]
        (tmp_path / f"a.jsonl.{ending}").write_bytes(b"".join(pieces))  # members behind one another are one stream
        assert scanned(tmp_path / f"a.jsonl.{ending}") == want


def scanned(path: FilePath) -> tuple[Any, ...]:
    outcome = scanning.scan_slice(TOY, Slice(Shard("u.jsonl", str(path), path.stat().st_size)))
    assert not outcome.crash
    return outcome.findings, outcome.tally.records, outcome.tally.gaps, outcome.tally.fields


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> FilePath:
    """Shards worth cutting, with broken lines, long lines and leaks at odd places."""
    folder = tmp_path_factory.mktemp("big")
    rows = []
    for number in range(3000):
        tail = f" ssn 536-22-{number % 9000 + 1000}" if number % 7 == 0 else ""
        rows.append(f'{{"n": {number}, "text": "{"lorem é " * (number % 23)}{tail}"}}')
    rows[700] = '{"broken": "ssn 536-22-8734'
    rows[1500] = '{"long": "' + "x " * 40_000 + 'ssn 536-22-8734"}'
    (folder / "a.jsonl").write_text("\n".join(rows))
    table = pa.table({"n": range(3000), "text": [row[10:] for row in rows]})
    pq.write_table(table, folder / "b.parquet", row_group_size=100)
    (folder / "c.txt").write_text("\n".join(rows[:200]))
    for number in range(5):
        (folder / f"d{number}.jsonl").write_text(rows[number * 7])
    return folder


def test_reports_are_the_same_bytes_for_any_jobs_and_any_slices(
    big: FilePath, tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAKSCAN_KEY", "test")
    monkeypatch.setenv("XDG_CACHE_HOME", os.path.join(tmp_path, "cache"))
    made = {}
    for split, size in ((16 << 20, 32 << 20), (1000, 50_000), (1000, 3000), (1, 1 << 16)):
        monkeypatch.setattr(scanning, "SPLIT", split)
        monkeypatch.setattr(jsonl, "SLICE", size)
        monkeypatch.setattr(parquet, "SLICE", size)
        for jobs in ("1", "2", "3"):
            out, manifest = tmp_path / "f.jsonl", tmp_path / "m.jsonl"
            args = [
                "scan",
                str(big),
                "-q",
                "--min-confidence",
                "low",
                "-j",
                jobs,
                "-o",
                str(out),
                "--manifest",
                str(manifest),
            ]
            assert main(args) == 1
            made[split, size, jobs] = (out.read_bytes(), manifest.read_bytes())
    whole = made[16 << 20, 32 << 20, "1"]
    assert len(whole[0].splitlines()) > 500
    assert {key: value == whole for key, value in made.items()} == dict.fromkeys(made, True)
