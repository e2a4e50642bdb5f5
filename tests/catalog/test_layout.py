"""What the catalog stores by position must not shift under the catalogs that people already have."""

import inspect
from hashlib import blake2b

import msgspec

from builder import model
from builder.catalog import schema

LAYOUTS = {15: "21da1b44c75ea491"}  # the schema's version → what the fields of the stored values were then, in order


def layout() -> str:
    """Return a digest of the fields, in order, of every value that is stored as an array."""
    values = sorted(vars(model).items())
    fields = [
        (name, value.__struct_fields__)
        for name, value in values
        if inspect.isclass(value) and issubclass(value, msgspec.Struct) and value.__struct_config__.array_like
    ]
    assert len(fields) >= 8
    return blake2b(repr(fields).encode(), digest_size=8).hexdigest()


def test_another_order_of_stored_fields_needs_another_version_of_the_schema():
    """Else old bodies would be read as something else: raise `schema.VERSION` and note the new layout here."""
    assert {schema.VERSION: layout()} == LAYOUTS
