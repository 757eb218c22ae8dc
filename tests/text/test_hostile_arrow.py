"""Arrow arrays that break the C data interface, one case per way: an error, nothing read beyond, released once."""

import ctypes
import struct

import pytest

import sentiment_fast as sf

VOCABULARY = sf.Vocabulary(["good", "film"])


class Schema(ctypes.Structure):
    """https://arrow.apache.org/docs/format/CDataInterface.html"""


class Array(ctypes.Structure):
    pass


SchemaRelease, ArrayRelease = (ctypes.CFUNCTYPE(None, ctypes.POINTER(kind)) for kind in (Schema, Array))
Schema._fields_ = (
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_char_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(Schema))),
    ("dictionary", ctypes.POINTER(Schema)),
    ("release", SchemaRelease),
    ("private_data", ctypes.c_void_p),
)
Array._fields_ = (
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(Array))),
    ("dictionary", ctypes.POINTER(Array)),
    ("release", ArrayRelease),
    ("private_data", ctypes.c_void_p),
)
new_capsule = ctypes.pythonapi.PyCapsule_New
new_capsule.restype, new_capsule.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)


class Hostile:
    """An array made by hand. wrong: fields to set afterwards, such as array_length or schema_format; None is null."""

    def __init__(self, form, buffers, *, length=2, offset=0, null_count=0, children=(), dictionary=None, **wrong):
        self.released = []
        self.kept = [ctypes.create_string_buffer(buffer, len(buffer)) if buffer else None for buffer in buffers]
        pointers = [ctypes.cast(buffer, ctypes.c_void_p) if buffer else None for buffer in self.kept]
        self.schema = Schema(format=form, n_children=len(children), release=SchemaRelease(self.release_schema))
        self.array = Array(
            length=length,
            offset=offset,
            null_count=null_count,
            n_buffers=len(buffers),
            n_children=len(children),
            buffers=(ctypes.c_void_p * max(len(buffers), 1))(*pointers),
            release=ArrayRelease(self.release_array),
        )
        self.children = children
        if children:
            self.schema.children = (ctypes.POINTER(Schema) * len(children))(
                *(ctypes.pointer(c.schema) for c in children)
            )
            self.array.children = (ctypes.POINTER(Array) * len(children))(*(ctypes.pointer(c.array) for c in children))
        if dictionary:
            self.dictionary = dictionary
            self.schema.dictionary = ctypes.pointer(dictionary.schema)
            self.array.dictionary = ctypes.pointer(dictionary.array)
        for name, value in wrong.items():
            structure, _, field = name.partition("_")
            setattr({"schema": self.schema, "array": self.array}[structure], field, value)

    def release_schema(self, schema):
        self.released.append("schema")
        schema.contents.release = SchemaRelease()

    def release_array(self, array):
        self.released.append("array")
        array.contents.release = ArrayRelease()

    def __arrow_c_array__(self, requested_schema=None):
        return (
            new_capsule(ctypes.addressof(self.schema), b"arrow_schema", None),
            new_capsule(ctypes.addressof(self.array), b"arrow_array", None),
        )


def ints(*numbers):
    return struct.pack(f"<{len(numbers)}i", *numbers)


def longs(*numbers):
    return struct.pack(f"<{len(numbers)}q", *numbers)


def view(length, data=b"", buffer=0, offset=0):
    return (
        struct.pack("<i12s", length, data) if length <= 12 else struct.pack("<i4sii", length, data[:4], buffer, offset)
    )


TEXTS = b"good film"
OFFSETS = ints(0, 5, 9)


def texts(**wrong):
    return Hostile(b"u", [None, OFFSETS, TEXTS], **wrong)


def dictionary(indices, form=b"c", entries=None, **wrong):
    return Hostile(form, [None, indices], dictionary=entries or texts(), **wrong)


SIZES = longs(9)


def views(*items, sizes=SIZES):
    return Hostile(b"vu", [None, b"".join(items), TEXTS, sizes], length=len(items))


