"""Fixtures of the end-to-end tests: a lab of real hosts, an engine, the pe tool.

Environment: PE_BUILD (build folder), LAB_ID (default e2e), E2E_HOSTS (default 2), E2E_KEEP=1 leaves the lab up for the next run.
With `-n N --dist loadfile` each of N workers has a lab of its own: most of the time is waiting.
"""
import os

import pytest
from support.cli import Pe
from support.engine import Engine
from support.lab import Lab

HOSTS = int(os.environ.get("E2E_HOSTS", "2"))


@pytest.fixture(scope="session")
def lab():
    """Booted hosts 0 .. E2E_HOSTS-1. At the end the lab goes, and must leave nothing behind."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    lab = Lab(os.environ.get("LAB_ID", "e2e")[: 6 - len(worker)] + worker)
    lab.up(HOSTS)
    yield lab
    if os.environ.get("E2E_KEEP") != "1":
        lab.down()


@pytest.fixture
def hosts(lab):
    """All hosts with pristine disks and clean links; their keys stay the same."""
    hosts = [lab.host(index) for index in range(HOSTS)]
    for host in hosts:
        host.do("link", "up")
        host.do("clear")
        host.do("reset")
    lab.run("wait", HOSTS)
    return hosts


@pytest.fixture
def host(lab):
    """Host 0, pristine."""
    host = lab.host(0)
    host.do("link", "up")
    host.do("clear")
    host.reset()
    return host


@pytest.fixture
def engine(lab, tmp_path):
    """A serving engine with an empty data folder and the credentials `default` (root) and `ops` (sudo)."""
    engine = Engine(tmp_path, lab.key())
    try:
        engine.start()
        yield engine
        if engine.process is not None:
            assert engine.stop() == 0, engine.log()[-4000:]
    finally:
        engine.close()


@pytest.fixture
def pe(engine):
    """pe(ARG, ...) -> (code, out, err), against `engine`."""
    return Pe(engine)
