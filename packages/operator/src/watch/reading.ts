import { createSlots } from "@henji/core/model/slots";
import { createSlotsStore } from "@henji/core/model/slots-store";
import { depthOf } from "@henji/core/queue/dead-letters";
import { type ReminderDepth, reminderDepthOf } from "@henji/core/queue/reminders";
import { createTurnRegister } from "@henji/core/turn/register";
import type { Session } from "../environment.ts";
import { iso } from "../format.ts";
import { countParked, type ParkedCounts } from "./parked.ts";
import type { RateSource, Rates } from "./rates.ts";
import { createTableRates } from "./table-rates.ts";

export type Reading = {
  at: string;
  stage: string;
  eventQueue: { waiting: number; inFlight: number };
  deadLetterQueue: { letters: number; inFlight: number };
  /** Of answers that wait. */
  reminders: ReminderDepth;
  parked: ParkedCounts;
  /** While more is asked than the model's limit allows: when the last question that waits is asked. */
  modelLimit: { lastAt: string } | null;
} & Rates;

/** Reads what the system looks like from outside. */
export function createReader(session: Session) {
  const { stage, bot } = session;
  const sqs = stage.sqs();
  const [events, letters] = [stage.queueUrl("EventQueue"), stage.queueUrl("DeadLetterQueue")];
  const remindersUrl = stage.queueUrl("Reminders");
  const register = createTurnRegister(stage.table());
  const slots = createSlots(createSlotsStore(stage.table()), bot.model.name);
  const opening = openRates(session);

  return {
    async read(): Promise<Reading> {
      const now = Date.now();
      const [eventDepth, letterDepth, reminders, parked, given, rates] = await Promise.all([
        depthOf(sqs, events),
        depthOf(sqs, letters),
        reminderDepthOf(sqs, remindersUrl),
        countParked(register),
        slots.read(),
        opening.then((source) => source.read(now)),
      ]);
      return {
        at: iso(now),
        stage: stage.name(),
        eventQueue: eventDepth,
        deadLetterQueue: { letters: letterDepth.waiting, inFlight: letterDepth.inFlight },
        reminders,
        parked,
        modelLimit: given && given.nextAt > now ? { lastAt: iso(given.nextAt) } : null,
        ...rates,
      };
    },

    close() {
      void opening.then((source) => source.close());
    },
  };
}

/** CloudWatch's client is loaded only where there is a CloudWatch. */
async function openRates({ stage, bot }: Session): Promise<RateSource> {
  const { namespace } = stage.cloudWatch();
  if (namespace === "") return createTableRates(stage.table(), bot.timeZone);
  const { createMetricRates } = await import("./metric-rates.ts");
  const queueName = (name: "EventQueue" | "DeadLetterQueue") => stage.queueUrl(name).split("/").at(-1)!;
  return createMetricRates({
    namespace,
    eventQueue: queueName("EventQueue"),
    deadLetterQueue: queueName("DeadLetterQueue"),
  });
}
