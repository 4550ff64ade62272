"""Work that several processes do side by side, where the system has them; what comes out stays in its order."""

import marshal
import os
import sys
from collections.abc import Callable, Iterator

from tutor.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any, TypeVar

    T = TypeVar("T")

MOST = 4
"""Processes; each takes some memory."""


class _Worker(Record):
    pid: int
    asks: "IO[bytes]"
    answers: "IO[bytes]"


def spread(
    count: int, measure: Callable[[int], int], prepare: Callable[[int, int], int], tell: "Callable[[int, int], T]"
) -> "Iterator[T]":
    """`tell(i, …)` for each i below `count`, in order. T is what `marshal` takes.

    For each i: `measure(i)`; then `prepare(i, sum of the measures before i)`; then
    `tell(i, sum of what prepare brought before i)`, all three in one process. One that fails or
    is ended loses nothing: its pieces, and those behind them, are told here, and an error is
    raised here as if there had been no other process.
    """
    workers = _started(min(processors(), MOST, count), count, measure, prepare, tell)
    step = len(workers)
    measured, prepared = [0], [0]  # sums of what was received, for all pieces before each
    told = 0
    try:
        for worker in workers:
            _add(measured, worker)
        while workers and told < count:
            turn = range(told, min(told + step, count))
            for index in turn:
                _add(prepared, workers[index % step])
            for index in turn:
                found = _received(workers[index % step].answers)
                told += 1
                yield found
                if index + step < count:
                    _add(measured, workers[index % step])
    except (EOFError, BrokenPipeError):
        pass  # all that is told is whole
    finally:
        _end(workers)
    before, more = measured[told], prepared[told]
    for index in range(told, count):
        size = prepare(index, before)
        before += measure(index)
        yield tell(index, more)
        more += size


def _add(sums: list[int], worker: _Worker) -> None:
    """What the worker has found for the next piece; it is told the sum of all before."""
    found: int = _received(worker.answers)
    _send(worker.asks, sums[-1])
    sums.append(sums[-1] + found)


def processors() -> int:
    """How many processes can run at once; 1 where none can be split off safely."""
    threading = sys.modules.get("threading")
    if sys.platform != "linux" or (threading is not None and threading.active_count() > 1):
        return 1
    return len(os.sched_getaffinity(0))


def _started(
    workers: int,
    count: int,
    measure: Callable[[int], int],
    prepare: Callable[[int, int], int],
    tell: Callable[[int, int], object],
) -> list[_Worker]:
    started: list[_Worker] = []
    if workers < 2:
        return started
    for number in range(workers):
        answers, told = os.pipe()
        asked, asks = os.pipe()
        try:
            pid = os.fork()
        except OSError:  # no more processes, or no memory for them: go on without
            for end in answers, told, asked, asks:
                os.close(end)
            _end(started)
            return []
        if not pid:
            try:
                # Only a worker's own pipes stay open: the end of the others must reach those who wait for it.
                for other in started:
                    os.close(other.asks.fileno())
                    os.close(other.answers.fileno())
                os.close(answers)
                os.close(asks)
                _work(range(number, count, workers), asked, told, measure, prepare, tell)
            finally:
                os._exit(0)  # nothing of the caller's is done twice: no error, no buffer, no exit handler
        os.close(told)
        os.close(asked)
        started.append(_Worker(pid, os.fdopen(asks, "wb"), os.fdopen(answers, "rb")))
    return started


def _work(
    pieces: range,
    asked: int,
    told: int,
    measure: Callable[[int], int],
    prepare: Callable[[int, int], int],
    tell: Callable[[int, int], object],
) -> None:
    import gc
    import signal

    gc.freeze()  # what the caller made stays shared memory
    gc.set_threshold(50_000)  # a piece makes many things that are kept until it is told, and no cycles
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller gets it too, and closes the pipes
    with os.fdopen(asked, "rb") as asks, os.fdopen(told, "wb") as answers:
        for index in pieces:
            _send(answers, measure(index))
            _send(answers, prepare(index, _received(asks)))
            _send(answers, tell(index, _received(asks)))


def _send(pipe: "IO[bytes]", value: "Any") -> None:
    octets = marshal.dumps(value)
    pipe.write(len(octets).to_bytes(8, "big"))
    pipe.write(octets)
    pipe.flush()


def _received(pipe: "IO[bytes]") -> "Any":
    head = pipe.read(8)
    octets = pipe.read(int.from_bytes(head, "big"))
    if len(head) < 8 or len(octets) < int.from_bytes(head, "big"):
        raise EOFError
    return marshal.loads(octets)


def _end(workers: list[_Worker]) -> None:
    for worker in workers:
        for pipe in worker.asks, worker.answers:
            try:
                pipe.close()
            except BrokenPipeError:
                pass  # it has ended already
    for worker in workers:
        try:
            os.waitpid(worker.pid, 0)
        except ChildProcessError:
            pass  # whoever started this program has the system forget its children
