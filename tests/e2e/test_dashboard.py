"""The page in a browser, on a real host: the same tests that ctest runs with this machine as the host."""
import os
import subprocess

import pytest
from support.paths import BUILD, REPOSITORY


@pytest.mark.skipif(not os.path.exists(os.environ.get("PE_CHROMIUM", "/usr/bin/chromium")), reason="no Chromium: tools/install-deps --test")
def test_page(lab, host):
    env = {**os.environ, "PE_BUILD": str(BUILD), "PE_WEB_ADDRESS": host.target(), "PE_WEB_HOST_KEY": host.fingerprint, "PE_WEB_KEY": lab.key()}
    done = subprocess.run(["client/web/run", "node", "--test", "--test-reporter=spec", "tests/page/page.test.mjs"], cwd=REPOSITORY, env=env,
                          text=True, timeout=300, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout[-8000:]
