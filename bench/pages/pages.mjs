// bench/pages/pages.mjs - pages of 100 features by box and filter, ours beside MapServer WFS and PostGIS, at three sizes.
import fs from 'node:fs';
import path from 'node:path';
import { county, cpuOf, have, mapserver, postgres, quick, result, round, run, say, serve, work, wrk } from '../lib.mjs';

const persons = quick ? [50000] : [50000, 150000, 500000], layer = 'land_patch', all = [], kept = 40;
const attributes = ['code', 'land_class', 'survey_year', 'ownership_kind', 'permanent_basic', 'slope_class', 'area'];
const least = 1500, filter = `land_class = '0101' AND area > ${least}`;
const map = fgb => `MAP
  NAME "bench" EXTENT -180 -90 180 90 SIZE 256 256 UNITS DD
  PROJECTION "epsg:4326" END
  OUTPUTFORMAT NAME "geojson" DRIVER "OGR/GEOJSON" MIMETYPE "application/json" FORMATOPTION "STORAGE=stream" FORMATOPTION "FORM=SIMPLE" END
  WEB METADATA "ows_enable_request" "*" "ows_title" "bench" "ows_onlineresource" "http://localhost/" "wfs_srs" "EPSG:4326" "wfs_getfeature_formatlist" "geojson" END END
  LAYER NAME "${layer}" TYPE POLYGON STATUS ON TEMPLATE "x" CONNECTIONTYPE FLATGEOBUF DATA "${fgb}"
    METADATA "gml_include_items" "all" "wfs_srs" "EPSG:4326" "ows_title" "t" "gml_featureid" "id" "gml_types" "auto" "wfs_getfeature_formatlist" "geojson" END
    PROJECTION "epsg:4326" END
  END
END
`;
let seed = 7;
const random = () => { seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; return seed / 2 ** 32; };
const ids = json => json.features.map(f => f.id ?? f.properties.id).sort().join(' ');
const wfs = (b, count) => `/?SERVICE=WFS&VERSION=1.0.0&REQUEST=GetFeature&TYPENAME=${layer}&MAXFEATURES=${count}&OUTPUTFORMAT=geojson&FILTER=` + encodeURIComponent(
  `<Filter><And><BBOX><PropertyName>geometry</PropertyName><Box srsName="EPSG:4326"><coordinates>${b[0]},${b[1]} ${b[2]},${b[3]}</coordinates></Box></BBOX><And><PropertyIsEqualTo><PropertyName>land_class</PropertyName><Literal>0101</Literal></PropertyIsEqualTo><PropertyIsGreaterThan><PropertyName>area</PropertyName><Literal>${least}</Literal></PropertyIsGreaterThan></And></And></Filter>`);

