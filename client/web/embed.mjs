// Makes the C++ source that holds the page's files: EmbeddedAssets() of server/gateway/assets.h.
// usage: embed.mjs PAGE_FOLDER OUT.cc   (writes each file's gzipped form beside OUT.cc)
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
};
const [folder, out] = process.argv.slice(2).map((path) => resolve(path));
const packed = join(dirname(out), "packed");
mkdirSync(packed, { recursive: true });

const files = readdirSync(folder, { recursive: true }).map(String).filter((name) => statSync(join(folder, name)).isFile()).sort();
if (!files.includes("index.html")) throw new Error(`${folder} has no index.html`);
const sections = [];
const rows = files.map((name, i) => {
  const type = TYPES[extname(name)];
  if (!type) throw new Error(`${name}: no content type is known for it`);
  const bytes = readFileSync(join(folder, name));
  const gzip = join(packed, `${i}.gz`);
  writeFileSync(gzip, gzipSync(bytes, { level: 9 }));
  for (const [symbol, path] of [[`pe_web_${i}`, join(folder, name)], [`pe_web_gzip_${i}`, gzip]]) {
    sections.push(`.global ${symbol}_begin\n.global ${symbol}_end\n${symbol}_begin:\n.incbin "${path}"\n${symbol}_end:\n.byte 0`);
  }
  const etag = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  // Vite puts a hash of the content into the names below assets/.
  const immutable = name.startsWith("assets/");
  return `      {"/${name}", "${type}", Between(pe_web_${i}_begin, pe_web_${i}_end), Between(pe_web_gzip_${i}_begin, pe_web_gzip_${i}_end), "\\"${etag}\\"", ${immutable}},`;
});
const symbols = files.map((_, i) => `extern "C" const char pe_web_${i}_begin[], pe_web_${i}_end[], pe_web_gzip_${i}_begin[], pe_web_gzip_${i}_end[];`);

writeFileSync(out, `// Made by client/web/embed.mjs.
#include "server/gateway/assets.h"

asm(R"(
.section .rodata
${sections.join("\n")}
.previous
)");

${symbols.join("\n")}

namespace pe::gateway {
namespace {

absl::string_view Between(const char* begin, const char* end) { return {begin, static_cast<size_t>(end - begin)}; }

}  // namespace

absl::Span<const Asset> EmbeddedAssets() {
  static const Asset assets[] = {
${rows.join("\n")}
  };
  return assets;
}

}  // namespace pe::gateway
`);
