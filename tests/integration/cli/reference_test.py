"""The step reference and `pe explain` say the same about every kind of step, its fields and the values they take.

Environment: PE (the binary), STEPS (STEPS.md of the build), API (API.md). Run by ctest.
"""
import os
import pathlib
import re
import subprocess
import unittest

STEPS = pathlib.Path(os.environ["STEPS"]).read_text()
API = pathlib.Path(os.environ["API"]).read_text()


def explain(*what):
    done = subprocess.run([os.environ["PE"], "explain", *what], capture_output=True, text=True, timeout=60, check=True)
    return " ".join(done.stdout.split())


def sections(page):
    """Heading -> (its comment, [(field or value, comment)])."""
    out = {}
    for part in page.split("\n### ")[1:]:
        heading, comment = part.split("\n")[:2]
        rows = re.findall(r"^\| `(\w+)` \|(?: [^|]* \|)? (?:\*[^*|]*\*\. )?((?:\\\||[^|])*) \|$", part, re.M)
        out[heading] = (comment, [(name, text.replace("\\|", "|")) for name, text in rows])
    return out


class Reference(unittest.TestCase):
    def test_every_kind_is_explained_by_the_same_words(self):
        kinds = re.findall(r"\[(\w+)\]\(#(\w+)\)", STEPS.split("Kinds of steps: ")[1].split("\n")[0])
        self.assertGreater(len(kinds), 15)
        said = {heading.replace(".", "").lower(): content for heading, content in sections(STEPS).items()}
        checked = 0
        for kind, anchor in kinds:
            text = explain(kind)
            comment, fields = said[anchor]
            self.assertIn(comment, text, kind)
            for name, words in fields:
                self.assertIn(words, text, f"{kind}.{name}")
                self.assertIn(words, explain(f"{kind}.{name}"), f"{kind}.{name}")
                checked += 1
        self.assertGreater(checked, 80)

    def test_the_whole_spec(self):
        text = explain()
        for heading in ("ServiceSpec", "Step"):
            for name, words in sections(STEPS)[heading][1]:
                self.assertIn(words, text, f"{heading}.{name}")

    def test_links_lead_somewhere(self):
        pages = {"STEPS.md": STEPS, "API.md": API}
        for own, page in (("API.md", API), ("STEPS.md", STEPS)):
            for target, anchor in re.findall(r"\]\((\w*(?:\.md)?)#(\w+)\)", page):
                there = page if target == "" else pages[target]
                headings = {heading.replace(".", "").lower() for heading in sections(there)}
                self.assertIn(anchor, headings, own)

    def test_every_call_is_there(self):
        self.assertIn("| `Provision` | `POST /v1/jobs` | [ProvisionRequest](#provisionrequest) | [Job](#job) |", API)
        self.assertIn("stream of [WatchResponse](#watchresponse)", API)


if __name__ == "__main__":
    unittest.main()
