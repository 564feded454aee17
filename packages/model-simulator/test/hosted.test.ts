import OpenAI, { toFile } from "openai";
import { beforeEach, describe, expect, test } from "vitest";
import { type Answer, createModelSimulator, type ModelSimulator } from "../src/index.ts";

let model: ModelSimulator;
let client: OpenAI;
beforeEach(() => {
  model = createModelSimulator();
  client = new OpenAI({ apiKey: "any", fetch: model.fetch, maxRetries: 0 });
});

const web = { type: "web_search" } as const;
const shop: OpenAI.Responses.Tool.Mcp = {
  ...{ type: "mcp", server_label: "shop", server_url: "https://mcp.example.com", require_approval: "never" },
  ...{ allowed_tools: ["order_status"], authorization: "secret", headers: { "X-Api-Key": "secret" } },
};
const look = { type: "function", name: "look", parameters: {}, strict: false } as const;

type More = Partial<OpenAI.Responses.ResponseCreateParamsNonStreaming>;

function answer(says: Answer, tools: OpenAI.Responses.Tool[], more: More = {}) {
  model.answerWith(() => says);
  return client.responses.create({ model: "gpt-6-luna", input: "Kobe?", tools, ...more });
}

const search = (query = "Kobe", more = {}) => ({ name: "web_search", input: { query, ...more } });

describe("what OpenAI runs itself", () => {
  test("a web search has its source in the text, by a link and an annotation", async () => {
    const sources = [{ title: "Kobe today", url: "https://a.example/kobe" }];
    const said = await answer({ calls: [search("Kobe", { sources })], text: "Sunny." }, [web]);
    expect(said.output_text).toBe("Sunny. ([a.example](https://a.example/kobe))");
    expect(said.output).toMatchObject([
      { type: "web_search_call", status: "completed", action: { type: "search", query: "Kobe" } },
      { type: "message", content: [{ annotations: [{ type: "url_citation", ...sources[0] }] }] },
    ]);
    const [, message] = said.output as [unknown, OpenAI.Responses.ResponseOutputMessage];
    const [part] = message.content as [OpenAI.Responses.ResponseOutputText];
    const [cited] = part.annotations as [OpenAI.Responses.ResponseOutputText.URLCitation];
    expect(part.text.slice(cited.start_index, cited.end_index)).toBe("([a.example](https://a.example/kobe))");
    expect(said.tool_usage?.web_search.num_requests).toBe(1);
  });

  test("without words the stand-in says what was found, whose tokens count as input", async () => {
    const plain = await answer("Hello", [web]);
    const said = await answer({ calls: [search()] }, [web]);
    expect(said.output_text).toBe(
      "The web has: The stand-in's page on Kobe. ([example.com](https://example.com/))",
    );
    expect(said.usage!.input_tokens).toBeGreaterThan(plain.usage!.input_tokens);
    expect(plain.tool_usage?.web_search.num_requests).toBe(0);
  });

  test("a file search finds the files of its store by their words, in any language", async () => {
    const store = await client.vectorStores.create({ name: "clinic" });
    const files = {
      "hours.md": "Open from nine.",
      "hours.ja.md": "診療時間は9時から",
      "map.md": "By the sea.",
    };
    for (const [name, text] of Object.entries(files)) {
      const file = await client.files.create({
        file: await toFile(Buffer.from(text), name),
        purpose: "assistants",
      });
      await client.vectorStores.files.createAndPoll(store.id, { file_id: file.id }, { pollIntervalMs: 1 });
    }
    const tool: OpenAI.Responses.FileSearchTool = {
      ...{ type: "file_search", vector_store_ids: [store.id], max_num_results: 2 },
    };
    const find = (query: string, more?: More) =>
      answer({ calls: [{ name: "file_search", input: { query } }] }, [tool], more);
    expect(await find("診療時間")).toMatchObject({ output_text: "診療時間は9時から" });
    const said = await find("When are you open?", { include: ["file_search_call.results"] });
    expect(said.output).toMatchObject([
      { type: "file_search_call", queries: ["When are you open?"], results: [{ filename: "hours.md" }] },
      {
        content: [
          { text: "Open from nine.", annotations: [{ type: "file_citation", filename: "hours.md" }] },
        ],
      },
    ]);
    const none = await find("parking");
    expect(none).toMatchObject({ output_text: "The files have nothing on that." });
    expect(none.output[0]).toMatchObject({ type: "file_search_call", results: null });
    await client.vectorStores.delete(store.id);
    expect(await find("open")).toMatchObject({ output_text: "The files have nothing on that." });
  });

  test("a server lists its tools, and returns what the script says; its key is neither logged nor returned", async () => {
    const call = { name: "shop/order_status", input: { order: "7", returns: "sent" } };
    const said = await answer({ calls: [call], text: "On its way." }, [shop]);
    expect(said.output).toMatchObject([
      { type: "mcp_list_tools", server_label: "shop", tools: [{ name: "order_status" }] },
      {
        type: "mcp_call",
        server_label: "shop",
        name: "order_status",
        arguments: '{"order":"7"}',
        output: "sent",
      },
      { type: "message", content: [{ text: "On its way." }] },
    ]);
    expect(JSON.stringify([said, model.requests])).not.toContain("secret");
    expect(model.requests[0]?.body.tools).toMatchObject([{ type: "mcp", server_label: "shop" }]);
  });

  test("runs beside functions, which come without an answer, and no more often than the request allows", async () => {
    const calls = [search("1"), { name: "look", input: {} }, search("2"), search("3")];
    const said = await answer({ calls }, [look, web], { max_tool_calls: 2 });
    expect(said.output.map(({ type }) => type)).toEqual([
      "web_search_call",
      "web_search_call",
      "function_call",
    ]);
  });

  test("is not there if the request has none, or must be answered", async () => {
    await expect(answer({ calls: [search()] }, [look])).rejects.toMatchObject({ status: 500 });
    await expect(answer({ calls: [search()] }, [web], { tool_choice: "none" })).rejects.toThrow("web_search");
  });
});

