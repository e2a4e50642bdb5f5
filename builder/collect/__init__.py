"""The callback receiver: limits → raw body → strict JSON → signature → append → sync → answer. It stores and answers.

It never builds (a build it may start is another process) and never groups. Its one promise: a request answered with
200 is on the disk, in `recordings/callbacks/`. Bytes come in through `wire`, a verdict is reached in `door`, the line
is made durable by `commit` and `log`, and every file-system call goes through the one object in `disk`.
"""
