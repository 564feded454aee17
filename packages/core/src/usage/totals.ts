import { Entity } from "electrodb";
import { asIs, entityOf, expiryOf, guarded, plainErrors, SERVICE, type Table } from "../table.ts";

export type Addition = {
  /** `YYYY-MM-DD`, in the bot's time zone. */
  day: string;
  /** From 0: the day's item that is raised. */
  shard: number;
  tokens: number;
  now: number;
};

/** What all chats have used on a day, in a few items, so that no worker waits for another's write. */
export type Totals = {
  /** Repeated after a lost response it counts twice: it errs towards the cap. */
  add(addition: Addition): Promise<void>;
  /** Of all the day's items, in one query. */
  sum(day: string): Promise<number>;
};

/** Long enough to look at; nothing needs them after their day. */
const KEPT_DAYS = 30;

function makeTotalEntity({ client, table }: Table) {
  return new Entity(
    {
      model: { service: SERVICE, entity: "total", version: "1" },
      attributes: {
        day: { type: "string", required: true },
        shard: { type: "string", required: true },
        tokens: { type: "number" },
        /** Epoch seconds. */
        expiresAt: { type: "number" },
      },
      indexes: {
        byDay: {
          pk: { field: "pk", composite: ["day"], template: "total#${day}", ...asIs },
          sk: { field: "sk", composite: ["shard"], template: "shard#${shard}", ...asIs },
        },
      },
    },
    { client, table },
  );
}

const totalEntity = entityOf(makeTotalEntity);

export function createTotals(table: Table): Totals {
  // Most bots have no `limits.totalDailyTokens`.
  const entity = () => totalEntity(table);
  return {
    async add({ day, shard, tokens, now }) {
      const item = entity().update({ day, shard: String(shard) });
      const expiresAt = expiryOf(now, KEPT_DAYS);
      await guarded(() => item.add({ tokens }).set({ expiresAt }).go(plainErrors));
    },

    async sum(day) {
      const query = entity().query.byDay({ day });
      const { data } = await guarded(() => query.go({ ...plainErrors, pages: "all", consistent: true }));
      return data.reduce((sum, { tokens = 0 }) => sum + tokens, 0);
    },
  };
}
