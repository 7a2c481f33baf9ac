// Dark or light: the system's wish unless a person says otherwise.
import { effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";
const stored = localStorage.getItem("pe-theme");
export const theme = signal<Theme>(stored === "light" || stored === "dark" ? stored : "system");

effect(() => {
  if (theme.value === "system") {
    document.documentElement.removeAttribute("data-theme");
    localStorage.removeItem("pe-theme");
  } else {
    document.documentElement.setAttribute("data-theme", theme.value);
    localStorage.setItem("pe-theme", theme.value);
  }
});

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
export function nextTheme(): void {
  theme.value = NEXT[theme.value];
}
