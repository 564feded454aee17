import { useState } from "preact/hooks";
import type { StudioInfo } from "../../src/studio-view.ts";
import { say } from "./client.ts";
import { type FirstMessage, spoken } from "./first-messages.ts";
import { focusComposer } from "./focus.ts";
import { langOf } from "./format.ts";
import { words } from "./words.ts";

type Props = {
  userId: string;
  userName: string;
  botName: string;
  info: StudioInfo;
  messages: readonly FirstMessage[];
  onScript: () => void;
};

type CommandName = keyof StudioInfo["commands"];

/** What an empty chat says: what this is, what to write, and who answers. */
export function Greeting({ userId, userName, botName, info, messages, onScript }: Props) {
  const commands = (Object.keys(words.greeting.commands) as CommandName[]).flatMap((name) => {
    const command = spoken(info.commands[name]);
    return command === undefined ? [] : [{ command, does: words.greeting.commands[name] }];
  });
  return (
    <section class="greeting">
      <h3>{words.greeting.title(userName, botName)}</h3>
      <p>{words.greeting.about(botName)}</p>
      <Suggestions title={words.greeting.tryThis} userId={userId} messages={messages} />
      {commands.length > 0 && (
        <>
          <p class="also">{words.greeting.commandsTitle}</p>
          <dl>
            {commands.map(({ command, does }) => (
              <div key={command}>
                <dt lang={langOf(command)}>{command}</dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {info.standIn && (
        <p class="stand-in">
          <WithCode text={words.greeting.standIn} />{" "}
          <button type="button" class="link" onClick={onScript}>
            {words.greeting.writeAnswers}
          </button>
        </p>
      )}
    </section>
  );
}

/** What stands between backticks is code. */
function WithCode({ text }: { text: string }) {
  return text.split("`").map((part, index) => (index % 2 === 0 ? part : <code key={index}>{part}</code>));
}

type SuggestionsProps = { title: string; userId: string; messages: readonly FirstMessage[] };

/** Messages that are sent by a click. */
export function Suggestions({ title, userId, messages }: SuggestionsProps) {
  const [sending, setSending] = useState(false);
  const press = (text: string) => {
    setSending(true);
    focusComposer();
    // Sent, it is in the chat, and no longer here.
    say(userId, text).then(
      () => setSending(false),
      () => setSending(false),
    );
  };
  return (
    <div class="suggestions">
      <p>{title}</p>
      <ul>
        {messages.map(({ text, why }) => (
          <li key={text}>
            <button type="button" disabled={sending} onClick={() => press(text)}>
              <span lang={langOf(text)}>{text}</span>
              <small>{why}</small>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
