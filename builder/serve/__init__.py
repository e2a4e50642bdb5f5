"""The preview server: a folder, the set of files that were built into it, and a rebuild loop that it is told about.

It does not know what a build is. Security is RELIABILITY 2.9: loopback only, an exact list of hosts, GET and HEAD,
no CORS, no file-system arithmetic (a path is looked up in the set of built files), errors as plain text.
"""

from builder.serve.app import Preview
from builder.serve.news import News
from builder.serve.server import listen, serve

__all__ = ["News", "Preview", "listen", "serve"]
