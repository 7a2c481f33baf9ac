"""`pe env`, `approve`, `pause` and `resume` against an engine of our own, on this machine as its host.

Environment: PE, PROVISIOND (the binaries). Run by ctest.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

os.environ.setdefault("BUF", "")
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "api"))
from provisiond_test import Engine, clean_env, wait_for  # noqa: E402


class Environments(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pe_v.", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def start(self, *flags):
        self.engine = Engine(self.folder, "--http-listen", "off", *flags).wait_ready()
        self.addCleanup(self.engine.stop, signal.SIGKILL)

    def run_pe(self, *arguments):
        return subprocess.run([os.environ["PE"], "--engine", f"unix:{self.engine.socket}", *map(str, arguments)], capture_output=True, text=True,
                              timeout=60, env=clean_env(), check=False)

    def pe(self, *arguments):
        done = self.run_pe(*arguments)
        self.assertEqual(done.returncode, 0, (arguments, done.stdout, done.stderr))
        return done.stdout

    def refused(self, *arguments):
        done = self.run_pe(*arguments)
        self.assertNotIn(done.returncode, (0, 139), (arguments, done.stdout))
        return done.stderr

    def environment(self, name):
        return json.loads(self.pe("env", "get", name, "-o", "json"))

    def spec(self, name="page"):
        file = self.folder / f"{name}.yaml"
        file.write_text(f"name: {name}\nsteps:\n  - {{id: page, file: {{path: {self.folder}/{name}, content: x}}}}\n")
        return file

    def job(self, which="latest"):
        return json.loads(self.pe("status", which, "-o", "json"))

    def test_an_environment_is_made_changed_and_removed(self):
        self.start()
        self.assertEqual(self.pe("env", "list", "-o", "name").split(), ["environments/dev", "environments/prod", "environments/test"])
        self.pe("env", "create", "stage", "--description", "before prod", "--var", "zone=a", "--var", "tier=gold", "--approval", "required",
                "--parallelism", 5, "--canary", 1, "--wave", "10", "--wave", "25%", "--failure-budget", "2", "--soak", "90s", "--pause-after-canary")
        made = self.environment("stage")
        self.assertEqual(made["variables"], {"zone": "a", "tier": "gold"})
        self.assertTrue(made["approvalRequired"])
        self.assertEqual(made["rollout"], {"canary": {"count": 1}, "waves": [{"count": 10}, {"percent": 25}], "failureBudget": {"count": 2},
                                           "soak": "90s", "pauseAfterCanary": True})
        shown = self.pe("env", "get", "stage")
        self.assertIn("canary 1, waves of 10, 25%, up to 2 failures, soak 1m30s, pause after the canary", shown)
        self.pe("env", "set", "stage", "--var", "zone=b", "--unset", "tier", "--no-rollout", "--approval", "none")
        changed = self.environment("stage")
        self.assertEqual(changed["variables"], {"zone": "b"})
        self.assertNotIn("rollout", changed)
        self.assertNotIn("approvalRequired", changed)
        self.assertEqual((changed["description"], changed["parallelism"]), ("before prod", 5))
        self.pe("env", "delete", "stage")
        self.assertIn("stage", self.refused("env", "get", "stage"))

    def test_what_is_wrong_is_said_and_changes_nothing(self):
        self.start()
        before = self.environment("dev")
        for arguments, said in (
            (("set", "dev"), "what? Give --var"),
            (("set", "dev", "--var", "novalue"), "wants NAME=VALUE"),
            (("set", "dev", "--wave", "ten"), "--wave ten is neither a number of hosts nor a part of all"),
            (("set", "dev", "--canary", "0"), "canary"),
            (("set", "dev", "--canary", "1", "--no-rollout"), "do not go together"),
            (("set", "nowhere", "--var", "a=b"), "nowhere"),
            (("create", "dev"), "exists"),
            (("create", "Dev"), "environment_id"),
        ):
            self.assertIn(said, self.refused("env", *arguments), arguments)
        self.assertEqual(self.environment("dev"), before)
        self.pe("resource", "create", "kept", "ssh://root@192.0.2.1", "--environment", "dev")
        self.assertIn("resource", self.refused("env", "delete", "dev"))

    def test_an_engine_of_prod_asks_for_approval_without_being_told(self):
        self.start("--environment", "prod")
        self.pe("apply", "-f", self.spec(), "--target", "local://", "--detach")
        job = self.job()
        self.assertEqual((job["environment"], job["state"]), ("environments/prod", "AWAITING_APPROVAL"))
        self.pe("approve", job["name"], "--comment", "looks good")
        self.pe("watch", job["name"], "--progress", "plain")
        done = self.job(job["name"])
        self.assertEqual((done["state"], done["approval"]["decision"], done["approval"]["comment"]), ("SUCCEEDED", "APPROVED", "looks good"))
        resource = json.loads(self.pe("resource", "list", "-o", "json"))
        self.assertIn("environments/prod", json.dumps(resource), "a host that is seen for the first time is of its job's environment")

    def test_a_host_of_prod_is_not_changed_by_a_job_of_dev_unasked(self):
        self.start()
        self.pe("resource", "create", "here", "local://", "--environment", "prod")
        self.pe("apply", "-f", self.spec(), "--target", "resources/here", "--env", "dev", "--detach")
        job = self.job()
        self.assertEqual((job["environment"], job["state"]), ("environments/dev", "AWAITING_APPROVAL"))
        self.pe("approve", job["name"], "--reject")
        wait_for(lambda: self.job(job["name"])["state"] == "CANCELLED", "the rejected job's end")
        self.assertFalse((self.folder / "page").exists())
        self.pe("plan", "-f", self.spec(), "--target", "resources/here", "--env", "dev", "--progress", "plain")  # looks, and needs nobody
        self.assertIn("SUCCEEDED", json.dumps(self.job()))

    def test_a_job_is_held_and_goes_on(self):
        self.start()
        self.pe("apply", "-f", self.spec(), "--target", "local://", "--env", "prod", "--detach")
        job = self.job()
        self.pe("pause", job["name"], "--reason", "a change freeze")
        self.pe("approve", job["name"])
        wait_for(lambda: self.job(job["name"])["state"] == "PAUSED", "the pause")
        self.assertIn("a change freeze", self.pe("status", job["name"]))
        self.assertFalse((self.folder / "page").exists())
        self.pe("resume", job["name"])
        self.pe("watch", job["name"], "--progress", "plain")
        self.assertEqual(self.job(job["name"])["state"], "SUCCEEDED")
        self.assertEqual((self.folder / "page").read_text(), "x")


if __name__ == "__main__":
    unittest.main()
