// bench/demo/demo.mjs - making the demo county at four sizes.
import fs from 'node:fs';
import path from 'node:path';
import { makeCounty, quick, result, round, work } from '../lib.mjs';

const all = [], goals = { 5000: '≤ 3', 500000: '≤ 60' };
let dir;
for (const n of quick ? [300, 5000] : [300, 5000, 50000, 500000]) {
  dir = path.join(work, `county-${n}`); // left for the other benchmarks
  const r = await makeCounty(n, dir);
  fs.writeFileSync(path.join(dir, '.whole'), '');
  all.push({ work: 'demo county made', size: `${n} persons`, ours: round(r.wall), peer: null, unit: 's', goal: goals[n] ?? '', note: `${round(r.cpu)} s CPU` });
  result('demo/result.json', all);
}
