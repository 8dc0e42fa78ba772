// bench/table.mjs - docs/performance.md from bench/*/result*.json. No figure is typed by hand.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url)), rows = [];
for (const dir of fs.readdirSync(here).sort())
  if (fs.statSync(path.join(here, dir)).isDirectory())
    for (const f of fs.readdirSync(path.join(here, dir)).sort())
      if (/^result.*\.json$/.test(f)) rows.push(...[JSON.parse(fs.readFileSync(path.join(here, dir, f), 'utf8'))].flat().map(r => ({ ...r, dir })));
const number = x => (x === null || x === undefined ? '' : x >= 1000 ? Math.round(x).toLocaleString('en') : String(Number(x.toPrecision(3))));
const times = x => (x === null || x === undefined ? '' : `${number(x)} ×`);
const cpu = os.cpus()[0]?.model ?? 'unknown';
let out = `# Performance

Made by \`./dev bench\` from \`bench/*/result*.json\`; not edited. Each line was measured beside its peer, in the same run, on the same
machine and the same input, after the answers of both were compared. *Ratio* says how many times better ours is by the clock, *by CPU*
the same by CPU time, which other work on the machine disturbs less; *load* is the machine's load average at the time (2 on two cores:
busy with this alone). Uncached tiles of ours are drawn by two threads inside one process; PostGIS answers over its socket (pgbench),
MapServer over FastCGI behind nginx, one process a core: their figures carry that way too.

Machine: ${cpu}, ${os.availableParallelism?.() ?? os.cpus().length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GB, ${os.type()} ${os.release()}.
`;
for (const dir of [...new Set(rows.map(r => r.dir))]) {
  out += `\n## ${dir}\n\n| work | size | ours | beside | peer | unit | ratio | by CPU | goal | load | commit, date |\n| --- | --- | --: | --- | --: | --- | --: | --: | --- | --: | --- |\n`;
  for (const r of rows.filter(x => x.dir === dir))
    out += `| ${r.work}${r.note ? ` (${r.note})` : ''} | ${r.size} | ${number(r.ours)} | ${r.with ?? ''} | ${number(r.peer)} | ${r.unit} | ${times(r.ratio)} | ${times(r.cpu)} | ${r.goal ?? ''} | ${r.load ?? ''} | ${r.commit}, ${r.date} |\n`;
}
const to = path.join(here, '../docs/performance.md');
fs.writeFileSync(to, out);
console.log('docs/performance.md: ' + rows.length + ' lines');
