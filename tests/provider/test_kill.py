"""From the answer 200 to the list of broadcasts: what was acknowledged is there, whatever became of the receiver."""

import contextlib
import json
import signal
import threading
import time
from hashlib import md5

from builder.simulate.delivery import post
from tests.provider.support import KEY, Receiver, aftercast, new_site

THREADS = 4
ENOUGH = 40  # acknowledged notifications after which the receiver is killed
DEADLINE = 60


class Load:
    """Threads that post recordings of their own until the receiver is gone; keeps which were acknowledged."""

    def __init__(self, url: str, series: int) -> None:
        self.acknowledged: set[str] = set()
        self.enough = threading.Event()
        self._url = url
        self._threads = [threading.Thread(target=self._run, args=(series * 10 + n,)) for n in range(THREADS)]
        for thread in self._threads:
            thread.start()

    def _run(self, series: int) -> None:
        for number in range(10_000):
            file_id = f"52{series:05d}{number:012d}"
            if post(self._url, notification(file_id, f"vj{series}", number)) != 200:
                return
            self.acknowledged.add(file_id)
            if len(self.acknowledged) >= ENOUGH:
                self.enough.set()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(DEADLINE)
            assert not thread.is_alive()


def notification(file_id: str, stream: str, number: int) -> bytes:
    """Return a recording of ten minutes, an hour after the one before."""
    t, begin = int(time.time()) + 600, 1_754_006_400 + number * 3600
    body = {
        "event_type": 100, "appid": 1250000000, "stream_id": stream, "file_id": file_id, "file_format": "mp4",
        "start_time": begin, "end_time": begin + 600, "duration": 600, "file_size": 1000, "t": t,
        "video_url": f"http://1250000000.vod2.myqcloud.com/a/{file_id}/f0.mp4",
        "sign": md5(f"{KEY}{t}".encode()).hexdigest(),
    }  # fmt: skip
    return json.dumps(body).encode()


def test_every_acknowledged_recording_is_a_session_after_kill_9(tmp_path):
    """Three receivers, one after another on the same folder, each killed under load."""
    source = new_site(tmp_path)
    acknowledged: set[str] = set()
    for series in range(3):
        receiver = Receiver(source)
        load = Load(receiver.url, series)
        with contextlib.ExitStack() as cleanup:
            cleanup.callback(load.join)
            cleanup.callback(receiver.process.stdout.close)
            cleanup.callback(receiver.process.wait, DEADLINE)
            cleanup.callback(receiver.process.send_signal, signal.SIGKILL)
            assert load.enough.wait(DEADLINE)
        acknowledged |= load.acknowledged
    sessions = [json.loads(line) for line in aftercast("sessions", "--json", "--source", str(source)).splitlines()]
    shown = {part["file_id"] for one in sessions for track in one["tracks"] for part in track["parts"]}

    assert len(acknowledged) >= 3 * ENOUGH
    assert acknowledged <= shown
