"""Graph files that nobody should trust: damaged, edited, made by hand."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypograph.graph.files.backup import line_of
from hypograph.graph.files.lines import FORMAT, read_lines
from hypograph.graph.files.restore import checked_backup
from hypograph.graph.store.content import ContentHash
from hypograph.graph.store.validate import checked_edges, checked_nodes
from hypograph.models.core.errors import InputError, MissingFileError
from hypograph.models.core.records import Edge, Node

RECORDS: list[dict[str, Any]] = [
    {"node": "Keyword", "key": "a", "props": {"df": 3, "aliases": ["A", "aa"], "impact": 0.5}},
    {"node": "Keyword", "key": "b", "props": {"kind": "phrase\n\"'\u2028"}},
    {"edge": "CO_OCCURS", "start": ["Keyword", "a"], "end": ["Keyword", "b"], "key": "", "props": {"count": 1}},
]


def whole(records: list[dict[str, Any]] = RECORDS, **head: Any) -> list[Any]:
    content = ContentHash()
    for record in records:
        content.add(record)
    first = {"format": FORMAT, "schema": 3, "content_hash": content.text(), **head}
    return [first, *records, {"records": len(records)}]


def write(path: Path, lines: list[Any]) -> Path:
    text = "".join(line if isinstance(line, str) else line_of(line) for line in lines)
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_a_whole_backup_is_taken_zipped_or_not(tmp_path: Path) -> None:
    path = write(tmp_path / "b.gz", whole())
    assert checked_backup(path).count == 3
    path.write_bytes(gzip.decompress(path.read_bytes()))
    assert checked_backup(path).count == 3
    assert [number for number, _ in read_lines(path)] == [1, 2, 3, 4, 5]


VALUES = [
    "[[1]]",
    '[1,"a",null]',
    "[true,1]",
    "[null]",
    '{"a":1}',
    "99999999999999999999",
    "-9223372036854775809",
    "NaN",
]
VALUES += ["1e999", '"\\ud800"', "1" * 5000, "[" * 20_000 + "]" * 20_000, "[9223372036854775808]", "{" * 500]
NODE = '{"node":LABEL,"key":KEY,"props":PROPS}\n'


def node(label: str = '"Keyword"', key: str = '"c"', props: str = "{}") -> str:
    return NODE.replace("LABEL", label).replace("KEY", key).replace("PROPS", props)


BAD = [
    *(node(props='{"df":' + value + "}") for value in VALUES),
    *(node(key=key) for key in ("7", "null", '""', "true", '["c"]', "1.5", '"a"')),
    *(node(label) for label in ('"Gadget"', '"Migration"', "[]", "1", "null")),
    *(node(props=props) for props in ("[]", "null", '{"df2":1}', '"x"', "7")),
    '{"node":"Keyword","key":"c"}\n',
    '{"node":"Keyword","key":"c","props":{},"more":1}\n',
    '{"edge":"CO_OCCURS","start":["Keyword","a"],"end":["Keyword"],"key":"","props":{}}\n',
    '{"edge":"CO_OCCURS","start":"a","end":"b","key":"","props":{}}\n',
    '{"edge":"CO_OCCURS","start":["Keyword","a"],"end":["Keyword","nobody"],"key":"","props":{}}\n',
    '{"edge":"CO_OCCURS","start":["Keyword","a"],"end":["Keyword","b"],"key":"","props":{}}\n',
    '{"edge":"CO_OCCURS","start":["Keyword","a"],"end":["Alloy","b"],"key":"","props":{}}\n',
    '{"edge":"LIKES","start":["Keyword","a"],"end":["Keyword","b"],"key":"","props":{}}\n',
    '{"edge":"CO_OCCURS","start":["Keyword","a"],"end":["Keyword","b"],"key":7,"props":{}}\n',
    *("7\n", "[]\n", '"x"\n', "null\n", "{}\n", "{\n", '{"other":1}\n', "\xff\n"),
]


@pytest.mark.parametrize("line", BAD, ids=range(len(BAD)))
def test_a_bad_line_is_refused_with_its_number(tmp_path: Path, line: str) -> None:
    lines = whole()
    path = write(tmp_path / "b.gz", [*lines[:-1], line, {"records": 4}])
    with pytest.raises(InputError, match="line 5") as refused:
        checked_backup(path)
    assert len(str(refused.value)) < 3000


HEADS: list[dict[str, Any]] = [{"schema": value} for value in ("3", None, 3.0, 0, True, 99, [], 10**30)]
HEADS += [{"content_hash": value} for value in ("", None, 7, "z" * 64, "0" * 64)]
HEADS += [{"format": "another"}, {"more": 1}]


@pytest.mark.parametrize("head", HEADS)
def test_a_bad_first_line_is_refused(tmp_path: Path, head: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        checked_backup(write(tmp_path / "b.gz", whole(**head)))


def test_what_is_not_whole_or_out_of_order_is_refused(tmp_path: Path) -> None:
    lines = whole()
    head, a, b, edge, end = lines
    for wrong in (
        [],
        [head],
        lines[:-1],
        lines[1:],
        [head, end],
        [head, head, a, b, edge, end],
        [head, a, b, edge, {"records": 4}],
        [head, a, b, edge, {"records": -1}],
        [head, a, b, edge, {"records": "3"}],
        [head, a, b, edge, end, a],
        [head, edge, a, b, end],
        [head, a, {**b, "props": {"kind": "edited"}}, edge, end],
    ):
        with pytest.raises(InputError):
            checked_backup(write(tmp_path / "b.gz", wrong))


def test_no_damage_of_the_bytes_goes_through(tmp_path: Path) -> None:
    path = write(tmp_path / "b.gz", whole())
    sound, rng = path.read_bytes(), random.Random(0)
    for _ in range(300):
        data = bytearray(sound)
        if rng.random() < 0.5:
            del data[rng.randrange(len(data)) :]
        else:
            data[rng.randrange(10, len(data) - 8)] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        with pytest.raises(InputError):
            checked_backup(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
PLACES = ["node", "key", "props", "edge", "start", "end", "records", "format", "schema", "content_hash"]


@given(st.dictionaries(st.sampled_from(PLACES), JSON, max_size=6) | JSON, st.integers(0, 4))
def test_any_json_in_any_place_is_an_error_of_ours(tmp_path_factory: pytest.TempPathFactory, odd: Any, at: int) -> None:
    path = tmp_path_factory.mktemp("odd") / "b.jsonl"
    lines = whole()
    if isinstance(odd, dict) and isinstance(lines[at], dict):
        odd = {**lines[at], **odd}
    if odd == lines[at]:
        return
    lines[at] = odd
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(InputError):
        checked_backup(path)


def test_what_is_no_file_is_said_so(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent", Path("/dev/zero")):
        with pytest.raises(MissingFileError):
            list(read_lines(path))


@pytest.mark.parametrize("key", [7, None, "", ["a"], True, "k" * 9000])
def test_the_store_takes_texts_for_keys_only(key: Any) -> None:
    with pytest.raises(InputError):
        checked_nodes([Node("Keyword", key, {})])
    with pytest.raises(InputError):
        checked_edges([Edge("CO_OCCURS", ("Keyword", "a"), ("Keyword", key), {})])


@pytest.mark.parametrize("value", [[[1]], [1, "a"], [True, 1], [None], {"a": 1}, 2**63, [2**64], float("nan"), b"x"])
def test_the_store_takes_what_both_servers_keep(value: Any) -> None:
    with pytest.raises(InputError):
        checked_nodes([Node("Keyword", "a", {"aliases": value})])


def test_numbers_of_a_list_become_of_one_type() -> None:
    (row,) = checked_nodes([Node("Keyword", "a", {"aliases": [1, 2.5]})])["Keyword"]
    assert [type(v) for v in row["props"]["aliases"]] == [float, float]
