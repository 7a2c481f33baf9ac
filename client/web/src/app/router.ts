// Every state of a view is in the address: path and query. A link is the view.
import { computed, signal } from "@preact/signals";

interface Place {
  path: string;
  query: URLSearchParams;
}

const read = (): Place => ({ path: location.pathname, query: new URLSearchParams(location.search) });
export const place = signal<Place>(read());
addEventListener("popstate", () => { place.value = read(); });

export function go(to: string, replace = false): void {
  history[replace ? "replaceState" : "pushState"](null, "", to);
  const before = place.peek().path;
  place.value = read();
  if (before !== place.peek().path) scrollTo(0, 0);
}

export const param = (name: string): string => place.value.query.get(name) ?? "";

// Sets parameters of the view that is shown; undefined or "" removes one.
export function setParams(values: Record<string, string | undefined>, replace = true): void {
  const query = new URLSearchParams(place.peek().query);
  for (const [name, value] of Object.entries(values)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  go(place.peek().path + (text ? `?${text}` : ""), replace);
}

export const segments = computed(() => place.value.path.split("/").filter(Boolean).map(decodeURIComponent));

// Links are links: opened in a new tab by the browser, followed here by a plain click.
export function followClick(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest("a[href]") as HTMLAnchorElement | null;
  if (!link || link.target || link.origin !== location.origin || link.hasAttribute("download") || link.pathname.startsWith("/v1")) return;
  if (link.hash && link.pathname === location.pathname) return;
  event.preventDefault();
  go(link.pathname + link.search);
}
