// Bundles the page's JavaScript parts into `gen/vendor.js`: `node vendor/build.mjs`. The packages are those of package.json.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";

const here = dirname(fileURLToPath(import.meta.url));
await build({
  entryPoints: [join(here, "vendor.js")],
  outfile: join(here, "..", "gen", "vendor.js"),
  bundle: true, format: "esm", minify: true, target: "es2022", legalComments: "none", loader: { ".css": "text" }, logLevel: "warning",
});
