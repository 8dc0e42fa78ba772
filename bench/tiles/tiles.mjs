// bench/tiles/tiles.mjs - vector tiles of the land survey's patches, ours beside MapServer and PostGIS, at three sizes.
import fs from 'node:fs';
import path from 'node:path';
import { cores, county, cpuOf, have, mapserver, packed, postgres, quick, result, root, round, run, sangzi, say, seconds, serve, spent, tileIds, tilesOf, work, wrk } from '../lib.mjs';
import { spawnSync } from 'node:child_process';

const persons = quick ? [50000] : [50000, 150000, 500000], zooms = [12, 13, 14], layer = 'land_patch', all = [];

function build() { // the drawer, against the program's own rooms
  const exe = path.join(work, 'tiles'), dir = path.dirname(sangzi);
  const flags = run('pkg-config', ['--cflags', '--libs', 'sqlite3', 'proj', 'gdal', 'libmicrohttpd', 'libcurl', 'jansson', 'yaml-0.1', 'libcrypto', 'libgcrypt', 'icu-uc', 'icu-i18n', 'libzstd', 'zlib', 'xlsxwriter', 'libpng']).trim().split(/\s+/);
  run('cc', ['-O2', '-g', '-std=gnu17', '-D_GNU_SOURCE', `-I${root}/src`, `${root}/bench/tiles/tiles.c`, '-o', exe, `${dir}/librooms.a`, ...flags, '-lgeos_c', '-lpthread', '-lm']);
  return exe;
}
const exe = build();
function ours(dir, from, tiles, attributes) {
  const r = spawnSync(exe, [dir, layer, from, String(seconds), String(cores), ...attributes], { input: tiles.map(t => t.join(' ')).join('\n'), encoding: 'utf8', cwd: root });
  if (r.status !== 0) throw new Error('tiles: ' + r.stderr);
  return JSON.parse(r.stdout);
}
const map = (fgb, attributes) => `MAP
  NAME "bench" EXTENT -20037508 -20037508 20037508 20037508 SIZE 256 256 UNITS METERS
  PROJECTION "epsg:3857" END
  OUTPUTFORMAT NAME "mvt" DRIVER "MVT" FORMATOPTION "EXTENT=4096" FORMATOPTION "EDGE_BUFFER=4" END
  WEB METADATA "ows_enable_request" "*" END END
  LAYER NAME "${layer}" TYPE POLYGON STATUS ON CONNECTIONTYPE FLATGEOBUF DATA "${fgb}"
    METADATA "gml_include_items" "id,division,${attributes.join(',')}" END
    PROJECTION "epsg:3857" END
  END
END
`;
const sql = attributes => `\\set i random(1, :n)
SELECT ST_AsMVT(q, '${layer}', 4096, 'geom', 'n') FROM (SELECT t.n, t.id, t.division, ${attributes.map(a => 't.' + a).join(', ')}, ST_AsMVTGeom(t.geom, k.env, 4096, 64, true) AS geom
 FROM tile k JOIN ${layer} t ON t.geom && k.wide WHERE k.i = :i) q WHERE geom IS NOT NULL;
`;

async function agree(pg, ms, base, tiles, attributes) { // which features stand in tiles of zoom 14
  const said = { tiles: 0, both: 0, onlyOurs: 0, onlyPostgis: 0, onlyPostgisSmall: 0, onlyMapserver: 0, notMapserver: 0 };
  for (const [z, x, y] of tiles.filter((t, i) => i % Math.ceil(tiles.length / 12) === 0)) {
    const a = new Set(tileIds(Buffer.from(await (await fetch(`${base}/collections/${layer}/tiles/WebMercatorQuad/${z}/${y}/${x}`)).arrayBuffer())));
    const b = new Map(pg.psql(`SELECT t.id || ' ' || ST_Area(t.geom) / power(ST_XMax(e) - ST_XMin(e), 2) * 4096 * 4096 FROM (SELECT ST_TileEnvelope(${z}, ${x}, ${y}) AS e) k, ${layer} t
      WHERE t.geom && e AND ST_AsMVTGeom(t.geom, e, 4096, 64, true) IS NOT NULL AND ST_Intersects(t.geom, ST_Expand(e, 0))`).split('\n').filter(Boolean).map(l => [l.split(' ')[0], Number(l.split(' ')[1])]));
    const c = ms && new Set(tileIds(Buffer.from(await (await fetch(`${ms.base}?mode=tile&tilemode=gmap&tile=${x}+${y}+${z}&layers=${layer}&map.imagetype=mvt`)).arrayBuffer())));
    said.tiles++;
    for (const id of a) { if (b.has(id)) said.both++; }
    for (const [id, area] of b) if (!a.has(id)) { said.onlyPostgis++; if (area < 4) said.onlyPostgisSmall++; }
    if (c) for (const id of b.keys()) if (!c.has(id)) said.notMapserver++;
    /* what we draw beyond these lies in the buffer around the tile */
    const extra = [...a].filter(id => !b.has(id));
    if (extra.length) said.onlyOurs += Number(pg.psql(`SELECT count(*) FROM ${layer} t, (SELECT ST_TileEnvelope(${z}, ${x}, ${y}) AS e) k WHERE t.id IN (${extra.map(i => `'${i}'`).join(',')}) AND NOT t.geom && ST_Expand(e, (ST_XMax(e) - ST_XMin(e)) * 65 / 4096)`));
  }
  if (said.onlyOurs || !said.both) throw new Error('tiles do not agree: ' + JSON.stringify(said));
  say('  agree', JSON.stringify(said));
  return said;
}

