"""The active query: asks the provider for files and lays the answers into `recordings/` in the provider's own shape.

A build then reads them like any other record; nothing here knows sessions but `holes`, which says what to ask about.
"""
