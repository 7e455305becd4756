"""JSON read in parts is what the whole is to Python's own parser, wherever it is cut; broken JSON says where."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_scripts.datasets import json_files
from workflow_scripts.datasets.json_files import WHOLE, Unfit, chunks, document, lines
from workflow_scripts.errors import BadData


class Part(msgspec.Struct):
    number: int
    text: str


class Element(msgspec.Struct):
    id: int
    parts: list[Part]


texts = st.text(st.sampled_from('ab"\\\\[]{},:é\n '), max_size=6)
parts = st.lists(
    st.fixed_dictionaries({"number": st.integers(0, 9), "text": texts, "more": st.just([1, [2]])}), max_size=3
)
elements = st.lists(st.fixed_dictionaries({"id": st.integers(), "parts": parts, "other": texts}), max_size=5)
layouts = st.fixed_dictionaries(
    {
        "indent": st.sampled_from([None, 1]),
        "separators": st.sampled_from([None, (",", ":")]),
        "ensure_ascii": st.booleans(),
    }
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("json") / "x.json"


def read(path, block: int, shapes: dict) -> dict[str, list]:
    """(position, place, element) of everything below each key."""
    found = {key: [] for key in shapes}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_files, "BLOCK", block)
        for chunk in chunks(path, shapes):
            assert not chunk.unfit
            found[chunk.key] += [(at, place, msgspec.to_builtins(item)) for at, place, item in chunk]
    return found


def used(element: dict) -> dict:
    return {"id": element["id"], "parts": [{k: p[k] for k in ("number", "text")} for p in element["parts"]]}


@settings(max_examples=200, deadline=None)
@given(elements, texts, layouts, st.sampled_from([1, 3, 7, 50, 1000]))
def test_parts_make_the_whole(path, content, name, layout, block):
    whole = {
        "info": {"a": [1], name: "]"},
        "scalar": name,
        "list": content,
        "object": {f"{name}{number}": element for number, element in enumerate(content)},
        "last": [1, 2, "]"],
    }
    path.write_text(json.dumps(whole, **layout), encoding="utf-8")
    found = read(path, block, {"list": list[Element], "object": dict[str, Element]})
    assert found["list"] == [(f"list[{i}]", i, used(e)) for i, e in enumerate(content)]
    assert found["object"] == [(f"object[{k}]", k, used(e)) for k, e in whole["object"].items()]
    path.write_text(json.dumps(content, **layout), encoding="utf-8")
    assert read(path, block, {WHOLE: list[Element]})[WHOLE] == [(f"[{i}]", i, used(e)) for i, e in enumerate(content)]


@settings(max_examples=200, deadline=None)
@given(elements.filter(bool), st.sampled_from([1, 7, 1000]), st.data())
def test_broken_json_is_refused_as_python_refuses_it(path, content, block, data):
    text = bytearray(json.dumps(content).encode())
    place = data.draw(st.integers(1, len(text) - 1))
    if data.draw(st.booleans()):
        del text[place:]
    else:
        text[place] = data.draw(st.sampled_from(b'{}[]",: x\\'))
    path.write_bytes(text)
    try:
        expected = json.loads(text)
    except ValueError:
        with pytest.raises(BadData, match=r"byte \d+"):
            list(chunks(path, {WHOLE: list[Element]}))
    else:
        found = [item for chunk in chunks(path, {WHOLE: list[Element]}) for item in (*chunk.items, *chunk.unfit)]
        assert len(found) >= len(expected)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "JSON ends early, at byte 0"),
        (b'{"a": [1, 2', "JSON ends early, at byte 11"),
        (b'{"a": ["cut of', "JSON ends early, at byte 14"),
        (b'{"a": [1 2]}', "malformed JSON: expected ',' or ']' at byte 9"),
        (b'{"a": [{},]}', "malformed JSON: trailing comma in array at byte 10"),
        (b'{"b": [1]}', "the file has no list or object 'a'"),
        (b'{"a": 3}', "the file has no list or object 'a'"),
        (b'{"a": {"b": 1}}', "a is an object, a list was expected"),
        (b'[{"a": [1]}]', "the file has no list or object 'a'"),
        (b'{"a": [1], "a": [2]}', "malformed JSON: 'a' is given twice, the second time at byte 16"),
        (b'{"a": [1]} {"a": [2]}', "malformed JSON: nothing more was expected at byte 10"),
        (b'{"a": [1]} # end', "malformed JSON: nothing more was expected at byte 10"),
        (rb'{"\x": [1], "a": [2]}', "malformed JSON: invalid escape character in string at byte 4"),
        (
            b'{"a": %b}' % (b"[" * 9999 + b"]" * 9999),
            "lists or objects are nested too deeply, somewhere from byte 6 on",
        ),
    ],
)
def test_what_is_wrong_and_where(tmp_path, content, problem):
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(BadData) as caught:
        list(chunks(path, {"a": list[int]}))
    assert caught.value.problem == problem
    assert caught.value.file == path


@pytest.mark.parametrize("content", [b"3", b"[] []", b"[1], 2", b'{"detail": "not found"}'])
def test_file_that_is_no_list(tmp_path, content):
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(BadData, match=r"nothing more was expected|an object, a list was expected|no list or object"):
        list(chunks(path, {WHOLE: list[int]}))


def test_not_utf8(tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes(b'["\xff"]')
    with pytest.raises(BadData, match=r"malformed JSON: .*utf-8"):
        list(chunks(path, {WHOLE: list[str]}))


def test_pythons_nan_is_read(tmp_path):
    path = tmp_path / "x.json"
    path.write_text('[{"id": 1, "parts": [], "score": NaN}]')
    [chunk] = chunks(path, {WHOLE: list[Element]})
    assert chunk.items == [Element(1, [])]
    assert document(path, list[Element]) == [Element(1, [])]


def test_byte_order_mark_and_other_line_ends(tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes(b'\xef\xbb\xbf{\r\n"a": [\r\n1,\r\n2]\r\n}\r\n')
    assert [chunk.items for chunk in chunks(path, {"a": list[int]})] == [[1, 2]]


@pytest.mark.parametrize("half", [rb"\ud83d", rb"\ude00 b", "\ud83d".encode(errors="surrogatepass")])
def test_half_of_a_character_fits_nowhere(tmp_path, half):
    path = tmp_path / "x.json"
    good, bad = b'{"number": 1, "text": "a"}', b'{"number": 2, "text": "%b"}' % half
    path.write_bytes(b"[%b, %b, %b]" % (good, bad, good))
    [chunk] = chunks(path, {WHOLE: list[Part]})
    assert (chunk.places, [u.at for u in chunk.unfit]) == ([0, 2], ["[1]"])
    assert chunk.unfit[0].reason.endswith("half of a character")
    with pytest.raises(BadData, match="half of a character"):
        document(path, list[Part])
    path.write_bytes(b"%b\n%b\n" % (good, bad))
    assert [type(value) for _, value in lines(path, Part)] == [Part, Unfit]


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
def test_number_that_no_table_can_hold(tmp_path, number):
    path = tmp_path / "x.json"
    path.write_text(f"[1, {number}]")
    [chunk] = chunks(path, {WHOLE: list[json_files.Int]})
    assert (chunk.items, [u.at for u in chunk.unfit]) == ([1], ["[1]"])


def test_elements_and_parts_of_another_shape(tmp_path):
    path = tmp_path / "x.json"
    good, bad = {"number": 1, "text": "a"}, {"number": "1", "text": "b"}
    path.write_text(json.dumps([{"id": 1, "parts": [bad, good]}, {"id": "2", "parts": []}, {"id": 3, "parts": [good]}]))
    [chunk] = chunks(path, {WHOLE: list[Element]})
    assert list(chunk) == [("[0]", 0, Element(1, [Part(1, "a")])), ("[2]", 2, Element(3, [Part(1, "a")]))]
    assert [(u.at, u.reason) for u in chunk.unfit] == [
        ("[0].parts[0]", "Expected `int`, got `str` - at `$.number`"),
        ("[1]", "Expected `int`, got `str` - at `$.id`"),
    ]


def test_lines(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('{"number": 1, "text": "a"}\n\n{"number": 2}\n{"number": 3, "text": "c"}')  # no newline at the end
    first, unfit, last = lines(path, Part)
    assert (first, last) == (("line 1", Part(1, "a")), ("line 4", Part(3, "c")))
    assert unfit == ("line 3", Unfit("line 3", {"number": 2}, "Object missing required field `text`"))


@pytest.mark.parametrize(
    "content", [b'{"number": 1, "text": "a"}\n{"number": 2, "te', b'{"number": 1}\n{"a": "\xff"}\n']
)
def test_broken_line(tmp_path, content):
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadData, match="malformed JSON") as caught:
        list(lines(path, Part))
    assert (caught.value.file, caught.value.record) == (path, "line 2")


@pytest.mark.parametrize(
    "read", [document, lambda p: list(lines(p, Part)), lambda p: list(chunks(p, {"a": list[int]}))]
)
def test_missing_annotation_file(tmp_path, read):
    with pytest.raises(BadData, match="annotation file is missing") as caught:
        read(tmp_path / "x.json")
    assert caught.value.file == tmp_path / "x.json"
