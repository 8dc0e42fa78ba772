// bench/overview/overview.mjs - the land survey's patches from afar, at three sizes: is what the tiles show true, how heavy and how
// quick are they, what does the view cost when a layer is packed, how soon is an edit in it. Beside MapServer's picture of the same.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { spawnSync } from 'node:child_process';
import { county, quick, result, root, round, run, sangzi, say, seconds, serve, spent, tilesOf, work } from '../lib.mjs';

const persons = quick ? [50000] : [50000, 150000, 500000], layer = 'land_patch', by = 'land_class', zooms = [6, 7, 8, 9, 10, 11, 12, 13, 14], all = [];

function build() { // the drawer, against the program's own rooms
  const exe = path.join(work, 'overview'), dir = path.dirname(sangzi);
  const flags = run('pkg-config', ['--cflags', '--libs', 'sqlite3', 'proj', 'gdal', 'libmicrohttpd', 'libcurl', 'jansson', 'yaml-0.1', 'libcrypto', 'libgcrypt', 'icu-uc', 'icu-i18n', 'libzstd', 'zlib', 'xlsxwriter', 'libpng']).trim().split(/\s+/);
  run('cc', ['-O2', '-g', '-std=gnu17', '-D_GNU_SOURCE', `-I${root}/src`, `${root}/bench/overview/overview.c`, '-o', exe, `${dir}/librooms.a`, ...flags, '-lgeos_c', '-lpthread', '-lm']);
  return exe;
}

/* --- tiles by the specification, their areas by class in m² ------------------------------------------------------------ */
function* fields(b) {
  let i = 0;
  const varint = () => { let x = 0, s = 1, c; do { c = b[i++]; x += (c & 127) * s; s *= 128; } while (c & 128); return x; };
  while (i < b.length) {
    const k = varint(), wire = k & 7, n = wire === 1 ? 8 : wire === 5 ? 4 : 0;
    if (wire === 0) yield [k >> 3, varint()];
    else if (wire === 2) { const len = varint(); yield [k >> 3, b.subarray(i, i + len)]; i += len; }
    else { yield [k >> 3, b.subarray(i, i + n)]; i += n; }
  }
}
const ints = b => { const r = []; let x = 0, s = 1; for (const c of b) { x += (c & 127) * s; if (c & 128) s *= 128; else { r.push(x); x = 0; s = 1; } } return r; };
const signed = n => (n % 2 ? -(n + 1) / 2 : n / 2);
function ringsOf(g) {
  const rings = [];
  let x = 0, y = 0;
  for (let i = 0; i < g.length;) {
    const command = g[i] & 7, n = g[i++] >> 3;
    if (command === 7) continue;
    for (let k = 0; k < n; k++) {
      x += signed(g[i++]);
      y += signed(g[i++]);
      if (command === 1) rings.push([]);
      rings[rings.length - 1].push([x, y]);
    }
  }
  return rings;
}
function* polygons(buf) {
  for (const [f, body] of fields(buf)) {
    if (f !== 3) continue;
    const keys = [], values = [], features = [];
    for (const [g, v] of fields(body)) {
      if (g === 3) keys.push(Buffer.from(v).toString());
      else if (g === 4) { const [kind, x] = [...fields(v)][0]; values.push(kind === 1 ? Buffer.from(x).toString() : x); }
      else if (g === 2) features.push([...fields(v)]);
    }
    for (const one of features) {
      const tag = ints(one.find(x => x[0] === 2)[1]), k = keys.indexOf(by);
      let name = null;
      for (let i = 0; i < tag.length; i += 2) if (tag[i] === k) name = values[tag[i + 1]];
      yield [name, ringsOf(ints(one.find(x => x[0] === 4)[1]))];
    }
  }
}
function inTile(ring) {
  for (const [axis, at, upper] of [[0, 0, false], [0, 4096, true], [1, 0, false], [1, 4096, true]]) {
    const out = [], inside = p => (upper ? p[axis] <= at : p[axis] >= at);
    ring.forEach((p, i) => {
      const q = ring[(i + 1) % ring.length];
      if (inside(p)) out.push(p);
      if (inside(p) !== inside(q)) {
        const t = (at - p[axis]) / (q[axis] - p[axis]), c = [p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])];
        c[axis] = at;
        out.push(c);
      }
    });
    ring = out;
  }
  return ring;
}
function areaOf(ring, z, x, y) { // on the sphere of equal area, by Lambert's cylinder
  const n = 2 ** z, at = inTile(ring).map(([px, py]) => [(x + px / 4096) / n * 2 * Math.PI, -Math.tanh(Math.PI * (1 - 2 * (y + py / 4096) / n))]);
  return at.reduce((sum, p, i) => { const q = at[(i + 1) % at.length]; return sum + (p[0] - at[0][0]) * (q[1] - at[0][1]) - (q[0] - at[0][0]) * (p[1] - at[0][1]); }, 0) / 2 * 6371007.181 ** 2;
}

