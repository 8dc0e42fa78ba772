// bench/lib.mjs - what the benchmarks share: counties made from a seed, our server, the peers, CPU time, results.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const work = process.env.BENCH_WORK || path.join(os.tmpdir(), 'sangzi-bench');
export const sangzi = process.env.SANGZI || path.join(root, 'build/sangzi');
export const quick = process.argv.includes('--quick');
export const seconds = Number(process.env.BENCH_SECONDS || 4); // of one measurement
export const cores = os.availableParallelism?.() ?? os.cpus().length;
export const say = (...s) => console.error(...s);
fs.mkdirSync(work, { recursive: true });
fs.chmodSync(work, 0o755);

export function run(cmd, args = [], options = {}) {
  const r = spawnSync(cmd, args, { encoding: 'utf8', maxBuffer: 1 << 30, ...options });
  if (r.error || r.status !== 0)
    throw new Error(`${cmd} ${args.join(' ').slice(0, 300)}: ${r.error?.message || ''} ${(r.stderr || '').slice(-600)}`);
  return r.stdout;
}
export const have = cmd => spawnSync('sh', ['-c', `command -v ${cmd}`]).status === 0;
export const sleep = ms => new Promise(done => setTimeout(done, ms));

/* --- CPU time -------------------------------------------------------------------------------------------------- */
const TICK = Number(run('getconf', ['CLK_TCK']));
function stat(pid) { // of one process: its parent and its ticks, those of children waited for among them
  try {
    const s = fs.readFileSync(`/proc/${pid}/stat`, 'utf8'), f = s.slice(s.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(f[1]), ticks: Number(f[11]) + Number(f[12]) + Number(f[13]) + Number(f[14]) };
  } catch { return null; }
}
export function cpuOf(pids) { // seconds, of these and everything below them
  const all = new Map();
  for (const d of fs.readdirSync('/proc')) if (/^\d+$/.test(d)) { const s = stat(d); if (s) all.set(Number(d), s); }
  let ticks = 0;
  for (const [pid, s] of all) {
    for (let p = pid; p > 1; p = all.get(p)?.parent ?? 0) if (pids.includes(p)) { ticks += s.ticks; break; }
  }
  return ticks / TICK;
}
export async function timed(pids, job) { // {wall, cpu, out}
  const cpu = cpuOf(pids), from = process.hrtime.bigint();
  const out = await job();
  return { wall: Number(process.hrtime.bigint() - from) / 1e9, cpu: cpuOf(pids) - cpu, out };
}
/* A command to its end: wall and CPU seconds and the most memory, from GNU-free means. */
function peakOf(shell) { // MB: the most that the shell's child has held so far
  try {
    const child = fs.readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ')[0];
    return Number(fs.readFileSync(`/proc/${child}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)[1]) / 1024;
  } catch { return 0; }
}
export function spent(cmd, args, options = {}) {
  return new Promise((done, fail) => {
    const from = process.hrtime.bigint(), before = process.resourceUsage();
    const p = spawn('sh', ['-c', '"$@" & wait $!; s=$?; times >&3; exit $s', 'sh', cmd, ...args],
      { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], ...options });
    let times = '', err = '', out = '', most = 0;
    const look = setInterval(() => { most = Math.max(most, peakOf(p.pid)); }, 250);
    p.stdio[3].on('data', d => (times += d));
    p.stderr.on('data', d => (err = (err + d).slice(-4000)));
    p.stdout.on('data', d => (out += d));
    p.on('error', fail);
    p.on('close', status => {
      clearInterval(look);
      const wall = Number(process.hrtime.bigint() - from) / 1e9;
      const clock = t => { const m = t.match(/(\d+)m([\d.]+)s/); return m ? 60 * Number(m[1]) + Number(m[2]) : 0; };
      const [u, s] = (times.trim().split('\n').pop() || '').split(/\s+/);
      void before;
      if (status !== 0) fail(new Error(`${cmd} ${args.join(' ')}: ${err.slice(-800)}`));
      else done({ wall, cpu: clock(u || '') + clock(s || ''), most, out, err });
    });
  });
}

const children = new Set(); // ended with us, whatever happens
process.on('exit', () => { for (const stop of children) try { stop(); } catch { /* gone */ } });
for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => process.exit(1));

/* --- ours ------------------------------------------------------------------------------------------------------- */
const clean = ['--seed', '7', '--today', '2026-06-30'];
export async function makeCounty(persons, dir) {
  fs.rmSync(dir, { recursive: true, force: true });
  return spent(sangzi, ['demo', dir, '--persons', String(persons), ...clean], { cwd: root });
}
export async function county(persons) { // one of that size, made once a program
  const dir = path.join(work, `county-${persons}`), mark = path.join(dir, '.whole');
  if (!fs.existsSync(mark)) {
    say(`  a county of ${persons} persons`);
    await makeCounty(persons, dir);
    fs.writeFileSync(mark, '');
  }
  return dir;
}
export function freePort() {
  return new Promise(done => { const s = net.createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); }); });
}
async function answers(url, tries = 3000) {
  for (let i = 0; i < tries; i++) {
    try { if ((await fetch(url)).status < 500) return; } catch { /* not yet */ }
    await sleep(10);
  }
  throw new Error(`${url} does not answer`);
}
function stopper(p) {
  return () => new Promise(done => { p.on('close', done); if (p.exitCode !== null) done(); else p.kill('SIGTERM'); });
}
export async function serve(dir) {
  const port = await freePort(), from = process.hrtime.bigint();
  const log = fs.openSync(path.join(work, 'serve.log'), 'w');
  const p = spawn(sangzi, ['serve', dir, '--port', String(port)], { cwd: root, stdio: ['ignore', log, log] });
  const base = `http://127.0.0.1:${port}`;
  children.add(() => p.kill());
  await answers(base + '/healthz');
  return { base, pid: p.pid, started: Number(process.hrtime.bigint() - from) / 1e9, stop: stopper(p) };
}
export const packed = async dir => { // serves until the packed layers stand, then stops
  const s = await serve(dir);
  let before = -1;
  for (let still = 0; still < 3;) {
    await sleep(1000);
    const now = cpuOf([s.pid]);
    still = now - before < 0.05 ? still + 1 : 0;
    before = now;
  }
  await s.stop();
};

/* --- peers ------------------------------------------------------------------------------------------------------- */
const asRoot = process.getuid() === 0;
const pgbin = (() => { const d = '/usr/lib/postgresql'; const v = fs.existsSync(d) ? fs.readdirSync(d).sort((a, b) => b - a)[0] : ''; return v ? `${d}/${v}/bin` : ''; })();
export async function postgres(more = {}) { // a private cluster in the work folder
  const dir = path.join(work, 'pg'), data = path.join(dir, 'data'), port = await freePort();
  const as = (cmd, args) => (asRoot ? run('runuser', ['-u', 'postgres', '--', cmd, ...args], { cwd: '/' }) : run(cmd, args));
  fs.mkdirSync(dir, { recursive: true });
  if (asRoot) run('chown', ['postgres', dir]);
  if (!fs.existsSync(path.join(data, 'PG_VERSION'))) as(`${pgbin}/initdb`, ['-D', data, '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8']);
  const set = { port, listen_addresses: '', unix_socket_directories: dir, shared_buffers: '1GB', work_mem: '64MB', maintenance_work_mem: '512MB',
    fsync: 'off', synchronous_commit: 'off', max_wal_size: '4GB', jit: 'off', max_parallel_workers_per_gather: 0, ...more };
  fs.rmSync(path.join(data, 'postmaster.pid'), { force: true });
  as('sh', ['-c', `${pgbin}/pg_ctl -D ${data} -w -l ${dir}/log -o "${Object.entries(set).map(([k, v]) => `-c ${k}='${v}'`).join(' ')}" start >/dev/null`]);
  const env = { ...process.env, PGHOST: dir, PGPORT: String(port), PGUSER: 'bench', PGDATABASE: 'bench' };
  try { run('createdb', ['bench'], { env }); } catch { /* it is there */ }
  const pid = Number(fs.readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const psql = (...sql) => run('psql', ['-qAtX', '-v', 'ON_ERROR_STOP=1', ...sql.flatMap(s => ['-c', s])], { env }).trimEnd();
  let up = true;
  const stop = () => { if (up) as(`${pgbin}/pg_ctl`, ['-D', data, '-m', 'fast', '-w', 'stop']); up = false; };
  children.add(stop);
  psql('CREATE EXTENSION IF NOT EXISTS postgis');
  return { env, pid, psql, stop,
    rate(sql) { // a script of pgbench, by as many clients as cores: {n, seconds}
      const file = path.join(work, 'pgbench.sql');
      fs.writeFileSync(file, sql);
      const out = run(`${pgbin}/pgbench`, ['-n', '-M', 'prepared', '-c', String(cores), '-j', String(cores), '-T', String(seconds), '-f', file], { env });
      return { n: Number(out.match(/actually processed: (\d+)/)[1]), rate: Number(out.match(/tps = ([\d.]+)/)[1]) };
    } };
}
export async function mapserver(map) { // behind nginx over FastCGI, one process a core
  const dir = path.join(work, 'ms'), port = await freePort(), sock = path.join(dir, 'mapserv.sock');
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(path.join(dir, 'bench.map'), map);
  fs.writeFileSync(path.join(dir, 'mapserver.conf'), `CONFIG\n  ENV\n    MS_MAPFILE "${dir}/bench.map"\n    MS_MAP_PATTERN "."\n  END\nEND\n`);
  fs.writeFileSync(path.join(dir, 'nginx.conf'), `daemon off; worker_processes ${cores}; pid ${dir}/nginx.pid; error_log ${dir}/error.log;
${asRoot ? 'user root;' : ''} events { worker_connections 512; }
http { access_log off; keepalive_requests 1000000; client_body_temp_path ${dir}/t1; proxy_temp_path ${dir}/t2; fastcgi_temp_path ${dir}/t3; uwsgi_temp_path ${dir}/t4; scgi_temp_path ${dir}/t5;
  upstream ms { server unix:${sock}; }
  server { listen 127.0.0.1:${port}; location / { fastcgi_pass ms; fastcgi_buffers 64 64k; fastcgi_buffer_size 64k; fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length; fastcgi_param SCRIPT_NAME /; fastcgi_param SERVER_NAME localhost; fastcgi_param SERVER_PORT ${port}; } } }\n`);
  fs.rmSync(sock, { force: true });
  const said = run('spawn-fcgi', ['-s', sock, '-M', '0666', '-F', String(cores), '--', '/usr/lib/cgi-bin/mapserv'],
    { env: { ...process.env, MAPSERVER_CONFIG_FILE: path.join(dir, 'mapserver.conf') } });
  const pids = [...said.matchAll(/PID: (\d+)/g)].map(m => Number(m[1]));
  const web = spawn('nginx', ['-c', path.join(dir, 'nginx.conf'), '-p', dir], { stdio: 'ignore' });
  const base = `http://127.0.0.1:${port}/`;
  children.add(() => { web.kill(); for (const one of pids) process.kill(one); });
  await answers(base);
  const quit = stopper(web);
  return { base, pids: [...pids, web.pid], stop: async () => { for (const p of pids) try { process.kill(p); } catch { /* gone */ } await quit(); } };
}
/* Random addresses of the list, kept-alive connections: {rate, n, bytes (of one body)}. */
export function wrk(base, paths, headers = {}) {
  const lua = path.join(work, 'wrk.lua'), list = path.join(work, 'wrk.txt');
  fs.writeFileSync(list, paths.join('\n') + '\n');
  fs.writeFileSync(lua, `local p = {}\nfor l in io.lines(${JSON.stringify(list)}) do p[#p + 1] = l end\n${Object.entries(headers).map(([k, v]) => `wrk.headers[${JSON.stringify(k)}] = ${JSON.stringify(v)}\n`).join('')}
local n = 0
function setup(t) n = n + 1; t:set("seed", n) end
function init() math.randomseed(seed) end
function request() return wrk.format("GET", p[math.random(#p)]) end
function done(s) io.write(string.format("\\n@ %d %d %d %d\\n", s.requests, s.bytes, s.duration, s.errors.status + s.errors.read + s.errors.timeout)) end\n`);
  return new Promise((done, fail) => {
    const p = spawn('wrk', ['-t', '2', '-c', String(8 * cores), '-d', `${seconds}s`, '--timeout', '30s', '-s', lua, base], { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    p.stdout.on('data', d => (out += d));
    p.on('close', () => {
      const m = out.match(/@ (\d+) (\d+) (\d+) (\d+)/);
      if (!m) return fail(new Error('wrk: ' + out));
      const [n, bytes, micros, errors] = m.slice(1).map(Number);
      if (errors) return fail(new Error(`wrk: ${errors} of ${n} requests failed`));
      done({ n, rate: n / (micros / 1e6), bytes: bytes / n });
    });
  });
}

/* --- vector tiles, read by the specification ------------------------------------------------------------------------- */
function* fields(b) {
  let i = 0;
  const varint = () => { let x = 0, s = 1, c; do { c = b[i++]; x += (c & 127) * s; s *= 128; } while (c & 128); return x; };
  while (i < b.length) {
    const k = varint(), wire = k & 7;
    if (wire === 0) yield [k >> 3, varint()];
    else if (wire === 2) { const n = varint(); yield [k >> 3, b.subarray(i, i + n)]; i += n; }
    else { yield [k >> 3, b.subarray(i, i + (wire === 1 ? 8 : 4))]; i += wire === 1 ? 8 : 4; }
  }
}
const ints = b => { const r = []; let x = 0, s = 1; for (const c of b) { x += (c & 127) * s; if (c & 128) s *= 128; else { r.push(x); x = 0; s = 1; } } return r; };
export function tileIds(buf) { // the values of attribute "id" of all features
  const ids = [];
  for (const [f, layer] of fields(buf)) {
    if (f !== 3) continue;
    const keys = [], values = [], features = [];
    for (const [g, v] of fields(layer)) {
      if (g === 3) keys.push(Buffer.from(v).toString());
      else if (g === 4) values.push(v);
      else if (g === 2) features.push(v);
    }
    const id = keys.indexOf('id');
    for (const one of features) {
      const tag = ints([...fields(one)].find(x => x[0] === 2)?.[1] ?? []);
      for (let k = 0; k < tag.length; k += 2)
        if (tag[k] === id) for (const [t, v] of fields(values[tag[k + 1]])) if (t === 1) ids.push(Buffer.from(v).toString());
    }
  }
  return ids;
}
export const tileAt = (z, lon, lat) => { const n = 2 ** z, r = lat * Math.PI / 180; return [Math.floor((lon + 180) / 360 * n), Math.floor((1 - Math.asinh(Math.tan(r)) / Math.PI) / 2 * n)]; };
export function tilesOf(z, [w, s, e, n]) {
  const [x0, y0] = tileAt(z, w, n), [x1, y1] = tileAt(z, e, s), out = [];
  for (let x = x0; x <= x1; x++) for (let y = y0; y <= y1; y++) out.push([z, x, y]);
  return out;
}

/* --- results ------------------------------------------------------------------------------------------------------- */
const told = new Set();
const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout.trim();
/* One line of the table: what, at which size; ours and the peer's figure in the unit; `less`: the smaller is the better.
 * ratio: how many times better ours is, by the clock; cpu: the same by CPU time, which others on the machine disturb less. */
/* The load is taken when a row is first said; say a size's rows as soon as they are there. */
export function result(file, rows) {
  const out = rows.map(r => ({ ...r, ratio: r.peer ? Number((r.less ? r.peer / r.ours : r.ours / r.peer).toPrecision(3)) : null,
    cpu: r.cpuOurs && r.cpuPeer ? Number((r.cpuPeer / r.cpuOurs).toPrecision(3)) : null, load: (r.load ??= Number(os.loadavg()[0].toFixed(1))),
    date: new Date().toISOString().slice(0, 10), commit }));
  fs.writeFileSync(path.join(root, 'bench', file), JSON.stringify(out, null, 1) + '\n');
  for (const r of out.filter(x => !told.has(JSON.stringify([x.work, x.size, x.with])) && told.add(JSON.stringify([x.work, x.size, x.with])))) say(`  ${r.work} · ${r.size} · ${r.with ?? ''}: ${r.ours} ${r.unit}, peer ${r.peer}, ratio ${r.ratio}, by CPU ${r.cpu}`);
}
export const round = (x, n = 3) => Number(Number(x).toPrecision(n));
