"""Rows of docs/PERFORMANCE.md, in exactly its form."""
import os
import platform
import sys
from datetime import date


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Row:
    """One line of the table. `beside`: the limit measured in the same run; `ratio`: the figure's to it; `met`: None without a goal."""

    def __init__(self, what: str, goal: str, figure: str, beside: str = "", ratio: str = "", met=None, name: str = ""):
        self.cells = [what, goal, figure, beside, ratio, {None: "", True: "met", False: "**missed**"}[met], f"`{name}`"]

    def __str__(self) -> str:
        return "| " + " | ".join(self.cells) + " |"


def head() -> str:
    return ("| What | Goal | Measured | Beside it, in the same run | Ratio | | Run |\n"
            "|---|---|---|---|---|---|---|")


def load() -> str:
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


def os_name() -> str:
    with open("/etc/os-release") as release:
        fields = dict(line.rstrip().split("=", 1) for line in release if "=" in line)
    return fields.get("PRETTY_NAME", "Linux").strip('"')


def machine(quick: bool, after: bool = False) -> str:
    """The sentence above the table, and the one below it."""
    if after:
        return f"Load average at the end: {load()}."
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (f"Measured on {date.today()}{' with --quick' if quick else ''}: {os.cpu_count()} cores, {memory:.0f} GB, {os_name()}, "
            f"Linux {platform.release().split('-')[0]}; load average before: {load()}.")
