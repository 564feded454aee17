import type { Text } from "../../src/trace-content.ts";
import { pretty } from "./content-text.ts";
import { Copy } from "./copy.tsx";
import { formatNumber, langOf } from "./format.ts";
import { words } from "./words.ts";

/** Ids to copy; those that are not known are left out. */
export function Ids({ ids }: { ids: readonly [name: string, id: string | undefined][] }) {
  return (
    <dl class="ids">
      {ids.map(
        ([name, id]) =>
          id !== undefined && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <code>{id}</code>
                <Copy text={id} of={name} />
              </dd>
            </div>
          ),
      )}
    </dl>
  );
}

export function Said({ role, text }: { role: string; text: string }) {
  return (
    <section class="said" aria-label={role}>
      <h4>{role}</h4>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard */}
      <p lang={langOf(text)} tabIndex={0}>
        {text}
      </p>
    </section>
  );
}

/** @param folded the name of a part to unfold; undefined: shown at once */
export function Json({ name, text, folded }: { name: string; text: Text; folded?: string | undefined }) {
  const shown = pretty(text);
  const code = (
    <div class="json">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard */}
      <pre tabIndex={0}>{shown}</pre>
      <Copy text={shown} of={name} />
      {text.text.length < text.length && (
        <p class="cut">{words.cutText(formatNumber(text.text.length), formatNumber(text.length))}</p>
      )}
    </div>
  );
  if (folded === undefined) return code;
  return (
    <details class="raw">
      <summary>{folded}</summary>
      {code}
    </details>
  );
}
