export type JsonSchema = { [key: string]: unknown };

/**
 * A JSON schema in the form that OpenAI's strict mode takes: every property is required, an optional one may be null
 * instead, and nothing else may be there.
 *
 * @throws Error if the schema cannot be put so
 */
export function strict(schema: JsonSchema): JsonSchema {
  const { $schema: _, default: __, oneOf, anyOf, items, properties, format, ...rest } = schema;
  const options = anyOf ?? oneOf;
  if (rest.allOf !== undefined) throw new Error("an intersection of schemas is not possible in strict mode");
  if (rest.prefixItems !== undefined)
    throw new Error("a tuple is not possible in strict mode: use an object");
  if (rest.$ref !== undefined) throw new Error("a schema that refers to itself is not possible here");
  return {
    ...rest,
    ...(formats.has(String(format)) && { format }),
    ...(options !== undefined && { anyOf: (options as JsonSchema[]).map(strict) }),
    ...(items !== undefined && { items: strict(items as JsonSchema) }),
    ...(rest.type === "object" && objectOf(rest, (properties ?? {}) as Record<string, JsonSchema>)),
  };
}

/** OpenAI: those that strict mode knows. Of others the model is told nothing, and the input is checked all the same. */
const formats = new Set("date-time time date duration email hostname ipv4 ipv6 uuid".split(" "));

function objectOf(
  { required = [], additionalProperties, propertyNames }: JsonSchema,
  properties: Record<string, JsonSchema>,
): JsonSchema {
  const isRecord = propertyNames !== undefined || typeof additionalProperties === "object";
  if (isRecord && Object.keys(additionalProperties ?? {}).length > 0)
    throw new Error("an object with any keys is not possible in strict mode: name its keys");
  const isRequired = (name: string) => (required as string[]).includes(name);
  return {
    properties: mapped(properties, (property, name) =>
      isRequired(name) ? strict(property) : orNull(strict(property)),
    ),
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

function orNull(schema: JsonSchema): JsonSchema {
  const { description, anyOf, ...rest } = schema;
  const options = (anyOf as JsonSchema[] | undefined) ?? [rest];
  const isNullable = options.some(({ type }) => [type].flat().includes("null"));
  if (isNullable) return schema;
  return { ...(description !== undefined && { description }), anyOf: [...options, { type: "null" }] };
}

/** The input without the nulls that stand for optional properties which are not there. */
export function withoutNulls(value: unknown, schema: JsonSchema): unknown {
  if (Array.isArray(value)) {
    const list = ((schema.anyOf ?? [schema]) as JsonSchema[]).find(({ items }) => items !== undefined);
    return value.map((one) => withoutNulls(one, (list?.items ?? {}) as JsonSchema));
  }
  if (typeof value !== "object" || value === null) return value;
  const { properties = {}, required = [] } = optionFor(value, schema);
  const known = properties as Record<string, JsonSchema>;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      const isAbsent = inner === null && name in known && !(required as string[]).includes(name);
      return isAbsent ? [] : [[name, withoutNulls(inner, known[name] ?? {})]];
    }),
  );
}

/** Of a union, the first object that knows all keys of the value, and has what it says to be constant. */
function optionFor(value: object, schema: JsonSchema): JsonSchema {
  const options = (schema.anyOf ?? schema.oneOf ?? [schema]) as JsonSchema[];
  const fits = ({ properties = {} }: JsonSchema) => {
    const known = properties as Record<string, JsonSchema>;
    return Object.entries(value).every(([name, inner]) => {
      return name in known && (known[name]!.const === undefined || known[name]!.const === inner);
    });
  };
  return options.find(fits) ?? schema;
}

function mapped<T>(
  values: Record<string, T>,
  change: (value: T, name: string) => JsonSchema,
): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]));
}
