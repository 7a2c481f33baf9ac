// Tests of a page, `pageNow` being the one that is open: a failure comes with what it showed.
import { it } from "node:test";

export const checkOn = (pageNow) => (name, body) => it(name, async () => {
  try {
    await body();
  } catch (error) {
    throw new Error(`${error.message}\nThe page at ${pageNow().url()} said:\n${await pageNow().locator("body").innerText()}`, { cause: error });
  }
});

// Waits until the page says `value`.
export const textOn = (pageNow) => (value) =>
  pageNow().waitForFunction((wanted) => document.body.innerText.replace(/\u00a0/g, " ").includes(wanted), value, { timeout: 30_000 });
