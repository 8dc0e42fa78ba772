// bench/contention/contention.mjs - how long short requests take while 8 exports and 8 filters run, at three sizes.
//
// The load is curl, a process each, again and again: who exports, who filters and who is measured are three clients. The same
// requests are measured before, on the idle server: that is the peer of each line.
import { spawn } from 'node:child_process';
import http from 'node:http';
import { county, cpuOf, quick, result, round, seconds, serve, sleep, tileAt } from '../lib.mjs';

const sizes = process.env.SIZES?.split(",").map(Number) ?? (quick ? [5000] : [50000, 150000, 500000]), all = [], time = Math.max(seconds, 8);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const ask = url => new Promise((done, fail) => {
  const from = process.hrtime.bigint();
  http.get(url, { agent, headers: { 'accept-encoding': 'gzip', 'sangzi-actor': 'short' } }, r => {
    const text = [];
    r.on('data', d => text.push(d));
    r.on('end', () => done({ status: r.statusCode, ms: Number(process.hrtime.bigint() - from) / 1e6, body: Buffer.concat(text) }));
  }).on('error', fail);
});
/* Curl in a loop, until it is stopped. */
function load(url, actor) {
  const p = spawn('sh', ['-c', 'while curl -sf -H "Sangzi-Actor: $2" -o /dev/null "$1"; do :; done; echo failed >&2', 'sh', url, actor],
    { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  let failed = false;
  p.stderr.on('data', () => (failed = true));
  return { pid: p.pid, failed: () => failed, stop: () => process.kill(-p.pid) };
}
const at = (list, share) => list.sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];

async function measure(base, [x, y]) {
  const short = {
    '/healthz': { goal: 20, url: () => `${base}/healthz` },
    'a cached tile': { goal: 30, url: () => `${base}/collections/land_patch/tiles/WebMercatorQuad/13/${y}/${x}` },
    'a page of 50 by key': { goal: 100, url: last => last?.next ?? `${base}/collections/person/items?limit=50` },
    'one record': { goal: 100, url: last => `${base}/collections/person/items/${last?.id}` } };
  const took = Object.fromEntries(Object.keys(short).map(k => [k, []]));
  let page;
  for (const until = Date.now() + time * 1000; Date.now() < until;) {
    for (const [name, s] of Object.entries(short)) {
      const r = await ask(s.url(page));
      if (r.status !== 200) throw new Error(`${name}: ${r.status}`);
      took[name].push(r.ms);
      if (name.startsWith('a page')) {
        const json = JSON.parse((r.body[0] === 0x1f ? (await import('node:zlib')).gunzipSync(r.body) : r.body).toString());
        page = { id: json.features[0].id, next: json.links.find(l => l.rel === 'next')?.href };
      }
    }
    await sleep(5);
  }
  return Object.entries(short).map(([name, { goal }]) => ({ name, goal, n: took[name].length, p50: at(took[name], 0.5), p95: at(took[name], 0.95), most: at(took[name], 1) }));
}

for (const n of sizes) {
  const server = await serve(await county(n));
  const tj = await (await fetch(`${server.base}/collections/land_patch/tiles/WebMercatorQuad?f=tilejson`)).json(), [w, s, e, north] = tj.bounds;
  const tile = tileAt(13, (w + e) / 2, (s + north) / 2);
  await sleep(quick ? 2000 : 15000); // layers are packed
  await measure(server.base, tile);
  const idle = await measure(server.base, tile);
  const running = [];
  for (let i = 0; i < 8; i++) {
    running.push(load(`${server.base}/collections/person/items?f=${i % 2 ? 'csv' : 'xlsx'}`, 'exports'));
    running.push(load(`${server.base}/collections/${i % 2 ? 'land_patch' : 'person'}/items?limit=100&filter=${encodeURIComponent(i % 2 ? `code LIKE '%zz${i}%'` : `residence_detail LIKE '%没有${i}%'`)}`, 'filters'));
  }
  await sleep(3000);
  const before = cpuOf([server.pid]), clients = cpuOf(running.map(r => r.pid));
  const busy = await measure(server.base, tile);
  const used = (cpuOf([server.pid]) - before) / time, theirs = (cpuOf(running.map(r => r.pid)) - clients) / time;
  if (running.some(r => r.failed())) throw new Error('a load ended early');
  running.forEach(r => r.stop());
  busy.forEach((b, i) => all.push({ work: `${b.name}, p95, while 8 exports and 8 filters run`, size: `${n} persons`, with: 'the same, idle', ours: round(b.p95), peer: round(idle[i].p95),
    unit: 'ms', goal: `≤ ${b.goal} ms`, less: true, note: `median ${round(b.p50)}, longest ${round(b.most)} of ${b.n}; server ${round(used)} cores, its clients ${round(theirs)}` }));
  console.error(busy.map(b => `${n} ${b.name}: p50 ${round(b.p50)} p95 ${round(b.p95)} max ${round(b.most)} ms (goal ${b.goal})`).join('\n'));
  await server.stop();
  result('contention/result.json', all);
}
