"""A rootfs target: from nothing to a root filesystem with nginx installed, and no process or mount left behind."""
import functools
import http.server
import os
import subprocess
import threading

import pytest
from support.jobs import changed, newest
from support.paths import EXAMPLES


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def image(lab, tmp_path):
    """image.yaml with the lab's own repository over loopback: it is reached from outside the root and from inside it."""
    handler = functools.partial(Quiet, directory=lab.run("repo").stdout.strip())
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    source = f'"deb [trusted=yes] http://127.0.0.1:{server.server_port}/main bookworm main"'
    spec = tmp_path / "image.yaml"
    spec.write_text((EXAMPLES / "image.yaml").read_text().replace("image: {variant: minbase,", f"image: {{variant: minbase, sources: [{source}],"))
    yield spec
    server.shutdown()


def test_from_nothing_to_nginx(engine, pe, image):
    root = f"/var/tmp/pe-e2e-root-{os.getpid()}/web"
    try:
        done = pe("apply", "-f", image, "--target", f"rootfs://{root}", timeout=600)
        assert done.code == 0, done
        assert os.path.exists(f"{root}/usr/sbin/nginx")
        assert open(f"{root}/etc/motd", encoding="utf-8").read() == "web image bookworm\n"
        assert os.path.islink(f"{root}/etc/systemd/system/multi-user.target.wants/nginx.service")
        again = pe("apply", "-f", image, "--target", f"rootfs://{root}", timeout=600)
        assert again.code == 0, again
        assert changed(newest(pe)) == []
        assert root not in open("/proc/self/mountinfo", encoding="utf-8").read(), "no mount is left"
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                assert not os.readlink(f"/proc/{pid}/root").startswith(root), f"process {pid} is left in the root"
            except (FileNotFoundError, PermissionError, ProcessLookupError):
                continue
    finally:
        subprocess.run(["rm", "-rf", "--one-file-system", os.path.dirname(root)], check=True)
