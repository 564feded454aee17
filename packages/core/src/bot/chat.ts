/** Who the bot speaks with. */
export type Chat = {
  type: "user" | "group" | "room";
  /** LINE's id of the user, group or room. */
  id: string;
};
