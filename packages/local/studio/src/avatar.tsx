import { initialOf } from "./format.ts";

/** As many as avatar.css has; a name always gets the same one. */
const colours = 6;

export function Avatar({ name, bot = false }: { name: string; bot?: boolean }) {
  let hash = 0;
  for (const letter of name) hash = (hash * 33 + letter.codePointAt(0)!) % 9_973;
  return (
    <span class="avatar" data-colour={bot ? "bot" : hash % colours} aria-hidden="true">
      {bot ? "返" : initialOf(name)}
    </span>
  );
}
