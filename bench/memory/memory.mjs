// bench/memory/memory.mjs - what a body of 60 MB takes while it is read, checked and written, what is left of it; and whether the
// server grows under 40,000 mixed requests.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { makeCounty, quick, result, round, serve, sleep, tileAt, work } from '../lib.mjs';

const dir = path.join(work, 'county-memory'), all = [], MB = 1024;
const status = (pid, key) => Number(fs.readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`${key}:\\s+(\\d+)`))[1]) / MB;
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
const ask = (base, method, at, body, headers = {}) => new Promise((done, fail) => {
  const r = http.request(base + at, { agent, method, headers: { ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }), ...headers } }, a => {
    const text = [];
    a.on('data', d => text.push(d));
    a.on('end', () => done({ status: a.statusCode, body: Buffer.concat(text) }));
  });
  r.on('error', fail);
  r.end(body);
});

/* Patches of land as a client sends them: n changes, a ring of so many corners each. */
function changes(n, corners, dry, from) {
  const list = [];
  for (let i = 0; i < n; i++) {
    const x = 111.3 + 0.0005 * (i % 600), y = 31.35 + 0.0004 * Math.floor(i / 600), ring = [];
    for (let k = 0; k < corners; k++) ring.push([Number((x + 0.0002 * Math.cos(2 * Math.PI * k / corners)).toFixed(7)), Number((y + 0.00015 * Math.sin(2 * Math.PI * k / corners)).toFixed(7))]);
    ring.push(ring[0]);
    list.push({ verb: 'create', collection: 'land_patch', feature: { type: 'Feature', geometry: { type: 'Polygon', coordinates: [ring] },
      properties: { code: `M${from}-${i}`, land_class: '0101', survey_year: 2025 } } });
  }
  return JSON.stringify({ dryRun: dry, changes: list });
}
async function bodies(server) {
  const sent = quick ? 1000 : 9999, corners = 240;
  for (const [what, dry] of [['checked only', true], ['checked only, again', true], ['written', false]]) {
    const body = changes(sent, corners, dry, what.length), size = Buffer.byteLength(body) / 2 ** 20;
    fs.writeFileSync(`/proc/${server.pid}/clear_refs`, '5'); // the highest mark begins anew
    const rest = status(server.pid, 'VmRSS'), r = await ask(server.base, 'POST', '/changes', body, { prefer: 'return=minimal' });
    if (r.status !== 200) throw new Error(`${r.status} ${r.body.subarray(0, 300)}`);
    const most = status(server.pid, 'VmHWM') - rest;
    await sleep(3000); // tiles follow
    all.push({ work: `a body of changes, ${what}: memory while it is read and answered, in bodies`, size: `${round(size)} MB`, ours: round(most / size), peer: null, unit: '×', goal: '≤ 4',
      note: `${round(most)} MB; 3 s later ${round(status(server.pid, 'VmRSS') - rest)} MB above before` });
    result('memory/result.json', all);
  }
}

async function many(server, n) {
  const base = server.base, get = async at => JSON.parse((await ask(base, 'GET', at)).body);
  const people = (await get('/collections/person/items?limit=100')).features.map(f => f.id), tj = await get('/collections/land_patch/tiles/WebMercatorQuad?f=tilejson');
  const [w, s, e, north] = tj.bounds, filter = encodeURIComponent("land_class = '0101' AND area > 1000"), shop = f => JSON.stringify({ type: 'Feature', geometry: null, properties: f });
  const org = (await get('/collections/organization/items?limit=1')).features[0];
  const kinds = [
    () => ask(base, 'GET', '/healthz'),
    i => ask(base, 'GET', `/collections/person/items/${people[i % people.length]}?expand=labels`),
    i => ask(base, 'GET', `/collections/person/items?limit=${10 + i % 90}`),
    i => ask(base, 'GET', `/collections/land_patch/items?limit=50&filter=${filter}&bbox=${w + (e - w) * (i % 10) / 10},${s},${e},${north}`),
    i => { const z = 9 + i % 6, [x, y] = tileAt(z, w + (e - w) * (i % 37) / 37, s + (north - s) * (i % 41) / 41); return ask(base, 'GET', `/collections/land_patch/tiles/WebMercatorQuad/${z}/${y}/${x}`, null, { 'accept-encoding': 'gzip' }); },
    i => ask(base, 'GET', `/search?q=${encodeURIComponent(['石', '桥', '村', '柳', '王'][i % 5])}`),
    () => ask(base, 'GET', '/collections'),
    i => ask(base, 'GET', `/collections/person/statistics?group=${i % 2 ? 'sex' : 'residence_state'}`),
    i => (i % 50 ? ask(base, 'GET', '/styles/county') : ask(base, 'GET', '/collections/road/items?f=xlsx')),
    i => ask(base, 'POST', '/collections/organization/items', shop({ ...org.properties, name: `第 ${i} 家`, uscc: null })),
  ];
  let next = 0, failed = 0, first = 0;
  const from = Date.now();
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let i; (i = next++) < n;) {
      const r = await kinds[i % kinds.length](i);
      if (r.status >= 500) failed++;
      if (i === 1000) first = status(server.pid, 'VmRSS');
    }
  }));
  await sleep(2000);
  if (failed) throw new Error(`${failed} of ${n} failed`);
  all.push({ work: `growth of memory from the first 1,000 to ${n.toLocaleString('en')} mixed requests`, size: '5000 persons', ours: round(status(server.pid, 'VmRSS') - first), peer: null, unit: 'MB', goal: '≤ 50',
    note: `${round(first)} MB after 1,000; ${round(n / (Date.now() - from) * 1000)} requests/s` });
  result('memory/result.json', all);
}

await makeCounty(5000, dir);
let server = await serve(dir);
await sleep(4000);
await bodies(server);
await server.stop();
server = await serve(dir);
await sleep(4000);
await many(server, quick ? 4000 : 40000);
await server.stop();
