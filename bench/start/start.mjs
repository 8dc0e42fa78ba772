// bench/start/start.mjs - the server's start, its first answers, the same again, and its memory at rest, at four sizes.
// Cold: the first question of its kind to a server that has just started (the file may be in the system's cache).
import fs from 'node:fs';
import { county, quick, result, round, serve, sleep, tileAt } from '../lib.mjs';

const asks = ['/collections', '/collections/person/items?limit=100', '/collections/land_patch/items?limit=100&f=json', '/search?q=%E7%9F%B3%E6%A1%A5', '/indicators',
  9, 10, 12, 13, 14]; // numbers: the tile in the county's middle at this zoom
const memory = pid => {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8'), mb = k => Number(status.match(new RegExp(k + ':\\s+(\\d+)'))[1]) / 1024;
  return { all: mb('VmRSS'), own: mb('RssAnon') };
};
async function few(base) { // what one reader asks for in a minute: lists, a search, the county's map from afar and near
  const tj = await (await fetch(`${base}/collections/land_patch/tiles/WebMercatorQuad?f=tilejson`)).json(), [w, s, e, n] = tj.bounds;
  for (const a of asks) {
    const [x, y] = typeof a === 'number' ? tileAt(a, (w + e) / 2, (s + n) / 2) : [];
    const r = await fetch(base + (typeof a === 'number' ? `/collections/land_patch/tiles/WebMercatorQuad/${a}/${y}/${x}` : a));
    if (!r.ok) throw new Error(`${a}: ${r.status}`);
    await r.arrayBuffer();
  }
}
const firsts = { 'a list of 50 persons': '/collections/person/items?limit=50', 'a search by name': '/search?q=%E6%9D%8E%E7%A7%80%E8%8B%B1', 'persons counted by sex': '/collections/person/statistics?group=sex' };
const timed = async address => {
  const from = process.hrtime.bigint(), r = await fetch(address);
  await r.arrayBuffer();
  if (!r.ok) throw new Error(`${address}: ${r.status}`);
  return Number(process.hrtime.bigint() - from) / 1e6;
};
async function first(base, size) { // cold once, warm as the middle of eleven
  for (const [work, path] of Object.entries(firsts)) {
    const cold = await timed(base + path), again = [];
    for (let i = 0; i < 11; i++) again.push(await timed(base + path));
    again.sort((a, b) => a - b);
    all.push({ work: `${work}, cold`, size, ours: round(cold), peer: null, unit: 'ms', goal: '≤ 100' },
      { work: `${work}, warm`, size, ours: round(again[5]), peer: null, unit: 'ms', goal: '' });
  }
}
const all = [];
for (const n of quick ? [5000] : [5000, 500000, 1000000, 2000000]) {
  const dir = await county(n), size = `${n} persons`;
  let server = await serve(dir); // brings what an interrupted run left in order
  await server.stop();
  server = await serve(dir);
  all.push({ work: 'sangzi serve answers after', size, ours: round(server.started), peer: null, unit: 's', goal: '< 1' });
  await first(server.base, size);
  await sleep(15000); // packed layers that are missing are made meanwhile
  const rest = memory(server.pid);
  await few(server.base);
  await sleep(1000);
  const asked = memory(server.pid);
  for (const [work, m] of [['memory at rest, mapped pages of files included', rest], ['memory after a few requests', asked]])
    all.push({ work, size, ours: round(m.all), peer: null, unit: 'MB', goal: '< 120', note: `its own ${round(m.own)} MB` });
  await server.stop();
  result('start/result.json', all);
}
