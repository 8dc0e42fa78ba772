// tests/stories/stories.test.mjs - every story of every pack against a fresh demo county (or SANGZI_URL)
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { defaults, known, serve, untilReady } from './county.mjs'
import { play, readStories } from './play.mjs'

describe('stories', () => {
  let server
  let county

  before(async () => {
    const url = process.env.SANGZI_URL
    server = url ? { url, stop: async () => {} } : await serve(defaults)
    assert.ok(await untilReady(server.url, 60), `no county answers at ${server.url}`)
    county = await known(server.url)
  })
  after(() => server?.stop())

  for (const story of readStories(defaults.packs, ''))
    test(`${story.pack}/${story.name}`, async () => {
      const result = await play(server.url, story, county)
      assert.equal(result.wrong, undefined, `step ${result.at}: ${result.say}\n${result.wrong?.join('\n')}`)
    })
})
