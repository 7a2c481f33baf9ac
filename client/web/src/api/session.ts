// Who calls: the bearer token that came with the link the engine printed ("/#token=..."). It is kept for this tab only
// and never stays in the address, so that a copied permalink does not carry it.
const KEY = "pe-token";

export function takeTokenFromAddress(): void {
  const found = /^#(?:.*&)?token=([^&]+)/.exec(location.hash);
  if (!found?.[1]) return;
  sessionStorage.setItem(KEY, decodeURIComponent(found[1]));
  history.replaceState(null, "", location.pathname + location.search);
}

export const token = (): string => sessionStorage.getItem(KEY) ?? "";

export function setToken(value: string): void {
  sessionStorage.setItem(KEY, value.trim());
}

export const authorization = (): Record<string, string> => (token() ? { Authorization: `Bearer ${token()}` } : {});
