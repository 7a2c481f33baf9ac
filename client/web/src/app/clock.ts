// The time, for what counts up on the page: four times a second, and only while the page is seen.
import { signal } from "@preact/signals";

export const now = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 250);
