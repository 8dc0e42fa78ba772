// bench/demo/demo.mjs - making the demo county at four sizes; starting the server on the largest; its memory at rest.
import fs from 'node:fs';
import path from 'node:path';
import { makeCounty, quick, result, round, serve, sleep, work } from '../lib.mjs';

const all = [], goals = { 5000: '≤ 3', 500000: '≤ 60' };
let dir;
for (const n of quick ? [300, 5000] : [300, 5000, 50000, 500000]) {
  dir = path.join(work, `county-${n}`); // left for the other benchmarks
  const r = await makeCounty(n, dir);
  fs.writeFileSync(path.join(dir, '.whole'), '');
  all.push({ work: 'demo county made', size: `${n} persons`, ours: round(r.wall), peer: null, unit: 's', goal: goals[n] ?? '', note: `${round(r.cpu)} s CPU` });
  result('demo/result.json', all);
}
const size = quick ? '5000 persons' : '500000 persons';
await (await serve(dir)).stop();
const server = await serve(dir);
all.push({ work: 'sangzi serve answers after', size, ours: round(server.started), peer: null, unit: 's', goal: '< 1' });
await sleep(20000); // the packed layers are made meanwhile
const status = fs.readFileSync(`/proc/${server.pid}/status`, 'utf8'), kb = k => Number(status.match(new RegExp(k + ':\\s+(\\d+)'))[1]) / 1024;
all.push({ work: 'memory at rest', size, ours: round(kb('RssAnon')), peer: null, unit: 'MB', goal: '< 120', note: `with mapped file pages ${round(kb('VmRSS'))} MB` });
await server.stop();
result('demo/result.json', all);
