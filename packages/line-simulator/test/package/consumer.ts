// Compiled against the installed package.
import {
  type BotEntry,
  createLineSimulator,
  type FaultRule,
  type LineServer,
  type LineSimulator,
  RATE_LIMITED,
  type Snapshot,
  serveLine,
} from "@henji/line-simulator";

const line: LineSimulator = createLineSimulator({ channelSecret: "secret", channelAccessToken: "token" });
const rule: FaultRule = { on: "push", times: 1, fault: RATE_LIMITED };
line.faults.add(rule);
const { userId } = line.addUser({ name: "Taro" });
const event = line.say({ from: userId, text: "Hello" });
export const said: string = event.message.text;
export const answers: BotEntry[] = line.timeline(userId).filter((entry) => entry.by !== "user");
export const saved: Snapshot = line.snapshot();
export const server: Promise<LineServer> = serveLine(line, { port: 0 });

// @ts-expect-error a user says text
line.say({ from: userId });
// @ts-expect-error there is no such operation
line.faults.add({ on: "broadcast", fault: { kind: "hang" } });
