// Builds styles and scripts into the package: names carry a hash of the content, so that browsers may keep
// them for ever, and a manifest tells the templates the names. Nothing is fetched at run time.
import { build } from "esbuild";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = path.dirname(fileURLToPath(import.meta.url));
const outdir = path.join(here, "../src/songhanh/operations/project/static/songhanh/build");

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });

const result = await build({
  absWorkingDir: here,
  entryPoints: {
    app: "src/app.js",
    charts: "src/charts.js",
    map: "src/map.js",
    // The map library's own worker, as a file of ours: the content policy allows no other.
    "map-worker": "maplibre-gl/dist/maplibre-gl-worker.mjs",
    style: "src/app.css",
    field: "src/field.js",
    worker: "src/worker.js",
    "field-style": "src/field.css",
    "map-style": "src/map.css",
  },
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome110", "firefox115", "safari16.4"],
  outdir,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file", ".svg": "dataurl" },
  metafile: true,
  legalComments: "linked",
  logLevel: "warning",
});

const wanted = { "src/app.js": "app.js", "src/charts.js": "charts.js", "src/map.js": "map.js",
   "src/app.css": "app.css", "src/map.css": "map.css", "src/field.js": "field.js", "src/worker.js": "worker.js",
   "src/field.css": "field.css" };
const manifest = {};
for (const [file, { entryPoint }] of Object.entries(result.metafile.outputs)) {
  if (entryPoint?.endsWith("maplibre-gl-worker.mjs")) manifest["map-worker.js"] = path.basename(file);
  else if (entryPoint && wanted[entryPoint]) manifest[wanted[entryPoint]] = path.basename(file);
}
for (const name of await readdir(outdir)) {
  if (/\.(js|css)$/.test(name)) {
    await writeFile(path.join(outdir, `${name}.gz`), gzipSync(await readFile(path.join(outdir, name)), { level: 9 }));
  }
}
// Last: a manifest without its files would break every page of an interrupted build.
await writeFile(path.join(outdir, "manifest.json"), JSON.stringify(manifest, null, 1) + "\n");
