import { whole } from "../format.ts";
import type { Check } from "./check.ts";
import { fine, NotChecked, notChecked, wrong } from "./finding.ts";
import { linked } from "./subject.ts";

const leastNode = 24;
const leastNpm = 11;

/** Above it, what a command says of "now" is noticeably wrong; AWS refuses requests from five minutes on. */
const MAX_SKEW_MS = 60_000;

const majorOf = (version: string) => Number(version.split(".")[0]);

export const node: Check = {
  name: "Node",
  async run({ machine }) {
    if (majorOf(machine.node) >= leastNode) return fine(machine.node);
    const fix = "npm ci brings it along on Linux and Windows; on macOS install it: https://nodejs.org";
    return wrong(`${machine.node}: Henji needs Node ${leastNode} or later`, fix);
  },
};

export const npm: Check = {
  name: "npm",
  async run({ machine }) {
    if (machine.npm === undefined) return notChecked("npm did not start this command");
    if (majorOf(machine.npm) >= leastNpm) return fine(machine.npm);
    const fix = `npm install -g npm@${leastNpm}`;
    return wrong(`${machine.npm}: Henji needs npm ${leastNpm}, which installs the Node of its scripts`, fix);
  },
};

export const clock: Check = {
  name: "clock",
  async run(subject) {
    const { isLocal, aws, machine } = subject;
    if (isLocal) throw new NotChecked("everything goes by the clock of this machine");
    const at = await aws.now(linked(subject, "EventQueue"));
    if (at === undefined) return notChecked("AWS's answer says no time");
    const skewMs = machine.now() - at;
    if (Math.abs(skewMs) <= MAX_SKEW_MS) return fine("this machine's agrees with AWS's");
    const seconds = whole(Math.round(Math.abs(skewMs) / 1000));
    const says = `this machine's is ${seconds} s ${skewMs > 0 ? "ahead of" : "behind"} AWS's`;
    return wrong(says, "switch on setting the time automatically");
  },
};
