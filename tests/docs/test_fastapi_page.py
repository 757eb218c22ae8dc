"""The app of docs/how-to/fastapi.md answers in workers of gunicorn that are forked after it was loaded."""

import json
import os
import subprocess
import sys
import time
from contextlib import closing

import pytest

from tests.docs.blocks import ROOT, blocks_of
from tests.scoring.test_processes import UnixConnection


def asked(path, body):
    """The status and the answer to a request."""
    with closing(UnixConnection(path)) as connection:
        connection.request("POST", "/score", json.dumps(body), {"content-type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


@pytest.mark.slow
def test_forked_workers_of_gunicorn_serve_the_app(tmp_path):
    pytest.importorskip("fastapi")
    pytest.importorskip("gunicorn.workers.gasgi")
    (app,) = [block for block in blocks_of("docs/how-to/fastapi.md") if block.title == "app.py"]
    (tmp_path / "app.py").write_text(app.text.replace('"runs/mine"', '"bundled"'), "utf-8")
    path = tmp_path / "socket"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "2", "--worker-class", "asgi"]
    with subprocess.Popen([*command, "--bind", f"unix:{path}", "app:app"], cwd=tmp_path, env=environment) as server:
        try:
            until = time.monotonic() + 120
            while not path.exists() and server.poll() is None and time.monotonic() < until:
                time.sleep(0.05)
            for _ in range(4):
                status, rows = asked(path, {"texts": ["A wonderful film!", "Boring, awful."]})
                assert status == 200
                assert [row["label"] for row in rows] == ["positive", "negative"]
            assert asked(path, {"texts": "one"})[0] == 422
        finally:
            server.terminate()
            server.wait(60)