describe("files and vector stores", () => {
  const upload = async (name: string, text = "x") =>
    client.files.create({ file: await toFile(Buffer.from(text), name), purpose: "assistants" });

  test("a file is read after a while, with its attributes; what cannot be read has failed", async () => {
    const store = await client.vectorStores.create({ name: "a" });
    const attributes = { path: "a.md" };
    const { id: file_id } = await upload("a.md");
    expect(await client.vectorStores.files.create(store.id, { file_id, attributes })).toMatchObject({
      status: "in_progress",
      attributes,
    });
    expect(await client.vectorStores.files.poll(store.id, file_id, { pollIntervalMs: 1 })).toMatchObject({
      ...{ status: "completed", usage_bytes: 1, attributes },
    });
    for (const [name, text, code] of [
      ["a.png", "x", "unsupported_file"],
      ["b.md", "", "invalid_file"],
    ] as const) {
      const { id } = await upload(name, text);
      const read = await client.vectorStores.files.createAndPoll(
        store.id,
        { file_id: id },
        { pollIntervalMs: 1 },
      );
      expect(read).toMatchObject({ status: "failed", last_error: { code } });
    }
    expect(await client.vectorStores.retrieve(store.id)).toMatchObject({
      ...{ name: "a", file_counts: { total: 3, completed: 1, failed: 2 } },
    });
  });

  test("lists come in pages, newest first", async () => {
    const store = await client.vectorStores.create({ name: "many" });
    const ids: string[] = [];
    for (let n = 0; n < 45; n += 1) {
      const { id } = await upload(`${n}.md`);
      await client.vectorStores.files.create(store.id, { file_id: id });
      ids.unshift(id);
    }
    const listed: string[] = [];
    for await (const { id } of client.vectorStores.files.list(store.id)) listed.push(id);
    expect(listed).toEqual(ids);
    const first = await client.files.list({ limit: 10, order: "asc" });
    expect(first.data.map(({ filename }) => filename)).toEqual(
      Array.from({ length: 10 }, (_, n) => `${n}.md`),
    );
  });

  test("a file that is deleted is in no store any more; one that is taken out stays a file", async () => {
    const store = await client.vectorStores.create({});
    const [one, two] = [await upload("1.md"), await upload("2.md")];
    for (const { id } of [one, two]) await client.vectorStores.files.create(store.id, { file_id: id });
    await client.files.delete(one.id);
    await client.vectorStores.files.delete(two.id, { vector_store_id: store.id });
    expect((await client.vectorStores.files.list(store.id)).data).toEqual([]);
    expect((await client.files.list()).data.map(({ id }) => id)).toEqual([two.id]);
    await expect(client.files.delete(one.id)).rejects.toMatchObject({ status: 404 });
    await expect(client.vectorStores.retrieve("vs_none")).rejects.toMatchObject({ status: 404 });
  });

  test("a store of one name has one id, whenever it is made; others are told apart", async () => {
    const first = await client.vectorStores.create({ name: "clinic" });
    const second = await client.vectorStores.create({ name: "clinic" });
    expect(second.id).not.toBe(first.id);
    const again = new OpenAI({ apiKey: "any", fetch: createModelSimulator().fetch });
    expect((await again.vectorStores.create({ name: "clinic" })).id).toBe(first.id);
  });

  test("a key is wanted", async () => {
    const stranger = new OpenAI({ apiKey: "invalid", fetch: model.fetch, maxRetries: 0 });
    await expect(stranger.vectorStores.list()).rejects.toMatchObject({ status: 401 });
    await expect(stranger.files.delete("file-1")).rejects.toMatchObject({ status: 401 });
  });
});
