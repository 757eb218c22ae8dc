"""Requests to stop: who is called, and for how long."""

from sentiment_fast.runs.stop import StopRequest


def test_all_who_watch_are_called_while_they_do():
    stop, called = StopRequest(), []
    with stop.calling(lambda: called.append("a")), stop.calling(lambda: called.append("b")):
        stop.request()
    assert (called, stop.requested) == (["a", "b"], True)


def test_nobody_is_called_after_watching():
    stop, called = StopRequest(), []
    with stop.calling(lambda: called.append("a")):
        pass
    stop.request()
    assert (called, stop.requested) == ([], True)
