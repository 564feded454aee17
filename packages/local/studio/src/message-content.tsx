import { useState } from "preact/hooks";
import type { Content, Message, Span } from "../../src/studio-view.ts";
import { contentUrl } from "./client.ts";
import { formatBytes, langOf } from "./format.ts";
import { Video, Voice } from "./recording.tsx";
import { emojiOf } from "./stickers.ts";
import { words } from "./words.ts";

type Of<T extends Content["type"]> = Extract<Content, { type: T }>;

/** What is neither text nor an event, as LINE shows it. */
export function Tile({ message, author }: { message: Message; author: string }) {
  const { id, content } = message;
  switch (content.type) {
    case "sticker":
      return <StickerTile sticker={content} />;
    case "image":
      return <Picture id={id} isHere={content.isHere} author={author} />;
    case "video":
    case "audio":
      return <Recording id={id} recording={content} author={author} />;
    case "file":
      return <FileTile id={id} file={content} isHere={message.by === "user"} />;
    case "location":
      return <Place location={content} />;
    case "other":
      return <p class="bubble other">{words.other(content.of, content.text)}</p>;
    default:
      return null;
  }
}

function StickerTile({ sticker }: { sticker: Of<"sticker"> }) {
  const { packageId, stickerId, keywords } = sticker;
  const said = keywords.length > 0 ? keywords.join(", ") : words.chat.stickerIds(packageId, stickerId);
  return (
    <div class="sticker" role="img" aria-label={words.chat.kind(words.chat.kinds.sticker, said)}>
      <span class="emoji">{emojiOf(packageId, stickerId)}</span>
      <span class="keywords">{said}</span>
    </div>
  );
}

function Picture({ id, isHere, author }: { id: string; isHere: boolean; author: string }) {
  const [isGone, setGone] = useState(!isHere);
  if (isGone) return <Gone kind="image" />;
  return (
    <a class="picture" href={contentUrl(id)} tabIndex={-1} target="_blank" rel="noopener noreferrer">
      <img
        src={contentUrl(id)}
        alt={words.chat.from(words.chat.kinds.image, author)}
        onError={() => setGone(true)}
      />
    </a>
  );
}

type RecordingProps = { id: string; recording: Of<"video" | "audio">; author: string };

function Recording({ id, recording: { type, isHere, durationMs }, author }: RecordingProps) {
  const [isGone, setGone] = useState(!isHere);
  if (isGone) return <Gone kind={type} />;
  const label = words.chat.from(words.chat.kinds[type], author);
  const Player = type === "video" ? Video : Voice;
  return <Player id={id} durationMs={durationMs} label={label} onGone={() => setGone(true)} />;
}

function FileTile({ id, file, isHere }: { id: string; file: Of<"file">; isHere: boolean }) {
  const { fileName, fileSize } = file;
  const inside = (
    <>
      <span class="symbol" aria-hidden="true">
        📄
      </span>
      <span class="tile-title" lang={langOf(fileName)}>
        {fileName}
      </span>
      <span class="tile-note">{formatBytes(fileSize)}</span>
    </>
  );
  if (!isHere) return <div class="bubble tile">{inside}</div>;
  return (
    <a
      class="bubble tile"
      href={contentUrl(id)}
      download={fileName}
      tabIndex={-1}
      aria-label={`${words.chat.download(fileName)}, ${formatBytes(fileSize)}`}
    >
      {inside}
    </a>
  );
}

function Place({ location }: { location: Of<"location"> }) {
  const { title, address, latitude, longitude } = location;
  const where = `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`;
  const name = title ?? words.chat.kinds.location;
  return (
    <a
      class="place"
      href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`}
      tabIndex={-1}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={words.chat.openMap([name, address ?? where].join(", "))}
    >
      <span class="map" aria-hidden="true">
        📍
      </span>
      <span class="tile-title" lang={langOf(name)}>
        {name}
      </span>
      {address && (
        <span class="tile-note" lang={langOf(address)}>
          {address}
        </span>
      )}
      <span class="tile-note">{where}</span>
    </a>
  );
}

function Gone({ kind }: { kind: "image" | "video" | "audio" }) {
  return <p class="bubble other">{words.chat.kind(words.chat.kinds[kind], words.chat.gone)}</p>;
}

/** A text with its mentions, whose URLs are links, as in LINE. */
export function Text({ text, mentions = [] }: { text: string; mentions?: readonly Span[] | undefined }) {
  let end = 0;
  const parts = mentions
    .toSorted((a, b) => a.index - b.index)
    .map(({ index, length }) => {
      const before = text.slice(end, index);
      end = index + length;
      return { before, mention: text.slice(index, end) };
    });
  return (
    <>
      {parts.map(({ before, mention }, index) => (
        <span key={index}>
          <Linked text={before} />
          <b class="mention">{mention}</b>
        </span>
      ))}
      <Linked text={text.slice(end)} />
    </>
  );
}

const link = /(https?:\/\/[^\s<>"'、。（）「」]+)/;

function Linked({ text }: { text: string }) {
  return text.split(link).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      <a key={index} href={part} tabIndex={-1} target="_blank" rel="noopener noreferrer">
        {part}
      </a>
    ),
  );
}
