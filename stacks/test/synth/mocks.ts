// The responses of AWS: outputs of new resources, and data about the account.
import type { Untyped } from "./template.ts";

export const account = "123456789012";

type NewResource = { type: string; name: string; inputs: Untyped; id?: string };
type Call = { token: string; inputs: Untyped };

export const createMocks = (region: string) => ({
  newResource({ type, name, inputs, id }: NewResource) {
    const physical = inputs.name ?? inputs.key ?? name;
    const own = outputs(type, physical, name, inputs, region);
    const named = type.startsWith("aws:") ? { name: physical } : {};
    return { id: id || (own.id ?? physical), state: { ...named, ...inputs, ...own, id: undefined } };
  },

  call({ token, inputs }: Call) {
    const answer = answers(region)[token];
    if (!answer) throw new Error(`the synthesis has no answer to ${token}`);
    return answer(inputs);
  },
});

/** Outputs that other resources take as inputs; the rest are the inputs themselves. */
function outputs(
  type: string,
  physical: string,
  name: string,
  inputs: Untyped,
  region: string,
): Record<string, string> {
  const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
  switch (type) {
    case "random:index/randomBytes:RandomBytes":
      return { base64: Buffer.alloc(inputs.length, 1).toString("base64") };
    case "aws:sqs/queue:Queue": {
      const url = `https://sqs.${region}.amazonaws.com/${account}/${physical}`;
      return { id: url, url, arn: arn("sqs", physical) };
    }
    case "aws:dynamodb/table:Table":
      return { arn: arn("dynamodb", `table/${physical}`) };
    case "aws:iam/role:Role":
      return { arn: `arn:aws:iam::${account}:role/${physical}` };
    case "aws:lambda/function:Function":
      return { arn: arn("lambda", `function:${physical}`) };
    case "aws:lambda/functionUrl:FunctionUrl":
      return { functionUrl: `https://${name.toLowerCase()}.lambda-url.${region}.on.aws/` };
    case "aws:cloudwatch/logGroup:LogGroup":
      return { arn: arn("logs", `log-group:${physical}`) };
    default: {
      const [provider = "", module = ""] = type.split(/[:/]/);
      return provider === "aws" ? { arn: arn(module, physical) } : {};
    }
  }
}

const answers = (region: string): Record<string, (inputs: Untyped) => Record<string, unknown>> => ({
  "aws:index/getRegion:getRegion": () => ({ id: region, region, name: region }),
  "aws:index/getPartition:getPartition": () => ({ id: "aws", partition: "aws" }),
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({ id: account, accountId: account }),
  "aws:iam/getPolicyDocument:getPolicyDocument": ({ statements = [] }) => ({
    id: "policy",
    statements: statements.length > 0 ? statements : undefined,
    json: JSON.stringify({ Version: "2012-10-17", Statement: statements.map(statement) }),
  }),
});

type Statement = {
  effect?: string;
  actions: string[];
  resources?: string[];
  principals?: { type: string; identifiers: string[] }[];
  conditions?: { test: string; variable: string; values: string[] }[];
};

const statement = ({ effect, actions, resources, principals, conditions }: Statement) => ({
  Effect: effect ?? "Allow",
  Action: actions,
  Resource: resources,
  Principal: principals && Object.fromEntries(principals.map((p) => [p.type, p.identifiers])),
  Condition: conditions && Object.fromEntries(conditions.map((c) => [c.test, { [c.variable]: c.values }])),
});
