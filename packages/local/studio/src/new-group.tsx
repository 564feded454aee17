import { useEffect, useId, useRef, useState } from "preact/hooks";
import { MAX_NAME } from "../../src/studio-limits.ts";
import type { Chat } from "../../src/studio-view.ts";
import { addGroup } from "./client.ts";
import { langOf } from "./format.ts";
import { nameOf } from "./people.ts";
import { words } from "./words.ts";

type Props = {
  users: readonly Chat[];
  botName: string;
  onAdded: (chatId: string) => void;
  onClose: () => void;
};

/** Asks for a group's name and members. */
export function NewGroup({ users, botName, onAdded, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [name, setName] = useState(words.chat.sampleGroup);
  const [members, setMembers] = useState(users.slice(0, 2).map((user) => user.id));
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector("input")?.select();
  }, []);

  const toggle = (userId: string, chosen: boolean) =>
    setMembers(chosen ? [...members, userId] : members.filter((one) => one !== userId));
  const add = async (event: Event) => {
    event.preventDefault();
    setFailed(false);
    try {
      const chatId = await addGroup(name, members);
      dialog.current?.close();
      onAdded(chatId);
    } catch {
      setFailed(true);
    }
  };

  return (
    <dialog ref={dialog} class="confirm new-group" aria-labelledby={`${id}-title`} onClose={onClose}>
      <form onSubmit={add}>
        <h3 id={`${id}-title`}>{words.chat.newGroup}</h3>
        <label class="name" for={`${id}-name`}>
          <span>{words.chat.groupName}</span>
          <input
            id={`${id}-name`}
            maxLength={MAX_NAME}
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <fieldset>
          <legend>{words.chat.members}</legend>
          {users.map((user) => (
            <label key={user.id}>
              <input
                type="checkbox"
                checked={members.includes(user.id)}
                onChange={({ currentTarget }) => toggle(user.id, currentTarget.checked)}
              />
              <span lang={langOf(nameOf(user))}>{nameOf(user)}</span>
            </label>
          ))}
        </fieldset>
        <p>{words.chat.botJoins(botName)}</p>
        {failed && (
          <p class="failed" role="alert">
            {words.chat.notAdded}
          </p>
        )}
        <div class="buttons">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            {words.cancel}
          </button>
          <button type="submit" class="button primary" disabled={name.trim() === "" || members.length === 0}>
            {words.add}
          </button>
        </div>
      </form>
    </dialog>
  );
}