VALID = {
    "offsets": texts(),
    "a slice": texts(length=1, offset=1),
    "wide offsets": Hostile(b"U", [None, longs(0, 5, 9), TEXTS]),
    "no bytes, no buffer of them": Hostile(b"u", [None, ints(0, 0, 0), None]),
    "views": views(view(4, b"good"), view(4, b"film")),
    "a dictionary": dictionary(bytes([1, 0])),
    "a table": Hostile(b"+s", [None], children=[texts()]),
    "no rows, no buffers": Hostile(b"u", [None, None, None], length=0),
}
INVALID = {
    "offsets that fall": (Hostile(b"u", [None, ints(0, 5, 3), TEXTS]), "offsets that decrease"),
    "an offset below zero": (Hostile(b"u", [None, ints(-4, 5, 9), TEXTS]), "offsets that decrease"),
    "wide offsets that fall": (Hostile(b"U", [None, longs(0, 5, -1), TEXTS]), "offsets that decrease"),
    "no offsets": (Hostile(b"u", [None, None, TEXTS]), "no buffer of offsets"),
    "no bytes": (Hostile(b"u", [None, OFFSETS, None]), "no buffer of bytes"),
    "a buffer too few": (Hostile(b"u", [None, OFFSETS]), "too few buffers"),
    "no buffers": (texts(array_buffers=None), "too few buffers"),
    "buffers below zero": (texts(array_n_buffers=-1), "too few buffers"),
    "a length below zero": (texts(length=-1), "a negative length or offset"),
    "an offset of rows below zero": (texts(offset=-1), "a negative length or offset"),
    "a length that overflows": (texts(length=2**62, offset=2**62), "length plus offset overflows"),
    "no format": (texts(schema_format=None), "a schema without a format"),
    "a view of negative length": (views(view(-1)), "a view of negative length"),
    "a view into no buffer": (views(view(13, buffer=1)), "a view into a buffer that does not exist"),
    "a view into a buffer below zero": (views(view(13, buffer=-1)), "a view into a buffer that does not exist"),
    "a view past the end": (views(view(13)), "a view past the end of its buffer"),
    "a view that begins past the end": (views(view(13, offset=2**31 - 1)), "a view past the end of its buffer"),
    "a view that begins before its buffer": (views(view(13, offset=-5)), "a view past the end of its buffer"),
    "views without sizes": (views(view(4, b"good"), sizes=None), "no sizes of the data buffers"),
    "no views": (Hostile(b"vu", [None, None, TEXTS, longs(9)]), "no buffer of views"),
    "an index past the dictionary": (dictionary(bytes([0, 2])), "a dictionary index out of range"),
    "an index below zero": (dictionary(bytes([0, 255])), "a dictionary index out of range"),
    "an unsigned index past 2**63": (dictionary(longs(0, -1), b"L"), "a dictionary index out of range"),
    "indices that are no integers": (dictionary(longs(0, 1), b"g"), "indices are not integers"),
    "no indices": (dictionary(None), "no buffer of indices"),
    "no dictionary": (dictionary(bytes([0, 1]), array_dictionary=None), "without its dictionary"),
    "a dictionary without a format": (dictionary(bytes([0]), entries=texts(schema_format=None)), "without a format"),
    "a broken dictionary": (dictionary(bytes([0, 0]), entries=texts(array_n_buffers=2)), "too few buffers"),
    "a table without its column": (
        Hostile(b"+s", [None], children=[texts()], array_children=None),
        "without its column",
    ),
    "a column shorter than its table": (Hostile(b"+s", [None], length=3, children=[texts()]), "shorter than its table"),
    "a table that begins behind its column": (
        Hostile(b"+s", [None], length=1, offset=2, children=[texts()]),
        "shorter than its table",
    ),
    "rows of a table that are null": (
        Hostile(b"+s", [b"\0"], null_count=1, children=[texts()]),
        "a table with null rows",
    ),
    "a column that overflows": (
        Hostile(b"+s", [None], length=1, offset=1, children=[texts(offset=2**63 - 2, length=2)]),
        "length plus offset overflows",
    ),
}


@pytest.mark.parametrize("array", VALID.values(), ids=VALID.keys())
def test_what_is_made_by_hand_here_is_read_where_it_is_right(array):
    assert len(sf.encode(array, VOCABULARY)) == array.array.length
    assert sorted(array.released) == ["array", "schema"]


@pytest.mark.parametrize(("array", "message"), INVALID.values(), ids=INVALID.keys())
def test_a_broken_array_is_an_error_that_says_how(array, message):
    with pytest.raises(ValueError, match=f"violates the Arrow C data interface: .*{message}"):
        sf.encode(array, VOCABULARY)
    assert sorted(array.released) == ["array", "schema"]


@pytest.mark.parametrize("form", [b"i", b"", b"x", b"tdD", b"+l", b"+", b"v", b"w:5"])
def test_a_column_of_another_type_is_refused(form):
    array = texts(schema_format=form)
    with pytest.raises(TypeError, match=r"Expected (Arrow strings|one column of texts)"):
        sf.encode(array, VOCABULARY)
    assert sorted(array.released) == ["array", "schema"]


def test_a_capsule_is_read_once():
    array = texts()
    sf.encode(array, VOCABULARY)
    with pytest.raises(ValueError, match="has already been consumed"):
        sf.encode(array, VOCABULARY)


def test_a_capsule_of_another_name_is_refused():
    class Misnamed(Hostile):
        def __arrow_c_array__(self, requested_schema=None):
            schema, array = super().__arrow_c_array__()
            return array, schema

    with pytest.raises(ValueError, match=r"PyCapsule_GetPointer called with incorrect name"):
        sf.encode(Misnamed(b"u", [None, OFFSETS, TEXTS]), VOCABULARY)