async function shown(base, bounds, z) {
  const sum = {};
  let heaviest = 0, land = 0;
  for (const [, x, y] of tilesOf(z, bounds)) {
    const r = await fetch(`${base}/collections/${layer}/tiles/WebMercatorQuad/${z}/${y}/${x}`, { headers: { 'accept-encoding': 'identity' } });
    if (r.status !== 200) continue;
    const body = Buffer.from(await r.arrayBuffer());
    heaviest = Math.max(heaviest, zlib.gzipSync(body, { level: 4 }).length);
    for (const [name, rings] of polygons(body))
      for (const ring of rings) {
        const a = areaOf(ring, z, x, y);
        sum[name] = (sum[name] ?? 0) + a;
        land += a;
      }
  }
  return { sum, land, heaviest };
}

/* --- MapServer's picture: a process a picture, its start (about 20 ms) among it ------------------------------------------- */
const mapserv = '/usr/lib/cgi-bin/mapserv';
const map = (fgb, classes) => `MAP
  NAME "bench" EXTENT -20037508 -20037508 20037508 20037508 SIZE 512 512 UNITS METERS IMAGETYPE png
  PROJECTION "epsg:3857" END
  WEB METADATA "ows_enable_request" "*" END END
  LAYER NAME "${layer}" TYPE POLYGON STATUS ON CONNECTIONTYPE FLATGEOBUF DATA "${fgb}" CLASSITEM "${by}" PROJECTION "epsg:3857" END
${classes.map((c, i) => `    CLASS EXPRESSION "${c}" STYLE COLOR ${40 + (i * 37) % 200} ${40 + (i * 71) % 200} ${40 + (i * 113) % 200} END END`).join('\n')}
  END
END
`;
async function picture(file, z, x, y) { // CPU seconds
  const r = await spent(mapserv, ['-nh', `QUERY_STRING=map=${file}&mode=tile&tilemode=gmap&tile=${x}+${y}+${z}&layers=${layer}&map.imagetype=png`],
    { env: { ...process.env, MS_MAP_PATTERN: '.', MAPSERVER_CONFIG_FILE: file.replace(/\.map$/, '.conf') }, cwd: work });
  return r.cpu;
}

