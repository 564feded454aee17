import { type Broken, lineFaults, modelFaults, type StudioInfo } from "../../src/studio-view.ts";
import { setBroken } from "./client.ts";
import { words } from "./words.ts";

/** A lost connection has its own banner, and the state comes back with the next change. */
const set = (broken: Broken) => void setBroken(broken).catch(() => {});

/** Breaks the stand-ins, one way each at a time. */
export function Rehearsal({ broken, info }: { broken: Broken; info: StudioInfo }) {
  return (
    <div class="rehearsal">
      <p class="rule">{words.rehearsalRule}</p>
      <Service
        name={words.model}
        texts={words.modelFaults}
        faults={modelFaults}
        current={broken.model}
        unavailable={info.standIn ? undefined : words.realModel(info.model)}
        onChoose={(model) => set({ ...broken, model })}
      />
      <Service
        name="LINE"
        texts={words.lineFaults}
        faults={lineFaults}
        current={broken.line}
        unavailable={info.onLine ? words.realLine : undefined}
        onChoose={(line) => set({ ...broken, line })}
      />
      <p class="mended">
        <button type="button" class="mend" disabled={!isBroken(broken)} onClick={() => set({})}>
          {words.mendEverything}
        </button>
        {words.breakerRule}
      </p>
    </div>
  );
}

type ServiceProps<F extends string> = {
  name: string;
  texts: Record<F, { name: string; effect: string }>;
  faults: readonly F[];
  current: F | undefined;
  /** Why it cannot be broken, if so. */
  unavailable?: string | undefined;
  onChoose: (fault: F | undefined) => void;
};

function Service<F extends string>({ name, texts, faults, current, unavailable, onChoose }: ServiceProps<F>) {
  const choices: { fault: F | undefined; name: string; effect: string }[] = [
    { fault: undefined, name: words.works, effect: "" },
    ...faults.map((fault) => ({ fault, ...texts[fault] })),
  ];
  return (
    <fieldset class="service" disabled={unavailable !== undefined}>
      <legend>{name}</legend>
      {unavailable !== undefined && <p class="unavailable">{unavailable}</p>}
      {choices.map(({ fault, name: choice, effect }) => (
        <label key={choice} data-broken={fault !== undefined && fault === current}>
          <input
            type="radio"
            name={`broken-${name}`}
            checked={fault === current}
            onChange={() => onChoose(fault)}
          />
          <span>
            <b>{choice}</b>
            {effect !== "" && <small>{effect}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** On every view while something is broken, so that nobody mistakes it for an outage. */
export function BrokenBanner({ broken }: { broken: Broken }) {
  const { model, line } = broken;
  const what = [
    ...(model ? [`${words.model}: ${words.modelFaults[model].name}`] : []),
    ...(line ? [`LINE: ${words.lineFaults[line].name}`] : []),
  ];
  if (what.length === 0) return null;
  return (
    <p class="banner broken" role="status">
      {words.brokenOnPurpose(what.join(" · "))}
      <button type="button" class="mend" onClick={() => set({})}>
        {words.mend}
      </button>
    </p>
  );
}

function isBroken({ model, line }: Broken): boolean {
  return model !== undefined || line !== undefined;
}
