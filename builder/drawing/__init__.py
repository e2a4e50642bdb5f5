"""Drawing: strips, tapes, guides, almanacs and posters as SVG, from values alone. Pure: no disk, no time of its own.

Nothing is exported here: who draws names the module, so that a page kind loads no more than it shows.
"""