const exe = build();
for (const n of persons) {
  const dir = await county(n), server = await serve(dir);
  let tj;
  do {
    await new Promise(done => setTimeout(done, 500));
    tj = await (await fetch(`${server.base}/collections/${layer}/tiles/WebMercatorQuad?f=tilejson`)).json();
  } while (!tj.sangzi);
  const truth = Object.fromEntries(run('sqlite3', ['-readonly', path.join(dir, 'county.gpkg'), `SELECT ${by}, sum(area) FROM ${layer} WHERE valid_to IS NULL GROUP BY 1`])
    .trim().split('\n').map(l => [l.split('|')[0], Number(l.split('|')[1])]));
  const total = Object.values(truth).reduce((a, b) => a + b, 0), count = (await (await fetch(`${server.base}/collections/${layer}/tiles/sums`)).json()).count;
  const size = `${count} patches`;
  let worst = 0, least = 0, heaviest = 0;
  for (const z of zooms) {
    const s = await shown(server.base, tj.bounds, z);
    const off = Object.entries(truth).filter(([, a]) => a >= total / 100).map(([k, a]) => Math.abs((s.sum[k] ?? 0) / a - 1));
    say(`  z ${z}: ${(100 * (s.land / total - 1)).toFixed(2)} % of land, worst class ${(100 * Math.max(...off)).toFixed(2)} %, ${s.heaviest} bytes`);
    if (z > 6 || n > 50000) worst = Math.max(worst, ...off); // at z 6 a small county is a few pixels
    least = Math.max(least, Math.abs(s.land / total - 1));
    heaviest = Math.max(heaviest, s.heaviest);
  }
  if (worst > 0.02 || least > 0.03) throw new Error(`the overview is not true: a class is off by ${worst}, all land by ${least}`);
  await server.stop();
  all.push({ work: 'area of the worst class ≥ 1 % of the land, off the truth, z6–z14', size, ours: round(100 * worst), peer: null, unit: '%', less: true, goal: '≤ 2' });
  all.push({ work: 'heaviest tile of z6–z14, gzip', size, ours: round(heaviest / 1000), peer: null, unit: 'kB', less: true, goal: '≤ 100' });

  const list = zooms.filter(z => z < 14).flatMap(z => tilesOf(z, tj.bounds));
  const mine = JSON.parse(run(exe, [dir, layer, String(seconds)], { input: list.map(t => t.join(' ')).join('\n'), cwd: root }));
  all.push({ work: 'packed with the view, CPU (peer: without it)', size, with: 'itself', ours: mine.view.cpu, peer: mine.plain.cpu, unit: 's', less: true, note: `${round(mine.view.bytes / 1e6)} MB for ${round(mine.plain.bytes / 1e6)}` });
  all.push({ work: 'an edit carried into pack and view, CPU', size, ours: round(mine.edit.cpu * 1000), peer: null, unit: 'ms', less: true, goal: '≤ 1000' });
  const attributes = Object.keys(tj.vector_layers[0].fields).filter(f => f !== 'id' && f !== 'division');
  const fgb = path.join(work, `${layer}-${n}.fgb`), file = path.join(work, 'overview.map');
  if (fs.existsSync(mapserv) && !fs.existsSync(fgb))
    run('ogr2ogr', ['-f', 'FlatGeobuf', fgb, path.join(dir, 'county.gpkg'), '-t_srs', 'EPSG:3857', '-nln', layer, '-nlt', 'MULTIPOLYGON', '-sql',
      `SELECT fid + 0 AS n, id, division, ${attributes.join(', ')}, geometry FROM ${layer} WHERE valid_to IS NULL`]);
  fs.writeFileSync(file, map(fgb, Object.keys(truth)));
  fs.writeFileSync(file.replace(/\.map$/, '.conf'), `CONFIG\n  ENV\n    MS_MAP_PATTERN "."\n  END\nEND\n`);
  for (const z of [8, 9, 10, 11]) {
    const m = mine.zoom[z], tiles = tilesOf(z, tj.bounds).slice(0, 6);
    let peer = 0;
    if (!m) continue;
    if (fs.existsSync(mapserv)) for (const [, x, y] of tiles) peer += await picture(file, z, x, y) / tiles.length;
    all.push({ work: `a tile of z${z}, CPU (slowest ${round(m.most * 1000)} ms)`, size, with: 'MapServer’s picture (PNG, a process each)', ours: round(m.cpu * 1000), peer: peer ? round(peer * 1000) : null, unit: 'ms', less: true, goal: '≤ 5', note: `${round(m.gzip / 1000)} kB gzip` });
  }
  result('overview/result.json', all);
}
