"""The demo site's world: one table of broadcasts, the records that tell of them, and the media they play.

For this repository only: no wheel carries it, and no other room imports it. `python -m builder.demo media` writes what
git does not keep; `make golden` writes `site_src/recordings/` again after the table has changed.
"""
