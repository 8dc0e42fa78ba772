#!/bin/sh
# npm openapi-typescript 7.13.0 with TypeScript 5.9.3: "any JSON value" as a schema that names itself.
#
# An OpenAPI document says what any JSON value is in the usual way: a oneOf of text, number and a list of the same schema. The tool makes
# types of it and reports success, but TypeScript refuses them: TS2502, "referenced directly or indirectly in its own type annotation". The
# same recursion written as a plain alias (type Value = string | Value[]) compiles, and a schema that names itself through a property does too.
#
# One guesses otherwise: the document is valid, recursive types are ordinary in TypeScript, trees (a schema with a list of children as a
# property) work, and the tool ends with 0; the error comes first when the program that uses the types is compiled.
#
# What to do: compile what was made in the step that makes it; hand such a schema to an alias of one's own with the tool's `transform` option.
# Sangzi does both (ui/scripts/types.mjs, and a test that makes the types anew from a running server).
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund openapi-typescript@7.13.0 typescript@5.9.3
document() { # SCHEMA
    printf '{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{},"components":{"schemas":{"Value":%s}}}' "$1"
}
document '{"oneOf":[{"type":"string"},{"type":"array","items":{"$ref":"#/components/schemas/Value"}}]}' >list.json
document '{"type":"object","properties":{"child":{"type":"array","items":{"$ref":"#/components/schemas/Value"}}}}' >tree.json
echo 'export type Value = string | Value[]' >plain.ts
failed=0
see() { # FILE WANTED
    npx tsc --noEmit --strict "$1" >said 2>&1 && got=compiles || got=refused
    echo "$1: $got $(grep -o 'error TS[0-9]*' said | sort -u | tr '\n' ' ')"
    [ "$got" = "$2" ] || { echo "  seen before: $2"; failed=1; }
}
for name in list tree; do
    npx openapi-typescript "$name.json" -o "$name.ts" >made 2>&1 && echo "openapi-typescript on $name.json: success"
done
see list.ts refused
see tree.ts compiles
see plain.ts compiles
exit $failed
