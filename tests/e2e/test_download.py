"""Downloads: the engine fetches, checks and sends; a host gets either the whole right file or is not touched at all."""
import hashlib
import http.server
import threading

import pytest
from support.jobs import changed, newest, states

TOOL = b"#!/bin/sh\necho the tool\n"
RIGHT = hashlib.sha256(TOOL).hexdigest()


@pytest.fixture
def web():
    """A server that has TOOL at every path; it notes what it was asked."""
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(TOOL)))
            self.end_headers()
            self.wfile.write(TOOL)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.asked = []
    server.url = f"http://127.0.0.1:{server.server_port}/tool"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def private(engine):
    """An engine that may fetch from this machine."""
    assert engine.stop() == 0
    engine.start("--download-private", "true")
    return engine


def download(pe, host, tmp_path, url, digest):
    spec = tmp_path / "download.yaml"
    spec.write_text(f"""
name: fetch
steps:
  - {{id: before, file: {{path: /opt/before, content: "x"}}}}
  - {{id: tool, download: {{url: "{url}", sha256: {digest}, path: /opt/tool, mode: "0755"}}}}
""")
    return pe("apply", "-f", spec, "--target", host.target(), "--host-key", host.fingerprint)


def refused(pe, host):
    """Why, of a job that ended before anything was done on the host."""
    target = newest(pe)["targets"][0]
    assert target["state"] == "FAILED"
    assert target["reasonCode"] == "DOWNLOAD_FAILED"
    assert states(newest(pe)) == {"before": "SKIPPED", "tool": "SKIPPED"}
    assert host.sh("ls -A /opt") == "", "neither the file nor a part of it, nor what comes before"
    return target["reason"]


def test_the_right_digest(private, pe, host, tmp_path, web):
    first = download(pe, host, tmp_path, web.url, RIGHT)
    assert first.code == 0, f"{first.out}\n{first.err}"
    assert changed(newest(pe)) == ["before", "tool"]
    assert host.stat("/opt/tool") == "0755 root:root"
    assert host.sh("/opt/tool") == "the tool\n"
    assert web.asked == ["/tool"], "the engine has fetched it, once"

    again = download(pe, host, tmp_path, web.url, RIGHT)
    assert again.code == 0, again
    assert set(states(newest(pe)).values()) == {"UNCHANGED"}
    assert web.asked == ["/tool"]


def test_a_file_that_somebody_changed_is_put_right_again(private, pe, host, tmp_path, web):
    assert download(pe, host, tmp_path, web.url, RIGHT).code == 0
    host.sh("echo other >/opt/tool; chmod 0700 /opt/tool")
    assert download(pe, host, tmp_path, web.url, RIGHT).code == 0
    assert changed(newest(pe)) == ["tool"]
    assert host.stat("/opt/tool") == "0755 root:root"
    assert host.sh("/opt/tool") == "the tool\n"


def test_another_digest_fails_and_leaves_nothing(private, pe, host, tmp_path, web):
    done = download(pe, host, tmp_path, web.url, "0" * 64)
    assert done.code == 1, done
    assert RIGHT in refused(pe, host), "what was found is named"
    assert RIGHT in done.err
    kept = [path for path in private.data.rglob("*") if path.is_file() and TOOL in path.read_bytes()]
    assert not kept, "the engine keeps nothing of it either"


def test_a_private_address_is_refused_unless_allowed(engine, pe, host, tmp_path, web):
    done = download(pe, host, tmp_path, web.url, RIGHT)
    assert done.code == 1, done
    reason = refused(pe, host)
    assert "127.0.0.1" in reason
    assert "downloads.allowPrivate" in reason, "the setting that permits it is named"
    assert web.asked == []
