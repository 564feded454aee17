import type { StudioInfo } from "../../src/studio-view.ts";
import { words } from "./words.ts";

/** A phone shows one of the two at a time; a wider screen shows both. */
export type Pane = "chat" | "traces";

type Props = { info: StudioInfo; pane: Pane; traces: number; onPane: (pane: Pane) => void };

const known: Record<string, string> = {
  webhook: "Webhook",
  line: "LINE",
  model: words.model,
  sqs: "SQS",
  dynamodb: "DynamoDB",
};

/** What is running, and which parts are stand-ins. */
export function Header({ info, pane, traces, onPane }: Props) {
  return (
    <header class="header">
      <h1>
        <img src="/icon.svg" alt="" width="26" height="26" />
        <span>
          Henji <span class="thin">Studio</span>
        </span>
      </h1>
      <ul class="chips">
        <Chip name={info.standIn ? words.model : info.model} standIn={info.standIn} />
        <Chip name="LINE" standIn />
        <Chip name="AWS" standIn />
      </ul>
      <button type="button" class="running" popovertarget="running">
        {words.running}
      </button>
      <div id="running" popover="auto">
        <dl>
          {Object.entries(info.urls).map(([name, url]) => [
            <dt key={name}>{known[name] ?? name}</dt>,
            <dd key={`${name}/url`}>
              <code>{url}</code>
            </dd>,
          ])}
          <dt>{words.botConfig}</dt>
          <dd>
            <code>{info.botConfig}</code>
          </dd>
          <dt>{words.state}</dt>
          <dd>{info.state ? <code>{info.state}</code> : words.inMemory}</dd>
        </dl>
      </div>
      <button
        type="button"
        class="pane-switch"
        aria-pressed={pane === "traces"}
        onClick={() => onPane(pane === "traces" ? "chat" : "traces")}
      >
        {pane === "traces" ? words.showChat : words.traces}
        {pane === "chat" && traces > 0 && <span class="count">{traces}</span>}
      </button>
    </header>
  );
}

function Chip({ name, standIn }: { name: string; standIn: boolean }) {
  return (
    <li class="chip" data-stand-in={standIn}>
      {name}
      <small>{standIn ? words.standIn : words.real}</small>
    </li>
  );
}
