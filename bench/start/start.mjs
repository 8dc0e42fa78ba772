// bench/start/start.mjs - the server's start and its memory at rest, at three sizes.
import fs from 'node:fs';
import { county, quick, result, round, serve, sleep } from '../lib.mjs';

const all = [];
for (const n of quick ? [5000] : [5000, 50000, 500000]) {
  const dir = await county(n), size = `${n} persons`;
  let server = await serve(dir); // brings what an interrupted run left in order
  await server.stop();
  server = await serve(dir);
  all.push({ work: 'sangzi serve answers after', size, ours: round(server.started), peer: null, unit: 's', goal: '< 1' });
  await sleep(15000); // packed layers that are missing are made meanwhile
  const status = fs.readFileSync(`/proc/${server.pid}/status`, 'utf8'), mb = k => Number(status.match(new RegExp(k + ':\\s+(\\d+)'))[1]) / 1024;
  all.push({ work: 'memory at rest', size, ours: round(mb('RssAnon')), peer: null, unit: 'MB', goal: '< 120', note: `with mapped pages of files ${round(mb('VmRSS'))} MB` });
  await server.stop();
  result('start/result.json', all);
}
