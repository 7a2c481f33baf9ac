"""What the README shows is true: its spec is valid, its commands exist, its calls answer."""
import re
import shlex
import subprocess

from support.paths import BUILD, REPOSITORY

README = (REPOSITORY / "README.md").read_text()


def commands(section):
    """Each command of a section's indented block, comments and what follows a ';' apart."""
    text = README.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line.split("  #")[0].strip() for line in text.splitlines() if line.startswith("    ")]
    return [command.strip() for line in lines for command in line.split(";")]


def test_the_spec_is_valid(pe, tmp_path):
    spec = tmp_path / "readme.yaml"
    spec.write_text(re.search(r"```yaml\n(.*?)```", README, re.S).group(1))
    assert "valid" in pe.ok("apply", "-f", spec, "--target", "ssh://root@192.0.2.1", "--validate-only")


def test_daily_commands_exist(pe):
    daily = commands("Daily use")
    assert len(daily) >= 8
    for command in daily:
        words = shlex.split(command)
        assert words[0] == "pe", command
        path = [word for word in words[1:3] if re.fullmatch("[a-z]+", word) and word != "latest"]
        shown = pe.ok(*path, "--help")
        for option in re.findall(r"--[a-z-]+", command):
            assert option in shown, f"{command}: no {option} in its help"


def test_calls_without_a_proto_file(engine):
    calls = [c for c in commands("From other services") if c.startswith("buf curl")]
    assert calls
    for call in calls:
        argv = shlex.split(call.replace("/run/provision-engine/engine.sock", str(engine.socket)))
        argv[0] = str(BUILD.parent / "npm/node_modules/.bin/buf")
        done = subprocess.run(argv, text=True, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert "provision.v1.ProvisionService/Watch" in done.stdout