for (const n of persons) {
  const dir = await county(n), server = await serve(dir);
  const meta = await (await fetch(`${server.base}/collections/${layer}`)).json(), count = meta['x-sangzi'].count;
  const [w, s, e, north] = meta.extent.spatial.bbox[0], fgb = path.join(work, `${layer}-pages-${n}.fgb`);
  if (!fs.existsSync(fgb))
    run('ogr2ogr', ['-f', 'FlatGeobuf', fgb, path.join(dir, 'county.gpkg'), '-nln', layer, '-nlt', 'MULTIPOLYGON', '-a_srs', 'EPSG:4326', '-sql',
      `SELECT fid + 0 AS n, id, division, ${attributes.join(', ')}, geometry FROM ${layer} WHERE valid_to IS NULL`]);
  const pg = await postgres();
  pg.psql(`DROP TABLE IF EXISTS ${layer}`);
  run('ogr2ogr', ['-f', 'PostgreSQL', 'PG:dbname=bench', fgb, '-nln', layer, '-lco', 'GEOMETRY_NAME=geom', '-lco', 'SPATIAL_INDEX=GIST', '--config', 'PG_USE_COPY', 'YES'], { env: pg.env });
  pg.psql(`CLUSTER ${layer} USING ${layer}_geom_geom_idx`, `VACUUM ANALYZE ${layer}`);
  const boxes = []; // with 100 to 400 features of the filter each
  for (let tries = 0; boxes.length < kept && tries < 4000; tries++) {
    const x = w + random() * (e - w), y = s + random() * (north - s), d = 0.01 + random() * 0.06;
    const b = [x - d, y - d, x + d, y + d].map(v => Number(v.toFixed(5)));
    const found = Number(pg.psql(`SELECT count(*) FROM ${layer} WHERE ST_Intersects(geom, ST_MakeEnvelope(${b}, 4326)) AND land_class = '0101' AND area > ${least}`));
    if (found >= 100 && found <= 400) boxes.push(b);
  }
  if (!boxes.length) throw new Error('no box holds so many');
  const own = (b, limit) => `/collections/${layer}/items?limit=${limit}&bbox=${b}&filter=${encodeURIComponent(filter)}`;
  const ms = have('nginx') && have('spawn-fcgi') ? await mapserver(map(fgb)) : null;
  const where = b => `ST_Intersects(geom, ${b}) AND land_class = '0101' AND area > ${least}`;
  for (const b of boxes.slice(0, 8)) { // all three find the same features
    const a = ids(await (await fetch(server.base + own(b, 10000))).json());
    const p = pg.psql(`SELECT id FROM ${layer} WHERE ${where(`ST_MakeEnvelope(${b}, 4326)`)} ORDER BY id COLLATE "C"`).split('\n').join(' ');
    if (a !== p) throw new Error(`PostGIS finds others in ${b}: ${p.split(' ').length} and ${a.split(' ').length}`);
    if (!ms) continue;
    const m = ids(await (await fetch(ms.base + wfs(b, 10000).slice(1))).json());
    if (m !== a) say(`  MapServer finds ${m.split(' ').length} of ${a.split(' ').length} in ${b}`);
    if (m.split(' ').some(id => !a.includes(id)) && m.split(' ').length > 1.05 * a.split(' ').length) throw new Error('MapServer finds others');
  }
  const first = (await (await fetch(server.base + own(boxes[0], 100))).json()).features.map(f => f.id).join(' ');
  pg.psql('DROP TABLE IF EXISTS box', 'CREATE TABLE box (i int PRIMARY KEY, env geometry)',
    `INSERT INTO box VALUES ${boxes.map((b, i) => `(${i + 1}, ST_MakeEnvelope(${b}, 4326))`).join(',')}`, 'ANALYZE box');
  const sql = i => `SELECT json_build_object('type', 'FeatureCollection', 'features', json_agg(ST_AsGeoJSON(q.*)::json)) FROM (SELECT t.id, t.division, ${attributes.map(a => 't.' + a).join(', ')}, t.geom
 FROM box k JOIN ${layer} t ON ${where('k.env').replace('geom,', 't.geom,')} WHERE k.i = ${i} ORDER BY t.n LIMIT 100) q`;
  const theirs = JSON.parse(pg.psql(sql(1))).features.map(f => f.properties.id).join(' ');
  if (first !== theirs) throw new Error('the first pages differ');
  const took = async (pids, job) => { const before = cpuOf(pids), r = await job(); return { ...r, cpu: (cpuOf(pids) - before) / r.n }; };
  const mine = { // the peers do not count what matches; ours does unless told not to
    'pages of 100 by box and filter, over HTTP': await took([server.pid], () => wrk(server.base, boxes.map(b => own(b, 100) + '&count=none'))),
    'the same with numberMatched': await took([server.pid], () => wrk(server.base, boxes.map(b => own(b, 100)))) };
  const peers = [['PostGIS json_agg', '≥ 2 ×', await took([pg.pid], async () => pg.rate(`\\set i random(1, ${boxes.length})\n${sql(':i')};\n`))]];
  if (ms) peers.push(['MapServer WFS', '≥ 5 ×', await took(ms.pids, () => wrk(ms.base, boxes.map(b => wfs(b, 100))))]);
  for (const [work, m] of Object.entries(mine))
    for (const [name, goal, p] of peers)
      all.push({ work, size: `${count} polygons`, with: name, ours: round(m.rate), peer: round(p.rate), unit: 'pages/s', goal,
        cpuOurs: m.cpu, cpuPeer: p.cpu, note: `${round(m.bytes / 1000)} kB` });
  await server.stop();
  await ms?.stop();
  pg.stop();
  result('pages/result.json', all);
}
