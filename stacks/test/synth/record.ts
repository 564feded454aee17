import type { Resource, Template, Untyped } from "./template.ts";

/** Marks secrets, assets and the like on Pulumi's wire. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/**
 * Records what a program registers with Pulumi's mock engine.
 *
 * @param MockMonitor the class of the very Pulumi that the program uses
 */
export function record(MockMonitor: { prototype: Untyped }, project: { name: string; stage: string }) {
  const resources: Resource[] = [];
  const links: Template["links"] = {};
  const devCommands: Template["devCommands"] = {};
  const monitor = MockMonitor.prototype;
  const { registerResource, registerResourceOutputs } = monitor;

  // The stock mock drops a parent's own parents from the type, and links are typed by it.
  monitor.newUrn = (parent: string | undefined, type: string, name: string) => {
    const above = parent?.split("::")[2];
    const path = above && above !== "pulumi:pulumi:Stack" ? `${above}$${type}` : type;
    return `urn:pulumi:${project.stage}::${project.name}::${path}::${name}`;
  };

  monitor.registerResource = function (request: Untyped, done: (error: unknown, response: Untyped) => void) {
    return registerResource.call(this, request, (error: unknown, response: Untyped) => {
      if (!error) {
        resources.push({
          type: request.getType(),
          name: request.getName(),
          parent: lastPart(request.getParent()),
          custom: request.getCustom(),
          inputs: plain(request.getObject().toJavaScript()),
          ...(request.getRetainondelete() ? { retainOnDelete: true } : {}),
          dependsOn: request.getDependenciesList().map(lastPart).sort(),
        });
      }
      done(error, response);
    });
  };

  // A LinkRef's outputs are what the command line turns into types and `SST_RESOURCE_*`, and a DevCommand's are what
  // `sst dev` runs.
  monitor.registerResourceOutputs = function (
    request: Untyped,
    done: (error: unknown, response: Untyped) => void,
  ) {
    if (request.getUrn().includes("sst:sst:LinkRef")) {
      const { target, properties } = plain(request.getOutputs().toJavaScript());
      links[target] = properties;
    }
    if (request.getUrn().includes("sst:sst:DevCommand")) {
      devCommands[lastPart(request.getUrn())] = plain(request.getOutputs().toJavaScript())._dev;
    }
    return registerResourceOutputs.call(this, request, done);
  };

  /** In an order that does not depend on timing, so that two runs can be compared byte for byte. */
  return () => ({
    links: sorted(links),
    devCommands: sorted(devCommands),
    resources: resources.sort((a, b) => compare(a.type + a.name, b.type + b.name)),
  });
}

/** Removes the wrappers of secrets and assets, so that the tests see values as AWS would. */
export function plain(value: Untyped): Untyped {
  if (Array.isArray(value)) return value.map(plain);
  if (!value || typeof value !== "object") return value;
  if (!(SIGNATURE in value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  }
  return "value" in value ? plain(value.value) : { asset: value.path ?? "inline" };
}

const lastPart = (urn: string) => urn.split("::").at(-1) ?? "";
const sorted = <T>(named: Record<string, T>) =>
  Object.fromEntries(Object.entries(named).sort(([a], [b]) => compare(a, b)));
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
