import { mkdirSync } from "node:fs";
import { type BuildAppOptions, buildApp } from "fauxqs";

type Stores = NonNullable<BuildAppOptions["stores"]>;

/**
 * fauxqs' own start listens on every interface of the machine; ours must not. So the app is built from its
 * parts, which its package does not export: they are imported by their place in it.
 */
export async function buildFauxqs(directory: string | undefined): Promise<ReturnType<typeof buildApp>> {
  const part = (file: string) => import(new URL(file, import.meta.resolve("fauxqs")).href);
  const [{ SqsStore }, { SnsStore }, { S3Store }] = await Promise.all([
    part("sqs/sqsStore.js"),
    part("sns/snsStore.js"),
    part("s3/s3Store.js"),
  ]);
  const stores: Stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const app = buildApp({ logger: false, stores });
  if (!directory) return app;

  mkdirSync(directory, { recursive: true });
  const { PersistenceManager } = await part("persistence.js");
  const persistence = new PersistenceManager(directory);
  persistence.load(stores.sqsStore, stores.snsStore, stores.s3Store);
  stores.sqsStore.persistence = persistence;
  for (const known of stores.sqsStore.allQueues()) known.persistence = persistence;
  app.addHook("preClose", () => persistence.close());
  return app;
}
