// Debian's Chromium, driven by playwright-core.
import { chromium } from "playwright-core";

export function launch() {
  return chromium.launch({ executablePath: process.env.PE_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
}
