import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  createModelSimulator,
  type ModelSimulator,
  type ServedModel,
  serveModel,
} from "@henji/model-simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useDirectory } from "../../local/test/directory.ts";
import { henji, startHenji } from "./command.ts";

let model: ModelSimulator;
/** What stands between a command and OpenAI: a response in its place, or nothing. */
let between: (method: string, path: string, body: string) => Promise<Response | undefined>;
let server: ServedModel;
let folder: string;
const directory = useDirectory("test");

beforeAll(async () => {
  const current = () => model;
  server = await serveModel({
    ...createModelSimulator(),
    async fetch(input, init) {
      const request = new Request(input, init);
      const body = request.method === "POST" ? await request.clone().text() : "";
      return (await between(request.method, new URL(request.url).pathname, body)) ?? current().fetch(request);
    },
  });
});
afterAll(() => server.close());
beforeEach(() => {
  model = createModelSimulator();
  between = async () => undefined;
  folder = join(directory.path, "knowledge");
  rmSync(folder, { recursive: true, force: true });
  write({ "hours.md": "Open from nine.", "prices/teeth.txt": "A filling: 5,000 yen." });
});

function write(files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

const environment = (more: Record<string, string> = {}) => ({
  SST_RESOURCE_App: JSON.stringify({ stage: "test" }),
  SST_RESOURCE_OpenAiApiKey: JSON.stringify({ value: "key" }),
  OPENAI_BASE_URL: server.url,
  ...more,
});
const knowledge = (args: string[], env = environment()) => henji(["knowledge", ...args], env);
const sync = (...args: string[]) => knowledge(["sync", folder, ...args]);

const store = () => [...model.knowledge.stores.values()][0]!;

/** A file in the store that is not the command's. */
function putByOthers() {
  const others = model.knowledge.addFile({
    name: "x.md",
    purpose: "assistants",
    bytes: new Uint8Array([65]),
  });
  model.knowledge.attach(store(), others);
  return others;
}
/** Paths in the store with their texts, and whether there is any file beside them. */
function stored() {
  const { files } = model.knowledge;
  const members = [...store().members.values()].map(({ fileId, attributes }) => {
    return [attributes.path, new TextDecoder().decode(files.get(fileId)!.bytes)];
  });
  return { files: Object.fromEntries(members.sort()), left: files.size - members.length };
}

test("the first time makes the store, uploads all, and prints the line for bot.config.ts", async () => {
  const { code, output, error } = await sync();
  expect({ code, error: error.replace(/.* …\n/g, "") }).toEqual({ code: 0, error: "" });
  expect(output.split("\n")).toEqual([
    `Store ${store().id} (henji-test): made`,
    expect.stringMatching(/^uploaded {2}(hours\.md|prices\/teeth\.txt)$/),
    expect.stringMatching(/^uploaded {2}(hours\.md|prices\/teeth\.txt)$/),
    "2 uploaded, 0 replaced, 0 removed, 0 unchanged.",
    "Storage: 0.00 MB, $0.0000 a day beyond the first GB of all stores, which is free.",
    "Put it into tools in bot.config.ts, and deploy:",
    `  fileSearch({ store: "${store().id}" })`,
    "",
  ]);
  expect(stored()).toEqual({
    files: { "hours.md": "Open from nine.", "prices/teeth.txt": "A filling: 5,000 yen." },
    left: 0,
  });
  expect([...model.knowledge.files.values()].map(({ name }) => name).sort()).toEqual([
    "hours.md",
    "teeth.txt",
  ]);
});

test("again, it uploads what has changed, removes what is gone, and leaves the rest and what others put there", async () => {
  await sync();
  const others = putByOthers();
  const before = [...store().members.keys()];
  write({ "hours.md": "Open from ten.", "new.md": "New." });
  rmSync(join(folder, "prices"), { recursive: true });
  write({ "map.md": "By the sea." });
  const { code, output } = await sync();
  expect(code).toBe(0);
  expect(output).toContain("replaced  hours.md\n");
  expect(output).toContain("removed   prices/teeth.txt\n");
  expect(output).toContain(
    "2 uploaded, 1 replaced, 1 removed, 0 unchanged. 1 file that others have put there: left alone.",
  );
  expect(stored().files).toMatchObject({
    "hours.md": "Open from ten.",
    "map.md": "By the sea.",
    "new.md": "New.",
  });
  expect(stored().left).toBe(0);
  expect(before.filter((id) => store().members.has(id))).toEqual([others.id]);
  const again = await sync("--json");
  expect(JSON.parse(again.output)).toMatchObject({
    ...{ uploaded: [], replaced: [], removed: [], notRead: [], others: 1, isNew: false },
    unchanged: ["hours.md", "map.md", "new.md"],
  });
});

test("--dry-run says what would be done, and does nothing", async () => {
  const first = await sync("--dry-run");
  expect(first.output).toMatch(/^Store henji-test: would be made\nuploaded {2}hours\.md\n/);
  expect(first.output).toContain("Nothing was done: this is a dry run.");
  expect([model.knowledge.stores.size, model.knowledge.files.size]).toEqual([0, 0]);
  await sync();
  write({ "hours.md": "Open from ten." });
  expect((await sync("--dry-run")).output).toContain("replaced  hours.md\n0 uploaded, 1 replaced");
  expect(stored().files["hours.md"]).toBe("Open from nine.");
});

test("what cannot be searched is named, with what to do, and the rest is done", async () => {
  write({
    "list.xlsx": "x",
    "empty.md": "",
    "sjis.txt": Buffer.from([0x93, 0xfa, 0x96, 0x7b]),
    "utf16.txt": Buffer.from("\uFEFF日本", "utf16le"),
    ".hidden.md": "x",
  });
  const { code, output } = await sync();
  expect(code).toBe(1);
  expect(output).toContain("NOT READ  list.xlsx: file search does not read .xlsx; it reads .c .cpp");
  expect(output).toContain("NOT READ  empty.md: it is empty\n");
  expect(output).toContain("NOT READ  sjis.txt: its text is neither UTF-8 nor UTF-16: save it as UTF-8\n");
  expect(output).toContain("3 uploaded, 0 replaced, 0 removed, 0 unchanged, 3 not read.");
  expect(Object.keys(stored().files)).toEqual(["hours.md", "prices/teeth.txt", "utf16.txt"]);
});

/** OpenAI can read none of the files that are put there. */
function readNone(): void {
  let added = "";
  between = async (method, path, body) => {
    if (method === "POST" && path.endsWith("/files") && path.includes("vs_"))
      added = JSON.parse(body).file_id;
    if (method !== "GET" || !path.endsWith(added) || added === "") return undefined;
    return Response.json({
      id: added,
      status: "failed",
      last_error: { code: "invalid_file", message: "Broken." },
    });
  };
}

const mend = "Mend what was not read, or take it out of the folder, and run this again.";

describe("what cannot be read now", () => {
  test("by OpenAI leaves nothing there, stays as it was read before, and keeps nothing else from being removed", async () => {
    await sync();
    write({ "hours.md": "Open from ten." });
    rmSync(join(folder, "prices"), { recursive: true });
    readNone();
    const { code, output } = await sync();
    expect(code).toBe(1);
    expect(output.split("\n").slice(1, 6)).toEqual([
      "removed   prices/teeth.txt",
      "NOT READ  hours.md: OpenAI cannot read it: Broken.",
      "kept      hours.md: as it was read before",
      "0 uploaded, 0 replaced, 1 removed, 0 unchanged, 1 not read.",
      mend,
    ]);
    expect(stored()).toEqual({ files: { "hours.md": "Open from nine." }, left: 0 });
    between = async () => undefined;
    expect((await sync()).output).toContain("0 uploaded, 1 replaced, 0 removed");
    expect(stored()).toEqual({ files: { "hours.md": "Open from ten." }, left: 0 });
  });

  test.each<[string, string | Uint8Array]>([
    ["empty", ""],
    ["in Shift_JIS", Buffer.from([0x93, 0xfa, 0x96, 0x7b])],
  ])("here, such as what is %s, stays as it was read before, until it is gone", async (_, content) => {
    await sync();
    write({ "hours.md": content });
    expect(JSON.parse((await sync("--dry-run", "--json")).output)).toMatchObject({
      ...{ kept: [{ path: "hours.md", because: "as it was read before" }], removed: [] },
    });
    const { code, output } = await sync();
    expect([code, output]).toEqual([
      1,
      expect.stringContaining("kept      hours.md: as it was read before\n"),
    ]);
    expect(output).toContain(mend);
    expect(stored().files).toMatchObject({ "hours.md": "Open from nine." });
    rmSync(join(folder, "hours.md"));
    expect((await sync()).output).toContain("removed   hours.md\n");
    expect(stored()).toEqual({ files: { "prices/teeth.txt": "A filling: 5,000 yen." }, left: 0 });
  });

  test("under a new name stays under the old one", async () => {
    await sync();
    rmSync(join(folder, "hours.md"));
    write({ "open.md": "Open from nine." });
    readNone();
    const { output } = await sync();
    expect(output).toContain("kept      hours.md: it is now open.md, which was not read\n");
    expect(stored().files).toMatchObject({ "hours.md": "Open from nine." });
    between = async () => undefined;
    expect((await sync()).output).toContain("uploaded  open.md\nremoved   hours.md\n");
    expect(Object.keys(stored().files)).toEqual(["open.md", "prices/teeth.txt"]);
  });

  test("for its new name stays under the old one, until it can be read under another", async () => {
    await sync();
    rmSync(join(folder, "hours.md"));
    write({ "hours.rst": "Open from nine." });
    const kept = [{ path: "hours.md", because: "it is now hours.rst, which was not read" }];
    expect(JSON.parse((await sync("--dry-run", "--json")).output)).toMatchObject({ kept, removed: [] });
    expect((await sync()).output).toContain("kept      hours.md: it is now hours.rst, which was not read\n");
    expect(stored().files).toMatchObject({ "hours.md": "Open from nine." });
    write({ "open.md": "Open from nine." });
    expect((await sync()).output).toContain("uploaded  open.md\nremoved   hours.md\n");
  });
});

describe("a run that ends before it is done loses nothing, and the next one goes on", () => {
  test("stopped by Ctrl-C while a file is uploaded", async () => {
    await sync();
    write({ "hours.md": "Open from ten." });
    const uploading = Promise.withResolvers<void>();
    between = async (method, path) => {
      if (method !== "POST" || path !== "/v1/files") return undefined;
      uploading.resolve();
      return new Promise(() => {});
    };
    const { child, ended } = startHenji(["knowledge", "sync", folder], environment());
    await uploading.promise;
    child.kill("SIGINT");
    const { code, error } = await ended;
    expect({ code, error }).toEqual({
      code: 1,
      error: expect.stringContaining("Stopped. Nothing is lost; the same command goes on from here."),
    });
    expect(stored()).toMatchObject({ files: { "hours.md": "Open from nine." }, left: 0 });
    between = async () => undefined;
    expect((await sync()).output).toContain("0 uploaded, 1 replaced, 0 removed, 1 unchanged.");
  });

  test("killed after a file was put there, and before what it replaces was removed", async () => {
    await sync();
    write({ "hours.md": "Open from ten." });
    const removing = Promise.withResolvers<void>();
    between = async (method) => {
      if (method !== "DELETE") return undefined;
      removing.resolve();
      return new Promise(() => {});
    };
    const { child, ended } = startHenji(["knowledge", "sync", folder], environment());
    await removing.promise;
    child.kill("SIGKILL");
    await ended;
    expect(store().members.size).toBe(3);
    between = async () => undefined;
    expect((await sync()).output).toContain(
      "removed   hours.md\n0 uploaded, 0 replaced, 1 removed, 2 unchanged.",
    );
    expect(stored()).toMatchObject({ files: { "hours.md": "Open from ten." }, left: 0 });
  });

  test("killed while OpenAI reads a file: it is waited for, not uploaded again", async () => {
    await sync();
    for (const member of store().members.values()) member.status = "in_progress";
    const ids = [...store().members.keys()];
    const { uploaded } = JSON.parse((await sync("--dry-run", "--json")).output);
    expect(uploaded).toEqual(["hours.md", "prices/teeth.txt"]);
    expect((await sync()).output).toContain("2 uploaded, 0 replaced, 0 removed");
    expect([...store().members.keys()]).toEqual(ids);
  });
});

describe("which store", () => {
  test("the one of bot.config.ts comes first, and is not to be put there again", async () => {
    model.knowledge.addStore("mine", "vs_mine");
    const config = join(directory.path, "bot.config.ts");
    const tool =
      "{ hosted: 'file_search', name: 'file_search', inRequest: () => ({ vector_store_ids: ['vs_mine'] }) }";
    writeFileSync(config, `export default { instructions: "Be kind.", tools: [${tool}] };`);
    const env = environment({ HENJI_BOT_CONFIG: config });
    const { output } = await knowledge(["sync", folder], env);
    expect(output).toMatch(/^Store vs_mine \(mine\): found\n/);
    expect(output).not.toContain("Put it into");
    // It is gone, or belongs to another project.
    model.knowledge.stores.delete("vs_mine");
    const other = await knowledge(["sync", folder], env);
    expect(other.output).toMatch(/^Store vs_\w+ \(henji-test\): made\n/);
    expect(other.output).toContain("Put it into tools in bot.config.ts, in place of vs_mine, and deploy:");
  });

  test("--store and --name choose another", async () => {
    model.knowledge.addStore("mine", "vs_mine");
    expect((await sync("--store", "vs_mine")).output).toMatch(/^Store vs_mine \(mine\): found\n/);
    expect((await sync("--name", "mine")).output).toContain("2 unchanged");
    expect(await sync("--store", "vs_none")).toMatchObject({
      ...{ code: 2, error: "There is no store vs_none in the project of this key\n" },
    });
  });
});

test("list says how each file stands, and what the store costs", async () => {
  await sync();
  const { output } = await knowledge(["list"]);
  expect(output).toMatch(/^vs_\w+ \(henji-test\): 2 files, 0\.00 MB, \$0\.0000 a day/);
  expect(output).toMatch(/^hours\.md +completed +0\.00 +file-\w+$/m);
  const { files } = JSON.parse((await knowledge(["list", "--json"])).output);
  expect(files.map(({ path }: { path: string }) => path).sort()).toEqual(["hours.md", "prices/teeth.txt"]);
});

test("remove takes --yes, and leaves what others have put there", async () => {
  await sync();
  const others = putByOthers();
  expect((await knowledge(["remove"])).output).toContain(
    "and 2 of its files. Nothing was done; --yes does it.",
  );
  expect(store().members.size).toBe(3);
  const { code, output } = await knowledge(["remove", "--yes"]);
  expect({ code, output }).toEqual({
    code: 0,
    output: expect.stringMatching(/^Removed vs_\w+ \(henji-test\)/),
  });
  expect([model.knowledge.stores.size, [...model.knowledge.files.keys()]]).toEqual([0, [others.id]]);
});

describe("an error says in a line or two what is wrong", () => {
  test.each<[string, () => string[], Record<string, string>, RegExp, number]>([
    ["no folder", () => ["sync", "/nowhere"], {}, /^There is no folder \/nowhere\n$/, 2],
    [
      "no store",
      () => ["list"],
      {},
      /^There is no store called henji-test: npm run henji -- knowledge sync/,
      1,
    ],
    ["no key", () => ["list"], { SST_RESOURCE_OpenAiApiKey: "" }, /^OpenAiApiKey/, 1],
    [
      "a bad key",
      () => ["list"],
      { SST_RESOURCE_OpenAiApiKey: JSON.stringify({ value: "invalid" }) },
      /^OpenAI answered 401 invalid_api_key: check the OpenAiApiKey secret\n$/,
      1,
    ],
    ["no argument", () => ["sync"], {}, /^error: missing required argument 'folder'/, 2],
  ])("%s", async (_, args, env, line, expected) => {
    const { code, output, error } = await knowledge(args(), environment(env));
    expect(error).toMatch(line);
    expect({ code, output }).toEqual({ code: expected, output: "" });
  });

  test("an empty folder removes nothing", async () => {
    await sync();
    rmSync(folder, { recursive: true });
    write({ "only.xlsx": "x" });
    const { code, error } = await sync();
    expect(code).toBe(2);
    expect(error).toMatch(
      /has no file that can be searched, so nothing was done\nonly\.xlsx: file search does not/,
    );
    expect(store().members.size).toBe(2);
  });
});

test("--help says how it is run, and where its store comes from", async () => {
  const { output } = await knowledge(["sync", "--help"]);
  expect(output).toContain("npx sst shell --stage production -- npm run henji -- knowledge sync");
  expect(output).toContain("fileSearch in bot.config.ts");
});
