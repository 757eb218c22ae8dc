"""Requests to stop: who is called, and for how long."""

import signal
import threading

import pytest

from sentiment_fast.runs.stop import StopRequest, stop_signals


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


def test_a_request_is_seen_by_the_run_that_heeds_it():
    stop = StopRequest()
    with stop.heeded():
        stop.request()
    assert stop.requested


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_stops_and_handlers_come_back(number):
    stop, before = StopRequest(), signal.getsignal(number)
    with stop_signals(stop.request):
        signal.raise_signal(number)
        assert stop.requested
    assert signal.getsignal(number) is before


def test_a_second_ctrl_c_interrupts_and_a_second_sigterm_does_not():
    calls = []
    with stop_signals(lambda: calls.append(1)):
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert calls == [1]


def test_a_ctrl_c_that_arrives_twice_is_one():
    calls = []
    with stop_signals(lambda: calls.append(1), again_ends=False):
        for _ in range(2):
            signal.raise_signal(signal.SIGINT)
    assert calls == [1]


def test_outside_the_main_thread_no_signal_is_caught():
    before, inside = signal.getsignal(signal.SIGTERM), []

    def work():
        with stop_signals(lambda: None):
            inside.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert inside == [before]
