import type { StudioInfo } from "../../src/studio-view.ts";
import { formatNumber } from "./format.ts";
import { useMedia } from "./hooks.ts";
import { type Pane, Tabs } from "./tabs.tsx";
import { words } from "./words.ts";

type Props = {
  info: StudioInfo;
  pane: Pane;
  traces: number;
  /** Messages that wait for an operator. */
  parked: number;
  isScripted: boolean;
  onPane: (pane: Pane) => void;
  /** Opens where the stand-in's words are written. */
  onScript: () => void;
};

/** A wider screen always shows the chat. */
const beside = ["traces", "operations"] as const;

const known: Record<string, string> = {
  webhook: "Webhook",
  line: "LINE",
  model: words.model,
  sqs: "SQS",
  dynamodb: "DynamoDB",
};

/** What is running, and which parts are stand-ins. */
export function Header({ info, pane, traces, parked, isScripted, onPane, onScript }: Props) {
  const isPhone = useMedia("(max-width: 720px)");
  return (
    <header class="header">
      <h1>
        <img src="/icon.svg" alt="" width="26" height="26" />
        <span class="name">
          Henji <span class="thin">Studio</span>
        </span>
      </h1>
      <span class="parked-slot">
        {parked > 0 && (
          <button
            type="button"
            class="parked-count"
            aria-label={words.parked.open(parked)}
            onClick={() => onPane("operations")}
          >
            {isPhone ? formatNumber(parked) : words.parked.count(parked)}
          </button>
        )}
      </span>
      <ul class="chips">
        {info.standIn ? (
          <li>
            <button type="button" class="chip" data-stand-in title={words.script.title} onClick={onScript}>
              {words.model}
              <small>{isScripted ? words.script.scripted : words.standIn}</small>
            </button>
          </li>
        ) : (
          <Chip name={info.model} standIn={false} />
        )}
        <Chip name="LINE" standIn={!info.onLine} />
        <Chip name={info.stage ? `AWS ${info.stage}` : "AWS"} standIn={!info.stage} />
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
      <Tabs
        panes={isPhone ? ["chat", ...beside] : beside}
        current={pane === "chat" && !isPhone ? "traces" : pane}
        counts={{ traces }}
        onPane={onPane}
      />
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
