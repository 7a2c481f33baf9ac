// Debian's Chromium, driven by playwright-core.
import { chromium } from "playwright-core";

export const PROGRAM = process.env.PE_CHROMIUM ?? "/usr/bin/chromium";
export const ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];

export function launch() {
  return chromium.launch({ executablePath: PROGRAM, args: ARGUMENTS });
}
