// bench/writes/writes.mjs - single road defects written over HTTP at 1, 16 and 64 connections, each checked, journalled, indexed,
// told and synced before its answer; beside it pgbench: one plain INSERT into one PostGIS table with three indexes, fsync and
// synchronous_commit on. Both clients run on the same machine: what they take of it is said.
import fs from 'node:fs';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { county, cpuOf, postgres, quick, result, root, round, run, sangzi, seconds, serve, work } from '../lib.mjs';

const persons = quick ? 50000 : 500000, connections = [1, 16, 64], goal = { 1: '≥ 0.7 ×', 16: '≥ 1 ×', 64: '≥ 1 ×, p99 ≤ 40 ms' };
const kinds = ['坑槽', '裂缝', '车辙', '坍塌', '积水', '障碍'];

/* A command to its end, and the CPU it took with all it started. */
function timed(cmd, args, options = {}) {
  return new Promise((done, fail) => {
    const p = spawn('sh', ['-c', '"$@" & wait $!; s=$?; times >&3; exit $s', 'sh', cmd, ...args], { stdio: ['ignore', 'pipe', 'inherit', 'pipe'], ...options });
    let out = '', times = '';
    p.stdout.on('data', d => (out += d));
    p.stdio[3].on('data', d => (times += d));
    p.on('close', status => {
      const clock = t => { const m = (t || '').match(/(\d+)m([\d.]+)s/); return m ? 60 * Number(m[1]) + Number(m[2]) : 0; };
      const [u, s] = (times.trim().split('\n').pop() || '').split(/\s+/);
      if (status) fail(new Error(`${cmd}: ${out.slice(-500)}`));
      else done({ out, cpu: clock(u) + clock(s) });
    });
  });
}

/* Bodies are made before and only sent: the client is cheap. */
function lua(sections) {
  const list = path.join(work, 'writes.txt'), file = path.join(work, 'writes.lua');
  let seed = 11;
  const random = () => { seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; return seed / 2 ** 32; };
  const lines = Array.from({ length: 4000 }, (_, i) => {
    const s = sections[Math.floor(random() * sections.length)];
    return JSON.stringify({ type: 'Feature', geometry: { type: 'Point', coordinates: [s.x + (random() - 0.5) * 0.002, s.y + (random() - 0.5) * 0.002].map(v => Number(v.toFixed(7))) },
      properties: { section: s.id, kind: kinds[i % kinds.length], size: Number((random() * 30).toFixed(1)), severity: ['轻', '中', '重'][i % 3], safety: i % 4 === 0,
        note: `路面第${i}处`, found_at: `2026-06-${String(1 + i % 28).padStart(2, '0')}T08:00:00Z`, state: '发现' } });
  });
  fs.writeFileSync(list, lines.join('\n') + '\n');
  fs.writeFileSync(file, `local p = {}\nfor l in io.lines(${JSON.stringify(list)}) do p[#p + 1] = l end
local n, seed = 0, 0
function setup(t) n = n + 1; t:set("seed", n) end
local at = 0
function init()
  local h = { ["Content-Type"] = "application/geo+json", ["Sangzi-Actor"] = "bench", ["Prefer"] = "return=minimal" } -- as an INSERT answers
  for i = 1, #p do p[i] = wrk.format("POST", "/collections/road_defect/items", h, p[i]) end
  at = seed * 1000
end
function request() at = at % #p + 1; return p[at] end
function done(s, l) io.write(string.format("\\n@ %d %d %d %d %d\\n", s.requests, s.duration, s.errors.status + s.errors.read + s.errors.write + s.errors.timeout, l:percentile(50), l:percentile(99))) end\n`);
  return file;
}

async function ours(base, pid, file, n) {
  const cpu = cpuOf([pid]);
  const { out, cpu: client } = await timed('wrk', ['-t', n > 1 ? '2' : '1', '-c', String(n), '-d', `${2 * seconds}s`, '--timeout', '30s', '-s', file, base]);
  const m = out.match(/@ (\d+) (\d+) (\d+) (\d+) (\d+)/);
  if (!m || Number(m[3])) throw new Error(`wrk: ${out}`);
  return { rate: m[1] / (m[2] / 1e6), cpu: (cpuOf([pid]) - cpu) / m[1], client: client / (m[2] / 1e6), p50: m[4] / 1000, p99: m[5] / 1000 };
}

async function theirs(pg, n) {
  const sql = path.join(work, 'insert.sql'), cpu = cpuOf([pg.pid]);
  fs.writeFileSync(sql, `\\set x random(1110000000, 1118000000)\n\\set y random(310000000, 318000000)\n\\set k random(1, 6)\n
INSERT INTO defect (section, kind, size, severity, safety, note, found_at, state, geom) VALUES (md5(:x::text), :k::text, 12.5, '中', true, '路面第处', now(), '发现', ST_SetSRID(ST_MakePoint(:x / 1e7, :y / 1e7), 4326));\n`);
  const { out, cpu: client } = await timed('pgbench', ['-n', '-M', 'prepared', '-c', String(n), '-j', n > 1 ? '2' : '1', '-T', String(2 * seconds), '-f', sql], { env: pg.env });
  const done = Number(out.match(/actually processed: (\d+)/)[1]);
  return { rate: Number(out.match(/tps = ([\d.]+)/)[1]), cpu: (cpuOf([pg.pid]) - cpu) / done, client: client / (2 * seconds) };
}

const kept = await county(persons), dir = path.join(work, 'county-writes');
fs.rmSync(dir, { recursive: true, force: true });
fs.cpSync(kept, dir, { recursive: true, filter: f => !f.includes('/demo/') });
const server = await serve(dir);
const page = await (await fetch(`${server.base}/collections/road_section/items?limit=1000&count=none`)).json();
const sections = page.features.map(f => { const c = f.geometry.coordinates.flat(4); return { id: f.id, x: c[0], y: c[1] }; });
const file = lua(sections), pg = await postgres({ fsync: 'on', synchronous_commit: 'on' }), all = [];
pg.psql('DROP TABLE IF EXISTS defect', `CREATE TABLE defect (id bigserial PRIMARY KEY, section text, kind text, size float8, severity text, safety bool, note text,
  found_at timestamptz, state text, geom geometry(Point, 4326))`, 'CREATE INDEX ON defect USING gist (geom)', 'CREATE INDEX ON defect (section)');
await ours(server.base, server.pid, file, 16); // both warm
await theirs(pg, 16);
for (const n of connections) {
  const rounds = [];
  for (let i = 0; i < 3; i++) rounds.push([await ours(server.base, server.pid, file, n), await theirs(pg, n)]); // in turn: the machine's mood is the same for both
  const [m, p] = rounds.sort((a, b) => a[0].rate / a[1].rate - b[0].rate / b[1].rate)[1];
  all.push({ work: 'single records written over HTTP', size: `${n} connection${n > 1 ? 's' : ''}`, with: 'pgbench, plain INSERT', ours: round(m.rate), peer: round(p.rate), unit: 'records/s',
    goal: goal[n], cpuOurs: m.cpu, cpuPeer: p.cpu, note: `p50 ${round(m.p50, 2)} ms, p99 ${round(m.p99, 2)} ms; clients take ${round(m.client, 2)} and ${round(p.client, 2)} cores` });
  result('writes/result.json', all);
}
await server.stop();
pg.stop();
run(sangzi, ['verify', dir], { cwd: root }); // every record written is what its journal says
