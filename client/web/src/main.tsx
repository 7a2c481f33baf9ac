import { render } from "preact";
import { takeTokenFromAddress } from "./api/session";
import { keepJobsFresh } from "./app/current";
import { onKey } from "./app/keys";
import { followClick } from "./app/router";
import "./app/theme";
import { Shell } from "./ui/shell";

takeTokenFromAddress();
keepJobsFresh();
document.addEventListener("click", followClick);
document.addEventListener("keydown", onKey);
render(<Shell />, document.getElementById("app")!);
