// Frames of the page while events come, in a Chromium that nobody watches: a driver that follows the network copies every message of
// a WebSocket and holds the stream up for 200 ms now and then, which would be measured instead.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ARGUMENTS, PROGRAM } from "../support/browser.mjs";

const WARM_UP_MS = 1500;

// Runs in the page: from the grid on, one warm-up, then the gaps between frames for `lasting` ms.
function measure(warmUp, lasting) {
  let first = 0;
  let last = 0;
  const gaps = [];
  const tick = (at) => {
    if (first === 0 && document.querySelector("main .grid")) first = at + warmUp;
    if (first > 0 && last >= first) gaps.push(at - last);
    last = at;
    if (first === 0 || at <= first + lasting) return requestAnimationFrame(tick);
    const seq = Number(document.querySelector('[data-testid="seq"]').textContent);
    fetch("/report", { method: "POST", body: JSON.stringify({ gaps, seq }) });
  };
  requestAnimationFrame(tick);
}

export const probe = (seconds) => `(${measure})(${WARM_UP_MS}, ${seconds * 1000});`;

// Opens `url` in a browser of its own until `done` settles, and returns what that says.
export async function unwatched(url, done) {
  const profile = mkdtempSync(join(tmpdir(), "pe-frames-"));
  const browser = spawn(PROGRAM, ["--headless", ...ARGUMENTS, "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--window-size=1280,800", `--user-data-dir=${profile}`, url], { stdio: "ignore", detached: true });
  const gone = once(browser, "exit").then(() => { throw new Error("Chromium ended"); });
  try {
    return await Promise.race([done, gone]);
  } finally {
    process.kill(-browser.pid, "SIGKILL"); // its whole group: its helpers write into the profile
    await gone.catch(() => undefined);
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}
