// tests/stories/run.mjs - tells every story of packs/*/stories/*.yaml to a running county, through HTTP only
//
//   node tests/stories/run.mjs --url http://127.0.0.1:8080 [--only 2.1]
//   node tests/stories/run.mjs --serve [--sangzi build/sangzi] [--persons 5000] [--seed 7]
//
// How a story is written: docs/packs.md. Status 0: all held; 1: one did not; 2: wrong usage or no server.
import { parseArgs } from 'node:util'
import { defaults, known, serve, untilReady } from './county.mjs'
import { play, readStories } from './play.mjs'

function options() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      serve: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      packs: { type: 'string', default: defaults.packs },
      sangzi: { type: 'string', default: defaults.sangzi },
      persons: { type: 'string', default: defaults.persons },
      seed: { type: 'string', default: defaults.seed },
    },
  })
  if (!values.url === !values.serve) throw new Error('one of --url URL and --serve')
  return values
}

function report(story, result, ms) {
  const line = `${story.pack}/${story.name}`
  if (!result.wrong) console.log(`ok   ${line}  ${story.steps.length} steps, ${Math.round(ms)} ms`)
  else {
    console.log(`FAIL ${line}  step ${result.at}: ${result.say ?? ''}`)
    for (const w of result.wrong) console.log(`       ${w}`)
  }
}

async function main() {
  const o = options()
  const stories = readStories(o.packs, o.only)
  const server = o.serve ? await serve(o) : { url: o.url, stop: async () => {} }
  let failed = 0
  try {
    if (!(await untilReady(server.url, 60))) throw new Error(`no county answers at ${server.url}`)
    const county = await known(server.url)
    for (const story of stories) {
      const begun = performance.now()
      const result = await play(server.url, story, county)
      failed += result.wrong ? 1 : 0
      report(story, result, performance.now() - begun)
    }
  } finally {
    await server.stop()
  }
  console.log(`${stories.length} stories, ${failed} failed`)
  return failed ? 1 : 0
}

main().then(
  (status) => process.exit(status),
  (e) => {
    console.error(String(e.message ?? e))
    process.exit(2)
  },
)
