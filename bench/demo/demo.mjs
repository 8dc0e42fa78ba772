// bench/demo/demo.mjs - making the demo county at six sizes: its time, and the most memory it held.
import fs from 'node:fs';
import path from 'node:path';
import { makeCounty, quick, result, round, work } from '../lib.mjs';

const all = [], goals = { 5000: '≤ 3', 500000: '≤ 60', 2000000: '≤ 4.4 × 500,000' }, room = { 2000000: '≤ 1000' };
let dir;
for (const n of quick ? [300, 5000] : [300, 5000, 50000, 500000, 1000000, 2000000]) {
  dir = path.join(work, `county-${n}`); // left for the other benchmarks
  const r = await makeCounty(n, dir);
  fs.writeFileSync(path.join(dir, '.whole'), '');
  all.push({ work: 'demo county made', size: `${n} persons`, ours: round(r.wall), peer: null, unit: 's', goal: goals[n] ?? '', note: `${round(r.cpu)} s CPU` },
    { work: 'memory while it is made', size: `${n} persons`, ours: round(r.most), peer: null, unit: 'MB', goal: room[n] ?? '' });
  result('demo/result.json', all);
}
