import { useEffect, useState } from "preact/hooks";
import { words } from "./words.ts";

const SHOWN_MS = 1_500;

/** Copies a text. `of` names it for screen readers. */
export function Copy({ text, of }: { text: string; of: string }) {
  const [result, setResult] = useState<"copied" | "notCopied">();
  useEffect(() => {
    if (!result) return;
    const timer = setTimeout(() => setResult(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [result]);
  return (
    <button
      type="button"
      class="copy"
      aria-label={words.copyOf(of)}
      onClick={() =>
        navigator.clipboard.writeText(text).then(
          () => setResult("copied"),
          () => setResult("notCopied"),
        )
      }
    >
      <span role="status">{result ? words[result] : words.copy}</span>
    </button>
  );
}
