// Compiles the stylesheet, and mirrors it for languages written from right to left.
// node compile.mjs <folder>: writes ahd.css and ahd-rtl.css there.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import rtlcss from "rtlcss";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const { css } = compile(join(here, "src", "ahd.scss"), {
  loadPaths: [join(here, "node_modules")],
  style: "compressed",
  quietDeps: true,
  sourceMap: false,
});
writeFileSync(join(process.argv[2], "ahd.css"), css);
writeFileSync(join(process.argv[2], "ahd-rtl.css"), rtlcss.process(css));
