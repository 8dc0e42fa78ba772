// npm run types: the types of the faces, made from the OpenAPI document of a running server ($SANGZI_URL).
// With --check nothing is written: it fails when src/api/openapi.ts is not what the document says.
import { readFile, writeFile } from 'node:fs/promises'
import openapi, { astToString } from 'openapi-typescript'
import ts from 'typescript'

const url = (process.env.SANGZI_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '')
const file = new URL('../src/api/openapi.ts', import.meta.url)
const head = '// Made by `npm run types` from /api, whose schemas stand in src/face/openapi_shapes.c. Not edited by hand.\n' +
  '/** Whatever JSON holds: a schema that names itself cannot be written as a member of an interface. */\n' +
  'type JsonValue = string | number | boolean | null | JsonValue[] | { [name: string]: JsonValue }\n'

const named = { transform: (schema, { path }) => (path?.endsWith('/schemas/Value') ? ts.factory.createTypeReferenceNode('JsonValue') : undefined) }
async function types(document) {
  // The paths differ by packs; the schemas are the program's own.
  const { openapi: version, info, components } = document
  return head + astToString(await openapi({ openapi: version, info, paths: {}, components }, { ...named, alphabetize: true }))
}

const answer = await fetch(`${url}/api`, { headers: { Accept: 'application/json' } })
if (!answer.ok) throw new Error(`${url}/api: ${answer.status}`)
const made = await types(await answer.json())
if (!process.argv.includes('--check')) await writeFile(file, made)
else if ((await readFile(file, 'utf8')) !== made) {
  console.error('ui/src/api/openapi.ts is not what /api says: npm run types')
  process.exit(1)
}