for (const n of persons) {
  const dir = await county(n);
  await packed(dir);
  let server = await serve(dir);
  const tj = await (await fetch(`${server.base}/collections/${layer}/tiles/WebMercatorQuad?f=tilejson`)).json();
  const attributes = Object.keys(tj.vector_layers[0].fields).filter(f => f !== 'id' && f !== 'division');
  const count = (await (await fetch(`${server.base}/collections/${layer}`)).json())['x-sangzi'].count;
  say(`${count} polygons; attributes ${attributes.join(' ')}`);
  const fgb = path.join(work, `${layer}-${n}.fgb`);
  if (!fs.existsSync(fgb))
    run('ogr2ogr', ['-f', 'FlatGeobuf', fgb, path.join(dir, 'county.gpkg'), '-t_srs', 'EPSG:3857', '-nln', layer, '-nlt', 'MULTIPOLYGON', '-sql',
      `SELECT fid + 0 AS n, id, division, ${attributes.join(', ')}, geometry FROM ${layer} WHERE valid_to IS NULL`]);
  const pg = await postgres();
  pg.psql(`DROP TABLE IF EXISTS ${layer}`);
  run('ogr2ogr', ['-f', 'PostgreSQL', `PG:dbname=bench`, fgb, '-nln', layer, '-lco', 'GEOMETRY_NAME=geom', '-lco', 'SPATIAL_INDEX=GIST', '--config', 'PG_USE_COPY', 'YES'], { env: pg.env });
  pg.psql(`CLUSTER ${layer} USING ${layer}_geom_geom_idx`, `VACUUM ANALYZE ${layer}`);
  const ms = have('nginx') && have('spawn-fcgi') ? await mapserver(map(fgb, attributes)) : null;
  const boxes = {};
  for (const z of zooms) { // tiles that hold something
    pg.psql('DROP TABLE IF EXISTS tile', 'CREATE TABLE tile (i int PRIMARY KEY, z int, x int, y int, env geometry, wide geometry)');
    const list = tilesOf(z, tj.bounds);
    pg.psql(`INSERT INTO tile SELECT row_number() OVER (), z, x, y, e, ST_Expand(e, (ST_XMax(e) - ST_XMin(e)) * 64 / 4096) FROM (VALUES ${list.map(t => `(${t})`).join(',')}) v(z, x, y), ST_TileEnvelope(z, x, y) e
      WHERE EXISTS (SELECT 1 FROM ${layer} t WHERE t.geom && e AND ST_Intersects(t.geom, e))`, 'ANALYZE tile');
    const tiles = boxes[z] = pg.psql('SELECT z, x, y FROM tile ORDER BY i').split('\n').map(l => l.split('|').map(Number));
    const size = `${count} polygons, z${z}`, urls = tiles.map(([, x, y]) => `/collections/${layer}/tiles/WebMercatorQuad/${z}/${y}/${x}`);
    if (z === 14) await agree(pg, ms, server.base, tiles, attributes);

    const took = async (pids, job) => { const before = cpuOf(pids), r = await job(); return { ...r, cpu: (cpuOf(pids) - before) / r.n }; };
    const peers = [['PostGIS', await took([pg.pid], async () => pg.rate(sql(attributes).replace(/:n\b/, String(tiles.length))))]];
    if (ms) peers.push(['MapServer', await took(ms.pids, () => wrk(ms.base, tiles.map(([, x, y]) => `/?mode=tile&tilemode=gmap&tile=${x}+${y}+${z}&layers=${layer}&map.imagetype=mvt`)))]);
    const mine = { rows: ours(dir, 'rows', tiles, attributes), pack: ours(dir, 'pack', tiles, attributes) };
    for (const [from, title, goal] of [['rows', 'tiles from rows', 5], ['pack', 'tiles from the pack', 10]])
      for (const [name, p] of peers)
        all.push({ work: title, size, with: name, ours: round(mine[from].n / mine[from].seconds), peer: round(p.rate), unit: 'tiles/s',
          cpuOurs: mine[from].cpu / mine[from].n, cpuPeer: p.cpu, goal: `≥ ${goal} ×`, note: `${round(mine[from].bytes / 1000)} kB` });
    for (const u of urls) await (await fetch(server.base + u, { headers: { 'accept-encoding': 'gzip' } })).arrayBuffer();
    const cached = await took([server.pid], () => wrk(server.base, urls, { 'Accept-Encoding': 'gzip' }));
    all.push({ work: 'tiles from memory over HTTP (gzip)', size, ours: round(cached.rate), peer: null, unit: 'tiles/s', goal: '≥ 50,000', note: `${round(cached.bytes / 1000)} kB, the client on the same cores; ${round(1 / cached.cpu)} tiles a CPU second` });
  }
  await server.stop();
  await ms?.stop();
  pg.stop();
  result('tiles/result.json', all);
}
