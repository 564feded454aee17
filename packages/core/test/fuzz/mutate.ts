import type { Random } from "@henji/simulation";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

type Parent = Record<string, Json>;
/** A value within a document, by what holds it. */
type Place = { parent: Parent; key: string };

/** Stands for an array in an array in an array …, deeper than JSON can be written. */
const DEEP = "(deep)";

const oddStrings = [
  ...[
    "",
    " ",
    "\0",
    "\uFFFE\uFFFF",
    "\uD83D",
    "\uDE00\uD83D",
    "\u202Eabc",
    "e\u0301\u0301\u0301",
    "👩‍👩‍👧‍👦",
    "\u200B",
    "＠Henji",
  ],
  ...[
    "__proto__",
    "constructor",
    "U1/../../message/quota",
    "../",
    "?a=b#c",
    "%2e%2e",
    "ａｂｃ",
    "null",
    "true",
    "1e3",
  ],
  ...[
    "/forget",
    "yes, forget it all",
    "no, keep it",
    "/export",
    "/retry",
    "/help",
    "/memory",
    "もう一度答えて",
  ],
  ...[
    "henji:",
    "henji:say:/forget",
    "henji:go_on:x",
    "[Sticker]",
    "```\n",
    "**",
    "| a | b |\n|---|---|\n",
    "\r\n\r\n",
    "[E1]",
    "{}",
    "$(x)",
  ],
  ...["message", "postback", "unsend", "follow", "leave", "text", "sticker", "group", "standby", "channel"],
];
const oddNumbers = [0, -1, 1, -0, 0.5, 1e21, -1e308, 2 ** 31, 2 ** 53, 9_999_999_999_999, 10_000_000_000_000];
const oddKeys = [
  "__proto__",
  "constructor",
  "toString",
  "",
  "type",
  "Type",
  "userId",
  "groupId",
  "roomId",
  "message",
];

/** Changes something in an event, at random, as JSON can be changed. `others` are events to take parts from. */
export function mutate(event: Json, others: readonly Json[], random: Random): void {
  const places = placesIn(event);
  const place = random.pick(places);
  if (!place) return;
  const { parent, key } = place;
  const other = () => random.pick(placesIn(random.pick(others)));

  const changes: (() => void)[] = [
    () => remove(place),
    () => set(place, anything(random)),
    () => set(place, near(parent[key]!, random)),
    () => set(place, near(parent[key]!, random)),
    () => set(place, nested(parent[key]!, random)),
    // Two values change places.
    () => {
      const second = random.pick(places)!;
      const [a, b] = [structuredClone(parent[key]!), structuredClone(second.parent[second.key]!)];
      set(place, b);
      set(second, a);
    },
    // A value of another event, here or under the same key.
    () => set(place, takenFrom(other())),
    () => {
      const found = placesIn(random.pick(others)).find((one) => one.key === key);
      if (found) set(place, takenFrom(found));
    },
    () => define(parent, random.pick(oddKeys), anything(random)),
    () => rename(place, random.pick(oddKeys)),
    () => set({ parent: event as Parent, key: "source" }, oddSource(random)),
    () => mention(event as Parent, random),
  ];
  random.pick(changes)();
}

/** As it goes over the wire. */
export function written(body: Json): string {
  const depth = 20_000;
  return JSON.stringify(body).replaceAll(`"${DEEP}"`, () => "[".repeat(depth) + "]".repeat(depth));
}

function placesIn(value: Json | undefined): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const parent = value as Parent;
  return Object.keys(parent).flatMap((key) => [{ parent, key }, ...placesIn(parent[key])]);
}

function takenFrom(place: Place | undefined): Json {
  return structuredClone(place?.parent[place.key] ?? null);
}

/** Also what an assignment would take for the prototype. */
function define(parent: Parent, key: string, value: Json): void {
  if (Array.isArray(parent)) parent.push(value);
  else Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

function set({ parent, key }: Place, value: Json): void {
  if (Array.isArray(parent)) parent[Number(key)] = value;
  else define(parent, key, value);
}

function remove({ parent, key }: Place): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}

function rename(place: Place, key: string): void {
  const value = place.parent[place.key]!;
  remove(place);
  define(place.parent, key, value);
}

function anything(random: Random): Json {
  const kinds: (() => Json)[] = [
    () => random.pick([null, true, false]),
    () => random.pick(oddNumbers),
    () => random.pick(oddStrings),
    () => random.pick([[], {}, [null], { type: "text" }]),
    () => huge(random),
    () => (random.chance(0.1) ? DEEP : ""),
  ];
  return random.pick(kinds)();
}

/** Rarely as long as a queue message can be. */
function huge(random: Random): string {
  const length = random.chance(0.1) ? random.int(100_000, 1_100_000) : random.int(100, 12_000);
  const unit = random.pick(["a", "あ", "😀", "a b。", "\n", "*", "\uD83D", "e\u0301", "@Henji "]);
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
}

/** Of the same type. */
function near(value: Json, random: Random): Json {
  switch (typeof value) {
    case "number":
      return random.pick([value + 1, value - 1, -value, value * 1_000, value / 2, random.pick(oddNumbers)]);
    case "string": {
      const at = random.int(0, value.length);
      const odd = random.pick(oddStrings);
      return random.pick([
        `${value.slice(0, at)}${odd}${value.slice(at)}`,
        odd,
        value.slice(0, at),
        value + value,
      ]);
    }
    case "boolean":
      return !value;
    default:
      return anything(random);
  }
}

function nested(value: Json, random: Random): Json {
  let wrapped = structuredClone(value);
  for (let depth = random.pick([1, 1, 2, 50]); depth > 0; depth -= 1) {
    wrapped = random.chance(0.5)
      ? [wrapped]
      : { [random.pick(oddKeys.filter((key) => key !== "__proto__"))]: wrapped };
  }
  return wrapped;
}

function oddSource(random: Random): Json {
  const id = () =>
    random.pick(["U1", "C1", "R1", "", "U 1", "\uD83D", "é", "U1/../x", "x".repeat(129), "channel", 1, null]);
  const source: Parent = { type: random.pick(["user", "group", "room", "future", ""]) };
  for (const key of ["userId", "groupId", "roomId"]) if (random.chance(0.4)) source[key] = id();
  return source;
}

/** Of the bot, anywhere in the text and beyond its ends. */
function mention(event: Parent, random: Random): void {
  const { message } = event;
  if (typeof message !== "object" || message === null) return;
  const mentionees = Array.from({ length: random.int(0, 21) }, () => ({
    type: random.pick(["user", "all", "future"]),
    index: random.pick([0, 1, random.int(-2, 30), random.pick(oddNumbers)]),
    length: random.pick([0, 1, random.int(-2, 30), random.pick(oddNumbers)]),
    isSelf: random.chance(0.6),
  }));
  define(message as Parent, "mention", { mentionees });
}
