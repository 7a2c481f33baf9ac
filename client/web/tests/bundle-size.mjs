// Fails when the page's JavaScript is more than the budget: 100 KB gzipped in all. usage: bundle-size.mjs FOLDER
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const LIMIT = 100 * 1024;
const files = readdirSync(process.argv[2], { recursive: true }).filter((name) => String(name).endsWith(".js"));
const sizes = files.map((name) => [String(name), gzipSync(readFileSync(join(process.argv[2], String(name))), { level: 9 }).length]);
const total = sizes.reduce((sum, [, size]) => sum + size, 0);
for (const [name, size] of sizes) console.log(`${name}: ${size} bytes gzipped`);
console.log(`JavaScript: ${total} of ${LIMIT} bytes gzipped`);
if (sizes.length === 0 || total > LIMIT) process.exit(1);
