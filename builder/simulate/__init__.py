"""A provider to practise on, on this machine: broadcasts happen, files are recorded, notifications follow over HTTP.

The same world answers the query interfaces, so that the active query can be practised too. Seeded: the same seed is
the same world. The truth (which files make which broadcast) is written beside, for tests to compare with.
"""
