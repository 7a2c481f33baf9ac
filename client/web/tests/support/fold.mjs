// The page's own fold, for scripts that make jobs up.
import { build } from "esbuild";

const { outputFiles } = await build({ entryPoints: ["src/job/fold.ts"], bundle: true, write: false, format: "esm", preserveSymlinks: true, logLevel: "error" });
const { replay } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
export const foldAll = (events) => replay(events, events.length);
