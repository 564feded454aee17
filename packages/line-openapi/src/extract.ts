// Makes webhook.json and requests.json of LINE's two OpenAPI files: see the README.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { requestSchemas } from "./requests.ts";

type Schema = {
  type?: string;
  allOf?: Schema[];
  $ref?: string;
  properties?: Schemas;
  discriminator?: { propertyName: string; mapping: Record<string, string> };
};
type Schemas = Record<string, Schema>;

const keptKeywords = new Set([
  ...["type", "enum", "properties", "required", "additionalProperties", "items", "allOf", "$ref"],
  ...["pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems"],
]);

/** What stands in both a schema and those that extend it. */
const BASE = ".base";

const refTo = (name: string) => ({ $ref: `#/definitions/${name}` });
const nameIn = (ref: string) => ref.slice(ref.lastIndexOf("/") + 1);

/** The schemas `roots` and all that they need. */
function extract(all: Schemas, roots: readonly string[]): object {
  const definitions: Record<string, object> = {};
  const extended = new Set(
    Object.values(all).flatMap(({ allOf = [] }) => allOf.flatMap(({ $ref }) => ($ref ? nameIn($ref) : []))),
  );

  function add(name: string): void {
    if (name in definitions) return;
    const schema = all[name]!;
    const { discriminator } = schema;
    // So that a schema which refers to itself ends here.
    definitions[name] = {};
    if (discriminator) {
      definitions[`${name}${BASE}`] = plain(schema);
      definitions[name] = oneOfTypes(name, discriminator);
      return;
    }
    const isClosed = (schema.type === "object" || schema.allOf !== undefined) && !extended.has(name);
    definitions[name] = { ...plain(schema), ...(isClosed && { unevaluatedProperties: false }) };
  }

  function oneOfTypes(name: string, { propertyName, mapping }: NonNullable<Schema["discriminator"]>): object {
    const types = Object.entries(mapping);
    const isType = (schema: object) => ({ properties: { [propertyName]: schema } });
    return {
      allOf: [
        refTo(`${name}${BASE}`),
        isType({ enum: types.map(([type]) => type) }),
        // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so.
        ...types.map(([type, ref]) => ({ if: isType({ const: type }), then: use(ref) })),
      ],
    };
  }

  function use(ref: string, isPart = false): object {
    const name = nameIn(ref);
    add(name);
    return refTo(isPart && all[name]?.discriminator ? `${name}${BASE}` : name);
  }

  /** Without what only people read. */
  function plain(schema: Schema, isPart = false): object {
    if (schema.$ref !== undefined) return use(schema.$ref, isPart);
    const entries = Object.entries(schema).filter(([keyword]) => keptKeywords.has(keyword));
    return Object.fromEntries(
      entries.map(([keyword, value]) => {
        if (keyword === "properties") return [keyword, plainProperties(value as Schemas)];
        if (keyword === "allOf") return [keyword, (value as Schema[]).map((part) => plain(part, true))];
        const isSchema =
          keyword === "items" || (keyword === "additionalProperties" && typeof value === "object");
        return [keyword, isSchema ? plain(value as Schema) : value];
      }),
    );
  }

  function plainProperties(properties: Schemas): object {
    return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, plain(schema)]));
  }

  for (const root of roots) add(root);
  return { definitions };
}

function schemasIn(file: string): Schemas {
  return parse(readFileSync(join(process.argv[2] ?? ".", file), "utf8")).components.schemas;
}

function write(file: string, schema: object): void {
  writeFileSync(new URL(file, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
}

write("webhook.json", extract(schemasIn("webhook.yml"), ["CallbackRequest"]));
write("requests.json", extract(schemasIn("messaging-api.yml"), Object.values(requestSchemas)));
