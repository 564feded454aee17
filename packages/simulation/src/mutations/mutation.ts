import type { IngressOptions } from "@henji/core/ingress";
import type { WorkerOptions } from "@henji/core/worker";
import type { TableMistake } from "../table.ts";

/** A mistake that the simulation must notice; if it does not, the simulation is what is wrong. */
export type Mutation = {
  name: string;
  /** What goes wrong with it. */
  mistake: string;
  /** The story that shows it best; any, if not set. */
  scenario?: string;
  /** Why it may take thousands of seeds: then `npm test` does not insist. */
  rare?: string;
} & (AtPorts | InText | InTable);

/** Made between core and the outside, in the words of core's own ports, so that it outlives a reshaping of core. */
export type AtPorts = {
  worker?: (options: WorkerOptions) => Partial<WorkerOptions>;
  ingress?: (options: IngressOptions) => Partial<IngressOptions>;
};

/** Where no port shows it: a text that stands exactly once in a file of core, and what stands there instead. */
export type Edit = { file: string; find: string; replace: string };
type InText = { edit: Edit };

/** Conditions left out by the table's model. The contract suites see to it that the real table keeps these. */
type InTable = { table: readonly TableMistake[] };
